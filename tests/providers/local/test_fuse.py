import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.fuse import fuse
from wanflow.providers.local.pixels import Painted, Pixels, Task


def fused(*pictures: Pixels, **arguments: JsonValue) -> Painted:
    return fuse(Task(pictures=pictures, arguments={"subject": "it", **arguments}))


def changed(before: Pixels, after: Pixels, by: int = 90) -> Box:
    box = around(np.abs(after.astype(int) - before).sum(axis=2) > by)
    assert box is not None
    return box


def test_the_subject_stands_where_and_as_high_as_wished(photo: Photo) -> None:
    scene = photo("rocket", 400)

    painted = fused(photo("coffee", 400), scene, at={"x": 0.75, "y": 0.9}, height=0.4)

    box = changed(scene, painted.pictures[0])
    assert (box.left + box.right) / 2 == pytest.approx(300, abs=15)
    assert box.bottom == pytest.approx(0.9 * scene.shape[0], abs=12)
    assert box.height == pytest.approx(0.4 * scene.shape[0], abs=15)
    assert painted.pictures[0].shape == scene.shape


def test_far_from_the_subject_the_scene_stays_as_it_is(photo: Photo) -> None:
    scene = photo("rocket", 400)

    result = fused(photo("coffee", 300), scene, at={"x": 0.8, "y": 0.9}).pictures[0]

    assert np.array_equal(result[:, :120], scene[:, :120])


def test_its_colours_move_towards_the_scene_but_stay_its_own(photo: Photo) -> None:
    cup = photo("coffee", 400)
    scene = np.full((300, 400, 3), (40, 60, 120), dtype=np.uint8)

    result = fused(cup, scene, at={"x": 0.5, "y": 0.9}, height=0.6).pictures[0]

    saucer = result[200:240, 170:180].reshape(-1, 3).mean(axis=0)
    assert saucer[0] > saucer[2]


def test_it_throws_a_shadow_on_a_light_ground(photo: Photo) -> None:
    scene = np.full((300, 400, 3), 230, dtype=np.uint8)

    result = fused(photo("coffee", 400), scene, at={"x": 0.5, "y": 0.8}, height=0.5).pictures[0]

    assert result[241:247, 180:220].mean() < 200
    assert result[:40].min() == 230


def test_what_its_picture_cut_off_stands_at_the_edge_of_the_scene(photo: Photo) -> None:
    scene = photo("rocket", 400)

    result = fused(photo("astronaut", 300), scene).pictures[0]

    box = changed(scene, result)
    assert box.bottom == scene.shape[0]
    assert box.left == 0


def test_without_a_wish_it_keeps_off_the_scenes_own_subject(photo: Photo) -> None:
    scene = photo("rocket", 400)

    result = fused(photo("coffee", 300), scene).pictures[0]

    rocket = (slice(100, 250), slice(198, 206))
    assert np.abs(result[rocket].astype(int) - scene[rocket]).mean() < 12


def test_two_subjects_stand_side_by_side_in_their_order(photo: Photo) -> None:
    scene = np.full((240, 480, 3), 200, dtype=np.uint8)

    result = fused(photo("coffee", 300), photo("rocket", 300), scene, at={"x": 0.5, "y": 0.95})

    redness = result.pictures[0][..., 0].astype(int) - result.pictures[0][..., 2]
    assert redness[:, :240].sum() > redness[:, 240:].sum()


def test_a_subject_may_reach_beyond_the_edge(photo: Photo) -> None:
    scene = photo("rocket", 300)

    result = fused(photo("coffee", 300), scene, at={"x": 1, "y": 1}, height=0.5).pictures[0]

    assert changed(scene, result).right == 300


def test_one_that_stands_outside_altogether_changes_nothing(photo: Photo) -> None:
    scene = photo("rocket", 300)

    result = fused(photo("coffee", 300), scene, at={"x": 0.5, "y": 0}, height=0.5).pictures[0]

    assert np.array_equal(result, scene)


@pytest.mark.parametrize("at", [{"x": 0.5, "y": 0.9}, {"x": 0, "y": 1}, {"x": 0.5, "y": 0.003}])
def test_poisson_lets_the_scenes_colours_flow_in(photo: Photo, at: JsonValue) -> None:
    scene = np.full((300, 400, 3), (40, 60, 120), dtype=np.uint8)
    cup = photo("coffee", 300)

    hard = fused(cup, scene, at=at).pictures[0]
    soft = fused(cup, scene, at=at, blend="poisson").pictures[0]

    assert soft[..., 2].mean() >= hard[..., 2].mean()


def test_an_enlarged_subject_says_that_it_has_no_new_detail(photo: Photo) -> None:
    painted = fused(photo("coffee", 120), photo("rocket", 400), height=0.9)

    assert [note.code for note in painted.notes] == ["no_new_detail"]


def test_a_picture_without_a_subject_is_named_by_its_number(photo: Photo) -> None:
    even = np.full((100, 100, 3), 128, dtype=np.uint8)

    with pytest.raises(StepError, match="image 2") as refusal:
        fused(photo("coffee", 200), even, photo("rocket", 200))

    assert refusal.value.code == "no-subject"
