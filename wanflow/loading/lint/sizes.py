"""Sizes: within the area and the ratio that the model allows."""

from collections.abc import Iterator
from math import ceil, gcd, isqrt, sqrt

from wanflow.errors import Problem
from wanflow.loading.near import listed
from wanflow.loading.view import RecipeView, words
from wanflow.loading.wishes import size_wish
from wanflow.model.card import ModelCard, SizeLimits
from wanflow.model.recipe import Ratio, Tier
from wanflow.model.values import Size

# A ratio with larger terms than this is an accident of pixels, not a wish.
_PLAIN_TERM = 64


def size_problems(view: RecipeView) -> Iterator[Problem]:
    """Find sizes that the model refuses, each place once, and say the nearest that it takes."""
    told: set[str] = set()
    for step in view.steps:
        card, text = view.card(step), words(step.get("size"))
        place = step.place("size")
        wish = size_wish(text) if text is not None else None
        if card is None or card.size is None or wish is None or place in told:
            continue
        if isinstance(wish, Tier):
            no = _no_such_name(wish, card, card.size)
            if no is not None:
                told.add(place)
                yield view.problem("unknown-size", no[0], place, hint=no[1])
            continue
        said = _wrong(wish, card.size)
        if said is not None:
            told.add(place)
            code, message = said
            nearest = _nearest(wish, card.size)
            hint = f"the nearest that it takes is '{nearest}'"
            fix = view.edit.text(place, nearest)
            yield view.problem(code, f"{message} for '{card.name}'", place, hint=hint, fix=fix)


def _no_such_name(wish: Tier, card: ModelCard, limits: SizeLimits) -> tuple[str, str] | None:
    """Say (message, hint) of a name that the model does not know, or not for edits."""
    usable = [name for name in limits.tiers if name not in limits.tiers_without_pictures]
    if wish.name in usable:
        return None
    hint = f"write {listed(usable)}, or a size in pixels" if usable else "write it in pixels"
    if wish.name in limits.tiers:
        return f"'{card.name}' takes '{wish}' only of requests without a picture", hint
    return f"'{card.name}' knows no size '{wish}'", hint


def nearest_size(size: Size, limits: SizeLimits) -> Size:
    """Give the legal size that is nearest to another: its ratio first, then its area.

    Args:
        size: any size.
        limits: of the model; they leave room for at least one size.

    Returns:
        The size itself if it is legal; otherwise one of the same ratio where that is legal and
        plain (such as 16:9), else with sides that are multiples of the model's step.
    """
    if _legal(size, limits):
        return size
    width, height = size.width_px, size.height_px
    ratio = min(max(width / height, limits.ratio_min), limits.ratio_max)
    area = _within_sides(
        min(max(width * height, limits.area_min_px), limits.area_max_px), ratio, limits
    )
    shared = gcd(width, height)
    terms = (width // shared, height // shared)
    if ratio == width / height and max(terms) <= _PLAIN_TERM:
        times = isqrt(area // (terms[0] * terms[1]))
        for count in (times, times + 1):
            exact = Size(width_px=terms[0] * count, height_px=terms[1] * count)
            if _legal(exact, limits):
                return exact
    return _stepped(ratio, area, limits)


def _within_sides(area: int, ratio: float, limits: SizeLimits) -> int:
    """Bring an area to where, in that ratio, no side is too long or too short."""
    long_by_short = max(ratio, 1 / ratio)
    if limits.side_max_px is not None:
        area = min(area, int(limits.side_max_px**2 / long_by_short))
    return max(area, ceil((limits.side_min_px or 1) ** 2 * long_by_short))


def _stepped(ratio: float, area: int, limits: SizeLimits) -> Size:
    step = limits.multiple_px
    across, down = sqrt(area * ratio) / step, sqrt(area / ratio) / step
    near = [(int(across) + dx, int(down) + dy) for dx in (-1, 0, 1, 2) for dy in (-1, 0, 1, 2)]
    # At an extreme ratio one step of the shorter side is worth several of the longer one.
    near += [(one, int(one / ratio) + dy) for one, _ in near for dy in (0, 1)]
    near += [(int(one * ratio) + dx, one) for _, one in near for dx in (0, 1)]
    sizes = [Size(width_px=max(w, 1) * step, height_px=max(h, 1) * step) for w, h in near]
    legal = [size for size in sizes if _legal(size, limits)]
    return min(
        legal,
        key=lambda size: (
            abs(size.width_px / size.height_px / ratio - 1)
            + abs(size.width_px * size.height_px / area - 1)
        ),
    )


def _legal(size: Size, limits: SizeLimits) -> bool:
    area, ratio = size.width_px * size.height_px, size.width_px / size.height_px
    within = limits.area_min_px <= area <= limits.area_max_px and _sides_fit(size, limits)
    return within and limits.ratio_min <= ratio <= limits.ratio_max


def _sides_fit(size: Size, limits: SizeLimits) -> bool:
    shortest, longest = sorted((size.width_px, size.height_px))
    most = longest if limits.side_max_px is None else limits.side_max_px
    return (limits.side_min_px or 1) <= shortest and longest <= most


def _wrong(wish: Size | Ratio, limits: SizeLimits) -> tuple[str, str] | None:
    width, height = _sides(wish)
    if not limits.ratio_min <= width / height <= limits.ratio_max:
        return "size-ratio", (
            f"the ratio of {wish} is outside {_ratio(limits.ratio_min)} to "
            f"{_ratio(limits.ratio_max)}, the limits"
        )
    if isinstance(wish, Size) and not _sides_fit(wish, limits):
        return "size-sides", (
            f"each side of {wish} must have {limits.side_min_px} to {limits.side_max_px} pixels"
        )
    if isinstance(wish, Size) and not _legal(wish, limits):
        return "size-area", (
            f"{wish} has {width * height:,} pixels, and {limits.area_min_px:,} to "
            f"{limits.area_max_px:,} are the limits"
        )
    return None


def _nearest(wish: Size | Ratio, limits: SizeLimits) -> str:
    width, height = _sides(wish)
    if isinstance(wish, Size):
        return str(nearest_size(wish, limits))
    return _ratio(limits.ratio_max if width > height else limits.ratio_min)


def _sides(wish: Size | Ratio) -> tuple[int, int]:
    if isinstance(wish, Size):
        return wish.width_px, wish.height_px
    return wish.width, wish.height


def _ratio(value: float) -> str:
    return f"{value:g}:1" if value >= 1 else f"1:{1 / value:g}"
