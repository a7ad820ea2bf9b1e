"""Paper and chance: textures that are the same on every run, at any size of picture."""

import cv2
import numpy as np

from wanflow.providers.local.pixels import Mask

# As many grains as this lie along the longer side of a picture, whatever its size: a preview
# shows what the large picture will look like.
_GRAINS = 640
_SEED = 20_251


def grain(shape: tuple[int, int], spread: float, *, kind: int = 0) -> Mask:
    """Give smooth noise with mean 0 and deviation 1.

    Args:
        shape: (height, width).
        spread: how far a grain reaches, in parts of the 640 that lie along the longer side.
        kind: another number gives other noise of the same nature.
    """
    sides = _coarse(shape)
    chance = np.random.default_rng(_SEED + kind).standard_normal(sides).astype(np.float32)
    smooth = cv2.GaussianBlur(chance, (0, 0), max(0.3, spread), borderType=cv2.BORDER_REFLECT)
    return _unit(_enlarged(np.asarray(smooth, dtype=np.float32), shape))


def strokes(shape: tuple[int, int], degrees: float, *, kind: int = 0) -> Mask:
    """Give parallel scratches at an angle, as a soft pencil leaves them: mean 0, deviation 1."""
    sides = _coarse(shape)
    chance = np.random.default_rng(_SEED + 100 + kind).standard_normal(sides).astype(np.float32)
    length = 23
    line = np.zeros((length, length), dtype=np.float32)
    reach = np.array([np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))]) * (length // 2)
    middle = length // 2
    first = (round(middle - reach[0]), round(middle - reach[1]))
    last = (round(middle + reach[0]), round(middle + reach[1]))
    cv2.line(line, first, last, 1.0, 1, cv2.LINE_AA)
    drawn = cv2.filter2D(chance, -1, line / line.sum(), borderType=cv2.BORDER_REFLECT)
    return _unit(_enlarged(np.asarray(drawn, dtype=np.float32), shape))


def _coarse(shape: tuple[int, int]) -> tuple[int, int]:
    scale = _GRAINS / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _enlarged(noise: Mask, shape: tuple[int, int]) -> Mask:
    way = cv2.INTER_CUBIC if max(shape) > _GRAINS else cv2.INTER_AREA
    resized = cv2.resize(noise, (shape[1], shape[0]), interpolation=way)
    return np.asarray(resized, dtype=np.float32)


def _unit(noise: Mask) -> Mask:
    centred = noise - noise.mean()
    return np.asarray(centred / max(1e-6, float(centred.std())), dtype=np.float32)
