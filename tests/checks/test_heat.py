"""The map of what changed: nothing where only the whole moved, hot where something is new."""

import numpy as np
import pytest
from PIL import Image

from wanflow.checks.difference import alike, difference
from wanflow.checks.heat import ALIKE, APART, STEPS, heat
from wanflow.checks.sampling import Pixels


def _photo(width: int = 640, height: int = 480) -> Pixels:
    grain = np.random.default_rng(7).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(grain).resize((width, height), Image.Resampling.BICUBIC))


def _plane(
    levels: bytes, width: int, height: int
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.frombuffer(levels, dtype=np.uint8).reshape(height, width)


def test_the_same_picture_has_no_heat() -> None:
    found = heat(_photo(), _photo())

    assert found is not None
    assert (found.width_px, found.height_px) == (320, 240)
    assert set(found.levels) == {ALIKE}
    assert found.percent == 0


def test_what_is_new_is_hot_where_it_stands() -> None:
    before, after = _photo(), _photo().copy()
    after[100:200, 300:440] = 255 - after[100:200, 300:440]

    found = heat(before, after)

    assert found is not None
    plane = _plane(found.levels, found.width_px, found.height_px)
    rows, columns = np.nonzero(plane)
    assert 49 <= rows.min() <= 56
    assert 94 <= rows.max() <= 101
    assert 149 <= columns.min() <= 156
    assert 214 <= columns.max() <= 221
    assert plane.max() <= len(STEPS)


def test_what_has_only_moved_is_no_change_and_its_rim_is_not_comparable() -> None:
    large = _photo(700, 520)
    before, after = large[20:500, 20:660], large[20:500, 28:668]

    found = heat(before, after)

    assert found is not None
    plane = _plane(found.levels, found.width_px, found.height_px)
    assert found.percent < 1
    apart = np.unique(np.nonzero(plane == APART)[1])
    assert 3 <= apart.size <= 6
    assert apart.max() < 8 or apart.min() >= 312


def test_it_says_what_the_measure_of_what_is_kept_says() -> None:
    before, after = _photo(), _photo().copy()
    after[50:150, 50:350] = (200, 30, 30)

    found, share = heat(before, after), alike(difference(before, after))

    assert found is not None
    assert share is not None
    assert found.percent == pytest.approx(100 - share.alike_percent, abs=0.2)


def test_in_a_wider_picture_the_old_one_is_looked_for() -> None:
    before = _photo(480, 480)
    wide = np.full((480, 854, 3), 120, dtype=np.uint8)
    wide[:, 187:667] = before

    found = heat(before, wide)

    assert found is not None
    plane = _plane(found.levels, found.width_px, found.height_px)
    assert (plane[:, :60] == APART).all()
    assert (plane[:, 80:240] == ALIKE).mean() > 0.99
    assert (plane[:, -60:] == APART).all()


def test_a_picture_that_is_not_in_it_has_no_map() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 600, 3), dtype=np.uint8)

    assert heat(noise, np.zeros((480, 480, 3), dtype=np.uint8)) is None
