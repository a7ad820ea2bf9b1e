"""`zoom`: a part of a picture, enlarged to fill the frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from PIL import Image

from wanflow.errors import StepError
from wanflow.model.values import Note, Size
from wanflow.providers.local.areas import Box, region
from wanflow.providers.local.pixels import NO_NEW_DETAIL, Painted, Pixels, Task, size_of
from wanflow.providers.local.sharpening import crisp
from wanflow.providers.local.targets import KNOWN, boxes_of, kind_of

# Room around what was found, as a fraction of its longer side.
_MARGIN = 0.12
_SMALLEST_ZOOM = 1.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a picture that is shown, in pixels and fractions of them."""

    left: float
    top: float
    width: float
    height: float


def zoom(task: Task) -> Painted:
    """Show a part of the picture as large as the picture, or in the wished size.

    A given `region` counts more than `what`; with `factor` only the middle of either matters.

    Raises:
        StepError: what to zoom in on is nothing that the engine finds.
    """
    picture = task.pictures[-1]
    size = size_of(picture)
    wanted = task.size or size
    wish, factor = task.arguments.get("region"), task.arguments.get("factor")
    notes: list[Note] = []
    if wish is None:
        part, notes = _found(picture, str(task.arguments.get("what")))
    else:
        part = region(wish, size)
    shown = window(size, part, wanted, factor=factor if isinstance(factor, int | float) else None)
    if max(shown.width / size.width_px, shown.height / size.height_px) * _SMALLEST_ZOOM > 1:
        notes.append(_FILLS_PICTURE)
    by = min(wanted.width_px / shown.width, wanted.height_px / shown.height)
    if by > 1:
        notes.append(NO_NEW_DETAIL)
    return Painted(pictures=(crisp(_enlarged(picture, shown, wanted), by),), notes=tuple(notes))


def window(size: Size, part: Box, wanted: Size, *, factor: float | None) -> Window:
    """Say which part of a picture is shown: of the wanted ratio, and within the picture.

    Args:
        size: of the picture.
        part: what shall be seen, in pixels.
        wanted: size of the result; only its ratio counts.
        factor: how much closer than the largest such window; None is as close as holds the part.

    Returns:
        A window about the part's middle, moved only as far as it would leave the picture.
    """
    ratio = Fraction(wanted.width_px, wanted.height_px)
    widest = float(min(Fraction(size.width_px), size.height_px * ratio))
    if factor is None:
        width = min(widest, max(float(part.width), float(part.height * ratio)))
    else:
        width = widest / factor
    height = min(float(size.height_px), max(1.0, width / float(ratio)))
    width = max(1.0, width)
    left = (part.left + part.right - width) / 2
    top = (part.top + part.bottom - height) / 2
    return Window(
        left=min(max(0.0, left), size.width_px - width),
        top=min(max(0.0, top), size.height_px - height),
        width=width,
        height=height,
    )


def _found(picture: Pixels, what: str) -> tuple[Box, list[Note]]:
    kind = kind_of(what)
    if kind is None:
        raise StepError(
            "cannot-find",
            f"the local engine cannot find '{what}': it knows {KNOWN}",
            hint="say where it is with `region`, or run it with --provider dashscope",
        )
    boxes = boxes_of(picture, kind)
    if not boxes:
        raise StepError(
            "not-found",
            f"the local engine found no {what} in the picture to zoom in on",
            hint="say where it is with `region`",
        )
    box = _whole(boxes) if kind == "text" else max(boxes, key=lambda one: one.width * one.height)
    notes = []
    if kind != "text" and len(boxes) > 1:
        text = f"{len(boxes)} were found; the picture shows the largest, in its middle"
        notes.append(Note(code=f"took_largest: {what}", text=text))
    return box.grown(round(max(box.width, box.height) * _MARGIN), size_of(picture)), notes


def _whole(boxes: Sequence[Box]) -> Box:
    return Box(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


def _enlarged(picture: Pixels, shown: Window, wanted: Size) -> Pixels:
    edges = (shown.left, shown.top, shown.left + shown.width, shown.top + shown.height)
    sides = (wanted.width_px, wanted.height_px)
    image = Image.fromarray(picture)
    return np.asarray(image.resize(sides, Image.Resampling.LANCZOS, box=edges))


_FILLS_PICTURE = Note(
    code="fills_picture",
    text="it spans the picture already, so nothing was enlarged; `factor` goes closer",
)
