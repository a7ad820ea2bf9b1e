import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.drawing import pencil
from wanflow.providers.local.light import brightness, linear
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.sketch_to_image import sketch_to_image


def tinted(*pictures: Pixels, **arguments: JsonValue) -> Painted:
    return sketch_to_image(Task(pictures=pictures, arguments={"subject": "猫", **arguments}))


def house() -> Pixels:
    sheet = np.full((240, 320, 3), 250, dtype=np.uint8)
    cv2.rectangle(sheet, (90, 80), (230, 220), (20, 20, 20), 2)
    return sheet


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Pixels:
    picture = np.full((60, 80, 3), left, dtype=np.uint8)
    picture[15:55, 22:58] = right
    return picture


def test_a_field_gets_the_colour_of_its_place_up_to_its_line() -> None:
    result = tinted(halves((40, 60, 200), (200, 60, 40)), house()).pictures[0].astype(int)

    assert result[150, 160, 0] > result[150, 160, 2] + 30
    assert result[40, 40, 2] > result[40, 40, 0] + 30
    assert result[150, 96, 0] > result[150, 96, 2]
    assert result[150, 84, 2] > result[150, 84, 0]


def test_the_lines_of_the_sketch_stay() -> None:
    result = tinted(halves((40, 60, 200), (200, 60, 40)), house()).pictures[0]

    assert result[150, 90].max() < 70
    assert result[80, 160].max() < 70


def test_what_is_drawn_dark_stays_dark(photo: Photo) -> None:
    sketch = pencil(photo("coffee", 300))

    result = tinted(photo("coffee", 300), sketch).pictures[0]

    before, after = (brightness(linear(pixels)).ravel() for pixels in (sketch, result))
    assert np.corrcoef(before, after)[0, 1] > 0.85
    assert np.ptp(result, axis=2).mean() > 20


def test_fields_side_by_side_take_different_colours_of_a_rich_palette() -> None:
    sheet = np.full((200, 300, 3), 250, dtype=np.uint8)
    cv2.line(sheet, (150, 0), (150, 199), (20, 20, 20), 2)
    palette = np.repeat(np.array([[(200, 60, 40)], [(210, 90, 40)]], dtype=np.uint8), 40, axis=1)

    result = tinted(np.repeat(palette, 20, axis=0), sheet).pictures[0].astype(int)

    assert np.abs(result[100, 60] - result[100, 240]).max() > 8


def test_no_picture_is_claimed_and_no_words_are_read(photo: Photo) -> None:
    painted = tinted(photo("coffee", 100), house(), style="照片", palette="粉彩")

    assert [note.code for note in painted.notes] == [
        "tint_only",
        "not_read: subject",
        "not_read: style",
        "not_read: palette",
    ]


def test_without_a_palette_picture_it_needs_a_model() -> None:
    with pytest.raises(StepError, match="makes no picture of a sketch") as refusal:
        tinted(house())

    assert refusal.value.code == "needs-a-model"
    assert "two images" in (refusal.value.hint or "")


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_an_empty_sheet_is_one_field(tone: int, photo: Photo) -> None:
    sheet = np.full((60, 80, 3), tone, dtype=np.uint8)

    assert tinted(photo("coffee", 100), sheet).pictures[0].shape == sheet.shape


def test_a_sketch_on_grey_paper_is_read_as_one_on_white() -> None:
    palette = halves((40, 60, 200), (200, 60, 40))
    grey = np.asarray(house() * 0.7, dtype=np.uint8)

    white_paper, grey_paper = (tinted(palette, sketch).pictures[0] for sketch in (house(), grey))

    assert np.abs(white_paper.astype(int) - grey_paper).mean() < 6


def test_the_same_sketch_gives_the_same_bits(photo: Photo) -> None:
    pictures = photo("rocket", 150), pencil(photo("coffee", 200))

    first, second = (tinted(*pictures).pictures[0] for _ in range(2))

    assert np.array_equal(first, second)


@given(
    sketch=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    palette=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=25)
def test_any_sketch_and_any_palette_go_together(
    sketch: tuple[int, int], palette: tuple[int, int], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, 256, (*sketch, 3)).astype(np.uint8)
    colours = chance.integers(0, 256, (*palette, 3)).astype(np.uint8)

    assert tinted(colours, drawn).pictures[0].shape == drawn.shape
