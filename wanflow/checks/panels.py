"""How a picture is divided by gutters."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.sampling import Pixels, Plane, resized, working_size

_LOOKED_AT_PX = 640
_PLAIN_LEVELS = 10  # a gutter has one colour, to within this
_WIDEST = 0.08  # of the side that it divides
_NARROWEST_PANEL = 0.08
_THINNEST_PX = 2  # at the size looked at
_BESIDE_PX = 4  # what blurs into a gutter is not yet beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gutters:
    """Where the gutters run, as fractions of the width (`upright`) and of the height (`level`)."""

    upright: tuple[float, ...]
    level: tuple[float, ...]

    @property
    def panels(self) -> int:
        """How many panels they make."""
        return (len(self.upright) + 1) * (len(self.level) + 1)


def gutters(pixels: Pixels) -> Gutters:
    """Find the plain lines that run through a whole picture from edge to edge.

    A gutter has one colour along its whole length and is narrower than a twelfth of the side that
    it divides; what lies between two of them is wider than that. Plain borders are no gutters.
    """
    small = resized(pixels, working_size(pixels, _LOOKED_AT_PX))
    return Gutters(upright=_through(small), level=_through(small.transpose(1, 0, 2)))


def _through(small: Plane) -> tuple[float, ...]:
    """Find gutters from top to bottom, as fractions of the width."""
    width = small.shape[1]
    deviation = np.abs(small - np.median(small, axis=0)).mean(axis=0).max(axis=-1)
    spread = np.ptp(small, axis=0).max(axis=-1)
    plain = (deviation < _PLAIN_LEVELS / 2) & (spread < 4 * _PLAIN_LEVELS)
    places: list[float] = []
    for begin, end in _runs(plain, np.median(small, axis=0)):
        narrow = _THINNEST_PX <= end - begin <= _WIDEST * width
        before, behind = begin - _BESIDE_PX, end - 1 + _BESIDE_PX
        if narrow and before >= 0 and behind < width:
            colour = np.median(small[:, begin:end], axis=(0, 1))
            aside = np.abs(small[:, [before, behind]] - colour).max(axis=-1).mean(axis=0)
            if aside.min() >= 2 * _PLAIN_LEVELS:
                places.append((begin + end) / 2 / width)
    return _far_apart(places)


def _runs(plain: NDArray[np.bool_], colours: Plane) -> list[tuple[int, int]]:
    """Give the stretches that are plain and of one colour, each with the first behind it."""
    jumps = np.abs(np.diff(colours, axis=0)).max(axis=-1) > 2 * _PLAIN_LEVELS
    cuts = np.flatnonzero(jumps | (plain[1:] != plain[:-1])) + 1
    borders = [0, *cuts.tolist(), len(plain)]
    return [(a, b) for a, b in pairwise(borders) if plain[a]]


def _far_apart(places: list[float]) -> tuple[float, ...]:
    kept = [0.0]
    for place in places:
        if kept[-1] + _NARROWEST_PANEL <= place <= 1 - _NARROWEST_PANEL:
            kept.append(place)
    return tuple(kept[1:])
