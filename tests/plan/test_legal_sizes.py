import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.model.card import SizeLimits
from wanflow.model.recipe import Ratio
from wanflow.model.values import Size
from wanflow.plan.legal_sizes import (
    default_model_size,
    is_legal,
    is_legal_ratio,
    nearest_legal,
    size_for_ratio,
)

WAN = SizeLimits(
    area_min_px=768 * 768, area_max_px=1280 * 1280, ratio_min=0.25, ratio_max=4, multiple_px=16
)
CONTRADICTION = SizeLimits(
    area_min_px=100, area_max_px=101, ratio_min=0.25, ratio_max=4, multiple_px=16
)
SIDES = st.integers(1, 9000)
SIZES = st.builds(lambda w, h: Size(width_px=w, height_px=h), SIDES, SIDES)
RATIOS = st.builds(lambda w, h: Ratio(width=w, height=h), st.integers(1, 99), st.integers(1, 99))
LIMITS = st.builds(
    lambda low, more, ratio, step: SizeLimits(
        area_min_px=low,
        area_max_px=round(low * more),
        ratio_min=1 / ratio,
        ratio_max=ratio,
        multiple_px=step,
    ),
    st.integers(500 * 500, 2000 * 2000),
    st.floats(1.5, 5),
    st.floats(2, 8),
    st.sampled_from([1, 8, 16, 32]),
)


def size(width: int, height: int) -> Size:
    return Size(width_px=width, height_px=height)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ((1, 1), size(1280, 1280)),
        ((16, 9), size(1696, 960)),
        ((9, 16), size(960, 1696)),
        ((4, 3), size(1472, 1104)),
        ((4, 1), size(2560, 640)),
        ((9, 1), size(2560, 640)),
    ],
)
def test_a_ratio_becomes_the_largest_legal_size(ratio: tuple[int, int], expected: Size) -> None:
    assert size_for_ratio(Ratio(width=ratio[0], height=ratio[1]), WAN) == expected


@given(ratio=RATIOS)
@settings(deadline=None, max_examples=60)
def test_the_size_of_a_legal_ratio_is_within_one_percent_of_it(ratio: Ratio) -> None:
    found = size_for_ratio(ratio, WAN)

    assert is_legal(found, WAN)
    assert found.width_px % 16 == found.height_px % 16 == 0
    if is_legal_ratio(ratio, WAN):
        asked = ratio.width / ratio.height
        assert found.width_px / found.height_px == pytest.approx(asked, rel=0.0101)


@given(ratio=RATIOS)
@settings(deadline=None, max_examples=60)
def test_no_exact_size_of_the_ratio_is_larger(ratio: Ratio) -> None:
    found = size_for_ratio(ratio, WAN)

    for k in range(1, 200):
        exact = size(ratio.width * 16 * k, ratio.height * 16 * k)
        if is_legal(exact, WAN):
            assert exact.width_px * exact.height_px <= found.width_px * found.height_px


def test_coarse_steps_give_the_nearest_ratio_that_there_is() -> None:
    coarse = SizeLimits(
        area_min_px=1, area_max_px=512 * 512, ratio_min=0.25, ratio_max=4, multiple_px=256
    )

    assert size_for_ratio(Ratio(width=7, height=4), coarse) == size(512, 256)


@given(wish=SIZES)
@settings(deadline=None)
def test_the_nearest_legal_size_is_legal_and_that_of_a_legal_one_is_itself(wish: Size) -> None:
    found = nearest_legal(wish, WAN)

    assert is_legal(found, WAN)
    assert nearest_legal(found, WAN) == found
    if is_legal(wish, WAN):
        assert found == wish


@given(wish=SIZES, limits=LIMITS)
@settings(deadline=None)
def test_any_sensible_card_has_a_nearest_legal_and_a_default_size(
    wish: Size, limits: SizeLimits
) -> None:
    assert is_legal(nearest_legal(wish, limits), limits)
    assert is_legal(default_model_size(wish, limits), limits)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (size(1920, 1080), size(1696, 960)),
        (size(1080, 1920), size(960, 1696)),
        (size(500, 500), size(768, 768)),
        (size(700, 400), size(1008, 592)),
        (size(400, 700), size(592, 1008)),
        (size(10, 4000), size(384, 1536)),
        (size(1344, 576), size(1344, 576)),
    ],
)
def test_an_illegal_size_keeps_its_ratio_as_far_as_may_be(wish: Size, expected: Size) -> None:
    assert nearest_legal(wish, WAN) == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (size(4000, 3000), size(1472, 1104)),
        (size(512, 512), size(1280, 1280)),
        (size(1600, 900), size(1696, 960)),
        (size(100, 5000), size(640, 2560)),
    ],
)
def test_without_a_size_the_last_picture_gives_the_ratio(last: Size, expected: Size) -> None:
    assert default_model_size(last, WAN) == expected


@pytest.mark.parametrize(
    ("wish", "legal"),
    [
        (size(1280, 1280), True),
        (size(1281, 1280), False),
        (size(768, 768), True),
        (size(768, 767), False),
        (size(2560, 640), True),
        (size(2564, 639), False),
    ],
)
def test_area_and_ratio_decide_what_is_legal(wish: Size, *, legal: bool) -> None:
    assert is_legal(wish, WAN) is legal


def test_a_ratio_outside_the_limits_is_not_legal() -> None:
    assert not is_legal_ratio(Ratio(width=9, height=2), WAN)


def test_a_card_without_any_legal_size_is_said_to_contradict_itself() -> None:
    with pytest.raises(ValueError, match="no size in steps of 16 pixels"):
        size_for_ratio(Ratio(width=1, height=1), CONTRADICTION)
    with pytest.raises(ValueError, match="no size in steps of 16 pixels"):
        nearest_legal(size(9, 9), CONTRADICTION)


def test_a_card_whose_areas_lie_between_two_steps_is_said_to_contradict_itself() -> None:
    between = SizeLimits(
        area_min_px=1000, area_max_px=1001, ratio_min=0.9, ratio_max=1.1, multiple_px=16
    )

    with pytest.raises(ValueError, match="no size in steps of 16 pixels"):
        nearest_legal(size(9, 9), between)
