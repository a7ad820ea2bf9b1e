"""Filling what a mask marks: that and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.providers.local.inpaint import inpaint, marked
from wanflow.providers.local.pixels import Pixels, Task


def mask(picture: Pixels, *, x: float, y: float, width: float, height: float) -> Pixels:
    """Mark a box, in fractions of a picture, in white."""
    high, wide = picture.shape[:2]
    white = np.zeros_like(picture)
    white[int(y * high) : int((y + height) * high), int(x * wide) : int((x + width) * wide)] = 255
    return white


def test_only_what_is_marked_changes(photo: Photo) -> None:
    picture = photo("rocket", 480)
    hole = mask(picture, x=0.67, y=0.27, width=0.1, height=0.5)

    made = inpaint(Task(pictures=(picture, hole), arguments={}))

    changed = (made.pictures[0] != picture).any(axis=2)
    assert changed.any()
    assert not changed[~marked(hole, picture)].any()
    assert [note.code for note in made.notes] == ["invented_by_copying"]


def test_the_sky_closes_over_a_mast(photo: Photo) -> None:
    picture = photo("rocket", 480)
    hole = mask(picture, x=0.67, y=0.27, width=0.1, height=0.3)
    inside = marked(hole, picture)

    result = inpaint(Task(pictures=(picture, hole), arguments={})).pictures[0]

    # The mast is lighter than any sky around it.
    assert picture[inside].max() > 130
    assert result[inside].max() < 130


def test_equal_seeds_give_equal_bits_and_others_other_ones(photo: Photo) -> None:
    picture = photo("coffee", 320)
    hole = mask(picture, x=0.1, y=0.1, width=0.2, height=0.3)
    task = Task(pictures=(picture, hole), arguments={}, seeds=(1, 1, 2))

    first, again, other = inpaint(task).pictures

    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(("level", "code"), [(0, "mask-empty"), (255, "mask-full")])
def test_a_mask_without_a_part_is_refused(photo: Photo, level: int, code: str) -> None:
    picture = photo("coffee", 120)

    with pytest.raises(StepError) as refused:
        inpaint(Task(pictures=(picture, np.full_like(picture, level)), arguments={}))

    assert refused.value.code == code
    assert "white is the part to fill" in str(refused.value)


def test_what_only_a_model_can_draw_is_refused(photo: Photo) -> None:
    picture = photo("coffee", 120)
    hole = mask(picture, x=0.1, y=0.1, width=0.2, height=0.2)

    with pytest.raises(StepError, match="cannot draw '绿植'") as refused:
        inpaint(Task(pictures=(picture, hole), arguments={"what": "绿植"}))

    assert refused.value.code == "needs-a-model"


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.data())
def test_a_mask_of_any_size_marks_where_it_is_white(
    width: int, height: int, wide: int, high: int, data: st.DataObject
) -> None:
    picture = np.zeros((high, wide, 3), dtype=np.uint8)
    white = np.zeros((height, width, 3), dtype=np.uint8)
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    white[row, column] = 255

    try:
        hole = marked(white, picture)
    except StepError:
        return  # a single white point may vanish when the mask shrinks, and that is said
    assert hole.shape == (high, wide)
    assert hole.any()
