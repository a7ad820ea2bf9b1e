"""Where letters stand in a picture, in any script."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.providers.local import networks
from wanflow.providers.local.areas import Box
from wanflow.providers.local.pixels import Pixels

# The network wants sides that divide by 32; letters below some 10 pixels need a larger picture.
_STEP_PX = 32
_SHORT_PX, _LONG_PX = 736, 1280
_LETTER, _LINE = 0.3, 0.5
# The network marks the core of a line; this much of area / outline brings back its full height.
_GROWTH = 1.6
_SMALLEST_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of letters: four corners as (x, y) in pixels, and how sure the network is."""

    corners: NDArray[np.float32]
    score: float

    @property
    def box(self) -> Box:
        """The upright rectangle around it."""
        left, top, width, height = cv2.boundingRect(self.corners)
        return Box(left=left, top=top, right=left + width, bottom=top + height)


def lines(pixels: Pixels) -> tuple[Line, ...]:
    """Find the lines of letters, from top to bottom.

    Takes 0.2-0.5 s.

    Raises:
        StepError: the network cannot be used here.
    """
    height, width = pixels.shape[:2]
    scale = max(1.0, _SHORT_PX / min(height, width))
    scale = min(scale, _LONG_PX / max(height, width))
    sides = (_stepped(width * scale), _stepped(height * scale))
    small = cv2.resize(pixels, sides, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # The network learned from pictures in the order blue, green, red.
    planes = (small[..., ::-1].astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    likely = networks.run(networks.LETTERING, np.ascontiguousarray(planes))
    found = (
        _line(contour, likely, (width / sides[0], height / sides[1]))
        for contour in _outlines(likely)
    )
    kept = [line for line in found if line is not None]
    return tuple(sorted(kept, key=lambda line: (line.box.top, line.box.left)))


def _stepped(side: float) -> int:
    return max(_STEP_PX, round(side / _STEP_PX) * _STEP_PX)


def _outlines(likely: NDArray[np.float32]) -> list[NDArray[np.int32]]:
    marked = cv2.dilate((likely > _LETTER).astype(np.uint8), np.ones((2, 2), dtype=np.uint8))
    outlines, _ = cv2.findContours(marked, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return [np.asarray(outline, dtype=np.int32) for outline in outlines]


def _line(
    outline: NDArray[np.int32], likely: NDArray[np.float32], back: tuple[float, float]
) -> Line | None:
    centre, (width, height), angle = cv2.minAreaRect(outline)
    if min(width, height) < _SMALLEST_PX:
        return None
    score = _mean_inside(outline, likely)
    if score < _LINE:
        return None
    growth = _GROWTH * width * height / (width + height)
    corners = cv2.boxPoints((centre, (width + growth, height + growth), angle))
    return Line(corners=(corners * np.array(back)).astype(np.float32), score=score)


def _mean_inside(outline: NDArray[np.int32], likely: NDArray[np.float32]) -> float:
    left, top, width, height = cv2.boundingRect(outline)
    inside = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(inside, [outline - np.array([left, top])], 1)
    return float(likely[top : top + height, left : left + width][inside > 0].mean())
