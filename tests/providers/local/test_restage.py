import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.faces import faces
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.restage import restage
from wanflow.providers.local.subject import subject_mask


def restaged(*pictures: Pixels, **arguments: JsonValue) -> Painted:
    return restage(Task(pictures=pictures, arguments=arguments))


def codes(painted: Painted) -> list[str]:
    return [note.code for note in painted.notes]


def subject_of(picture: Pixels) -> np.ndarray:
    mask = subject_mask(picture)
    assert mask is not None
    return mask > 0.99


def test_on_a_colour_the_subject_stays_where_and_what_it_was(photo: Photo) -> None:
    picture = photo("coffee", 300)

    painted = restaged(picture, ground="#DCE6F0")

    sure = subject_of(picture)
    drift = np.abs(painted.pictures[0].astype(int) - picture)[sure]
    assert painted.pictures[0].shape == picture.shape
    assert drift.mean() < 3
    assert painted.pictures[0][3, 3].tolist() == [0xDC, 0xE6, 0xF0]
    assert painted.notes == ()


def test_without_any_ground_it_stands_on_white(photo: Photo) -> None:
    assert restaged(photo("coffee", 200)).pictures[0][1, 1].tolist() == [255, 255, 255]


def test_on_a_picture_it_keeps_its_place_and_the_picture_is_seen_around_it(photo: Photo) -> None:
    picture, scene = photo("astronaut", 300), photo("rocket", 480)

    painted = restaged(scene, picture)

    (before,), (after,) = faces(picture), faces(painted.pictures[0])
    sky = painted.pictures[0][:60, 240:].reshape(-1, 3).mean(axis=0)
    assert painted.pictures[0].shape == picture.shape
    assert abs(before.left - after.left) < 8
    assert abs(before.top - after.top) < 8
    assert sky[2] > sky[0]
    assert codes(painted) == ["cut_off: bottom", "cut_off: left", "resampled"]


@pytest.mark.parametrize("count", [2, 5])
def test_copies_stand_side_by_side(photo: Photo, count: int) -> None:
    painted = restaged(photo("coffee", 300), count=count)

    foot = painted.pictures[0][-60:, :, 0].astype(int) - painted.pictures[0][-60:, :, 2]
    red = np.concatenate([[False], (foot > 60).any(axis=0)])
    assert np.flatnonzero(np.diff(red.astype(int)) == 1).size == count
    assert codes(painted) == ["identical_copies"]


def test_copies_of_a_person_at_the_lower_edge_stay_at_the_lower_edge(photo: Photo) -> None:
    result = restaged(photo("astronaut", 300), count=2).pictures[0]

    assert (result[-1] != 255).any(axis=1).mean() > 0.5
    assert (result[0] == 255).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scene": "傍晚的海滩"}, "a scene from words"),
        ({"style": "photo"}, "another style"),
        ({"pose": "挥手", "framing": "半身像"}, "another pose and another framing"),
        ({"roles": ["看书", "浇花"]}, "roles of their own"),
    ],
)
def test_what_only_a_model_can_draw_is_an_error_that_names_it(
    photo: Photo, arguments: dict[str, JsonValue], words: str
) -> None:
    with pytest.raises(StepError, match=words) as refusal:
        restaged(photo("coffee", 60), **arguments)

    assert refusal.value.code == "needs-a-model"
    assert "--provider dashscope" in (refusal.value.hint or "")


def test_a_scene_in_words_is_no_obstacle_where_a_picture_shows_it(photo: Photo) -> None:
    scene, cup = photo("rocket", 200), photo("coffee", 200)

    with_words = restaged(scene, cup, scene="发射场")

    assert np.array_equal(with_words.pictures[0], restaged(scene, cup).pictures[0])


def test_a_picture_and_a_colour_cannot_both_be_the_ground(photo: Photo) -> None:
    with pytest.raises(StepError, match="at once") as refusal:
        restaged(photo("rocket", 60), photo("coffee", 60), ground="white")

    assert refusal.value.code == "two-grounds"


@pytest.mark.parametrize(("height", "width"), [(60, 80), (1, 1), (1, 800), (800, 1)])
def test_a_picture_without_a_subject_is_an_error(height: int, width: int) -> None:
    with pytest.raises(StepError, match="no main subject"):
        restaged(np.full((height, width, 3), 128, dtype=np.uint8))
