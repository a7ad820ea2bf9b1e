"""Light and colour as physics and the eye have them: linear light, and two spaces of colour."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.providers.local.pixels import Mask, Pixels

# (height, width, 3). Linear: red green blue, 0-1 in proportion to the light. Lab: lightness 0-100,
# then the two axes of colour, green to red and blue to yellow.
Linear: TypeAlias = NDArray[np.float32]
Lab: TypeAlias = NDArray[np.float32]

_CODES = np.arange(256, dtype=np.float64) / 255
# The curve of sRGB (IEC 61966-2-1): a short straight piece, then a power.
_TO_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def linear(pixels: Pixels) -> Linear:
    """Give the light of each pixel; half the light is half the number."""
    return _TO_LINEAR.astype(np.float32)[pixels]


def coded(light: Linear) -> Pixels:
    """Turn light back into pixels; the inverse of `linear` for every one of them."""
    held = np.clip(light, 0, 1)
    curve = np.where(held <= 0.0031308, held * 12.92, 1.055 * held ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * 255), dtype=np.uint8)


def brightness(light: Linear) -> Mask:
    """Give how bright each pixel is to the eye, 0-1, in proportion to the light."""
    return np.asarray(light @ _WEIGHTS, dtype=np.float32)


def lab(pixels: Pixels) -> Lab:
    """Give lightness and colour of each pixel."""
    scaled = pixels.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2Lab), dtype=np.float32)


def from_lab(values: Lab) -> Pixels:
    """Turn lightness and colour back into pixels; what a screen cannot show is cut off."""
    rgb = cv2.cvtColor(np.ascontiguousarray(values, dtype=np.float32), cv2.COLOR_Lab2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), dtype=np.uint8)


def hues(pixels: Pixels) -> Lab:
    """Give lightness 0-100 and two axes of colour in which a hue stays itself as it gets lighter.

    In Lab a blue turns violet on its way; in Oklab (Björn Ottosson, 2020) it does not. Its axes are
    stretched, so that strong colours reach about as far as in Lab.
    """
    cones = np.cbrt(linear(pixels) @ _TO_CONES.T.astype(np.float32))
    return np.asarray(cones @ _TO_HUES.T.astype(np.float32), dtype=np.float32) * _STRETCH


def from_hues(values: Lab) -> Pixels:
    """Turn what `hues` gives back into pixels; what a screen cannot show is cut off."""
    cones = (values / _STRETCH) @ np.linalg.inv(_TO_HUES).T.astype(np.float32)
    return coded(np.asarray(cones**3 @ np.linalg.inv(_TO_CONES).T.astype(np.float32)))


_STRETCH = np.array([100, 300, 300], dtype=np.float32)
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_HUES = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def mixed(before: Pixels, after: Pixels, share: Mask) -> Pixels:
    """Lay one picture over another; where the share is 0, every pixel is as it was before."""
    weight = share[..., None]
    both = before * (1 - weight) + after * weight
    return np.asarray(np.rint(np.clip(both, 0, 255)), dtype=np.uint8)
