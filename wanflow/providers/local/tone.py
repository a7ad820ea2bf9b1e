"""Colours of one thing, brought nearer to those of its new surroundings."""

from typing import cast

import cv2
import numpy as np

from wanflow.providers.local.pixels import Mask, Pixels

# More takes the subject's own colour away: a red cup must stay red on a blue evening.
_STRENGTH = 0.35
_SPREAD_MIN, _SPREAD_MAX = 0.7, 1.3


def matched(pixels: Pixels, mask: Mask, around: Pixels) -> Pixels:
    """Move lightness and colour of a subject 35 % of the way to its surroundings.

    Works on mean and deviation in the colour space Lab.

    Args:
        pixels: the subject in its box.
        mask: what of it is the subject.
        around: a part of the scene, at least one pixel.
    """
    own = _lab(pixels)
    inside = own[mask > 0.5]
    if inside.size == 0:
        return pixels
    there = _lab(around).reshape(-1, 3)
    mean, deviation = inside.mean(axis=0), inside.std(axis=0) + 1e-3
    ratio = np.clip(there.std(axis=0) / deviation, _SPREAD_MIN, _SPREAD_MAX)
    wished = (own - mean) * ratio + there.mean(axis=0)
    mixed = (own + (wished - own) * np.float32(_STRENGTH)).astype(np.float32)
    rgb = cv2.cvtColor(mixed, cv2.COLOR_Lab2RGB)
    return cast("Pixels", np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8))


def _lab(pixels: Pixels) -> Mask:
    scaled = pixels.astype(np.float32) / 255
    return cast("Mask", cv2.cvtColor(scaled, cv2.COLOR_RGB2Lab))
