"""`enlarge`: the main subject larger in its own picture, the rest as it is."""

from collections.abc import Collection

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import Note, Size
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.cutout import cut_off_sides, own_colours
from wanflow.providers.local.fill import filled
from wanflow.providers.local.pixels import (
    INVENTED_BY_COPYING,
    NO_NEW_DETAIL,
    Hole,
    Mask,
    Painted,
    Pixels,
    Task,
    size_of,
)
from wanflow.providers.local.sharpening import crisp
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.targets import kind_of, took_subject

DEFAULT_SCALE = 1.5
# How near to the upper edge an enlarged subject may come, as a fraction of the picture's height.
_AIR = 0.03
# How far around the subject its old place is filled, as a fraction of the longer side.
_RIM = 1 / 80
_SHOWS = 0.1


def enlarge(task: Task) -> Painted:
    """Scale the main subject about its foot; where it was and is no more, fill the ground.

    Raises:
        StepError: nothing stands out as a subject, or something else than it is asked for.
    """
    picture = task.pictures[-1]
    name, scale = str(task.arguments.get("subject")), task.arguments.get("scale")
    mask = _subject(picture, name)
    by = float(scale) if isinstance(scale, int | float) else DEFAULT_SCALE
    ends = cut_off_sides(mask)
    box = around(mask > 0.5) or Box(left=0, top=0, right=mask.shape[1], bottom=mask.shape[0])
    start = placed(box, size_of(picture), by, ends)
    cover = _moved_mask(mask, by, start)
    figure = crisp(_moved(own_colours(picture, mask), by, start), by)
    bare = _widened(mask) & (cover < 1 - _SHOWS)
    notes = [] if kind_of(name) else [took_subject(name)]
    notes += [NO_NEW_DETAIL, INVENTED_BY_COPYING]
    notes += [_cut_off(side) for side in sorted(_beyond(box, size_of(picture), by, start) - ends)]
    kept = mask > _SHOWS
    grounds = (filled(picture, bare, protected=kept, seed=seed) for seed in task.seeds)
    return Painted(
        pictures=tuple(_over(ground, figure, cover) for ground in grounds), notes=tuple(notes)
    )


def _subject(picture: Pixels, name: str) -> Mask:
    if kind_of(name) in {"face", "text"}:
        raise StepError(
            "not-the-subject",
            f"the local engine enlarges the main subject as a whole, not '{name}' alone",
            hint="ask for the whole subject, or run it with --provider dashscope",
        )
    mask = subject_mask(picture)
    if mask is None or not (mask > 0.5).any():
        raise StepError(
            "no-subject",
            "the local engine sees no main subject in the picture",
            hint="use a picture in which one thing stands out",
        )
    return mask


def placed(old: Box, size: Size, by: float, ends: Collection[str]) -> tuple[float, float]:
    """Say where the left and upper edge of the picture come to lie when it is scaled.

    The subject grows about the middle of its foot, and stays in the picture if it fits: so it
    stays at a side that it touches. Its head stays in the picture unless it was cut off before.

    Args:
        old: where the subject is.
        size: of the picture.
        by: how many times larger it becomes.
        ends: the sides at which the picture cuts it off.
    """
    width, height = size.width_px, size.height_px
    wide, tall = old.width * by, old.height * by
    left = (old.left + old.right - wide) / 2
    spare = width - wide
    left = max(min(0.0, spare), min(left, max(0.0, spare)))
    top, spare = old.bottom - tall, height - tall
    if "top" in ends:
        top = min(0.0, max(spare, (old.top + old.bottom - tall) / 2))
    else:
        top = max(top, min(float(old.top), _AIR * height))
        top = min(top, spare) if spare >= 0 else top
    return left - old.left * by, top - old.top * by


def _beyond(old: Box, size: Size, by: float, start: tuple[float, float]) -> frozenset[str]:
    """Name the sides at which the enlarged subject leaves the picture."""
    over = {
        "left": -(start[0] + old.left * by),
        "top": -(start[1] + old.top * by),
        "right": start[0] + old.right * by - size.width_px,
        "bottom": start[1] + old.bottom * by - size.height_px,
    }
    return frozenset(side for side, by_px in over.items() if by_px > 1)


def _moved(pixels: Pixels, by: float, start: tuple[float, float]) -> Pixels:
    height, width = pixels.shape[:2]
    way = cv2.INTER_LANCZOS4
    moved = cv2.warpAffine(
        pixels, _matrix(by, start), (width, height), flags=way, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, dtype=np.uint8)


def _moved_mask(mask: Mask, by: float, start: tuple[float, float]) -> Mask:
    height, width = mask.shape
    moved = cv2.warpAffine(
        mask,
        _matrix(by, start),
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = np.zeros_like(mask)
    first, upper = (max(0, round(edge)) for edge in start)
    last, lower = round(start[0] + width * by), round(start[1] + height * by)
    inside[upper : max(0, lower), first : max(0, last)] = 1
    return np.asarray(moved * inside, dtype=np.float32)


def _matrix(by: float, start: tuple[float, float]) -> np.ndarray:
    # Edges are scaled, while OpenCV counts from the middle of the first pixel.
    return np.array([[by, 0, start[0] + (by - 1) / 2], [0, by, start[1] + (by - 1) / 2]])


def _widened(mask: Mask) -> Hole:
    reach = 2 * max(2, round(max(mask.shape) * _RIM)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    return cv2.dilate((mask > _SHOWS).astype(np.uint8), disc) > 0


def _over(ground: Pixels, figure: Pixels, cover: Mask) -> Pixels:
    share = cover[..., None]
    mixed = ground * (1 - share) + figure * share
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)


def _cut_off(side: str) -> Note:
    return Note(
        code=f"cut_off: {side}",
        text=f"the enlarged subject reaches beyond the picture and is cut off at the {side}",
    )
