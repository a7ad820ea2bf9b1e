"""Gutters divide a sheet into panels, and a picture is found within a larger one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.checks.photographs import NAMES, pixels, repacked, view
from wanflow.checks.panels import gutters
from wanflow.checks.placing import placed


def sheet(
    name: str, columns: int, rows: int, *, gap: int = 24, colour: str = "white"
) -> Image.Image:
    whole = Image.new("RGB", (SHEET_PX, SHEET_PX), colour)
    wide = (SHEET_PX - gap * (columns - 1)) // columns
    tall = (SHEET_PX - gap * (rows - 1)) // rows
    panel = view(name).resize((wide, tall))
    for column in range(columns):
        for row in range(rows):
            whole.paste(panel, (column * (wide + gap), row * (tall + gap)))
    return repacked(whole)


SHEET_PX = 1280


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("columns", "rows"), [(2, 2), (3, 3), (3, 1), (1, 4)])
def test_gutters_are_found_between_panels(name: str, columns: int, rows: int) -> None:
    found = gutters(pixels(sheet(name, columns, rows)))

    assert found.panels == columns * rows
    assert found.upright == pytest.approx([k / columns for k in range(1, columns)], abs=0.01)
    assert found.level == pytest.approx([k / rows for k in range(1, rows)], abs=0.01)


def test_a_border_is_no_gutter() -> None:
    framed = Image.new("RGB", (1400, 1400), "white")
    framed.paste(view("chelsea"), (60, 60))

    assert gutters(pixels(framed)).panels == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_photograph_is_one_panel(name: str) -> None:
    assert gutters(pixels(view(name))).panels == 1


def test_a_wide_plain_stripe_is_no_gutter() -> None:
    assert gutters(pixels(sheet("coffee", 2, 1, gap=300))).panels == 1


def test_lines_close_together_make_no_panels() -> None:
    lined = view("coffee")
    for x in (600, 640, 680):
        lined.paste("white", (x, 0, x + 12, 1280))

    assert gutters(pixels(lined)).panels == 2


@settings(deadline=None, max_examples=15)
@given(
    name=st.sampled_from(NAMES),
    side=st.integers(300, 700),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_a_picture_is_found_in_a_larger_one(name: str, side: int, x: float, y: float) -> None:
    other = NAMES[(NAMES.index(name) + 1) % len(NAMES)]
    whole = view(other).crop((0, 0, 1280, 720))
    left, top = round(x * (1280 - side)), round(y * (720 - side))
    whole.paste(view(name).resize((side, side)), (left, top))

    found = placed(pixels(view(name)), pixels(whole))

    assert found is not None
    place = (found.left * 1280, found.top * 720, found.width * 1280, found.height * 720)
    assert place == pytest.approx((left, top, side, side), abs=6)


def test_a_picture_that_is_not_there_is_not_found() -> None:
    assert placed(pixels(view("coffee")), pixels(view("rocket"))) is None


def test_a_larger_picture_without_details_holds_none() -> None:
    assert placed(pixels(view("coffee")), pixels(Image.new("RGB", (1280, 720), "grey"))) is None
