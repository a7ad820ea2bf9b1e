"""Panels on a sheet: as many as asked for, in reading order, each with its words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.loading import catalogue
from wanflow.loading.arguments import argument_problems
from wanflow.model.values import JsonValue, Size
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
    assert [note.code for note in painted.notes] == ["same_picture", "resampled"]


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


@pytest.mark.parametrize("width", [1, 60, 90])
def test_panels_without_room_for_words_are_refused(width: int) -> None:
    picture = np.zeros((300, width, 3), dtype=np.uint8)

    with pytest.raises(StepError, match="too small") as refused:
        storyboard(Task(pictures=(picture,), arguments={"panels": ["a"] * 9, "grid": "3x3"}))

    assert refused.value.code == "panels-too-small"
    assert "larger `size`" in str(refused.value.hint)


@pytest.mark.parametrize(("width", "height"), [(400, 50), (50, 400), (160, 160)])
def test_the_words_stand_right_beneath_the_picture(width: int, height: int) -> None:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    size = Size(width_px=800, height_px=800)
    task = Task(pictures=(picture,), arguments={"panels": FOUR}, size=size)

    sheet = storyboard(task).pictures[0]

    box = laid_out(4, "auto", size).panel(0)
    rows = sheet[box.part].min(axis=(1, 2)) < 128
    blank = "".join("#" if row else "." for row in rows.tolist()).strip(".")
    assert ".." in blank  # between the picture and the words, and nowhere a gap as high as a word
    assert max(map(len, blank.split("#"))) < box.height * 0.08


@pytest.mark.parametrize(
    ("grid", "count", "fits"),
    [
        ("2x2", 4, True),
        ("2x2", 3, True),
        ("2x2", 5, False),
        ("3x3", 9, True),
        ("3x3", 6, False),
        ("1x3", 2, False),
        ("auto", 9, True),
    ],
)
def test_a_grid_that_does_not_hold_the_panels_is_found_by_check(
    grid: str, count: int, *, fits: bool
) -> None:
    panels = [f"p{k}" for k in range(count)]
    given: JsonValue = {"panels": panels, "grid": grid}

    problems = argument_problems(catalogue().operations["storyboard"], given)

    assert (problems == ()) is fits
    assert all("`panels` may have" in message for _, message, _ in problems)
