"""`compose`: a poster or a card from pictures and exact text."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.areas import Box
from wanflow.providers.local.fonts import checked
from wanflow.providers.local.pixels import Painted, Pixels, Task, resampled, shaped, size_of
from wanflow.providers.local.typeset import Colour, Run, arranged, colour, drawn

LAYOUT_NOT_READ = Note(
    code="layout_not_read",
    text="the local engine does not read `layout`: it has one arrangement for posters and one for"
    " cards",
)
_INK, _GROUND = "white", "#101418"
# A poster: the band behind the title, the sign in the corner, and the letters.
_BAND, _SIGN, _MARGIN = 0.34, 0.2, 0.05
_TITLE, _SUBTITLE = 0.12, 0.05
# A card: how wide the portrait is, and how high a line of text at most.
_PORTRAIT, _LINE = 0.38, 0.085


def compose(task: Task) -> Painted:
    """Put pictures and lettering together.

    With `fields` it is a card: the first picture is its ground, the last one the portrait, and the
    fields stand beside it. Without, it is a poster: the first pictures side by side fill it, the
    last one is a sign in the corner, and the title stands on a band at the top.

    Raises:
        StepError: the font lacks a character.
    """
    size = task.size or size_of(task.pictures[0])
    fields = task.arguments.get("fields")
    if isinstance(fields, Mapping):
        made = _card(task.pictures, task.arguments, fields, size)
    else:
        made = _poster(task.pictures, task.arguments, size)
    notes = (LAYOUT_NOT_READ,) if "layout" in task.arguments else ()
    return Painted(pictures=(made,), notes=notes)


def _poster(pictures: Sequence[Pixels], arguments: Mapping[str, JsonValue], size: Size) -> Pixels:
    *heroes, sign = pictures
    canvas = _side_by_side(heroes, size)
    ink, ground = _colours(arguments)
    runs = _title_runs(arguments, size, ink)
    if runs:
        canvas = _banded(canvas, ground, share=_BAND)
    canvas = _with_sign(canvas, sign)
    return drawn(canvas, arranged(runs, size, "top")) if runs else canvas


def _card(
    pictures: Sequence[Pixels],
    arguments: Mapping[str, JsonValue],
    fields: Mapping[str, JsonValue],
    size: Size,
) -> Pixels:
    ground, *_, portrait = pictures
    ink, shade = _colours(arguments)
    canvas = _covering(ground, size)
    # A veil of one colour, so that lettering is legible on any template.
    veil = np.array(shade, dtype=np.float32)
    canvas = np.asarray(np.rint(canvas * 0.35 + veil * 0.65), dtype=np.uint8)
    margin = round(min(size.width_px, size.height_px) * _MARGIN) + 1
    left = Box(
        left=margin,
        top=margin,
        right=max(margin + 1, round(size.width_px * _PORTRAIT)),
        bottom=max(margin + 1, size.height_px - margin),
    )
    canvas[left.part] = _covering(portrait, Size(width_px=left.width, height_px=left.height))
    right = Box(
        left=left.right, top=0, right=max(left.right + 1, size.width_px), bottom=size.height_px
    )
    room = Size(width_px=right.width, height_px=right.height)
    runs = _title_runs(arguments, room, ink)
    letters = max(8, round(min(room.height_px * _LINE, room.width_px * _LINE)))
    runs += [
        Run(text=checked(f"{name}  {text}"), size_px=letters, colour=ink)
        for name, text in fields.items()
    ]
    canvas[right.part] = drawn(
        np.ascontiguousarray(canvas[right.part]), arranged(runs, room, "left")
    )
    return canvas


def _title_runs(arguments: Mapping[str, JsonValue], size: Size, ink: Colour) -> list[Run]:
    side = min(size.width_px, size.height_px)
    return [
        Run(text=checked(text), size_px=max(8, round(side * share)), colour=ink)
        for name, share in (("title", _TITLE), ("subtitle", _SUBTITLE))
        if isinstance(text := arguments.get(name), str)
    ]


def _colours(arguments: Mapping[str, JsonValue]) -> tuple[Colour, Colour]:
    palette = arguments.get("palette")
    names = [str(name) for name in palette] if isinstance(palette, list | tuple) else []
    ink, ground = [*names[:2], *(_INK, _GROUND)[len(names) :]]
    return colour(ink), colour(ground)


def _side_by_side(pictures: Sequence[Pixels], size: Size) -> Pixels:
    edges = [round(size.width_px * k / len(pictures)) for k in range(len(pictures) + 1)]
    parts = [
        _covering(picture, Size(width_px=max(1, right - left), height_px=size.height_px))
        for picture, left, right in zip(pictures, edges, edges[1:], strict=False)
    ]
    return np.concatenate(parts, axis=1)[:, : size.width_px]


def _covering(picture: Pixels, size: Size) -> Pixels:
    """Crop a picture about its centre and scale it so that it covers a size."""
    return shaped(picture, size)[0].copy()


def _banded(canvas: Pixels, ground: Colour, *, share: float) -> Pixels:
    """Lay a colour over the top that fades out downwards."""
    height = canvas.shape[0]
    rows = np.arange(height, dtype=np.float32) / (height * share)
    weight = np.clip(1 - rows, 0, 1) ** 0.7 * 0.88
    shade = np.array(ground, dtype=np.float32)
    mixed = canvas * (1 - weight)[:, None, None] + shade * weight[:, None, None]
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def _with_sign(canvas: Pixels, sign: Pixels) -> Pixels:
    """Put a sign, as it is, into the lower right corner, on a soft shadow."""
    size, own = size_of(canvas), size_of(sign)
    side = min(size.width_px, size.height_px)
    scale = side * _SIGN / max(own.width_px, own.height_px)
    wanted = Size(
        width_px=max(1, round(own.width_px * scale)), height_px=max(1, round(own.height_px * scale))
    )
    margin = round(side * _MARGIN)
    left = max(0, size.width_px - margin - wanted.width_px)
    top = max(0, size.height_px - margin - wanted.height_px)
    box = Box(left=left, top=top, right=left + wanted.width_px, bottom=top + wanted.height_px)
    shadow = np.zeros(canvas.shape[:2], dtype=np.float32)
    shadow[box.part] = 1
    soft = cv2.GaussianBlur(shadow, (0, 0), max(1.0, side / 90))[..., None] * 0.5
    result = np.asarray(np.rint(canvas * (1 - soft)), dtype=np.uint8)
    result[box.part] = resampled(sign, wanted)
    return result
