"""`detect`: labelled boxes around what the engine can find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.areas import Box
from wanflow.providers.local.fonts import checked, font
from wanflow.providers.local.pixels import Painted, Pixels, Task, size_of
from wanflow.providers.local.targets import boxes_of, kind_of, not_found, took_subject
from wanflow.providers.local.typeset import Colour, colour, is_light

_COLOURS = ("#FF3B30", "#34C759", "#0A84FF", "#FF9F0A", "#BF5AF2", "#64D2FF", "#FFD60A", "#FF375F")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One box with the name that the reader gave to what is in it."""

    box: Box
    label: str
    colour: Colour


def detect(task: Task) -> Painted:
    """Box and label every target that can be found.

    The engine cannot name things. It knows faces, letters and the main subject; one other
    target, if there is just one, is taken to mean the main subject, and a note says so.

    Raises:
        StepError: the font lacks a character of a target's name.
    """
    picture = task.pictures[-1]
    wish = task.arguments.get("targets")
    targets = [checked(str(name)) for name in wish] if isinstance(wish, Sequence) else []
    style = task.arguments.get("style")
    style = style if isinstance(style, Mapping) else {}
    unknown = [name for name in targets if kind_of(name) is None]
    known = {kind_of(name) for name in targets}
    found: list[Found] = []
    notes: list[Note] = []
    for at, name in enumerate(targets):
        stands_for_subject = unknown == [name] and "subject" not in known
        boxes = boxes_of(picture, "subject" if stands_for_subject else kind_of(name))
        ink = colour(str(style.get("color") or _COLOURS[at % len(_COLOURS)]))
        found.extend(Found(box=box, label=name, colour=ink) for box in boxes)
        if not boxes:
            notes.append(not_found(name))
        elif stands_for_subject:
            notes.append(took_subject(name))
    return Painted(pictures=(drawn(picture, found, style.get("width")),), notes=tuple(notes))


def drawn(picture: Pixels, found: Sequence[Found], width: JsonValue = None) -> Pixels:
    """Draw boxes and their labels; `width` is a fraction of the shorter side."""
    size = size_of(picture)
    side = min(size.width_px, size.height_px)
    share = float(width) if isinstance(width, int | float) else 0.006
    line_px = max(2, round(side * share))
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    for one in found:
        _frame(pen, one, line_px)
    taken: list[Box] = []
    for one in found:
        place = _label_place(one, size, line_px, taken)
        taken.append(place)
        _label(pen, one, place)
    return np.asarray(image)


def _frame(pen: ImageDraw.ImageDraw, one: Found, line_px: int) -> None:
    box = (one.box.left, one.box.top, one.box.right - 1, one.box.bottom - 1)
    rim = max(1, line_px // 3)
    outer = (box[0] - rim, box[1] - rim, box[2] + rim, box[3] + rim)
    pen.rectangle(outer, outline=_against(one.colour), width=line_px + 2 * rim)
    pen.rectangle(box, outline=one.colour, width=line_px)


def _label_place(one: Found, size: Size, line_px: int, taken: Sequence[Box]) -> Box:
    """Find room for a label: above its box, else inside its top, else below what is in the way."""
    letters = _letters_px(size)
    width = round(font(letters).getlength(one.label) + letters * 0.6)
    height = round(letters * 1.4)
    left = max(0, min(one.box.left - line_px // 3, size.width_px - width))
    top = one.box.top - height if one.box.top >= height else one.box.top
    for other in sorted(taken, key=lambda box: box.top):
        beside = other.right <= left or left + width <= other.left
        if not beside and other.top < top + height and top < other.bottom:
            top = other.bottom
    top = max(0, min(top, size.height_px - height))
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _label(pen: ImageDraw.ImageDraw, one: Found, place: Box) -> None:
    letters = round(place.height / 1.4)
    pen.rectangle((place.left, place.top, place.right - 1, place.bottom - 1), fill=one.colour)
    pen.text(
        ((place.left + place.right) / 2, (place.top + place.bottom) / 2),
        one.label,
        fill=_against(one.colour),
        font=font(letters),
        anchor="mm",
    )


def _against(ink: Colour) -> Colour:
    return (0, 0, 0) if is_light(ink) else (255, 255, 255)


def _letters_px(size: Size) -> int:
    return max(12, round(min(size.width_px, size.height_px) * 0.034))
