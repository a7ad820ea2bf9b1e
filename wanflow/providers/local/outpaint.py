"""`outpaint`: a larger canvas, the original untouched in it, the rest invented by copying."""

from fractions import Fraction

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import Size
from wanflow.planning.geometry import Extension, extended
from wanflow.providers.local.fill import filled
from wanflow.providers.local.pixels import (
    INVENTED_BY_COPYING,
    Hole,
    Painted,
    Pixels,
    Task,
    distinct,
    resampled,
    resampling_notes,
    size_of,
)
from wanflow.providers.local.subject import subject_mask

# The longest side that Wan 2.5 takes as an input: a longer result could not be edited further.
_LONGEST_PX = 5000


def outpaint(task: Task) -> Painted:
    """Extend a picture; every pixel of the original is kept unless a size is wished.

    With a wished size the canvas is extended further to that ratio, never cropped, and then
    resampled.

    Raises:
        StepError: the extended picture would be too large.
    """
    picture = task.pictures[-1]
    canvas = _canvas(task, size_of(picture))
    notes = resampling_notes(canvas.size, task.size or canvas.size)
    if canvas.size == size_of(picture):
        results: tuple[Pixels, ...] = (picture,)
    else:
        protected = subject_mask(picture)
        inside = None if protected is None else _widened(protected > 0.1)
        results = tuple(_extended(picture, canvas, inside, seed) for seed in task.seeds)
        notes = (INVENTED_BY_COPYING, *notes)
    wanted = task.size or canvas.size
    return Painted(
        pictures=tuple(resampled(result, wanted) for result in results), notes=distinct(notes)
    )


def _canvas(task: Task, size: Size) -> Extension:
    canvas = extended(size, task.arguments)
    if task.size is not None:
        canvas = _to_ratio(canvas, Fraction(task.size.width_px, task.size.height_px))
    if max(canvas.size.width_px, canvas.size.height_px) > _LONGEST_PX:
        raise StepError(
            "result-too-large",
            f"the extended picture would be {canvas.size} pixels; the longest side possible is"
            f" {_LONGEST_PX}",
            hint="extend by less, or make the picture smaller before",
        )
    return canvas


def _to_ratio(canvas: Extension, ratio: Fraction) -> Extension:
    width, height = canvas.size.width_px, canvas.size.height_px
    wide, high = max(width, round(height * ratio)), max(height, round(width / ratio))
    return Extension(
        size=Size(width_px=wide, height_px=high),
        left_px=canvas.left_px + (wide - width) // 2,
        top_px=canvas.top_px + (high - height) // 2,
    )


def _widened(inside: Hole) -> Hole:
    reach = max(3, round(max(inside.shape) / 80))
    return cv2.dilate(inside.astype(np.uint8), np.ones((reach, reach), dtype=np.uint8)) > 0


def _extended(picture: Pixels, canvas: Extension, protected: Hole | None, seed: int) -> Pixels:
    height, width = picture.shape[:2]
    part = (
        slice(canvas.top_px, canvas.top_px + height),
        slice(canvas.left_px, canvas.left_px + width),
    )
    sides = (canvas.size.height_px, canvas.size.width_px)
    sheet = np.zeros((*sides, 3), dtype=np.uint8)
    sheet[part] = picture
    hole = np.ones(sides, dtype=np.bool_)
    hole[part] = False
    kept = np.zeros(sides, dtype=np.bool_)
    if protected is not None:
        kept[part] = protected
    return filled(sheet, hole, protected=kept, seed=seed)
