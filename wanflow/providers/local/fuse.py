"""`fuse`: the subject of one picture, standing in the scene of another."""

from collections.abc import Mapping, Sequence
from typing import cast

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.cutout import Cutout, cut_out, scaled
from wanflow.providers.local.pixels import NO_NEW_DETAIL, Mask, Painted, Pixels, Task, distinct
from wanflow.providers.local.placing import Stand, stands
from wanflow.providers.local.shadow import shadow
from wanflow.providers.local.tone import matched

# Height of the subject as a fraction of the scene's. A bust that fills its own picture looks lost
# when it is as small as a cup.
_HEIGHT, _HEIGHT_OF_CUT_OFF = 0.35, 0.6


def fuse(task: Task) -> Painted:
    """Put the subjects of all pictures but the last one into the last one.

    Raises:
        StepError: in one of the pictures nothing stands out as a subject.
    """
    *sources, scene = task.pictures
    subjects = [_sized(_subject(source, at), task, scene) for at, source in enumerate(sources, 1)]
    places = stands([subject for subject, _ in subjects], scene, task.arguments.get("at"))
    blend = task.arguments.get("blend")
    result = scene
    for (subject, _), place in zip(subjects, places, strict=True):
        result = set_into(result, subject, place, smooth=blend == "poisson")
    return Painted(
        pictures=(result,), notes=distinct([note for _, notes in subjects for note in notes])
    )


def _subject(source: Pixels, number: int) -> Cutout:
    found = cut_out(source)
    if found is None:
        raise StepError(
            "no-subject",
            f"the local engine sees no main subject in image {number}",
            hint="use a picture in which one thing stands out, or --provider dashscope",
        )
    return found


def _sized(subject: Cutout, task: Task, scene: Pixels) -> tuple[Cutout, Sequence[Note]]:
    share = _share(task.arguments) or (_HEIGHT_OF_CUT_OFF if subject.ends else _HEIGHT)
    height = max(1, round(scene.shape[0] * share))
    notes = (NO_NEW_DETAIL,) if height > subject.mask.shape[0] else ()
    return scaled(subject, height), notes


def _share(arguments: Mapping[str, JsonValue]) -> float:
    height = arguments.get("height")
    return float(height) if isinstance(height, int | float) else 0.0


def set_into(
    scene: Pixels, subject: Cutout, place: Stand, *, smooth: bool = False, tone: bool = True
) -> Pixels:
    """Lay one subject over the scene, shadow first; what reaches beyond the edge is cut off.

    Args:
        scene: where it goes.
        subject: at the size that it shall have.
        place: where in the scene.
        smooth: whether the scene's colours flow into the subject.
        tone: whether its own colours move towards those around it.
    """
    height, width = subject.mask.shape
    top, left = place.top_px, place.left_px
    upper, lower = max(0, top), min(scene.shape[0], top + height)
    first, last = max(0, left), min(scene.shape[1], left + width)
    if upper >= lower or first >= last:
        return scene
    there = (slice(upper, lower), slice(first, last))
    here = (slice(upper - top, lower - top), slice(first - left, last - left))
    colours = subject.pixels
    if tone:
        colours = matched(colours, subject.mask, _surroundings(scene, place, subject))
    mask = np.zeros(scene.shape[:2], dtype=np.float32)
    mask[there] = subject.mask[here]
    sheet = scene.copy()
    sheet[there] = colours[here]
    dark = 1 - shadow(mask, height) * (1 - mask)
    ground = scene * dark[..., None]
    flat = np.clip(np.rint(ground * (1 - mask[..., None]) + sheet * mask[..., None]), 0, 255)
    done = flat.astype(np.uint8)
    return (
        _smooth(done, np.clip(np.rint(ground), 0, 255).astype(np.uint8), mask) if smooth else done
    )


def _surroundings(scene: Pixels, place: Stand, subject: Cutout) -> Pixels:
    height, width = subject.mask.shape
    beside = max(width, height) // 2
    top = min(max(0, place.top_px - beside // 2), scene.shape[0] - 1)
    left = min(max(0, place.left_px - beside), scene.shape[1] - 1)
    bottom = max(top + 1, place.top_px + height + beside)
    return scene[top:bottom, left : max(left + 1, place.left_px + width + beside)]


def _smooth(done: Pixels, ground: Pixels, mask: Mask) -> Pixels:
    """Let the colours of the scene flow into the subject (Poisson); edges of the picture stay."""
    inside = (mask > 0.3).astype(np.uint8) * 255
    inside[[0, 1, -2, -1]] = 0
    inside[:, [0, 1, -2, -1]] = 0
    x, y, width, height = cv2.boundingRect(inside)
    if width == 0 or height == 0:
        return done
    middle = (x + width // 2, y + height // 2)
    return cast("Pixels", cv2.seamlessClone(done, ground, inside, middle, cv2.NORMAL_CLONE))
