"""What size a result will have on this machine: the same functions plan and make the pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from wanflow.model.values import JsonValue, Size

# What `outpaint` without any parameter adds on the left and on the right.
DEFAULT_EXTENSION = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A larger canvas: its size, and where the original's top left corner stands in it."""

    size: Size
    left_px: int
    top_px: int


def extended(size: Size, arguments: Mapping[str, JsonValue]) -> Extension:
    """Say how `outpaint` and `pad` extend a picture.

    Args:
        size: of the original.
        arguments: `left`, `right`, `top`, `bottom` as fractions of the original's sides, or
            `aspect` as `W:H`, which extends one direction on both sides alike. Without any of
            them a quarter is added on the left and on the right.

    Returns:
        The new canvas, never smaller than the original in any direction.
    """
    aspect = arguments.get("aspect")
    if isinstance(aspect, str):
        return _to_ratio(size, aspect)
    given = {side: _fraction(arguments.get(side)) for side in ("left", "right", "top", "bottom")}
    if not any(given.values()):
        given["left"] = given["right"] = DEFAULT_EXTENSION
    left, right = (round(size.width_px * given[side]) for side in ("left", "right"))
    top, bottom = (round(size.height_px * given[side]) for side in ("top", "bottom"))
    canvas = Size(width_px=size.width_px + left + right, height_px=size.height_px + top + bottom)
    return Extension(size=canvas, left_px=left, top_px=top)


def _to_ratio(size: Size, aspect: str) -> Extension:
    width, _, height = aspect.partition(":")
    wanted = Fraction(int(width), int(height))
    if Fraction(size.width_px, size.height_px) < wanted:
        canvas = Size(width_px=round(size.height_px * wanted), height_px=size.height_px)
    else:
        canvas = Size(width_px=size.width_px, height_px=round(size.width_px / wanted))
    return Extension(
        size=canvas,
        left_px=(canvas.width_px - size.width_px) // 2,
        top_px=(canvas.height_px - size.height_px) // 2,
    )


def _fraction(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
