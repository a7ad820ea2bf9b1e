"""What an operation aims at: a soft mask of what somebody named in a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.areas import Box, region
from wanflow.providers.local.pixels import Mask, Pixels, size_of
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.targets import KNOWN, boxes_of, kind_of, took_subject

_WHOLE = frozenset(
    ("picture", "whole picture", "scene", "image", "画面", "整个画面", "全图", "图片", "场景")
)
_BACKGROUND = frozenset(("background", "背景"))
# Softness of the edge of a box, as a fraction of the picture's longer side.
_SOFT = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """How much of each pixel is meant, and what the reader should know of how it was found."""

    mask: Mask
    notes: tuple[Note, ...] = ()


def aimed(picture: Pixels, name: str) -> Aim:
    """Find what a name means: the whole picture, background, subject, faces, or lettering.

    Any other name is taken for the main subject, and a note says so.

    Raises:
        StepError: there is no such thing in the picture, as far as the engine sees.
    """
    word = name.strip().lower()
    if word in _WHOLE:
        return Aim(mask=whole(picture))
    kind = kind_of(name)
    if kind in ("face", "text"):
        boxes = boxes_of(picture, kind)
        if not boxes:
            raise _absent(name)
        return Aim(mask=in_boxes(picture, boxes, round_=kind == "face"))
    mask = subject_mask(picture)
    if mask is None:
        raise _absent(name)
    if word in _BACKGROUND:
        return Aim(mask=np.asarray(1 - mask, dtype=np.float32))
    return Aim(mask=mask, notes=() if kind else (took_subject(name),))


def in_region(picture: Pixels, wish: JsonValue) -> Mask:
    """Mask a part of a picture by its name, `subject` and `background` among them, or by a box.

    Raises:
        StepError: the subject is asked for, and nothing stands out.
    """
    if wish is None:
        return whole(picture)
    if isinstance(wish, str) and wish in ("subject", "background"):
        return aimed(picture, wish).mask
    return in_boxes(picture, (region(wish, size_of(picture)),), round_=False)


def whole(picture: Pixels) -> Mask:
    """Mask everything."""
    return np.ones(picture.shape[:2], dtype=np.float32)


def in_boxes(picture: Pixels, boxes: Sequence[Box], *, round_: bool) -> Mask:
    """Mask what lies in boxes, or in the ovals within them, with a soft edge.

    Where a box ends at the edge of the picture it stays hard.
    """
    sheet = np.zeros(picture.shape[:2], dtype=np.float32)
    for box in boxes:
        if round_:
            centre = ((box.left + box.right) // 2, (box.top + box.bottom) // 2)
            half = (max(1, round(box.width * 0.5)), max(1, round(box.height * 0.62)))
            cv2.ellipse(sheet, centre, half, 0, 0, 360, 1.0, -1)
        else:
            sheet[box.part] = 1
    spread = max(0.5, max(sheet.shape) * _SOFT)
    soft = cv2.GaussianBlur(sheet, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, dtype=np.float32)


def _absent(name: str) -> StepError:
    return StepError(
        "not-found",
        f"the local engine sees no {name} in this picture",
        hint=f"it finds {KNOWN} by name; a Wan model finds more: --provider dashscope",
    )
