"""Which sizes a model takes, and which of them is meant."""

import math
from collections.abc import Iterator
from fractions import Fraction

from wanflow.model.card import SizeLimits
from wanflow.model.recipe import Ratio
from wanflow.model.values import Size

# How far off a wished ratio a size may be for the sake of round sides.
_RATIO_TOLERANCE = Fraction(1, 100)


def is_legal(size: Size, limits: SizeLimits) -> bool:
    """Say whether a model takes a size; it need not be a multiple of anything."""
    area = size.width_px * size.height_px
    fits = limits.area_min_px <= area <= limits.area_max_px and _sides_fit(size, limits)
    return fits and _ratio_fits(size, limits)


def is_legal_ratio(ratio: Ratio, limits: SizeLimits) -> bool:
    """Say whether a model takes sizes of a ratio."""
    return limits.ratio_min <= ratio.width / ratio.height <= limits.ratio_max


def size_for_ratio(ratio: Ratio, limits: SizeLimits) -> Size:
    """Give the largest legal size of a ratio, both sides multiples of the card's step.

    Round sides rarely meet a ratio exactly, so one percent off is allowed: 16:9 is 1696*960 on
    a card with steps of 16 and at most 1280*1280 pixels. A ratio outside the limits is brought to
    the nearest within.

    Raises:
        ValueError: no multiple of the step is legal, so the card contradicts itself.
    """
    wanted = _legal_ratio(Fraction(ratio.width, ratio.height), limits)
    legal = [size for size in _near_ratio(wanted, limits) if is_legal(size, limits)]
    if not legal:
        raise _no_legal_size(limits)
    nearest = min(_off(size, wanted) for size in legal)
    enough = max(nearest, _RATIO_TOLERANCE)
    near = [size for size in legal if _off(size, wanted) <= enough]
    return max(near, key=lambda size: (size.width_px * size.height_px, -_off(size, wanted)))


def nearest_legal(size: Size, limits: SizeLimits) -> Size:
    """Give a legal size close to another: itself if it is legal.

    Otherwise ratio and area are brought to the nearest within the limits, and the sides to
    multiples of the card's step.

    Raises:
        ValueError: no multiple of the step is legal, so the card contradicts itself.
    """
    if is_legal(size, limits):
        return size
    ratio = _legal_ratio(Fraction(size.width_px, size.height_px), limits)
    return _around(size.width_px * size.height_px, ratio, limits)


def default_model_size(last: Size, limits: SizeLimits, *, tier: str | None = None) -> Size:
    """Predict the size of a model's result when none is asked for.

    Args:
        last: size of the last picture; its ratio is kept as far as the limits allow.
        limits: of the model.
        tier: a name of the card that stands for an area, such as `2K`.

    Raises:
        ValueError: no multiple of the step is legal, so the card contradicts itself.

    Source:
        The pages document an area (about 1280*1280 for wan2.5) and the ratio of the last picture,
        not how a size is rounded; where they do, it is to multiples of 16.
    """
    ratio = _legal_ratio(Fraction(last.width_px, last.height_px), limits)
    area_px = limits.tiers.get(tier or "", limits.default_area_px)
    return _around(area_px, ratio, limits)


def _around(area_px: int, ratio: Fraction, limits: SizeLimits) -> Size:
    area = min(max(area_px, limits.area_min_px), limits.area_max_px)
    step = limits.multiple_px
    size = Size(
        width_px=_to_step(math.sqrt(area * ratio), step),
        height_px=_to_step(math.sqrt(area / ratio), step),
    )
    while (
        size.width_px * size.height_px > limits.area_max_px
        or not _ratio_fits(size, limits)
        or max(size.width_px, size.height_px) > (limits.side_max_px or math.inf)
    ):
        size = _with_longer(size, -step)
        if min(size.width_px, size.height_px) < step:
            raise _no_legal_size(limits)
    while size.width_px * size.height_px < limits.area_min_px or _too_narrow(size, limits):
        size = _with_shorter(size, step)
    if not is_legal(size, limits):
        raise _no_legal_size(limits)
    return size


def _near_ratio(wanted: Fraction, limits: SizeLimits) -> Iterator[Size]:
    step = limits.multiple_px
    by_area = math.isqrt(math.ceil(limits.area_max_px * max(wanted, 1 / wanted))) + step
    longest = min(by_area, limits.side_max_px or by_area)
    for side in range(step, longest + 1, step):
        yield Size(width_px=side, height_px=_to_step(side / wanted, step))
        yield Size(width_px=_to_step(side * wanted, step), height_px=side)


def _with_longer(size: Size, by_px: int) -> Size:
    if size.width_px >= size.height_px:
        return Size(width_px=size.width_px + by_px, height_px=size.height_px)
    return Size(width_px=size.width_px, height_px=size.height_px + by_px)


def _with_shorter(size: Size, by_px: int) -> Size:
    if size.width_px < size.height_px:
        return Size(width_px=size.width_px + by_px, height_px=size.height_px)
    return Size(width_px=size.width_px, height_px=size.height_px + by_px)


def _legal_ratio(ratio: Fraction, limits: SizeLimits) -> Fraction:
    return min(max(ratio, Fraction(limits.ratio_min)), Fraction(limits.ratio_max))


def _ratio_fits(size: Size, limits: SizeLimits) -> bool:
    return limits.ratio_min <= size.width_px / size.height_px <= limits.ratio_max


def _sides_fit(size: Size, limits: SizeLimits) -> bool:
    longest = max(size.width_px, size.height_px)
    return longest <= (limits.side_max_px or longest) and not _too_narrow(size, limits)


def _too_narrow(size: Size, limits: SizeLimits) -> bool:
    return min(size.width_px, size.height_px) < (limits.side_min_px or 1)


def _off(size: Size, wanted: Fraction) -> Fraction:
    return abs(Fraction(size.width_px, size.height_px) / wanted - 1)


def _to_step(length: float | Fraction, step_px: int) -> int:
    return max(1, round(length / step_px)) * step_px


def _no_legal_size(limits: SizeLimits) -> ValueError:
    return ValueError(f"no size in steps of {limits.multiple_px} pixels is within {limits}")
