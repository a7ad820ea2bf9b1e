"""Where a picture stands within another that was made from it, and where that may have changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from wanflow.model.operation import Changes, SizeRule
from wanflow.model.values import JsonValue, Size
from wanflow.planning.geometry import cropped, extended

# Two ratios this near to each other show the same: models draw sizes in steps of pixels.
_SAME_RATIO = 0.02
_LEAST_PART = 0.1
# Subjects are seldom wider than this many times their height, and their shadows reach a little out.
_WIDTHS_PER_HEIGHT = 1.5
_MARGIN = 0.05
_USUAL_HEIGHT = 0.4
# A named part is a little over a third of each side that it names; here with a margin.
_ACROSS = {"left": (0.0, 0.45), "center": (0.15, 0.85), "right": (0.55, 1.0)}
_DOWN = {"top": (0.0, 0.45), "center": (0.15, 0.85), "bottom": (0.55, 1.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rectangle in fractions of a picture's sides; it may reach beyond the picture."""

    left: float
    top: float
    width: float
    height: float


WHOLE = Frame(left=0, top=0, width=1, height=1)


def frame_in(
    rule: SizeRule, before: Size, made: Size, arguments: Mapping[str, JsonValue]
) -> Frame | None:
    """Say where in a result the picture stands that it was made from.

    Args:
        rule: the operation's rule of sizes.
        before: size of the picture that went in.
        made: size of the result.
        arguments: of the step.

    Returns:
        The frame of `before` within the result; None if that cannot be told from the sizes, such
        as when the result has another ratio than the rule says.
    """
    if rule in {"same", "resized", "overlaid"}:
        return WHOLE if _alike(before, made) else None
    if rule in {"extended", "padded"}:
        canvas = extended(before, arguments)
        if not _alike(canvas.size, made):
            return None
        wide, tall = canvas.size.width_px, canvas.size.height_px
        return Frame(
            left=canvas.left_px / wide,
            top=canvas.top_px / tall,
            width=before.width_px / wide,
            height=before.height_px / tall,
        )
    if rule == "cropped":
        part = cropped(before, arguments)
        wide, tall = part.size.width_px, part.size.height_px
        return Frame(
            left=-part.left_px / wide,
            top=-part.top_px / tall,
            width=before.width_px / wide,
            height=before.height_px / tall,
        )
    return None


def within(inner: Frame, outer: Frame) -> Frame:
    """Say where a picture stands in a result, by its frame in a picture and that one's frame."""
    return Frame(
        left=outer.left + inner.left * outer.width,
        top=outer.top + inner.top * outer.height,
        width=inner.width * outer.width,
        height=inner.height * outer.height,
    )


def shared(frame: Frame) -> tuple[Frame, Frame] | None:
    """Say which part of the result and which part of the picture show the same.

    Returns:
        Both parts, each in fractions of its own picture; None if hardly anything is shared.
    """
    left, right = max(0.0, frame.left), min(1.0, frame.left + frame.width)
    top, bottom = max(0.0, frame.top), min(1.0, frame.top + frame.height)
    if min(right - left, bottom - top) < _LEAST_PART:
        return None
    part = Frame(left=left, top=top, width=right - left, height=bottom - top)
    return part, Frame(
        left=(left - frame.left) / frame.width,
        top=(top - frame.top) / frame.height,
        width=part.width / frame.width,
        height=part.height / frame.height,
    )


def meant_to_change(
    changes: Changes, arguments: Mapping[str, JsonValue], size: Size
) -> Frame | None:
    """Say which part of a picture a step may change, generously.

    Args:
        changes: the operation's rule.
        arguments: of the step.
        size: of the picture.

    Returns:
        The part in fractions of the picture; None where it is the whole picture, or where the
        step does not say.
    """
    match changes:
        case "anchor":
            return _band(str(arguments.get("anchor", "")))
        case "region":
            return _region(arguments.get("region"))
        case "at":
            return _foot(arguments, size)
        case _:
            return None


def _alike(one: Size, other: Size) -> bool:
    ratio = one.width_px * other.height_px / (one.height_px * other.width_px)
    return abs(ratio - 1) <= _SAME_RATIO


def _band(anchor: str) -> Frame | None:
    """Give the part of the height in which text stands; lines may be as wide as the picture."""
    if not anchor:
        return None
    words = anchor.split("-")
    if "top" in words:
        return Frame(left=0, top=0, width=1, height=0.5)
    if "bottom" in words:
        return Frame(left=0, top=0.5, width=1, height=0.5)
    return Frame(left=0, top=0.2, width=1, height=0.6)


def _region(wish: JsonValue) -> Frame | None:
    if isinstance(wish, Mapping):
        x, y, width, height = (_number(wish.get(key)) for key in ("x", "y", "width", "height"))
        return _cut(x, y, x + width, y + height, more=_MARGIN)
    if not isinstance(wish, str):
        return None
    across = down = (0.0, 1.0)
    for word in wish.split("-"):
        across, down = _ACROSS.get(word, across), _DOWN.get(word, down)
    return _cut(across[0], down[0], across[1], down[1])


def _foot(arguments: Mapping[str, JsonValue], size: Size) -> Frame | None:
    at = arguments.get("at")
    if not isinstance(at, Mapping):
        return None
    x, y = _number(at.get("x")), _number(at.get("y"))
    height = _number(arguments.get("height")) or _USUAL_HEIGHT
    half = _WIDTHS_PER_HEIGHT / 2 * height * size.height_px / size.width_px
    return _cut(x - half, y - height, x + half, y, more=_MARGIN)


def _cut(left: float, top: float, right: float, bottom: float, *, more: float = 0) -> Frame:
    left, top = max(0.0, left - more), max(0.0, top - more)
    right, bottom = min(1.0, right + more), min(1.0, bottom + more)
    return Frame(left=left, top=top, width=max(0.0, right - left), height=max(0.0, bottom - top))


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
