"""What differs between two pictures that lie on each other, and where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.alignment import Alignment
from wanflow.checks.sampling import LOOKED_AT_PX, Area, Pixels, Plane, moved, resized, working_size

# Each pixel looked at is the mean of many, so that noise of re-encoding and resampling goes under.
# From this difference of a colour channel on, of 255, a pixel counts as changed: of photographs of
# 1280 px packed as JPEG of quality 70 no pixel does, of quality 30 fewer than 1 in 1000.
NOTICED = 24
_ONE_COLOUR = 8  # what is this near to a colour, in each channel, looks like it


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where two pictures differ, at a small size.

    Args:
        levels: (height, width), the largest difference of a colour channel, 0-255.
        seen: (height, width), False where one of the pictures shows nothing to compare with.
    """

    levels: Plane
    seen: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of an area is alike: in percent of its pixels, with the mean difference, 0-255."""

    alike_percent: float
    mean_level: float


def difference(before: Pixels, after: Pixels, lies: Alignment | None = None) -> Difference:
    """Compare two pictures of the same frame.

    Args:
        before: (height, width, 3).
        after: of about the same ratio, of any size.
        lies: how `after` lies against `before`; it is laid back first, so that what has only
            moved with the whole picture is no difference. None compares as they are.
    """
    first, second, seen = laid(before, after, lies, longest_px=LOOKED_AT_PX)
    return Difference(levels=np.abs(first - second).max(axis=-1), seen=seen)


def laid(
    before: Pixels, after: Pixels, lies: Alignment | None, *, longest_px: int
) -> tuple[Plane, Plane, Area]:
    """Lay one picture on another at a small size.

    Returns:
        Both as (height, width, 3), and as (height, width) where there is something to compare.
    """
    size = working_size(after, longest_px)
    first, second = (resized(one, size) for one in (before, after))
    if lies is None:
        return first, second, np.ones(size, dtype=np.bool_)
    across = lies.right_px * size[1] / after.shape[1]
    down = lies.down_px * size[0] / after.shape[0]
    zoom = 1 + lies.zoom_percent / 100
    planes = [moved(second[..., c], across=across, down=down, zoom=zoom) for c in range(3)]
    seen = np.outer(_within(size[0], down, zoom), _within(size[1], across, zoom))
    return first, np.stack(planes, axis=-1), seen


def alike(found: Difference, area: Area | None = None) -> Share | None:
    """Say how much of an area has not changed.

    Args:
        found: the difference.
        area: (height, width) of any size over the same frame, True where to look; None looks
            everywhere. A pixel counts where at least half of it is inside.

    Returns:
        The share; None if there is nothing to look at.
    """
    inside = found.seen
    if area is not None:
        inside = inside & (resized(area, found.levels.shape) >= 0.5)
    levels = found.levels[inside]
    if levels.size == 0:
        return None
    return Share(
        alike_percent=100 * float((levels < NOTICED).mean()), mean_level=float(levels.mean())
    )


def identical(before: Pixels, after: Pixels) -> bool:
    """Tell whether two pictures are the same, pixel for pixel."""
    return np.array_equal(before, after)


def flat_percent(pixels: Pixels) -> float:
    """Say how much of a picture has one colour, that of its median pixel, in percent."""
    small = resized(pixels, working_size(pixels, LOOKED_AT_PX))
    near = np.abs(small - np.median(small, axis=(0, 1))) <= _ONE_COLOUR
    return 100 * float(near.all(axis=-1).mean())


def border_percent(pixels: Pixels, colour: tuple[int, int, int] = (255, 255, 255)) -> float:
    """Say how much of a picture's border has a colour, in percent.

    The border is as wide as a 25th of the shorter side, all around.
    """
    small = resized(pixels, working_size(pixels, LOOKED_AT_PX))
    off = np.abs(small - np.array(colour, dtype=np.float32)).max(axis=-1)
    wide = max(1, round(min(off.shape) / 25))
    border = np.ones(off.shape, dtype=np.bool_)
    border[wide:-wide, wide:-wide] = False
    return 100 * float((off[border] <= _ONE_COLOUR).mean())


def _within(length: int, by: float, zoom: float) -> NDArray[np.bool_]:
    middle = (length - 1) / 2
    at = (np.arange(length) - middle) * zoom + middle + by
    result: NDArray[np.bool_] = (at >= -0.5) & (at <= length - 0.5)
    return result
