"""The main subject of a picture: which of its pixels belong to what one looks at first."""

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.providers.local import networks
from wanflow.providers.local.pixels import Mask, Pixels

_NETWORK_PX = 320
# GrabCut takes 20 s on 1280 pixels a side and 1 s on 640, and the edge is refined after it anyway.
_GRABCUT_PX = 640
_GRABCUT_ROUNDS = 3
# Statistics of the pictures that the network was trained on, as its authors give them.
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_SURE, _DOUBT = 0.85, 0.15
_SMALLEST_SHARE = 0.004


def saliency(pixels: Pixels) -> Mask:
    """Say for each pixel how much it draws the eye: a soft mask with coarse edges.

    Takes about 0.2 s whatever the size.

    Raises:
        StepError: the network cannot be used here.
    """
    small = cv2.resize(pixels, (_NETWORK_PX, _NETWORK_PX), interpolation=cv2.INTER_AREA)
    scaled = small.astype(np.float32) / max(1.0, float(small.max()))
    planes = ((scaled - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None]
    plane = np.clip(networks.run(networks.SALIENCY, np.ascontiguousarray(planes)), 0, 1)
    height, width = pixels.shape[:2]
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def rough_subject(pixels: Pixels) -> NDArray[np.bool_] | None:
    """Say which pixels belong to the main subject, to within some pixels; None without one."""
    inside = _main_parts(saliency(pixels) > 0.5)
    return inside if inside.mean() >= _SMALLEST_SHARE else None


def subject_mask(pixels: Pixels) -> Mask | None:
    """Cut the main subject out, with a clean soft edge; None where nothing stands out.

    Takes 1-3 s at 1280 pixels a side. Equal pictures give equal masks, bit for bit.

    Raises:
        StepError: the network cannot be used here.
    """
    coarse = saliency(pixels)
    scale = min(1.0, _GRABCUT_PX / max(pixels.shape[:2]))
    height, width = pixels.shape[:2]
    sides = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, sides, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    guess = np.asarray(cv2.resize(coarse, sides, interpolation=cv2.INTER_AREA), dtype=np.float32)
    inside = _main_parts(_cut(small, guess))
    if inside.mean() < _SMALLEST_SHARE:
        return None
    full = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    radius = max(2, round(max(height, width) / 200))
    return _sharpened(_guided(pixels, np.asarray(full, dtype=np.float32), radius))


def _cut(small: Pixels, guess: Mask) -> NDArray[np.bool_]:
    """Move the border of a guess to where the colours change."""
    labels = np.where(guess > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    reach = np.ones((max(3, small.shape[1] // 60),) * 2, dtype=np.uint8)
    labels[cv2.erode((guess > _SURE).astype(np.uint8), reach) > 0] = cv2.GC_FGD
    labels[cv2.dilate((guess > _DOUBT).astype(np.uint8), reach) == 0] = cv2.GC_BGD
    if not (labels == cv2.GC_FGD).any() or not (labels == cv2.GC_BGD).any():
        return guess > 0.5
    cv2.setRNGSeed(0)
    ground, figure = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 1, 1), ground, figure, _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _main_parts(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop crumbs: keep the largest piece and those of at least an eighth of it, close pinholes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    if count <= 1:
        return inside
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.isin(labels, 1 + np.flatnonzero(areas * 8 >= areas.max()))
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    return cv2.morphologyEx(kept.astype(np.uint8), cv2.MORPH_CLOSE, round_) > 0


def _guided(pixels: Pixels, mask: Mask, radius: int) -> Mask:
    """Let the mask follow the edges of the picture: a guided filter with the grey picture."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    guide = np.asarray(grey, dtype=np.float32) / np.float32(255)
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(plane: NDArray[np.floating]) -> Mask:
        return np.asarray(cv2.boxFilter(plane, -1, window), dtype=np.float32)

    guide_mean, mask_mean = mean(guide), mean(mask)
    spread = mean(guide * guide) - guide_mean * guide_mean
    slope = (mean(guide * mask) - guide_mean * mask_mean) / (spread + np.float32(1e-4))
    offset = mean(mask_mean - slope * guide_mean)
    return np.asarray(mean(slope) * guide + offset, dtype=np.float32)


def _sharpened(mask: Mask) -> Mask:
    """Narrow the soft edge and pull it in by a hair, so that no background shines around it."""
    return np.asarray(np.clip((mask - 0.25) / 0.6, 0, 1), dtype=np.float32)
