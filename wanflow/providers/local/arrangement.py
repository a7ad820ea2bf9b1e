"""Things laid out on an empty sheet: side by side, in cells, or as on a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wanflow.model.values import Size

Manner: TypeAlias = Literal["grid", "flat_lay", "row"]

# Free border of the sheet, and space between things, as a fraction of its shorter side.
_MARGIN = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where one thing lies on the sheet, and how large it is there."""

    left_px: int
    top_px: int
    size: Size


def spots(sizes: Sequence[Size], sheet: Size, manner: Manner) -> tuple[Spot, ...]:
    """Say where each thing lies and how large; each keeps its ratio to within a pixel.

    In a `grid` every thing fills a cell of its own. In a `row` and in a `flat_lay` all are scaled
    alike, so that what is larger stays larger; a `flat_lay` has as many rows as show them largest.

    Args:
        sizes: of the things, at least one, in the order in which they are laid out.
        sheet: what they are laid out on.
        manner: how.
    """
    margin = round(min(sheet.width_px, sheet.height_px) * _MARGIN)
    room = Size(
        width_px=max(1, sheet.width_px - 2 * margin), height_px=max(1, sheet.height_px - 2 * margin)
    )
    gap = min(margin, room.width_px // (2 * len(sizes)), room.height_px // (2 * len(sizes)))
    corner = (margin, margin)
    if manner == "grid":
        return _in_cells(sizes, room, gap, corner)
    most = 1 if manner == "row" else len(sizes)
    found = [_rows(sizes, count) for count in range(1, most + 1)]
    best = max(found, key=lambda rows: _scale(rows, room, gap))
    return _in_rows(best, room, gap, corner)


def _rows(sizes: Sequence[Size], count: int) -> list[Sequence[Size]]:
    """Part things into rows of about equally many."""
    edges = [round(k * len(sizes) / count) for k in range(count + 1)]
    return [sizes[edges[k] : edges[k + 1]] for k in range(count)]


def _scale(rows: Sequence[Sequence[Size]], room: Size, gap: int) -> float:
    wide = min(
        (room.width_px - gap * (len(row) - 1)) / sum(one.width_px for one in row) for row in rows
    )
    high = sum(max(one.height_px for one in row) for row in rows)
    return min(wide, (room.height_px - gap * (len(rows) - 1)) / high)


def _in_rows(
    rows: Sequence[Sequence[Size]], room: Size, gap: int, corner: tuple[int, int]
) -> tuple[Spot, ...]:
    scale = _scale(rows, room, gap)
    shown = [[_scaled(one, scale) for one in row] for row in rows]
    heights = [max(one.height_px for one in row) for row in shown]
    top = corner[1] + (room.height_px - sum(heights) - gap * (len(rows) - 1)) // 2
    placed = []
    for row, height in zip(shown, heights, strict=True):
        width = sum(one.width_px for one in row) + gap * (len(row) - 1)
        left = corner[0] + (room.width_px - width) // 2
        for one in row:
            placed.append(Spot(left_px=left, top_px=top + (height - one.height_px) // 2, size=one))
            left += one.width_px + gap
        top += height + gap
    return tuple(placed)


def _in_cells(
    sizes: Sequence[Size], room: Size, gap: int, corner: tuple[int, int]
) -> tuple[Spot, ...]:
    def cell(columns: int) -> Size:
        rows = -(-len(sizes) // columns)
        return Size(
            width_px=max(1, (room.width_px - gap * (columns - 1)) // columns),
            height_px=max(1, (room.height_px - gap * (rows - 1)) // rows),
        )

    def smallest(columns: int) -> float:
        return min(_fitting(one, cell(columns)) for one in sizes)

    columns = max(range(1, len(sizes) + 1), key=smallest)
    place = cell(columns)
    placed = []
    for number, one in enumerate(sizes):
        row, column = divmod(number, columns)
        shown = _scaled(one, _fitting(one, place))
        left = corner[0] + column * (place.width_px + gap)
        top = corner[1] + row * (place.height_px + gap)
        placed.append(
            Spot(
                left_px=left + (place.width_px - shown.width_px) // 2,
                top_px=top + (place.height_px - shown.height_px) // 2,
                size=shown,
            )
        )
    return tuple(placed)


def _fitting(size: Size, into: Size) -> float:
    return min(into.width_px / size.width_px, into.height_px / size.height_px)


def _scaled(size: Size, scale: float) -> Size:
    return Size(
        width_px=max(1, int(size.width_px * scale + 1e-9)),
        height_px=max(1, int(size.height_px * scale + 1e-9)),
    )
