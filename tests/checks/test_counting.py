"""Boxes and patches that were painted on a picture are counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tests.checks.photographs import NAMES, boxed, pixels, repacked, view
from wanflow.checks.alignment import alignment
from wanflow.checks.counting import areas, outlines
from wanflow.checks.pieces import pieces

APART = ((100, 150, 500, 700), (950, 100, 1200, 300), (1000, 900, 1100, 960))
CROSSING = ((100, 150, 500, 700), (400, 500, 900, 1000))


@pytest.mark.parametrize("name", NAMES)
def test_boxes_are_found_where_they_were_drawn(name: str) -> None:
    after = repacked(boxed(view(name), *APART))

    found = outlines(pixels(view(name)), pixels(after))

    places = {
        (one.left * 1280, one.top * 1280, one.right * 1280, one.bottom * 1280) for one in found
    }
    assert sorted(places) == [pytest.approx(box, abs=8) for box in sorted(APART)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", [True, False])
def test_two_boxes_that_cross_are_two(name: str, label: bool) -> None:  # noqa: FBT001 # a case
    after = repacked(boxed(view(name), *CROSSING, label=label))

    assert len(outlines(pixels(view(name)), pixels(after))) == 2


def test_boxes_on_a_picture_that_moved_are_found() -> None:
    before, after = view("astronaut"), boxed(view("astronaut", right=12, zoom=1.01), *APART)
    lies = alignment(pixels(before), pixels(after))

    assert len(outlines(pixels(before), pixels(after), lies)) == len(APART)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_box_none_is_found(name: str) -> None:
    before = pixels(view(name))

    assert outlines(before, pixels(repacked(view(name)))) == ()
    assert outlines(before, pixels(view(NAMES[0]))) == ()


def test_a_filled_rectangle_is_no_outline() -> None:
    after = view("coffee")
    ImageDraw.Draw(after).rectangle((200, 200, 700, 700), fill="red")

    assert outlines(pixels(view("coffee")), pixels(after)) == ()


def test_three_sides_make_no_outline() -> None:
    after = boxed(view("coffee"), APART[0], label=False)
    open_side = pixels(after).copy()
    open_side[160:690, 480:520] = pixels(view("coffee"))[160:690, 480:520]

    assert outlines(pixels(view("coffee")), open_side) == ()


def test_a_box_at_the_edge_of_the_picture_is_found() -> None:
    after = boxed(view("chelsea"), (0, 0, 1279, 1279), label=False)

    assert len(outlines(pixels(view("chelsea")), pixels(after))) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("alpha", [1.0, 0.6])
def test_patches_of_colour_are_counted(name: str, alpha: float) -> None:
    before = view(name)
    over = before.copy()
    pen = ImageDraw.Draw(over)
    pen.ellipse((100, 100, 500, 600), fill="red")
    pen.rectangle((700, 700, 1200, 1100), fill="lime")

    after = repacked(Image.blend(before, over, alpha), 95)

    assert areas(pixels(before), pixels(after)) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_was_packed_again_has_no_patches(name: str) -> None:
    assert areas(pixels(view(name)), pixels(repacked(view(name)))) == 0


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(1, 24), st.floats(0, 1))
def test_pieces_are_whole_and_apart(seed: int, height: int, width: int, filled: float) -> None:
    area = np.random.default_rng(seed).random((height, width)) < filled

    found = pieces(area)

    owner = np.full(area.size, -1)
    for number, piece in enumerate(found):
        assert (owner[piece] == -1).all()
        owner[piece] = number
    grid = owner.reshape(area.shape)
    assert ((grid >= 0) == area).all()
    for one, other in ((grid[:, 1:], grid[:, :-1]), (grid[1:], grid[:-1])):
        both = (one >= 0) & (other >= 0)
        assert (one[both] == other[both]).all()
    assert all(_is_connected(grid == number) for number in range(len(found)))


def _is_connected(area: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    reached = np.zeros_like(area)
    reached.flat[int(np.flatnonzero(area)[0])] = True
    while True:
        grown = np.pad(reached, 1)
        grown = grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:] | reached
        grown &= area
        if (grown == reached).all():
            return bool((reached == area).all())
        reached = grown
