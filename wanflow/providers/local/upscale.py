"""`upscale`: more pixels of the same, by Lanczos resampling."""

from wanflow.errors import StepError
from wanflow.planning.geometry import MOST_PIXELS, upscaled
from wanflow.providers.local.pixels import (
    NO_NEW_DETAIL,
    Painted,
    Task,
    resampled,
    size_of,
)


def upscale(task: Task) -> Painted:
    """Multiply both sides of a picture by `factor`.

    Raises:
        StepError: the result would be too large for this machine.
    """
    picture = task.pictures[-1]
    size = upscaled(size_of(picture), task.arguments)
    if size.width_px * size.height_px > MOST_PIXELS:
        raise StepError(
            "result-too-large",
            f"the picture would be {size} pixels; at most {MOST_PIXELS // 10**6} million are made",
            hint="give a smaller `factor`",
        )
    notes = () if size == size_of(picture) else (NO_NEW_DETAIL,)
    return Painted(pictures=(resampled(picture, size),), notes=notes)
