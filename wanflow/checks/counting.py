"""What was painted into a picture, counted in the difference to the picture before."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.alignment import Alignment
from wanflow.checks.difference import laid
from wanflow.checks.pieces import pieces
from wanflow.checks.sampling import Area, Pixels, Plane

_LOOKED_AT_PX = 640  # lines are thin
_PAINTED = 40  # a painted line differs by this much of 255 in a channel, also where it is blurred
_SHORTEST_PX = 20  # a side, at the size looked at
_REPAINTED = 0.4  # where this much differs, lines mean nothing
_COVERED = 0.85  # as much of a side is painted
_HOLLOW = 0.5  # and no more than this of what lies within
_CLEAR = 0.4  # and no more than this of what lies just within, so that the side is a line
_MOST_LINES = 40
_NEAR_PX = 3
_THICK_PX = 10
_BEYOND_PX = 9
_SAME = 0.75  # two outlines that share this much of both are the two edges of one thick line

_FLAT_LEVELS = 14
_SMALLEST_SHARE = 0.002
_AREA_PX = 320
_AS_GOOD = 0.98
_ALPHAS = (1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A rectangle in fractions of the picture's sides."""

    left: float
    top: float
    right: float
    bottom: float


def outlines(before: Pixels, after: Pixels, lies: Alignment | None = None) -> tuple[Outline, ...]:
    """Find the rectangular outlines that were painted on a picture, from top to bottom.

    An outline has four straight sides that differ from the picture before along at least 85 % of
    their length, while most of what it encloses is as it was. Where two boxes of one colour cross,
    the part that they share is no third one: its sides go on beyond its corners.

    Args:
        before: (height, width, 3).
        after: the same frame, with the boxes.
        lies: how `after` lies against `before`, if it has moved.

    Returns:
        Nothing where nearly half of the picture differs, since lines mean nothing there; else the
        outlines whose sides are at least a thirtieth of the longer side of the picture.
    """
    painted = _painted(before, after, lies)
    height, width = painted.shape
    if painted.mean() > _REPAINTED:
        return ()
    across = _lines(painted)
    down = _lines(painted.T)
    found: list[tuple[int, int, int, int]] = []
    for box in _framed(painted, across, down):
        if not any(_shared(box, other) > _SAME for other in found):
            found.append(box)
    found.sort(key=lambda box: (box[1], box[0]))
    return tuple(
        Outline(
            left=left / width,
            top=top / height,
            right=(right + 1) / width,
            bottom=(bottom + 1) / height,
        )
        for left, top, right, bottom in found
    )


def areas(before: Pixels, after: Pixels, lies: Alignment | None = None) -> int:
    """Count the patches of one flat colour that were laid over a picture, also see-through ones.

    A patch covers at least 0.2 % of the picture. How far it lets the picture through is tried in
    steps, the same for all patches.
    """
    first, second, seen = laid(before, after, lies, longest_px=_AREA_PX)
    changed = seen & (np.abs(first - second).max(axis=-1) >= _FLAT_LEVELS)
    tried = [_flat_paint(first, second, changed, alpha) for alpha in _ALPHAS]
    most = max(int(flat.sum()) for flat, _ in tried)
    # Of what explains about as much, the thickest paint.
    best, colours = next(one for one in tried if one[0].sum() >= _AS_GOOD * most)
    least = _SMALLEST_SHARE * changed.size
    total = 0
    for piece in pieces(best):
        if len(piece) >= least and np.ptp(colours.reshape(-1, 3)[piece], axis=0).max() < 128:
            total += 1
    return total


def _painted(before: Pixels, after: Pixels, lies: Alignment | None) -> Area:
    first, second, seen = laid(before, after, lies, longest_px=_LOOKED_AT_PX)
    result: Area = seen & (np.abs(first - second).max(axis=-1) >= _PAINTED)
    return result


def _flat_paint(first: Plane, second: Plane, changed: Area, alpha: float) -> tuple[Area, Plane]:
    """Say where paint of one colour lies, and which, if it covers what is below by `alpha`."""
    paint = ((second - (1 - alpha) * first) / alpha).astype(np.float32)
    return changed & _is_flat(paint, _FLAT_LEVELS / alpha), paint


def _is_flat(paint: Plane, levels: float) -> Area:
    low = high = paint
    for axis in (0, 1):
        low = np.minimum(low, np.minimum(np.roll(low, 1, axis), np.roll(low, -1, axis)))
        high = np.maximum(high, np.maximum(np.roll(high, 1, axis), np.roll(high, -1, axis)))
    flat: Area = (high - low).max(axis=-1) <= 2 * levels
    return flat


def _lines(painted: Area) -> list[int]:
    """Give the rows along which something straight was painted, the longest ones first."""
    long = _opened(painted, _SHORTEST_PX)
    rows: dict[int, int] = {}
    width = painted.shape[1]
    for piece in pieces(long):
        lines, columns = np.divmod(piece, width)
        top, bottom, length = int(lines.min()), int(lines.max()), int(np.ptp(columns)) + 1
        edges = (top, bottom) if bottom - top > _THICK_PX // 2 else ((top + bottom) // 2,)
        for row in edges:
            rows[row] = max(rows.get(row, 0), length)
    return sorted(sorted(rows, key=lambda row: -rows[row])[:_MOST_LINES])


def _opened(painted: Area, length: int) -> Area:
    """Keep only what belongs to a run of at least so many pixels in a row."""
    padded = np.pad(painted.astype(np.int32), ((0, 0), (1, length)))
    total = np.cumsum(padded, axis=1)
    starts = total[:, length:-1] - total[:, : -length - 1] == length
    marks = np.zeros((painted.shape[0], painted.shape[1] + length + 1), dtype=np.int32)
    marks[:, : starts.shape[1]] += starts
    marks[:, length : length + starts.shape[1]] -= starts
    kept: Area = np.cumsum(marks, axis=1)[:, : painted.shape[1]] > 0
    return kept


def _framed(
    painted: Area, rows: list[int], columns: list[int]
) -> Iterator[tuple[int, int, int, int]]:
    """Find the rectangles between painted rows and columns, as left, top, right, bottom."""
    near = _thickened(painted)
    along = _totals(near, axis=1)
    below = _totals(near, axis=0)
    inside = _totals(_totals(painted, axis=0), axis=1)
    x = np.array(columns, dtype=np.intp)
    left, right = (x[index] for index in np.triu_indices(len(x), 1))
    wide = right - left >= _SHORTEST_PX
    left, right = left[wide], right[wide]
    for at, top in enumerate(rows):
        for bottom in rows[at + 1 :]:
            if bottom - top < _SHORTEST_PX or left.size == 0:
                continue
            width, height = right - left + 1, bottom - top + 1
            fits = np.ones(left.shape, dtype=np.bool_)
            for row in (top, bottom):
                fits &= along[row, right + 1] - along[row, left] >= _COVERED * width
            for column in (left, right):
                fits &= below[bottom + 1, column] - below[top, column] >= _COVERED * height
            whole = _filling(inside, left, top, right, bottom, within=_NEAR_PX)
            core = _filling(inside, left, top, right, bottom, within=2 * _NEAR_PX)
            fits &= (whole[0] < _HOLLOW * whole[1]) & (
                whole[0] - core[0] < _CLEAR * (whole[1] - core[1])
            )
            for one, other in zip(left[fits], right[fits], strict=True):
                if _has_corners(painted, near, (int(one), top, int(other), bottom)):
                    yield int(one), top, int(other), bottom


def _filling(
    inside: NDArray[np.int64],
    left: NDArray[np.intp],
    top: int,
    right: NDArray[np.intp],
    bottom: int,
    *,
    within: int,
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Count what is painted so far within the sides, and all pixels there."""
    x1, x2, y1, y2 = left + within, right - within + 1, top + within, bottom - within + 1
    total: NDArray[np.int64] = inside[y2, x2] - inside[y1, x2] - inside[y2, x1] + inside[y1, x1]
    return total, (x2 - x1) * (y2 - y1)


def _has_corners(painted: Area, near: Area, box: tuple[int, int, int, int]) -> bool:
    """Tell a box from the crossing of others: at one of its corners at most do sides go on."""
    left, top, right, bottom = box
    going_on = 0
    for x, out_x in ((left, -1), (right, 1)):
        for y, out_y in ((top, -1), (bottom, 1)):
            beyond_x = _goes_on(painted, near, (y, x), (0, out_x))
            beyond_y = _goes_on(painted, near, (y, x), (out_y, 0))
            going_on += beyond_x or beyond_y
    return going_on <= 1


def _goes_on(painted: Area, near: Area, at: tuple[int, int], step: tuple[int, int]) -> bool:
    """Tell whether a thin line goes on beyond a corner; a filled label there is no line."""
    height, width = near.shape
    beyond = [(at[0] + step[0] * k, at[1] + step[1] * k) for k in range(_NEAR_PX, _BEYOND_PX)]
    if not all(0 <= y < height and 0 <= x < width and near[y, x] for y, x in beyond):
        return False
    y, x = beyond[-1]
    aside = [(y + step[1] * k, x + step[0] * k) for k in (-_THICK_PX, _THICK_PX)]
    return not any(0 <= y < height and 0 <= x < width and painted[y, x] for y, x in aside)


def _thickened(painted: Area) -> Area:
    """Grow by a pixel, so that a line a pixel beside counts."""
    grown = np.pad(painted, 1)
    grown = grown[:-2] | grown[1:-1] | grown[2:]
    result: Area = grown[:, :-2] | grown[:, 1:-1] | grown[:, 2:]
    return result


def _totals(values: NDArray[np.generic], axis: int) -> NDArray[np.int64]:
    """Give running totals along an axis, beginning with 0."""
    shape = list(values.shape)
    shape[axis] = 1
    total = np.cumsum(values, axis=axis, dtype=np.int64)
    return np.concatenate([np.zeros(shape, dtype=np.int64), total], axis=axis)


def _shared(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0, wide) * max(0, tall)
    sizes = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (sizes - both)
