"""Pictures as arrays, and how they are brought to the size at which they are looked at."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# (height, width, 3), red green blue, 0-255.
Pixels: TypeAlias = NDArray[np.uint8]
# (height, width) or (height, width, channels) of any numbers.
Plane: TypeAlias = NDArray[np.float32]
# (height, width), True is inside.
Area: TypeAlias = NDArray[np.bool_]

# Longer side at which two pictures are compared.
LOOKED_AT_PX = 320
_WHITE = 127
_AROUND = 3  # of the 320
# ITU-R BT.601: https://www.itu.int/rec/R-REC-BT.601
_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def from_bytes(data: bytes, *, width_px: int, height_px: int) -> Pixels:
    """Take rows of red, green and blue bytes, top row first, as a picture.

    Raises:
        ValueError: there are more or fewer bytes than 3 for every pixel.
    """
    return np.frombuffer(data, dtype=np.uint8).reshape(height_px, width_px, 3)


def part_of(pixels: Pixels, *, left: float, top: float, width: float, height: float) -> Pixels:
    """Cut out a part that is given in fractions of the picture's sides; at least one pixel."""
    rows, columns = _span(top, height, pixels.shape[0]), _span(left, width, pixels.shape[1])
    return pixels[rows, columns]


def rectangle(*, left: float, top: float, width: float, height: float) -> Area:
    """Mark a rectangle that is given in fractions of a picture's sides, cut off at its edges.

    Returns:
        (320, 320), whatever the picture's ratio: areas are laid over the whole of it.
    """
    area = np.zeros((LOOKED_AT_PX, LOOKED_AT_PX), dtype=np.bool_)
    rows, columns = (
        slice(max(0, round(start * LOOKED_AT_PX)), max(0, round((start + size) * LOOKED_AT_PX)))
        for start, size in ((top, height), (left, width))
    )
    area[rows, columns] = True
    return area


def marked(pixels: Pixels) -> Area:
    """Mark what is white in a mask, and a little around it: what is drawn there runs out softly.

    Returns:
        (320, 320), as `rectangle`.
    """
    light = resized(luminance(pixels), (LOOKED_AT_PX, LOOKED_AT_PX)) >= _WHITE
    grown = light.copy()
    for across in range(-_AROUND, _AROUND + 1):
        for down in range(-_AROUND, _AROUND + 1):
            grown |= np.roll(light, (down, across), axis=(0, 1))
    return grown


def luminance(pixels: Pixels) -> Plane:
    """Give the brightness of every pixel, 0-255, as (height, width)."""
    return pixels.astype(np.float32) @ _WEIGHTS


def working_size(pixels: Pixels, longest_px: int) -> tuple[int, int]:
    """Say which (height, width) a picture has when its longer side is `longest_px` at most."""
    height, width = pixels.shape[:2]
    scale = min(1.0, longest_px / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def resized(values: NDArray[np.generic], size: tuple[int, int]) -> Plane:
    """Bring an array to (height, width) by the mean over the area of each new pixel.

    Where it grows, neighbours are repeated; nothing is ever sharpened, so flat stays flat.
    """
    plane = values.astype(np.float32)
    for axis, length in enumerate(size):
        if plane.shape[axis] != length:
            plane = _along(plane, axis, length)
    return plane


def moved(plane: Plane, *, across: float, down: float, zoom: float = 1.0) -> Plane:
    """Look at a plane through a frame that is moved and scaled about its middle, bilinearly.

    Args:
        plane: (height, width).
        across: how far the frame's middle is to the right, in pixels.
        down: how far it is below.
        zoom: the frame's size, as a multiple of the plane's.

    Returns:
        The same (height, width); beyond the edge the edge goes on.
    """
    height, width = plane.shape[:2]
    upper, lower, low = _between(height, down, zoom)
    left, right, side = _between(width, across, zoom)
    rows = plane[upper] * (1 - low)[:, None] + plane[lower] * low[:, None]
    return _plane(rows[:, left] * (1 - side) + rows[:, right] * side)


def _between(
    length: int, by: float, zoom: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], Plane]:
    middle = (length - 1) / 2
    at = np.clip((np.arange(length) - middle) * zoom + middle + by, 0, length - 1)
    first = np.minimum(at.astype(np.intp), max(0, length - 2))
    return first, np.minimum(first + 1, length - 1), (at - first).astype(np.float32)


def _span(start: float, size: float, whole: int) -> slice:
    first = min(max(0, round(start * whole)), whole - 1)
    return slice(first, max(first + 1, round((start + size) * whole)))


def _along(plane: Plane, axis: int, length: int) -> Plane:
    """Take means along one axis: differences of the running total at the new pixels' edges."""
    old = plane.shape[axis]
    if old % length == 0:
        shape = (*plane.shape[:axis], length, old // length, *plane.shape[axis + 1 :])
        return _plane(plane.reshape(shape).mean(axis=axis + 1))
    total = np.cumsum(plane, axis=axis, dtype=np.float64)
    total = np.concatenate([np.zeros_like(np.take(total, [0], axis=axis)), total], axis=axis)
    edges = np.arange(length + 1) * (old / length)
    first = np.minimum(edges.astype(np.intp), old - 1)
    rest = (edges - first).reshape([-1 if a == axis else 1 for a in range(plane.ndim)])
    lower, upper = np.take(total, first, axis=axis), np.take(total, first + 1, axis=axis)
    at = lower + rest * (upper - lower)
    return _plane(np.diff(at, axis=axis) * (length / old))


def _plane(values: NDArray[np.floating]) -> Plane:
    return values.astype(np.float32, copy=False)
