"""Where a picture has changed, as a small plane of a few steps that a page can carry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.alignment import alignment
from wanflow.checks.difference import NOTICED, difference
from wanflow.checks.placing import placed
from wanflow.checks.sampling import LOOKED_AT_PX, Pixels, part_of, working_size

ALIKE = 0
# From this difference of a colour channel on, of 255, a pixel is one step hotter.
STEPS = (NOTICED, 36, 52, 76, 110, 160)
APART = len(STEPS) + 1  # there is nothing to compare with
_SAME_RATIO = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """How much each pixel has changed: 0 is not noticed, up to 6 for much, 7 not comparable.

    Args:
        levels: one byte a pixel, rows from the top; it lies over the whole of the later picture.
        width_px: the longer side has at most 320 pixels.
        height_px: of the same.
        percent: how much of what can be compared has changed.
    """

    levels: bytes
    width_px: int
    height_px: int
    percent: float


def heat(before: Pixels, after: Pixels) -> Heat | None:
    """Map what changed, as `kept` and `changed` are measured: what only moved is laid back first.

    Args:
        before: (height, width, 3); of another ratio than `after`, it is looked for within that.
        after: (height, width, 3).

    Returns:
        The map; None if `before` is not found in `after`.
    """
    size = working_size(after, LOOKED_AT_PX)
    place = (0.0, 0.0, 1.0, 1.0)
    if abs(_ratio(before) / _ratio(after) - 1) > _SAME_RATIO:
        found = placed(before, after)
        if found is None:
            return None
        place = (found.left, found.top, found.width, found.height)
    left, top, width, height = place
    part = part_of(after, left=left, top=top, width=width, height=height)
    compared = difference(before, part, alignment(before, part))
    steps = np.searchsorted(np.array(STEPS, dtype=np.float32), compared.levels, side="right")
    steps[~compared.seen] = APART
    whole = np.full(size, APART, dtype=np.uint8)
    _lay(whole, steps.astype(np.uint8), left=left, top=top, width=width, height=height)
    seen = whole != APART
    percent = 100 * float((whole[seen] != ALIKE).mean()) if seen.any() else 0.0
    return Heat(levels=whole.tobytes(), width_px=size[1], height_px=size[0], percent=percent)


def _lay(
    whole: NDArray[np.uint8],
    part: NDArray[np.uint8],
    *,
    left: float,
    top: float,
    width: float,
    height: float,
) -> None:
    # Each pixel of the place takes the nearest one of the part.
    rows, columns = (
        np.arange(max(0, round(start * side)), min(side, max(1, round((start + share) * side))))
        for start, share, side in (
            (top, height, whole.shape[0]),
            (left, width, whole.shape[1]),
        )
    )
    down, across = (
        np.arange(at.size) * length // max(1, at.size)
        for at, length in ((rows, part.shape[0]), (columns, part.shape[1]))
    )
    whole[np.ix_(rows, columns)] = part[np.ix_(down, across)]


def _ratio(pixels: Pixels) -> float:
    return float(pixels.shape[1] / pixels.shape[0])
