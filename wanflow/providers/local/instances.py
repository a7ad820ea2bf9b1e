"""Single things in a picture, each with its own outline."""

from collections.abc import Sequence

import cv2
import numpy as np

from wanflow.providers.local.areas import Box
from wanflow.providers.local.faces import faces
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Mask, Pixels, size_of
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.targets import Kind

# A face's outline is looked for at this size at most: more takes long and finds no more.
_FACE_PX = 320
_FACE_ROUNDS = 3
# Half axes of ellipses, in widths and heights of the detector's box, which ends at brows and chin:
# what is surely face, what probably is, and what may be.
_CORE, _LIKELY, _REACH = (0.25, 0.36), (0.42, 0.55), (0.5, 0.68)


def instances_of(picture: Pixels, kind: Kind) -> tuple[Mask, ...]:
    """Give a mask for each thing of a kind, as large as the picture, from left to right.

    A line of text has the area of its line; a face ends at hair, ears and neck; the main subject
    gives one mask for each of its pieces that do not touch. Equal pictures give equal masks.

    Raises:
        StepError: a network cannot be used here.
    """
    if kind == "face":
        return tuple(_face(picture, box) for box in faces(picture))
    if kind == "text":
        found = [_area(picture, line.corners) for line in lines(picture)]
        return tuple(mask for mask in found if mask.max() > 0)
    mask = subject_mask(picture)
    return () if mask is None else _pieces(mask)


def _pieces(mask: Mask) -> tuple[Mask, ...]:
    """Part a mask into the pieces that do not touch; each keeps its soft edge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0.5).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = [1 + at for at in range(count - 1) if areas[at] * 8 >= areas.max()]
    kept.sort(key=lambda piece: int(stats[piece, cv2.CC_STAT_LEFT]))
    reach = np.ones((2 * max(2, max(mask.shape) // 200) + 1,) * 2, dtype=np.uint8)
    near = (cv2.dilate((labels == piece).astype(np.uint8), reach) > 0 for piece in kept)
    return tuple(np.where(piece, mask, 0).astype(np.float32) for piece in near)


def _area(picture: Pixels, corners: np.ndarray) -> Mask:
    sheet = np.zeros(picture.shape[:2], dtype=np.uint8)
    cv2.fillPoly(sheet, [np.rint(corners).astype(np.int32)], 255, cv2.LINE_AA)
    return sheet.astype(np.float32) / np.float32(255)


def _face(picture: Pixels, box: Box) -> Mask:
    """Find the outline of a face: GrabCut between ellipses that a face lies between."""
    around = box.grown(max(box.width, box.height) // 4, size_of(picture))
    scale = min(1.0, _FACE_PX / max(around.width, around.height))
    sides = (max(1, round(around.width * scale)), max(1, round(around.height * scale)))
    part = np.ascontiguousarray(picture[around.part])
    small = np.asarray(cv2.resize(part, sides, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    middle = (
        ((box.left + box.right) / 2 - around.left) * scale,
        ((box.top + box.bottom) / 2 + box.height * 0.04 - around.top) * scale,
    )
    labels = np.full((sides[1], sides[0]), cv2.GC_BGD, dtype=np.uint8)
    half = (box.width * scale, box.height * scale)
    for axes, label in ((_REACH, cv2.GC_PR_BGD), (_LIKELY, cv2.GC_PR_FGD), (_CORE, cv2.GC_FGD)):
        _ellipse(labels, middle, (half[0] * axes[0], half[1] * axes[1]), label)
    likely = labels == cv2.GC_PR_FGD
    cv2.setRNGSeed(0)
    ground, figure = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 1, 1), ground, figure, _FACE_ROUNDS, cv2.GC_INIT_WITH_MASK)
    inside = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    # In dim light GrabCut takes the shadowed half for hair: the ellipse is nearer to the truth.
    if inside[likely].mean() < 0.5:
        inside |= likely
    soft = cv2.GaussianBlur(_filled(inside), (0, 0), 1.5)
    sheet = np.zeros(picture.shape[:2], dtype=np.float32)
    sheet[around.part] = cv2.resize(soft, (around.width, around.height))
    return sheet


def _ellipse(
    labels: np.ndarray, middle: Sequence[float], half: Sequence[float], label: int
) -> None:
    axes = (max(1, round(half[0])), max(1, round(half[1])))
    cv2.ellipse(labels, (round(middle[0]), round(middle[1])), axes, 0, 0, 360, label, -1)


def _filled(inside: np.ndarray) -> Mask:
    """Close what is open within an outline, such as eyes and a mouth, and drop crumbs."""
    outlines, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    sheet = np.zeros(inside.shape, dtype=np.float32)
    cv2.drawContours(sheet, [max(outlines, key=cv2.contourArea)], -1, 1.0, -1)
    return sheet
