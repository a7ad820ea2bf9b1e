"""A sign, such as a logo, on whatever it is laid: freed of the even ground that it came on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.model.values import Note, Size
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.pixels import Mask, Pixels, resampled, size_of

GROUND_LEFT_OUT = Note(
    code="ground_left_out",
    text="the sign stood on an even ground, which was left out; what it encloses was kept",
)
# How far a channel may be from the ground's colour: JPEG stirs an even ground by about as much.
_EVEN = 14
# The share of a picture's outermost pixels that must have one colour for it to be a ground.
_ALL_AROUND = 0.97
# A soft edge is at most this wide, on either side.
_EDGE_PX = 2
# A shadow keeps a sign apart from a ground of its own colour; a hundredth of the side, half dark.
_SHADOW, _SOFT = 0.5, 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign cropped to what it shows: its pixels, how much of each covers, and its old ground."""

    pixels: Pixels
    cover: Mask
    ground: NDArray[np.float32]


def sign_of(picture: Pixels) -> tuple[Sign, bool]:
    """Free a sign of an even ground around it, and say whether there was one.

    A picture without an even rim, such as a photograph, is a sign as a whole. What has the
    ground's colour but is enclosed, such as the inside of a ring, stays.
    """
    cover = None
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ground = np.median(rim, axis=0).astype(np.float32)
    if (np.abs(rim - ground).max(axis=1) <= _EVEN).mean() >= _ALL_AROUND:
        cover = _cover(np.abs(picture - ground).max(axis=2).astype(np.float32))
    box = None if cover is None else around(cover > 0)
    if cover is None or box is None:
        whole = np.ones(picture.shape[:2], dtype=np.float32)
        return Sign(pixels=picture, cover=whole, ground=ground), False
    return Sign(pixels=picture[box.part], cover=cover[box.part], ground=ground), True


def laid(canvas: Pixels, sign: Sign, box: Box) -> Pixels:
    """Lay a sign into a box of a canvas, over a soft shadow; its ratio is that of the box.

    Returns:
        A new picture; beyond the box and its shadow every pixel is as it was.
    """
    size = Size(width_px=box.width, height_px=box.height)
    way = cv2.INTER_AREA if box.width < sign.cover.shape[1] else cv2.INTER_LINEAR
    cover = cv2.resize(sign.cover, (box.width, box.height), interpolation=way)
    pixels = resampled(np.ascontiguousarray(sign.pixels), size)
    shadow = np.zeros(canvas.shape[:2], dtype=np.float32)
    shadow[box.part] = cover
    reach = max(1.0, min(canvas.shape[:2]) / _SOFT)
    soft = cv2.GaussianBlur(shadow, (0, 0), reach)[..., None] * _SHADOW
    result = np.asarray(np.rint(canvas * (1 - soft)), dtype=np.uint8)
    clear = (1 - cover)[..., None]
    # A soft edge has the old ground mixed in: it is taken out and the new one put in.
    mixed = pixels + clear * (result[box.part] - sign.ground)
    result[box.part] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return result


def placed(sign: Sign, size: Size, *, side_px: int, margin_px: int) -> Box:
    """Say where a sign stands in the lower right corner, its longer side `side_px` long."""
    own = size_of(sign.pixels)
    scale = side_px / max(own.width_px, own.height_px)
    width = min(size.width_px, max(1, round(own.width_px * scale)))
    height = min(size.height_px, max(1, round(own.height_px * scale)))
    left = max(0, size.width_px - margin_px - width)
    top = max(0, size.height_px - margin_px - height)
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _cover(far: Mask) -> Mask:
    """Say how much of each pixel is the sign, from how far its colour is from the ground's."""
    _, pieces = cv2.connectedComponents((far <= _EVEN).astype(np.uint8), connectivity=4)
    rim = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    outside = np.isin(pieces, np.setdiff1d(rim, [0]))
    window = np.ones((2 * _EDGE_PX + 1,) * 2, dtype=np.uint8)
    edge = (cv2.dilate(outside.astype(np.uint8), window) > 0) & ~outside
    full = cv2.dilate(far, window)
    return np.where(outside, 0, np.where(edge, far / np.maximum(full, 1), 1)).astype(np.float32)
