"""Pictures as somebody would draw them: pencil on paper, and a comic in ink and flat colour."""

import cv2
import numpy as np

from wanflow.providers.local.light import from_lab, lab
from wanflow.providers.local.paper import grain, strokes
from wanflow.providers.local.pixels import Mask, Pixels

# Lightness from which on paper stays bare, and the steps of lightness that a comic is printed in.
_BARE = 0.82
_STEPS = 5
# The darkest that a pencil draws.
_GRAPHITE = 0.16


def pencil(picture: Pixels) -> Pixels:
    """Draw with a soft pencil: outlines, and hatching that is denser where it is darker."""
    tone = _evened(picture)
    size = max(tone.shape)
    fine = _blurred(tone, max(0.6, size / 900))
    dodged = np.clip(fine / np.maximum(_blurred(fine, size / 90), 0.02), 0, 1)
    outline = 1 - np.clip((1 - dodged) * 1.25, 0, 1)
    ink = np.clip(_ink(fine, size) * 0.38, 0, 1)
    smooth = _blurred(fine, size / 260)
    first = _hatched(smooth, strokes(tone.shape, 52), bare=_BARE)
    second = _hatched(smooth, strokes(tone.shape, -28, kind=1), bare=0.45)
    sheet = outline * (1 - ink) * (1 - first * 0.56) * (1 - second * 0.42)
    sheet = np.clip(_GRAPHITE + (0.98 - _GRAPHITE) * sheet + 0.012 * grain(tone.shape, 0.7), 0, 1)
    grey = np.rint(sheet * 255)
    return np.asarray(np.repeat(grey[..., None], 3, axis=2), dtype=np.uint8)


def comic(picture: Pixels) -> Pixels:
    """Print flat colours in few steps of lightness, and draw the outlines in ink."""
    size = max(picture.shape[:2])
    flat = picture
    for _ in range(3):
        flat = np.asarray(cv2.bilateralFilter(flat, 7, 38, max(2.0, size / 250)), dtype=np.uint8)
    values = lab(flat)
    level = values[..., 0] / 100 * _STEPS
    within = level - np.floor(level)
    # A step with a short slope: a hard one would draw the noise of the photograph.
    stepped = np.floor(level) + 1 / (1 + np.exp(-(within - 0.5) * 14))
    values[..., 0] = np.clip(stepped / _STEPS * 100 * 0.94 + 5, 0, 100)
    values[..., 1:] *= 1.35
    lines = _ink(_blurred(_tone(picture), max(0.7, size / 700)), size)
    printed = from_lab(values)
    return np.asarray(np.rint(printed * (1 - 0.92 * lines[..., None])), dtype=np.uint8)


def _ink(tone: Mask, size: int) -> Mask:
    """Find lines: places that are darker than what is around them, and the foot of edges."""
    near = _blurred(tone, max(0.8, size / 640))
    far = _blurred(tone, max(1.3, size / 640 * 1.8))
    dark = near - 0.985 * far - 0.006 * (0.5 + tone)
    return np.asarray(1 / (1 + np.exp(np.clip(dark * 260 + 1.6, -30, 30))), dtype=np.float32)


def _hatched(tone: Mask, scratch: Mask, *, bare: float) -> Mask:
    dark = np.clip((bare - tone) / bare, 0, 1)
    laid = np.clip(dark * 1.15 + scratch * 0.42 * np.sqrt(dark), 0, 1)
    return np.asarray(laid * dark**0.35, dtype=np.float32)


def _tone(picture: Pixels) -> Mask:
    return np.asarray(lab(picture)[..., 0] / np.float32(100), dtype=np.float32)


def _evened(picture: Pixels) -> Mask:
    """Stretch the tones of a picture over those of paper and pencil; an even one stays even."""
    tone = _tone(picture)
    dark, light = (float(value) for value in np.percentile(tone, (1, 99)))
    if light - dark < 0.05:
        return tone
    return np.asarray(np.clip((tone - dark) / (light - dark), 0, 1), dtype=np.float32)


def _blurred(tone: Mask, spread: float) -> Mask:
    return np.asarray(cv2.GaussianBlur(tone, (0, 0), spread), dtype=np.float32)
