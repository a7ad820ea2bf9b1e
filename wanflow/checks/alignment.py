"""How far a picture has moved and grown against another: phase correlation, also of corners."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.sampling import (
    LOOKED_AT_PX,
    Area,
    Pixels,
    Plane,
    luminance,
    moved,
    resized,
    working_size,
)

_CORNER = 0.45  # side of a corner tile, as a part of the picture's
_ROUNDS = 3
_SETTLED_PX = 0.02  # at the size looked at
# How far a tile may disagree with the others, at the size looked at, before it is left out.
_ASTRAY_PX = 1.0
# Correlation of the details of two pictures; what share nothing stays below.
_ALIKE = 0.25
_LEAST_PX = 16
# The phases of fine details are noise after any re-encoding: they count less, by a Gaussian whose
# deviation is this part of the sampling rate.
_FINE = 0.14


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How a picture lies against another.

    Args:
        right_px: how far it moved to the right, in pixels of its own full size.
        down_px: how far it moved down.
        zoom_percent: how much larger everything is, about the middle; negative is smaller.
        likeness: correlation of the details of both once they are laid on each other, up to 1.
    """

    right_px: float
    down_px: float
    zoom_percent: float
    likeness: float

    @property
    def shift_px(self) -> float:
        """How far it moved, in pixels of its full size."""
        return float(np.hypot(self.right_px, self.down_px))


def alignment(before: Pixels, after: Pixels, *, ignored: Area | None = None) -> Alignment | None:
    """Measure how far `after` has moved and grown against `before`.

    Args:
        before: a picture, (height, width, 3).
        after: another of about the same ratio, of any size.
        ignored: (height, width) of any size over the same frame; where it is True, the pictures
            are meant to differ, and are not looked at.

    Returns:
        The alignment, 0 where moving would not make the pictures more alike; None if they have
        nothing in common or no details at all. Takes some 20 ms for two pictures of 1280 px.
        Measured on photographs of 1280 px: a shift of 8 px is found as 8 to within 0.1, a zoom of
        2 % as 2 to within 0.1, and what was packed as JPEG of quality 70 has moved by 0.0.
    """
    size = working_size(after, LOOKED_AT_PX)
    if min(size) < _LEAST_PX:
        return None
    first, second = (resized(luminance(one), size) for one in (before, after))
    weight = np.ones(size, dtype=np.float32)
    if ignored is not None:
        weight -= resized(ignored, size)
    found = _found(first, second, weight)
    if found is None:
        return None
    across, down = after.shape[1] / size[1], after.shape[0] / size[0]
    return replace(found, right_px=found.right_px * across, down_px=found.down_px * down)


def _found(first: Plane, second: Plane, weight: Plane) -> Alignment | None:
    """Align two planes of one size, in their own pixels."""
    as_it_is = likeness(first, second, weight)
    best = Alignment(right_px=0, down_px=0, zoom_percent=0, likeness=as_it_is)
    now = best
    for turn in range(_ROUNDS):
        back = _laid_back(second, now)
        step = _step(first, back, weight, whole=turn == 0)
        growth = 1 + now.zoom_percent / 100
        right = now.right_px + growth * step.right_px
        down = now.down_px + growth * step.down_px
        zoom = 100 * (growth * (1 + step.zoom_percent / 100) - 1)
        now = Alignment(right_px=right, down_px=down, zoom_percent=zoom, likeness=0)
        now = replace(now, likeness=likeness(first, _laid_back(second, now), weight))
        if now.likeness > best.likeness:
            best = now
        if max(abs(step.right_px), abs(step.down_px), abs(step.zoom_percent)) < _SETTLED_PX:
            break
    return best if best.likeness >= _ALIKE else None


def _laid_back(plane: Plane, by: Alignment) -> Plane:
    return moved(plane, across=by.right_px, down=by.down_px, zoom=1 + by.zoom_percent / 100)


def _step(first: Plane, second: Plane, weight: Plane, *, whole: bool) -> Alignment:
    """Measure once: the whole picture for a first guess, then the corners."""
    if whole:
        right, down, _ = _shift(first, second, weight)
        return Alignment(right_px=right, down_px=down, zoom_percent=0, likeness=0)
    height, width = first.shape
    tall, wide = max(8, int(height * _CORNER)), max(8, int(width * _CORNER))
    corners = [
        (slice(top, top + tall), slice(left, left + wide))
        for top in (0, height - tall)
        for left in (0, width - wide)
    ]
    shifts = np.array([_shift(first[part], second[part], weight[part]) for part in corners])
    middles = np.array([(x, y) for y in (-1, 1) for x in (-1, 1)], dtype=np.float64)
    middles *= ((width - wide) / 2, (height - tall) / 2)
    trust = shifts[:, 2]
    move, growth = _fitted(shifts[:, :2], middles, trust)
    astray = np.hypot(*(shifts[:, :2] - move - growth * middles).T)
    if astray.max() > _ASTRAY_PX:
        trust = np.where(astray == astray.max(), 0, trust)
        move, growth = _fitted(shifts[:, :2], middles, trust)
    return Alignment(
        right_px=float(move[0]), down_px=float(move[1]), zoom_percent=100 * growth, likeness=0
    )


def _fitted(
    shifts: NDArray[np.float64], middles: NDArray[np.float64], trust: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Find the shift and the growth about the middle that explain the corners' shifts best."""
    total = trust.sum()
    if total <= 0:
        return np.zeros(2), 0.0
    share = (trust / total)[:, None]
    centre, mean = (share * middles).sum(axis=0), (share * shifts).sum(axis=0)
    spread = float((share * (middles - centre) ** 2).sum())
    if spread == 0:
        return mean, 0.0
    growth = float((share * (middles - centre) * (shifts - mean)).sum() / spread)
    return mean - growth * centre, growth


def _shift(first: Plane, second: Plane, weight: Plane) -> tuple[float, float, float]:
    """Give how far the second plane is right of and below the first, and how clear that is."""
    window = weight * np.outer(*(np.hanning(side + 2)[1:-1] for side in first.shape))
    total = window.sum()
    if total <= 0:
        return 0.0, 0.0, 0.0
    spectra = [
        np.fft.rfft2(window * (one - (window * one).sum() / total)) for one in (first, second)
    ]
    cross = spectra[1] * np.conj(spectra[0])
    size = np.abs(cross)
    if not size.max() > 0:
        return 0.0, 0.0, 0.0
    rows = np.fft.fftfreq(first.shape[0])[:, None]
    columns = np.fft.rfftfreq(first.shape[1])[None, :]
    coarse = np.exp(-(rows**2 + columns**2) / (2 * _FINE**2))
    surface = np.fft.irfft2(cross / (size + 1e-4 * size.mean()) * coarse, s=first.shape)
    row, column = np.unravel_index(int(surface.argmax()), surface.shape)
    clear = float(surface[row, column] / coarse.mean())
    down = _peak(surface[:, column], int(row))
    right = _peak(surface[row], int(column))
    return right, down, max(0.0, clear)


def _peak(line: NDArray[np.float64], at: int) -> float:
    """Place the top of a line between its pixels, which go round; the second half is negative."""
    length = len(line)
    before, top, after = (max(line[(at + step) % length], 1e-12) for step in (-1, 0, 1))
    lean = np.log(after) - np.log(before)
    bend = 2 * np.log(top) - np.log(after) - np.log(before)
    part = float(np.clip(lean / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0
    return (at - length if at > length // 2 else at) + part


def likeness(first: Plane, second: Plane, weight: Plane) -> float:
    """Correlate the details of two planes of one size, -1 to 1; 0 if one of them has none."""
    one, two = details(first), details(second)
    weight = weight.copy()
    # What was moved in from beyond the edge is no evidence.
    edge = max(2, min(weight.shape) // 16)
    weight[:edge] = weight[-edge:] = weight[:, :edge] = weight[:, -edge:] = 0
    power = float((weight * one * one).sum() * (weight * two * two).sum())
    return float((weight * one * two).sum() / np.sqrt(power)) if power > 1 else 0.0


def details(plane: Plane) -> Plane:
    """Take away what is smooth over some 8 pixels, so that light and shade do not count."""
    height, width = plane.shape
    rough = resized(plane, (max(2, height // 8), max(2, width // 8)))
    return plane - _smooth(rough, plane.shape)


def _smooth(rough: Plane, size: tuple[int, ...]) -> Plane:
    """Bring a small plane to a larger size without steps."""
    for axis in (0, 1):
        length = size[axis]
        at = np.clip((np.arange(length) + 0.5) * rough.shape[axis] / length - 0.5, 0, None)
        low = np.minimum(at.astype(np.intp), rough.shape[axis] - 2)
        part = np.clip(at - low, 0, 1).astype(np.float32)
        part = part[:, None] if axis == 0 else part
        rough = (
            np.take(rough, low, axis=axis) * (1 - part) + np.take(rough, low + 1, axis=axis) * part
        )
    return rough
