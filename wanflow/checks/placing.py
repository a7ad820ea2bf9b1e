"""Where a picture stands within a larger one that was made from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.alignment import alignment, details
from wanflow.checks.sampling import Pixels, Plane, luminance, resized, working_size

_LOOKED_AT_PX = 160
_SMALLEST = 0.25  # of what the picture could be at most
_STEP = 1.04
_ALIKE = 0.4
# What is small has chance likenesses: several are looked at closely.
_MOST = 4
_SIZES_APART = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rectangle in fractions of the larger picture's sides; `likeness` is up to 1."""

    left: float
    top: float
    width: float
    height: float
    likeness: float


def placed(part: Pixels, whole: Pixels) -> Place | None:
    """Find a picture, at whatever size, within another; its ratio is kept.

    Args:
        part: (height, width, 3).
        whole: (height, width, 3), with the part somewhere in it, wholly.

    Returns:
        Where it stands, to within some pixels; None if it is not there. Takes some 200 ms.
    """
    tall, wide = whole.shape[:2]
    scale = _LOOKED_AT_PX / max(tall, wide)
    size = max(8, round(tall * scale)), max(8, round(wide * scale))
    scene = details(resized(luminance(whole), size))
    ratio = part.shape[1] / part.shape[0]
    widest = min(size[1], size[0] * ratio)
    grey = resized(luminance(part), working_size(part, _LOOKED_AT_PX))
    spectrum = np.fft.rfft2(scene)
    found: list[Place] = []
    for times in range(1 + int(np.log(1 / _SMALLEST) / np.log(_STEP))):
        width = widest / _STEP**times
        sides = max(8, min(size[0], round(width / ratio))), max(8, min(size[1], round(width)))
        row, column, like = _best(details(resized(grey, sides)), scene, spectrum)
        found.append(
            Place(
                left=column / size[1],
                top=row / size[0],
                width=sides[1] / size[1],
                height=sides[0] / size[0],
                likeness=like,
            )
        )
    refined = [exact for one in _apart(found) if (exact := _refined(part, whole, one))]
    best = max(refined, key=lambda one: one.likeness, default=None)
    return best if best and best.likeness >= _ALIKE else None


def _apart(found: list[Place]) -> list[Place]:
    """Choose the likeliest places, no two of nearly one size."""
    chosen: list[Place] = []
    for one in sorted(found, key=lambda one: -one.likeness):
        if all(abs(np.log(one.width / other.width)) > _SIZES_APART for other in chosen):
            chosen.append(one)
    return chosen[:_MOST]


def _refined(part: Pixels, whole: Pixels, coarse: Place) -> Place | None:
    """Lay the part on where it was found, and correct the place by what is left."""
    tall, wide = whole.shape[:2]
    left, top = round(coarse.left * wide), round(coarse.top * tall)
    right, bottom = left + round(coarse.width * wide), top + round(coarse.height * tall)
    seen = whole[top:bottom, left:right]
    lies = alignment(part, seen) if seen.size else None
    if lies is None:
        return None
    growth = 1 + lies.zoom_percent / 100
    width, height = (right - left) * growth, (bottom - top) * growth
    return Place(
        left=((left + right) / 2 + lies.right_px - width / 2) / wide,
        top=((top + bottom) / 2 + lies.down_px - height / 2) / tall,
        width=width / wide,
        height=height / tall,
        likeness=lies.likeness,
    )


def _best(
    small: Plane, scene: Plane, spectrum: NDArray[np.complexfloating]
) -> tuple[int, int, float]:
    """Give the row and column at which a small plane is most like the scene, and how much."""
    (tall, wide), (rows, columns) = small.shape, scene.shape
    small = small - small.mean()
    # Where the small plane lies wholly within the scene, nothing goes round the edges.
    turned = np.conj(np.fft.rfft2(small, scene.shape))
    product = np.fft.irfft2(spectrum * turned, s=scene.shape)
    product = product[: rows - tall + 1, : columns - wide + 1]
    count = tall * wide
    total, squares = _window(scene, tall, wide), _window(scene**2, tall, wide)
    power = np.maximum(squares - total**2 / count, 0) * float((small**2).sum())
    alike = np.where(power > count, product / np.sqrt(np.maximum(power, 1)), 0)
    row, column = np.unravel_index(int(alike.argmax()), alike.shape)
    return int(row), int(column), float(alike[row, column])


def _window(plane: Plane, tall: int, wide: int) -> NDArray[np.float64]:
    """Sum up every part of that size."""
    total = np.pad(np.cumsum(np.cumsum(plane, axis=0, dtype=np.float64), axis=1), ((1, 0), (1, 0)))
    result: NDArray[np.float64] = (
        total[tall:, wide:] - total[:-tall, wide:] - total[tall:, :-wide] + total[:-tall, :-wide]
    )
    return result
