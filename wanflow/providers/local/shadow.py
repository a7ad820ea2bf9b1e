"""The shadow of something that stands somewhere: dark where it touches, soft around."""

import cv2
import numpy as np

from wanflow.providers.local.pixels import Hole, Mask

_CONTACT, _AMBIENT = 0.6, 0.3


def shadow(mask: Mask, height_px: int) -> Mask:
    """Give how dark each pixel of the scene gets, 0 to 1.

    Args:
        mask: where the subject stands, as large as the scene.
        height_px: height of the subject.
    """
    contact = _footprint(mask > 0.5, height_px)
    ambient = cv2.GaussianBlur(_moved(mask, height_px // 40), (0, 0), max(1.0, height_px / 22))
    dark = np.maximum(_CONTACT * contact, _AMBIENT * ambient)
    return np.asarray(np.clip(dark, 0, 1), dtype=np.float32)


def _footprint(inside: Hole, height_px: int) -> Mask:
    """A flat, blurred disc under what the subject stands on."""
    sheet = np.zeros(inside.shape, dtype=np.float32)
    rows = np.flatnonzero(inside.any(axis=1))
    if rows.size == 0:
        return sheet
    foot = int(rows[-1])
    sole = inside[max(0, foot - max(2, height_px // 12)) : foot + 1].any(axis=0)
    columns = np.flatnonzero(sole)
    centre = (int((columns[0] + columns[-1]) // 2), foot - max(1, height_px // 60))
    half = (max(2, int((columns[-1] - columns[0]) * 0.54)), max(2, round(height_px * 0.045)))
    cv2.ellipse(sheet, centre, half, 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(sheet, (0, 0), max(1.0, height_px / 45)).astype(np.float32)


def _moved(mask: Mask, down_px: int) -> Mask:
    moved = np.zeros_like(mask)
    moved[down_px:] = mask[: mask.shape[0] - down_px]
    return moved
