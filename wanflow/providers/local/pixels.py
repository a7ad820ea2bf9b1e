"""Pictures as arrays: what they look like inside the engine, and how they change their size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wanflow.model.values import JsonValue, Note, Size

# (height, width, 3), red green blue, 0-255.
Pixels: TypeAlias = NDArray[np.uint8]
# (height, width), 0 is outside and 1 is inside; in between, the share of the pixel that is inside.
Mask: TypeAlias = NDArray[np.float32]
# (height, width), True is inside.
Hole: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """What an algorithm made: one picture a seed, or a single one if it needs no seed."""

    pictures: tuple[Pixels, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an algorithm is told: pictures in the order of their roles, and what is wished.

    `size` is the wished size of the results; only an algorithm that decides for itself how to
    reach it looks at it.
    """

    pictures: tuple[Pixels, ...]
    arguments: Mapping[str, JsonValue]
    seeds: tuple[int, ...] = (0,)
    size: Size | None = None


class Algorithm(Protocol):
    """One operation as pixels: equal tasks give equal pictures, bit for bit."""

    def __call__(self, task: Task) -> Painted:
        """Do it.

        Raises:
            StepError: it cannot be done with these pictures or arguments.
        """
        ...


def size_of(pixels: Pixels) -> Size:
    """Give the size of a picture."""
    return Size(width_px=int(pixels.shape[1]), height_px=int(pixels.shape[0]))


def resampled(pixels: Pixels, size: Size) -> Pixels:
    """Bring a picture to a size, smoothed when it shrinks; its ratio may change."""
    if size_of(pixels) == size:
        return pixels
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((size.width_px, size.height_px), Image.Resampling.LANCZOS))


def shaped(pixels: Pixels, size: Size | None) -> tuple[Pixels, tuple[Note, ...]]:
    """Crop a picture about its centre to the ratio of a size, then resample it to that size.

    Returns:
        The picture, and what the reader should know about it. Without a wished size, or if the
        picture has it already, the very same picture and no notes.
    """
    if size is None or size_of(pixels) == size:
        return pixels, ()
    height, width = pixels.shape[:2]
    ratio = Fraction(size.width_px, size.height_px)
    keep_w = min(width, max(1, round(height * ratio)))
    keep_h = min(height, max(1, round(width / ratio)))
    left, top = (width - keep_w) // 2, (height - keep_h) // 2
    kept = np.ascontiguousarray(pixels[top : top + keep_h, left : left + keep_w])
    return resampled(kept, size), resampling_notes(size_of(kept), size)


def resampling_notes(before: Size, after: Size) -> tuple[Note, ...]:
    """Say that a picture was resampled, and that enlarging it adds nothing."""
    if before == after:
        return ()
    notes = [Note(code="resampled", text=f"resampled from {before} to {after} pixels")]
    if after.width_px > before.width_px:
        notes.append(NO_NEW_DETAIL)
    return tuple(notes)


def distinct(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Keep the first of equal notes, in their order."""
    return tuple(dict.fromkeys(notes))


NO_NEW_DETAIL = Note(
    code="no_new_detail", text="enlarged by resampling: there is no more detail than before"
)
INVENTED_BY_COPYING = Note(
    code="invented_by_copying",
    text="the local engine filled new areas by copying from the rest of the picture",
)
