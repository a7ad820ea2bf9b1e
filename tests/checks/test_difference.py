"""What stayed, what changed, and what is one flat colour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.photographs import NAMES, pixels, repacked, view
from wanflow.checks.alignment import alignment
from wanflow.checks.difference import (
    alike,
    border_percent,
    difference,
    flat_percent,
    identical,
)
from wanflow.checks.sampling import from_bytes


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_was_packed_again_is_kept_whole(name: str) -> None:
    found = alike(difference(pixels(view(name)), pixels(repacked(view(name)))))

    assert found is not None
    assert found.alike_percent == 100
    assert found.mean_level < 4


@pytest.mark.parametrize("name", NAMES)
def test_what_only_moved_is_kept_once_it_is_laid_back(name: str) -> None:
    before, after = pixels(view(name)), pixels(view(name, right=8, zoom=1.02))

    as_it_is = alike(difference(before, after))
    laid_back = alike(difference(before, after, alignment(before, after)))

    assert as_it_is is not None
    assert laid_back is not None
    assert laid_back.alike_percent > 99
    assert as_it_is.alike_percent < laid_back.alike_percent


@settings(deadline=None, max_examples=20)
@given(name=st.sampled_from(NAMES), column=st.integers(2, 14), rows=st.integers(2, 14))
def test_a_patch_is_counted_where_it_is(name: str, column: int, rows: int) -> None:
    before = pixels(view(name))
    after = before.copy()
    after[: rows * 80, : column * 80] ^= 255
    patch = np.zeros((16, 16), dtype=np.bool_)
    patch[:rows, :column] = True

    found = difference(before, after)

    outside, everywhere = alike(found, ~patch), alike(found)
    assert outside is not None
    assert everywhere is not None
    assert outside.alike_percent == 100
    # Where a channel is at the middle of its range, turning it over changes little.
    assert everywhere.alike_percent == pytest.approx(100 - 100 * rows * column / 256, abs=12)


def test_without_a_place_to_look_there_is_no_share() -> None:
    cup = pixels(view("coffee"))

    assert alike(difference(cup, cup), np.zeros((4, 4), dtype=np.bool_)) is None


def test_one_pixel_makes_a_picture_another() -> None:
    cup = pixels(view("coffee"))
    other = cup.copy()
    other[700, 3, 1] ^= 1

    assert identical(cup, cup.copy())
    assert not identical(cup, other)
    assert not identical(cup, cup[:640])


def test_a_flat_picture_is_told_from_a_photograph() -> None:
    grey = np.full((900, 700, 3), (90, 120, 30), dtype=np.uint8)

    assert flat_percent(grey) == 100
    assert flat_percent(pixels(view("chelsea"))) < 50


def test_a_white_border_is_told_from_another() -> None:
    framed = np.full((1000, 800, 3), 255, dtype=np.uint8)
    framed[100:-100, 100:-100] = 30

    assert border_percent(framed) == 100
    assert border_percent(framed, (30, 30, 30)) == 0
    assert border_percent(pixels(view("coffee"))) < 20


def test_bytes_are_taken_row_by_row() -> None:
    found = from_bytes(bytes(range(12)), width_px=2, height_px=2)

    assert found[1, 0].tolist() == [6, 7, 8]
    with pytest.raises(ValueError, match="reshape"):
        from_bytes(bytes(11), width_px=2, height_px=2)
