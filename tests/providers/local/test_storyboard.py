"""Panels on a sheet: as many as asked for, in reading order, each with its words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import Size
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Task, size_of
from wanflow.providers.local.storyboard import laid_out, storyboard

FOUR = ["在咖啡馆看书", "在雨中撑伞", "在海边奔跑", "在夜市微笑"]


def test_four_panels_stand_two_by_two_with_their_words(photo: Photo) -> None:
    picture = photo("chelsea", 800)

    painted = storyboard(Task(pictures=(picture,), arguments={"panels": FOUR, "grid": "2x2"}))
    sheet = painted.pictures[0]

    assert size_of(sheet) == size_of(picture)
    assert len([line for line in lines(sheet) if line.box.width > 40]) == 4
    width = sheet.shape[1]
    assert (sheet[:, width // 2] == 255).all()  # the gutter between the columns
    assert (sheet[0] == 255).all()
    assert [note.code for note in painted.notes] == ["same_picture"]


def test_a_caption_that_cannot_be_written_is_refused(photo: Photo) -> None:
    with pytest.raises(StepError, match=r"U\+20BB7"):
        storyboard(Task(pictures=(photo("chelsea", 200),), arguments={"panels": ["𠮷", "b"]}))


@pytest.mark.parametrize(
    ("count", "wish", "size", "expected"),
    [
        (4, "auto", (1280, 1280), (2, 2)),
        (5, "auto", (1280, 1280), (3, 2)),
        (5, "auto", (720, 1280), (2, 3)),
        (3, "1x3", (1280, 1280), (1, 3)),
        (9, "2x2", (1280, 1280), (3, 3)),
        (2, None, (1280, 1280), (2, 1)),
    ],
)
def test_the_grid_holds_all_panels(
    count: int, wish: str | None, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    sheet = laid_out(count, wish, Size(width_px=size[0], height_px=size[1]))

    assert (sheet.columns, sheet.rows) == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 9), st.integers(200, 2000), st.integers(200, 2000))
def test_panels_neither_overlap_nor_leave_the_sheet(count: int, width: int, height: int) -> None:
    sheet = laid_out(count, "auto", Size(width_px=width, height_px=height))
    drawn = np.zeros((height, width), dtype=np.int32)

    for number in range(count):
        box = sheet.panel(number)
        assert box.width > 0
        assert box.height > 0
        drawn[box.part] += 1

    assert drawn.max() == 1
    assert drawn.sum() <= width * height
