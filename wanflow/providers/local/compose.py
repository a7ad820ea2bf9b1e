"""`compose`: a poster or a card from pictures and exact text."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.areas import Box
from wanflow.providers.local.fonts import checked
from wanflow.providers.local.pixels import Painted, Pixels, Task, distinct, shaped, size_of
from wanflow.providers.local.sign import GROUND_LEFT_OUT, laid, placed, sign_of
from wanflow.providers.local.typeset import Colour, Placed, Run, arranged, bottom, colour, drawn
from wanflow.providers.local.unread import unread

_INK, _GROUND = "white", "#101418"
# A poster: the least height of the band behind the title, the part of the height that lettering
# may take (what is below belongs to the sign), the sign, and the letters.
_BAND, _LETTERING, _SIGN, _MARGIN = 0.34, 0.6, 0.2, 0.05
_TITLE, _SUBTITLE = 0.12, 0.05
# A card: how wide the portrait is, how high a line of text at most, how much of the ground shows.
_PORTRAIT, _LINE, _SHINES = 0.38, 0.085, 0.35

_Part = tuple[Pixels, tuple[Note, ...]]


def compose(task: Task) -> Painted:
    """Put pictures and lettering together; the first pictures, side by side, are the ground.

    With `fields` it is a card: the last picture is a portrait at the left, title and fields stand
    beside it. Without, it is a poster: the last picture is a sign in the lower right corner, and
    the title stands at the top.

    Raises:
        StepError: the font lacks a character.
    """
    size = task.size or size_of(task.pictures[0])
    *grounds, last = task.pictures
    canvas, notes = _side_by_side(grounds, size)
    fields = task.arguments.get("fields")
    if isinstance(fields, Mapping):
        made, more = _card(canvas, last, task.arguments, fields)
    else:
        made, more = _poster(canvas, last, task.arguments)
    told = distinct((*_not_followed(task.arguments), *notes, *more))
    return Painted(pictures=(made,), notes=told)


def _not_followed(arguments: Mapping[str, JsonValue]) -> Iterator[Note]:
    """Say what of the wishes this engine does not go by."""
    layout, fonts, palette = (arguments.get(name) for name in ("layout", "fonts", "palette"))
    if isinstance(layout, str):
        yield unread("layout", layout, "its own arrangements, one for posters and one for cards")
    if isinstance(fonts, str):
        yield unread("fonts", fonts, "its one font, Noto Sans SC")
    if isinstance(palette, Sequence) and len(palette) > 2:
        text = "the local engine uses the first two colours of `palette` only"
        yield Note(code="not_read: palette", text=text)


def _poster(canvas: Pixels, last: Pixels, arguments: Mapping[str, JsonValue]) -> _Part:
    size = size_of(canvas)
    side = min(size.width_px, size.height_px)
    ink, ground = _colours(arguments)
    lines = _heading(_title_runs(arguments, size, ink), size)
    if lines:
        foot = bottom(lines) + round(side * _MARGIN)
        canvas = _banded(canvas, ground, height_px=max(round(size.height_px * _BAND), foot))
    sign, freed = sign_of(last)
    box = placed(sign, size, side_px=round(side * _SIGN), margin_px=round(side * _MARGIN))
    made = drawn(laid(canvas, sign, box), lines)
    return made, (GROUND_LEFT_OUT,) if freed else ()


def _heading(runs: Sequence[Run], size: Size) -> tuple[Placed, ...]:
    upper = Size(width_px=size.width_px, height_px=max(1, round(size.height_px * _LETTERING)))
    return arranged(runs, upper, "top") if runs else ()


def _card(
    canvas: Pixels,
    portrait: Pixels,
    arguments: Mapping[str, JsonValue],
    fields: Mapping[str, JsonValue],
) -> _Part:
    size = size_of(canvas)
    ink, shade = _colours(arguments)
    # A veil of one colour, so that lettering is legible on any template.
    veil = np.array(shade, dtype=np.float32)
    canvas = np.asarray(np.rint(canvas * _SHINES + veil * (1 - _SHINES)), dtype=np.uint8)
    margin = round(min(size.width_px, size.height_px) * _MARGIN) + 1
    left = Box(
        left=margin,
        top=margin,
        right=max(margin + 1, round(size.width_px * _PORTRAIT)),
        bottom=max(margin + 1, size.height_px - margin),
    )
    shown, notes = shaped(portrait, Size(width_px=left.width, height_px=left.height))
    canvas[left.part] = shown
    right = Box(
        left=left.right, top=0, right=max(left.right + 1, size.width_px), bottom=size.height_px
    )
    room = Size(width_px=right.width, height_px=right.height)
    runs = [*_title_runs(arguments, room, ink), *_field_runs(fields, room, ink)]
    words = np.ascontiguousarray(canvas[right.part])
    canvas[right.part] = drawn(words, arranged(runs, room, "left"))
    return canvas, notes


def _title_runs(arguments: Mapping[str, JsonValue], size: Size, ink: Colour) -> list[Run]:
    side = min(size.width_px, size.height_px)
    return [
        Run(text=checked(text), size_px=max(8, round(side * share)), colour=ink)
        for name, share in (("title", _TITLE), ("subtitle", _SUBTITLE))
        if isinstance(text := arguments.get(name), str)
    ]


def _field_runs(fields: Mapping[str, JsonValue], room: Size, ink: Colour) -> list[Run]:
    letters = max(8, round(min(room.height_px, room.width_px) * _LINE))
    return [
        Run(text=checked(f"{name}  {text}"), size_px=letters, colour=ink)
        for name, text in fields.items()
    ]


def _colours(arguments: Mapping[str, JsonValue]) -> tuple[Colour, Colour]:
    palette = arguments.get("palette")
    names = [str(name) for name in palette] if isinstance(palette, list | tuple) else []
    ink, ground = [*names[:2], *(_INK, _GROUND)[len(names) :]]
    return colour(ink), colour(ground)


def _side_by_side(pictures: Sequence[Pixels], size: Size) -> _Part:
    """Fill a size with pictures of equal width, each cropped about its centre."""
    edges = [round(size.width_px * k / len(pictures)) for k in range(len(pictures) + 1)]
    parts = [
        shaped(picture, Size(width_px=max(1, right - left), height_px=size.height_px))
        for picture, left, right in zip(pictures, edges, edges[1:], strict=False)
    ]
    notes = distinct([note for _, said in parts for note in said])
    return np.concatenate([part for part, _ in parts], axis=1)[:, : size.width_px], notes


def _banded(canvas: Pixels, ground: Colour, *, height_px: int) -> Pixels:
    """Lay a colour over the top that fades out downwards."""
    rows = np.arange(canvas.shape[0], dtype=np.float32) / height_px
    weight = np.clip(1 - rows, 0, 1) ** 0.7 * 0.88
    shade = np.array(ground, dtype=np.float32)
    mixed = canvas * (1 - weight)[:, None, None] + shade * weight[:, None, None]
    return np.asarray(np.rint(mixed), dtype=np.uint8)
