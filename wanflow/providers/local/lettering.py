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
_SHORT_PX, _LONG_PX = 736, 960
_LETTER, _LINE = 0.3, 0.5
# The network marks the core of a line; this much of area / outline brings back its full height.
_GROWTH = 1.6
_SMALLEST_PX = 4
_AFAR, _READABLE_PX, _SHARE_AFAR = 0.45, 11, 0.03


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
    likely = _likely(pixels, scale)
    from_afar = _likely(pixels, scale * _AFAR)
    back = (width / likely.shape[1], height / likely.shape[0])
    found = [line for outline in _outlines(likely) if (line := _line(outline, likely, back))]
    kept = [line for line in found if _is_lettering(line, from_afar, scale, (height, width))]
    return tuple(sorted(kept, key=lambda line: (line.box.top, line.box.left)))


def _likely(pixels: Pixels, scale: float) -> NDArray[np.float32]:
    """Ask the network, on the picture at a scale, how likely each pixel is part of a letter."""
    height, width = pixels.shape[:2]
    sides = (_stepped(width * scale), _stepped(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, sides, interpolation=way)
    # The network learned from pictures in the order blue, green, red.
    planes = (small[..., ::-1].astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    return networks.run(networks.LETTERING, np.ascontiguousarray(planes))


def _is_lettering(
    line: Line, from_afar: NDArray[np.float32], scale: float, sides: tuple[int, int]
) -> bool:
    """Tell letters from eyes, cups and lamps, which the network takes for one large letter.

    Letters stay letters when the picture shrinks. Measured on the photographs of this repository:
    at 0.45 of the size no such thing is found any more, and every single letter still is.
    """
    _, (width, height), _ = cv2.minAreaRect(line.corners)
    if min(width, height) * scale * _AFAR < _READABLE_PX:
        return max(width, height) > 2 * min(width, height)
    down, across = (small / side for small, side in zip(from_afar.shape, sides, strict=True))
    box = line.box
    rows = slice(int(max(0, box.top) * down), int(box.bottom * down) + 1)
    columns = slice(int(max(0, box.left) * across), int(box.right * across) + 1)
    return bool((from_afar[rows, columns] > _LETTER).mean() > _SHARE_AFAR)


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
