"""Enlarged pictures, made crisp again: what resampling softens, and no more."""

import cv2
import numpy as np

from wanflow.providers.local.pixels import Pixels

_AMOUNT = 0.8
# Blur of an enlargement, in pixels of the picture that it was made from.
_BLUR_PX = 0.5
# A rim lighter or darker than anything near it would show as a halo.
_OVERSHOOT = 6


def crisp(pixels: Pixels, enlarged_by: float) -> Pixels:
    """Sharpen the lightness of an enlarged picture; colours and even areas stay.

    Args:
        pixels: a picture after its enlargement.
        enlarged_by: how many times its sides were multiplied; 1 or less leaves it as it is.
    """
    if enlarged_by <= 1:
        return pixels
    sigma = _BLUR_PX * min(enlarged_by, 16)
    planes = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    light = planes[..., 0].astype(np.float32)
    amount = _AMOUNT * min(1.0, enlarged_by - 1)
    wished = light + amount * (light - cv2.GaussianBlur(light, (0, 0), sigma))
    reach = np.ones((2 * round(sigma) + 3,) * 2, dtype=np.uint8)
    most = cv2.dilate(light, reach) + _OVERSHOOT
    least = cv2.erode(light, reach) - _OVERSHOOT
    planes[..., 0] = np.clip(np.rint(np.clip(wished, least, most)), 0, 255)
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), dtype=np.uint8)
