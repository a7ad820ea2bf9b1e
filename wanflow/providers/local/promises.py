"""What an algorithm of another package promises, looked at when it has returned."""

import numpy as np

from wanflow.model.values import Note
from wanflow.providers.local.pixels import Painted, Task

_MOST_SIDE_PX = 20_000


def broken(painted: object, task: Task) -> str | None:
    """Say in words which promise a result breaks; None if it keeps them all."""
    if not isinstance(painted, Painted):
        return f"{_kind(painted)} and no Painted"
    if not isinstance(painted.pictures, tuple) or len(painted.pictures) not in {
        1,
        len(task.seeds),
    }:
        return f"no picture for each of the {len(task.seeds)} seeds"
    if not all(isinstance(note, Note) for note in painted.notes):
        return "notes that are no Note"
    return next((said for one in painted.pictures if (said := _picture(one))), None)


def _picture(pixels: object) -> str | None:
    if not isinstance(pixels, np.ndarray):
        return f"{_kind(pixels)} as a picture"
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        return f"a picture of shape {pixels.shape} and type {pixels.dtype}, not (h, w, 3) of uint8"
    if not 1 <= min(pixels.shape) <= max(pixels.shape) <= _MOST_SIDE_PX:
        return f"a picture of {pixels.shape[1]}*{pixels.shape[0]} pixels"
    return None


def _kind(value: object) -> str:
    return f"a value of type {type(value).__name__}"
