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


def test_a_mask_of_another_shape_is_refused(photo: Photo) -> None:
    picture = photo("coffee", 300)
    hole = mask(np.zeros((300, 300, 3), dtype=np.uint8), x=0.1, y=0.1, width=0.2, height=0.2)

    with pytest.raises(StepError, match="300\\*300 pixels and the picture 300\\*200") as refused:
        inpaint(Task(pictures=(picture, hole), arguments={}))

    assert refused.value.code == "mask-shape"


@pytest.mark.parametrize("factor", [0.25, 0.5, 3])
def test_a_mask_of_another_size_but_the_same_shape_is_taken(photo: Photo, factor: float) -> None:
    picture = photo("coffee", 300)
    small = np.zeros((round(200 * factor), round(300 * factor), 3), dtype=np.uint8)
    hole = mask(small, x=0.1, y=0.1, width=0.2, height=0.2)

    inside = marked(hole, picture)

    assert inside[30:50, 40:80].all()
    assert not inside[:, 110:].any()


def test_a_photograph_in_the_place_of_the_mask_is_refused(photo: Photo) -> None:
    picture = photo("coffee", 200)
    hole = mask(picture, x=0.1, y=0.1, width=0.2, height=0.2)

    with pytest.raises(StepError, match="is no mask") as refused:
        inpaint(Task(pictures=(hole, picture), arguments={}))

    assert refused.value.hint == "write `images: [picture, mask]`, in this order"


def test_what_only_a_model_can_draw_is_refused(photo: Photo) -> None:
    picture = photo("coffee", 120)
    hole = mask(picture, x=0.1, y=0.1, width=0.2, height=0.2)

    with pytest.raises(StepError, match="cannot draw '绿植'") as refused:
        inpaint(Task(pictures=(picture, hole), arguments={"what": "绿植"}))

    assert refused.value.code == "needs-a-model"


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(2, 60), st.integers(1, 4), st.data())
def test_a_mask_of_any_size_marks_where_it_is_white(
    wide: int, high: int, times: int, data: st.DataObject
) -> None:
    picture = np.zeros((high, wide, 3), dtype=np.uint8)
    row, column = data.draw(st.integers(0, high - 1)), data.draw(st.integers(0, wide - 1))
    white = np.zeros_like(picture)
    white[row, column] = 255
    larger = white.repeat(times, axis=0).repeat(times, axis=1)

    hole = marked(larger, picture)

    assert hole.shape == (high, wide)
    assert hole[row, column]
    assert hole.sum() <= 9
