"""`inpaint`: the part that a mask marks, filled from what is around it."""

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import Size
from wanflow.providers.local.fill import filled
from wanflow.providers.local.pixels import (
    INVENTED_BY_COPYING,
    Hole,
    Painted,
    Pixels,
    Task,
    size_of,
)

# White marks what is to be drawn anew, as the service has it. Source: API reference of
# wanx2.1-imageedit, `mask_image_url`. A mask saved as JPEG is grey at its edges.
_MARKED = 128
# What stands in a hole throws light and shadow on a rim around it, which would show as a ghost.
_RIM = 1 / 200
# How much a mask's ratio may differ from the picture's. A mask may hold this share of pixels
# with a colour (a stamp, noise of a JPEG), not more.
_SKEW, _COLOUR, _COLOURFUL = 0.01, 48, 0.02
_HINT = "paint the part to fill in white on black, in a picture of the same shape"


def inpaint(task: Task) -> Painted:
    """Fill what the second picture marks in white in the first; every other pixel stays.

    Raises:
        StepError: the mask marks nothing or everything, or something is to be drawn that only a
            model can draw.
    """
    picture, mask = task.pictures
    what = task.arguments.get("what")
    if isinstance(what, str):
        raise StepError(
            "needs-a-model",
            f"the local engine cannot draw '{what}', it fills the marked part from what is around",
            hint="leave out `what`, or run it with --provider dashscope",
        )
    hole = marked(mask, picture)
    pictures = tuple(filled(picture, hole, seed=seed) for seed in task.seeds)
    return Painted(pictures=pictures, notes=(INVENTED_BY_COPYING,))


def marked(mask: Pixels, picture: Pixels) -> Hole:
    """Read a mask at the size of the picture that it belongs to.

    Returns:
        (height, width) of the picture, True where the mask is white, and a thin rim around it.

    Raises:
        StepError: it is no mask, has another shape than the picture, or marks nothing or
            everything.
    """
    size = size_of(picture)
    _held_for_a_mask(mask, size)
    grey = cv2.cvtColor(mask, cv2.COLOR_RGB2GRAY)
    if size_of(mask) != size:
        # By area, so that a stroke thinner than a pixel of the picture still leaves its grey.
        sides = (size.width_px, size.height_px)
        grey = np.asarray(cv2.resize(grey, sides, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    white = grey >= _MARKED
    if not white.any() or white.all():
        raise StepError(
            "mask-empty" if not white.any() else "mask-full",
            f"the mask marks {'nothing' if not white.any() else 'the whole picture'}: white is the"
            " part to fill, black the part to keep",
            hint=_HINT,
        )
    reach = 2 * max(1, round(max(white.shape) * _RIM)) + 1
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cv2.dilate(white.astype(np.uint8), round_) > 0
    return np.asarray(white if grown.all() else grown)


def _held_for_a_mask(mask: Pixels, size: Size) -> None:
    """Refuse what would be filled in another place than its maker meant."""
    own = size_of(mask)
    skew = own.width_px * size.height_px / (own.height_px * size.width_px)
    # Rounding a shrunk mask to whole pixels moves each of its sides by up to one.
    slack = _SKEW + 1 / min(own.width_px, own.height_px, size.width_px, size.height_px)
    if abs(skew - 1) > slack:
        raise StepError(
            "mask-shape",
            f"the mask is {own} pixels and the picture {size}: they are not of the same shape",
            hint="save the mask with the same width and height as the picture",
        )
    colourful = mask.max(axis=2).astype(np.int16) - mask.min(axis=2) > _COLOUR
    if colourful.mean() > _COLOURFUL:
        raise StepError(
            "mask-coloured",
            "the second picture is no mask: it has colours; white is the part to fill, black the"
            " part to keep",
            hint="write `images: [picture, mask]`, in this order",
        )
