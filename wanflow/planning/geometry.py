"""What size a result will have on this machine: the same functions plan and make the pictures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from wanflow.model.operation import SizeRule
from wanflow.model.values import JsonValue, Size

# What `outpaint` without any parameter adds on the left and on the right.
DEFAULT_EXTENSION = 0.25
# What `grid` leaves between its cells.
DEFAULT_GAP_PX = 16
_SIDES = ("left", "right", "top", "bottom")
# What `upscale` multiplies both sides by when nothing is said.
DEFAULT_FACTOR = 2
# Larger pictures are not made on this machine.
MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A larger canvas: its size, and where the original's top left corner stands in it."""

    size: Size
    left_px: int
    top_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a picture: its size, and where its top left corner stands in the whole."""

    size: Size
    left_px: int
    top_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Pictures in rows: the size of all, of one cell, and how the cells stand."""

    size: Size
    cell: Size
    columns: int
    gap_px: int


def result_size(
    rule: SizeRule,
    sizes: Sequence[Size],
    arguments: Mapping[str, JsonValue],
    *,
    asked: Size | None,
    of: Literal["first", "last"],
) -> Size:
    """Say what size a result has that is made on this machine.

    Args:
        rule: the operation's.
        sizes: of its pictures as they are seen, in their order; at least one.
        arguments: what stands under the step's `with`, valid by the operation's `params`.
        asked: the step's `size`. `same`, `extended` and `upscaled` go by it; the others are
            exact pixel work, whose arguments alone say the size.
        of: which picture the rule starts from.
    """
    picture = sizes[0] if of == "first" else sizes[-1]
    match rule:
        case "same":
            size = asked or picture
        case "extended":
            size = asked or extended(picture, arguments).size
        case "padded":
            size = extended(picture, arguments).size
        case "cropped":
            size = cropped(picture, arguments).size
        case "resized":
            size = resized(picture, arguments)
        case "turned":
            size = turned(picture, arguments)
        case "overlaid":
            size = picture
        case "upscaled":
            size = asked or upscaled(picture, arguments)
        case _:  # gridded
            size = gridded(picture, len(sizes), arguments).size
    return size


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
    given = extension_fractions(size, arguments) or {}
    left, right = (round(size.width_px * given[side]) for side in ("left", "right"))
    top, bottom = (round(size.height_px * given[side]) for side in ("top", "bottom"))
    canvas = Size(width_px=size.width_px + left + right, height_px=size.height_px + top + bottom)
    return Extension(size=canvas, left_px=left, top_px=top)


def extension_fractions(
    size: Size | None, arguments: Mapping[str, JsonValue]
) -> Mapping[str, float] | None:
    """Say by which fractions of its sides `outpaint` extends a picture, exactly.

    Args:
        size: of the original; only `aspect` needs it.
        arguments: as for `extended`.

    Returns:
        `left`, `right`, `top` and `bottom`; None if that cannot be told without a size.
    """
    aspect = arguments.get("aspect")
    if isinstance(aspect, str):
        if size is None:
            return None
        more = _ratio(aspect) / Fraction(size.width_px, size.height_px)
        across, down = (more - 1) / 2, (1 / more - 1) / 2
        beside, above = float(max(across, Fraction(0))), float(max(down, Fraction(0)))
        return {"left": beside, "right": beside, "top": above, "bottom": above}
    given = {side: _fraction(arguments.get(side)) for side in _SIDES}
    if not any(given.values()):
        given["left"] = given["right"] = DEFAULT_EXTENSION
    return given


def cropped(size: Size, arguments: Mapping[str, JsonValue]) -> Box:
    """Say which part of a picture `crop` keeps.

    Args:
        size: of the picture.
        arguments: `region` as [x, y, width, height] in fractions, cut off where it leaves the
            picture; or `aspect` as `W:H` with `anchor`. Without either it is the whole picture.

    Returns:
        A part at least 1 pixel wide and high, within the picture.
    """
    region, aspect = arguments.get("region"), arguments.get("aspect")
    if isinstance(region, Sequence) and not isinstance(region, str):
        x, y, width, height = (_fraction(value) for value in region)
        left, right = _stretch(x, width, size.width_px)
        top, bottom = _stretch(y, height, size.height_px)
        part = Size(width_px=right - left, height_px=bottom - top)
        return Box(size=part, left_px=left, top_px=top)
    part = _largest_within(size, _ratio(aspect)) if isinstance(aspect, str) else size
    anchor = str(arguments.get("anchor", "center"))
    return Box(
        size=part,
        left_px=_aside(anchor, ("left", "right"), size.width_px - part.width_px),
        top_px=_aside(anchor, ("top", "bottom"), size.height_px - part.height_px),
    )


def resized(size: Size, arguments: Mapping[str, JsonValue]) -> Size:
    """Say what `resize` makes of a picture's size.

    Args:
        size: of the picture.
        arguments: `factor`, or `longest` in pixels, or `width` and `height` in pixels, of which
            one alone keeps the ratio. Without any of them the size stays.
    """
    width, height = arguments.get("width"), arguments.get("height")
    if "factor" in arguments:
        scale = Fraction(_fraction(arguments["factor"]))
    elif "longest" in arguments:
        longest = max(size.width_px, size.height_px)
        scale = Fraction(_whole(arguments["longest"]), longest)
    elif width is not None and height is not None:
        return Size(width_px=_whole(width), height_px=_whole(height))
    elif width is not None:
        scale = Fraction(_whole(width), size.width_px)
    elif height is not None:
        scale = Fraction(_whole(height), size.height_px)
    else:
        return size
    return _scaled(size, scale)


def upscaled(size: Size, arguments: Mapping[str, JsonValue]) -> Size:
    """Say what `upscale` makes of a picture's size: both sides times `factor`, by default twice."""
    return resized(size, {"factor": arguments.get("factor", DEFAULT_FACTOR)})


def turned(size: Size, arguments: Mapping[str, JsonValue]) -> Size:
    """Say what `rotate` makes of a picture's size: a quarter turn by `degrees` swaps the sides."""
    if _fraction(arguments.get("degrees")) % 180:
        return Size(width_px=size.height_px, height_px=size.width_px)
    return size


def overlaid(base: Size, overlay: Size, arguments: Mapping[str, JsonValue]) -> Box:
    """Say how large `overlay` lays a picture over another, and where; it may reach beyond it.

    Args:
        base: size of the lower picture, and of the result.
        overlay: size of the upper picture.
        arguments: `at` with `x` and `y`, where its middle stands in fractions of the base, by
            default its middle; `height` as a fraction of the base's, by default as it is.
    """
    height, at = arguments.get("height"), arguments.get("at")
    if height is not None:
        overlay = _scaled(overlay, Fraction(_fraction(height)) * base.height_px / overlay.height_px)
    x, y = (at.get("x"), at.get("y")) if isinstance(at, Mapping) else (0.5, 0.5)
    return Box(
        size=overlay,
        left_px=round(_fraction(x) * base.width_px - overlay.width_px / 2),
        top_px=round(_fraction(y) * base.height_px - overlay.height_px / 2),
    )


def gridded(first: Size, count: int, arguments: Mapping[str, JsonValue]) -> Grid:
    """Say how `grid` arranges pictures.

    Args:
        first: size of the first picture, which gives the cells their ratio.
        count: how many pictures there are, at least one.
        arguments: `columns`, by default as many as make it about square and never more than
            there are pictures; `cell`, the longer side of a cell in pixels, by default the first
            picture's; `gap` in pixels.
    """
    asked, longest = arguments.get("columns"), arguments.get("cell")
    columns = math.ceil(math.sqrt(count)) if asked is None else min(_whole(asked), count)
    rows = -(-count // columns)
    gap = _whole(arguments.get("gap", DEFAULT_GAP_PX))
    cell = first if longest is None else resized(first, {"longest": longest})
    size = Size(
        width_px=columns * cell.width_px + (columns - 1) * gap,
        height_px=rows * cell.height_px + (rows - 1) * gap,
    )
    return Grid(size=size, cell=cell, columns=columns, gap_px=gap)


def in_cell(grid: Grid, number: int, size: Size) -> Box:
    """Say where the `number`-th picture (from 0) stands in a grid: scaled into its cell, centred.

    The box stands in the whole grid; its ratio is the picture's, to within half a pixel.
    """
    row, column = divmod(number, grid.columns)
    shown = _scaled(
        size,
        min(
            Fraction(grid.cell.width_px, size.width_px),
            Fraction(grid.cell.height_px, size.height_px),
        ),
    )
    left = column * (grid.cell.width_px + grid.gap_px)
    top = row * (grid.cell.height_px + grid.gap_px)
    return Box(
        size=shown,
        left_px=left + (grid.cell.width_px - shown.width_px) // 2,
        top_px=top + (grid.cell.height_px - shown.height_px) // 2,
    )


def _stretch(start: float, length: float, whole_px: int) -> tuple[int, int]:
    first = min(round(start * whole_px), whole_px - 1)
    return first, min(max(round((start + length) * whole_px), first + 1), whole_px)


def _largest_within(size: Size, ratio: Fraction) -> Size:
    if Fraction(size.width_px, size.height_px) > ratio:
        return Size(width_px=max(1, round(size.height_px * ratio)), height_px=size.height_px)
    return Size(width_px=size.width_px, height_px=max(1, round(size.width_px / ratio)))


def _aside(anchor: str, ends: tuple[str, str], spare_px: int) -> int:
    words = anchor.split("-")
    if ends[0] in words:
        return 0
    return spare_px if ends[1] in words else spare_px // 2


def _scaled(size: Size, scale: Fraction) -> Size:
    return Size(
        width_px=max(1, round(size.width_px * scale)),
        height_px=max(1, round(size.height_px * scale)),
    )


def _ratio(aspect: str) -> Fraction:
    width, _, height = aspect.partition(":")
    return Fraction(int(width), int(height))


def _to_ratio(size: Size, aspect: str) -> Extension:
    wanted = _ratio(aspect)
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


def _whole(value: JsonValue) -> int:
    return int(_fraction(value))
