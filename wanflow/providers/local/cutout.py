"""A subject on its own: its pixels, its soft outline, and the sides at which its picture ended."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from wanflow.model.values import Size
from wanflow.providers.local.areas import around
from wanflow.providers.local.pixels import Mask, Pixels, resampled, size_of
from wanflow.providers.local.subject import subject_mask

# A subject that touches this share of a side was cut off there by its own picture's edge.
_TOUCHES = 0.08
# A blur looks no further than this many times its spread.
_REACH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """A subject, cropped to its own box; `ends` names the sides at which it was cut off."""

    pixels: Pixels
    mask: Mask
    ends: frozenset[str] = frozenset()


def cut_out(picture: Pixels) -> Cutout | None:
    """Cut the main subject out of a picture; None where nothing stands out.

    Raises:
        StepError: the network cannot be used here.
    """
    mask = subject_mask(picture)
    return None if mask is None else lifted(picture, mask)


def lifted(picture: Pixels, mask: Mask) -> Cutout | None:
    """Lift what a mask holds out of a picture; None where it holds nothing."""
    box = around(mask > 0.5)
    if box is None:
        return None
    size, spread = size_of(picture), _spread(mask)
    inner, outer = box.grown(2, size), box.grown(4 + math.ceil(_REACH * spread), size)
    pixels = own_colours(picture[outer.part], mask[outer.part], spread)
    down, across = inner.top - outer.top, inner.left - outer.left
    return Cutout(
        pixels=pixels[down : down + inner.height, across : across + inner.width],
        mask=mask[inner.part],
        ends=cut_off_sides(mask) - {"top"},
    )


def cut_off_sides(mask: Mask) -> frozenset[str]:
    """Name the sides of its picture at which a thing was cut off, since it touches them."""
    inside = mask > 0.5
    edges = {
        "left": inside[:, 0],
        "top": inside[0],
        "right": inside[:, -1],
        "bottom": inside[-1],
    }
    return frozenset(side for side, edge in edges.items() if edge.mean() > _TOUCHES)


def scaled(cutout: Cutout, height_px: int) -> Cutout:
    """Bring a cutout to a height; its ratio is kept."""
    height, width = cutout.mask.shape
    sides = Size(width_px=max(1, round(width * height_px / height)), height_px=max(1, height_px))
    return fitted(cutout, sides)


def fitted(cutout: Cutout, sides: Size) -> Cutout:
    """Bring a cutout to a size."""
    shrinks = sides.height_px < cutout.mask.shape[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    mask = cv2.resize(cutout.mask, (sides.width_px, sides.height_px), interpolation=way)
    return Cutout(
        pixels=resampled(np.ascontiguousarray(cutout.pixels), sides),
        mask=mask.astype(np.float32),
        ends=cutout.ends,
    )


def own_colours(picture: Pixels, mask: Mask, spread: float | None = None) -> Pixels:
    """Replace the colours of a soft edge, mixed with the old background, by those inside.

    Args:
        picture: the thing with its old background.
        mask: what of it is the thing.
        spread: how far colours are taken from, in pixels; None goes by the size of the mask.
    """
    sure = (mask > 0.97).astype(np.float32)
    reach = (0, 0)
    spread = spread or _spread(mask)
    share = cv2.GaussianBlur(sure, reach, spread)
    inner = cv2.GaussianBlur(picture * sure[..., None], reach, spread)
    inner = inner / np.maximum(share, 1e-3)[..., None]
    # Far from any sure pixel there is nothing to take from: hair keeps its own colours.
    trust = (np.clip(share / 0.05, 0, 1) * (1 - sure))[..., None]
    mixed = picture * (1 - trust) + inner * trust
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)


def _spread(mask: Mask) -> float:
    return float(max(1.5, max(mask.shape) / 300))
