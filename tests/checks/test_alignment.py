"""Shift and zoom of one photograph against another are found, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.photographs import NAMES, pixels, repacked, view
from wanflow.checks.alignment import alignment
from wanflow.checks.sampling import resized

names = st.sampled_from(NAMES)
few = settings(deadline=None, max_examples=20)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("right", "down"), [(8, 0), (0, -8)])
def test_a_shift_of_eight_pixels_is_found_as_eight(name: str, right: int, down: int) -> None:
    after = repacked(view(name, right=right, down=down))

    found = alignment(pixels(view(name)), pixels(after))

    assert found is not None
    assert found.shift_px == pytest.approx(8, abs=0.5)
    assert (found.right_px, found.down_px) == pytest.approx((right, down), abs=0.5)
    assert found.zoom_percent == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("percent", [2, -2, 5])
def test_a_zoom_is_found_in_percent(name: str, percent: float) -> None:
    after = repacked(view(name, zoom=1 + percent / 100))

    found = alignment(pixels(view(name)), pixels(after))

    assert found is not None
    assert found.zoom_percent == pytest.approx(percent, abs=0.5)
    assert found.shift_px < 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quality", [70, 30])
def test_packing_a_picture_again_does_not_move_it(name: str, quality: int) -> None:
    found = alignment(pixels(view(name)), pixels(repacked(view(name), quality)))

    assert found is not None
    assert found.shift_px < 0.1
    assert abs(found.zoom_percent) < 0.05


@few
@given(name=names, right=st.floats(-60, 60), down=st.floats(-60, 60))
def test_any_shift_is_found(name: str, right: float, down: float) -> None:
    found = alignment(pixels(view(name)), pixels(view(name, right=right, down=down)))

    assert found is not None
    assert (found.right_px, found.down_px) == pytest.approx((right, down), abs=0.5)


@few
@given(name=names, zoom=st.floats(0.95, 1.06), right=st.floats(-24, 24), down=st.floats(-24, 24))
def test_any_zoom_is_found_beside_a_shift(
    name: str, zoom: float, right: float, down: float
) -> None:
    after = repacked(view(name, right=right, down=down, zoom=zoom))

    found = alignment(pixels(view(name)), pixels(after))

    assert found is not None
    assert found.zoom_percent == pytest.approx(100 * (zoom - 1), abs=0.5)
    assert (found.right_px, found.down_px) == pytest.approx((right, down), abs=1)


def test_the_picture_may_have_another_size() -> None:
    after = view("coffee", right=8).resize((640, 640))

    found = alignment(pixels(view("coffee")), pixels(after))

    assert found is not None
    assert found.right_px == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize(("one", "other"), [("astronaut", "coffee"), ("chelsea", "rocket")])
def test_pictures_that_share_nothing_have_no_alignment(one: str, other: str) -> None:
    assert alignment(pixels(view(one)), pixels(view(other))) is None


def test_what_has_no_details_has_no_alignment() -> None:
    grey = np.full((640, 640, 3), 128, dtype=np.uint8)

    assert alignment(grey, grey) is None
    assert alignment(grey, pixels(view("coffee"))) is None


def test_a_picture_of_a_few_pixels_has_no_alignment() -> None:
    tiny = np.zeros((8, 640, 3), dtype=np.uint8)

    assert alignment(tiny, tiny) is None


def test_half_a_picture_may_change_without_the_rest_moving() -> None:
    after = pixels(view("chelsea", right=8)).copy()
    after[:, 640:] = pixels(view("rocket"))[:, 640:]
    changed = np.zeros((2, 2), dtype=np.bool_)
    changed[:, 1] = True

    found = alignment(pixels(view("chelsea")), after, ignored=changed)

    assert found is not None
    assert found.right_px == pytest.approx(8, abs=0.5)


def test_a_picture_that_is_ignored_everywhere_has_no_alignment() -> None:
    cat = pixels(view("chelsea"))

    assert alignment(cat, cat, ignored=np.ones((1, 1), dtype=np.bool_)) is None


def test_a_corner_that_changed_does_not_count() -> None:
    after = pixels(view("astronaut", right=8)).copy()
    after[:640, :640] = pixels(view("coffee"))[:640, :640]

    found = alignment(pixels(view("astronaut")), after)

    assert found is not None
    assert found.right_px == pytest.approx(8, abs=0.5)
    assert found.zoom_percent == pytest.approx(0, abs=0.5)


@few
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    tall=st.integers(1, 60),
    wide=st.integers(1, 60),
)
def test_resizing_keeps_the_mean(height: int, width: int, tall: int, wide: int) -> None:
    rng = np.random.default_rng(height * 41 + width)
    values = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)

    result = resized(values, (tall, wide))

    assert result.shape == (tall, wide, 3)
    assert result.mean() == pytest.approx(values.mean(), abs=0.01)
    assert values.min() - 0.01 <= result.min() <= result.max() <= values.max() + 0.01


def test_a_grey_corner_has_no_say() -> None:
    before, after = pixels(view("rocket")).copy(), pixels(view("rocket", right=8)).copy()
    for picture in (before, after):
        picture[:700, :700] = 90

    found = alignment(before, after)

    assert found is not None
    assert found.right_px == pytest.approx(8, abs=0.5)
