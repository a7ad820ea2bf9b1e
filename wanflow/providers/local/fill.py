"""Holes in a picture, filled with what is around them."""

from functools import cache
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.model.values import Size
from wanflow.providers.local.areas import around
from wanflow.providers.local.pixels import Hole, Pixels, size_of

# Measured on one core: 640 pixels with patches of 2 * 5 + 1 take 1-3 s; 900 take twice that and
# look no better, 448 show as a blur beside the original.
_WORK_PX = 640
# Time goes with the area of the hole: one of 300 000 pixels took 19 s on a busy machine.
_WORK_HOLE_PX = 110_000
_PATCH_RADIUS_PX = 5
_SMOOTH_RADIUS_PX = 7
_LEAST_CONTEXT_PX = 96
_SEAM_MAX, _SEAM_REACH_PX, _SEAM_FADE_PX = 22.0, 12.0, 50.0


def filled(pixels: Pixels, hole: Hole, *, protected: Hole | None = None, seed: int = 0) -> Pixels:
    """Fill a hole by copying patches from the rest of the picture.

    Only the surroundings of the hole are looked at, so a small hole is filled at full
    resolution. Takes 1-4 s.

    Args:
        pixels: the picture; what stands in the hole does not matter.
        hole: what is to be filled, the same height and width.
        protected: what must not be copied, such as the main subject.
        seed: another seed gives another fill; equal seeds give equal bits.

    Returns:
        A new picture; outside the hole every pixel is as it was.
    """
    box = around(hole)
    if box is None:
        return pixels.copy()
    context = max(_LEAST_CONTEXT_PX, (box.width + box.height) // 2)
    part = box.grown(context, size_of(pixels)).part
    kept = np.zeros_like(hole) if protected is None else protected & ~hole
    if (hole | kept)[part].all():
        kept = np.zeros_like(hole)
    patch = _patched(pixels[part], hole[part], kept[part], seed)
    result = pixels.copy()
    result[part] = np.where(hole[part][..., None], patch, pixels[part])
    return result


def _patched(pixels: Pixels, hole: Hole, kept: Hole, seed: int) -> Pixels:
    """Fill at work size; give the whole picture back at full size."""
    scale = min(1.0, _WORK_PX / max(pixels.shape[:2]))
    hole_px = float(hole.sum()) * scale * scale
    scale *= min(1.0, (_WORK_HOLE_PX / max(1.0, hole_px)) ** 0.5)
    full = size_of(pixels)
    work = Size(
        width_px=max(8, round(full.width_px * scale)),
        height_px=max(8, round(full.height_px * scale)),
    )
    small = _shrunk(pixels, hole, work)
    small_hole = _shrunk_mask(hole, work)
    source = _copier()
    if source is None or small_hole.all():
        done = _smoothed(small, small_hole)
    else:
        source.set_random_seed(seed)
        done = source.inpaint(
            small,
            small_hole.astype(np.uint8) * 255,
            global_mask=(_shrunk_mask(kept, work) & ~small_hole).astype(np.uint8) * 255,
            patch_size=_PATCH_RADIUS_PX,
        )
    done = _levelled(done, small_hole)
    grown = cv2.resize(done, (full.width_px, full.height_px), interpolation=cv2.INTER_CUBIC)
    return cast("Pixels", grown)


def _shrunk(pixels: Pixels, hole: Hole, work: Size) -> Pixels:
    """Shrink without letting what stands in the hole bleed into its surroundings."""
    sides = (work.width_px, work.height_px)
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, sides, interpolation=cv2.INTER_AREA)
    colours = cv2.resize(pixels * known[..., None], sides, interpolation=cv2.INTER_AREA)
    colours = colours / np.maximum(share, 1e-3)[..., None]
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


def _shrunk_mask(mask: Hole, work: Size) -> NDArray[np.bool_]:
    sides = (work.width_px, work.height_px)
    share = cv2.resize(mask.astype(np.float32), sides, interpolation=cv2.INTER_AREA)
    return np.asarray(share > 0.5)


def _smoothed(pixels: Pixels, hole: Hole) -> Pixels:
    marked = hole.astype(np.uint8) * 255
    return cast("Pixels", cv2.inpaint(pixels, marked, _SMOOTH_RADIUS_PX, cv2.INPAINT_TELEA))


def _levelled(pixels: Pixels, hole: Hole) -> Pixels:
    """Bring the lightness of a fill, near its border, to that of what it borders on.

    Copied patches of sky are a shade too light or dark, which shows as a seam. Where the colours
    differ by much it is no seam but a thing that ends there, and stays.
    """
    inner, outer = _near(pixels, hole), _near(pixels, ~hole)
    step = outer - inner
    large = np.abs(step).max(axis=2, keepdims=True)
    edge = cv2.dilate((~hole).astype(np.uint8), np.ones((3, 3), dtype=np.uint8)) > 0
    trust = np.exp(-((large / _SEAM_MAX) ** 2)) * (edge & hole)[..., None]
    share = cv2.GaussianBlur(trust.astype(np.float32), (0, 0), _SEAM_REACH_PX)[..., None]
    spread = cv2.GaussianBlur((step * trust).astype(np.float32), (0, 0), _SEAM_REACH_PX)
    distance = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)[..., None]
    offset = spread / np.maximum(share, 1e-6) * np.exp(-distance / _SEAM_FADE_PX)
    offset = offset * np.minimum(share / 1e-3, 1) * hole[..., None]
    return np.asarray(np.clip(np.rint(pixels + offset), 0, 255), dtype=np.uint8)


def _near(pixels: Pixels, where: Hole) -> NDArray[np.float32]:
    """Mean colour of those pixels around each place that lie in a mask."""
    weight = where.astype(np.float32)
    share = cv2.GaussianBlur(weight, (0, 0), 4)
    total = cv2.GaussianBlur(pixels * weight[..., None], (0, 0), 4)
    return np.asarray(total / np.maximum(share, 1e-3)[..., None], dtype=np.float32)


class _Copier(Protocol):
    def set_random_seed(self, seed: int) -> None: ...

    def inpaint(
        self, image: Pixels, mask: Pixels, *, global_mask: Pixels, patch_size: int
    ) -> Pixels: ...


@cache
def _copier() -> _Copier | None:
    """Give PatchMatch, or None on a machine for which it has no build."""
    try:
        import patchmatch  # noqa: PLC0415 - there is not a build of it for every machine
    except ImportError:
        return None
    return cast("_Copier", patchmatch) if patchmatch.patchmatch_available else None
