import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.loading import catalogue, length_problems, nearest_size
from wanflow.loading.wishes import seconds, size_wish
from wanflow.model.card import SizeLimits
from wanflow.model.recipe import Ratio
from wanflow.model.values import JsonValue, Size

_LIMITS = SizeLimits(
    area_min_px=768 * 768, area_max_px=1280 * 1280, ratio_min=0.25, ratio_max=4.0, multiple_px=16
)


@given(width=st.integers(1, 99_999), height=st.integers(1, 99_999))
@settings(deadline=None)
def test_the_nearest_size_is_legal(width: int, height: int) -> None:
    size = nearest_size(Size(width_px=width, height_px=height), _LIMITS)

    assert _LIMITS.area_min_px <= size.width_px * size.height_px <= _LIMITS.area_max_px
    assert _LIMITS.ratio_min <= size.width_px / size.height_px <= _LIMITS.ratio_max


@given(width=st.integers(1, 99_999), height=st.integers(1, 99_999))
@settings(deadline=None)
def test_a_legal_size_is_its_own_nearest(width: int, height: int) -> None:
    legal = nearest_size(Size(width_px=width, height_px=height), _LIMITS)

    assert nearest_size(legal, _LIMITS) == legal


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ("1280*720", "1280*720"),
        ("1344*576", "1344*576"),
        ("1920*1080", "1696*954"),
        ("4096*4096", "1280*1280"),
        ("512*512", "768*768"),
        ("64*36", "1024*576"),
        ("1000*1", "1536*384"),
    ],
)
def test_a_plain_ratio_is_kept(size: str, nearest: str) -> None:
    wish = size_wish(size)

    assert isinstance(wish, Size)
    assert str(nearest_size(wish, _LIMITS)) == nearest


def test_a_ratio_gives_way_where_no_size_of_it_is_legal() -> None:
    tight = SizeLimits(
        area_min_px=1000 * 1000, area_max_px=1010 * 1010, ratio_min=0.5, ratio_max=2, multiple_px=4
    )

    size = nearest_size(Size(width_px=61, height_px=64), tight)

    assert 1000 * 1000 <= size.width_px * size.height_px <= 1010 * 1010
    assert size.width_px % 4 == 0


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("1280*720", Size(width_px=1280, height_px=720)),
        ("16:9", Ratio(width=16, height=9)),
        ("1280x720", None),
        ("0*1", None),
        ("16:9 ", None),
        ("", None),
        ("100000*1", None),
    ],
)
def test_a_size_is_read(text: str, wish: Size | Ratio | None) -> None:
    assert size_wish(text) == wish


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (90, 90.0),
        (0.5, 0.5),
        ("90s", 90.0),
        ("5m", 300.0),
        ("1.5h", 5400.0),
        ("250ms", 0.25),
        ("90", None),
        (True, None),
        (None, None),
    ],
)
def test_a_time_is_read(value: JsonValue, found: float | None) -> None:
    assert seconds(value) == found


def test_a_rendered_prompt_beyond_the_limit_is_a_warning() -> None:
    card = catalogue().models["wan2.5-i2i-preview"]

    found = length_problems("图" * 2001, "x" * 501, card)

    assert [(one.code, one.severity) for one in found] == [
        ("prompt-too-long", "warning"),
        ("negative-prompt-too-long", "warning"),
    ]
    assert length_problems("图" * 2000, None, card) == ()


@pytest.mark.parametrize("model", [n for n, c in catalogue().models.items() if c.size])
@given(width=st.integers(1, 99_999), height=st.integers(1, 99_999))
@settings(deadline=None, max_examples=60)
def test_every_model_has_a_nearest_size_within_its_limits(
    model: str, width: int, height: int
) -> None:
    limits = catalogue().models[model].size
    assert limits is not None

    size = nearest_size(Size(width_px=width, height_px=height), limits)

    sides = (size.width_px, size.height_px)
    assert limits.area_min_px <= size.width_px * size.height_px <= limits.area_max_px
    assert limits.ratio_min <= size.width_px / size.height_px <= limits.ratio_max
    assert (limits.side_min_px or 1) <= min(sides)
    assert max(sides) <= (limits.side_max_px or max(sides))
