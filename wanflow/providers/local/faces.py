"""Where faces are in a picture."""

from functools import cache
from pathlib import Path

import cv2

from wanflow.providers.local.areas import Box
from wanflow.providers.local.pixels import Pixels

_LONG_PX = 800
_SMALLEST_SHARE = 0.06


def faces(pixels: Pixels) -> tuple[Box, ...]:
    """Find human faces that look into the camera, from left to right; takes about 0.2 s."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _LONG_PX / max(height, width))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    least = max(24, round(min(small.shape) * _SMALLEST_SHARE))
    found = _cascade().detectMultiScale(
        cv2.equalizeHist(small), scaleFactor=1.08, minNeighbors=6, minSize=(least, least)
    )
    boxes = (
        Box(
            left=round(x / scale),
            top=round(y / scale),
            right=min(width, round((x + w) / scale)),
            bottom=min(height, round((y + h) / scale)),
        )
        for x, y, w, h in found
    )
    return tuple(sorted(boxes, key=lambda box: (box.left, box.top)))


@cache
def _cascade() -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))
