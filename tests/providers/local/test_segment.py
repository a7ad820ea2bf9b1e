import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.segment import _shade, palette, segment

WHITE = (255, 255, 255)


def segmented(picture: Pixels, *targets: str, **arguments: JsonValue) -> Painted:
    return segment(Task(pictures=(picture,), arguments={"targets": list(targets), **arguments}))


def codes(painted: Painted) -> list[str]:
    return [note.code for note in painted.notes]


def colours(pixels: Pixels) -> set[tuple[int, ...]]:
    return {tuple(row) for row in np.unique(pixels.reshape(-1, 3), axis=0).tolist()}


def test_the_subject_is_covered_and_the_rest_stays(photo: Photo) -> None:
    picture = photo("coffee", 300)

    painted = segmented(picture, "subject", colors={"subject": "#00FF00"}, alpha=1)

    changed = (painted.pictures[0] != picture).any(axis=2)
    green = (painted.pictures[0] == (0, 255, 0)).all(axis=2)
    assert 0.2 < green.mean() < 0.6
    assert (changed & ~green).mean() < 0.05
    assert np.array_equal(painted.pictures[0][:20, -60:], picture[:20, -60:])
    assert codes(painted) == ["found: subject"]
    assert "1 found: #00FF00" in painted.notes[0].text


def test_half_a_colour_lets_the_picture_show(photo: Photo) -> None:
    picture = photo("coffee", 300)

    faint, strong = (
        segmented(picture, "subject", alpha=alpha).pictures[0].astype(int) - picture
        for alpha in (0.2, 0.6)
    )

    assert 0 < np.abs(faint).mean() < np.abs(strong).mean()


def test_a_mask_on_black_has_hard_edges_and_one_colour_an_instance(photo: Photo) -> None:
    cup = photo("coffee", 300)
    picture = np.concatenate([cup, cup[:, ::-1]], axis=1)

    painted = segmented(picture, "subject", ground="black")

    assert colours(painted.pictures[0]) == {(0, 0, 0), palette(0), palette(1)}


def test_a_white_mask_on_black_is_what_an_edit_with_a_mask_takes(photo: Photo) -> None:
    painted = segmented(photo("astronaut", 300), "人脸", ground="black", colors={"人脸": "#FFFFFF"})

    assert colours(painted.pictures[0]) == {(0, 0, 0), WHITE}
    assert painted.pictures[0][70, 132].tolist() == [255, 255, 255]


def test_a_face_shows_on_the_person_it_belongs_to(photo: Photo) -> None:
    both = segmented(photo("astronaut", 300), "face", "subject", ground="black").pictures[0]

    assert both[70, 132].tolist() == list(palette(0))
    assert both[200, 132].tolist() == list(palette(1))


def test_where_two_areas_meet_their_colours_do_not_mix(photo: Photo) -> None:
    picture = photo("astronaut", 300)

    both = segmented(picture, "face", "subject", alpha=1).pictures[0]

    assert both[70, 132].tolist() == list(palette(0))


def test_lines_of_text_have_a_colour_each(photo: Photo) -> None:
    words: JsonValue = "星辰大海\n征途"
    task = Task(pictures=(photo("rocket", 400),), arguments={"text": words, "anchor": "top"})

    painted = segmented(add_text(task).pictures[0], "文字", ground="black")

    assert colours(painted.pictures[0]) == {(0, 0, 0), palette(0), palette(1)}
    assert painted.notes[0].text.startswith("2 found: ")


def test_several_instances_get_shades_of_a_given_colour(photo: Photo) -> None:
    words: JsonValue = "星辰\n大海"
    task = Task(pictures=(photo("rocket", 400),), arguments={"text": words, "anchor": "top"})

    painted = segmented(
        add_text(task).pictures[0], "text", ground="black", colors={"text": "#0A84FF"}
    )

    found = colours(painted.pictures[0])
    assert (0x0A, 0x84, 0xFF) in found
    assert len(found) == 3


def test_of_many_instances_the_first_are_listed() -> None:
    ground = np.full((700, 500, 3), 250, dtype=np.uint8)
    words: JsonValue = "\n".join(["永字八法天地玄黄"] * 9)
    task = Task(pictures=(ground,), arguments={"text": words, "color": "black", "size": "s"})

    painted = segmented(add_text(task).pictures[0], "text")

    assert painted.notes[0].text.startswith("9 found: ")
    assert painted.notes[0].text.endswith(" and 3 more")


def test_one_other_name_is_the_main_subject_and_two_are_not_guessed(photo: Photo) -> None:
    picture = photo("coffee", 200)

    one = segmented(picture, "咖啡杯")
    two = segmented(picture, "咖啡杯", "勺子")

    assert codes(one) == ["took_subject: 咖啡杯", "found: 咖啡杯"]
    assert codes(two) == ["not_found: 咖啡杯", "not_found: 勺子"]
    assert np.array_equal(two.pictures[0], picture)


def test_a_colour_for_what_is_no_target_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="花瓶") as refusal:
        segmented(photo("coffee", 60), "主体", colors={"花瓶": "#FFFFFF"})

    assert refusal.value.code == "stray-color"
    assert "主体" in (refusal.value.hint or "")


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 800), (800, 1)])
def test_the_smallest_pictures_stay_as_they_are(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 77, dtype=np.uint8)

    painted = segmented(picture, "subject", "face", "text")

    assert np.array_equal(painted.pictures[0], picture)
    assert len(painted.notes) == 3


def test_the_colours_of_the_palette_differ() -> None:
    assert len({palette(number) for number in range(100)}) == 100


@given(colour=st.tuples(*[st.integers(0, 255)] * 3))
def test_shades_of_a_colour_differ(colour: tuple[int, int, int]) -> None:
    shades = [_shade(colour, number) for number in range(6)]

    assert shades[0] == colour
    assert len(set(shades)) == 6
