"""Text into a picture: broken into lines, made to fit, and legible on any ground."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from wanflow.errors import StepError
from wanflow.model.values import Size
from wanflow.providers.local.fonts import font
from wanflow.providers.local.pixels import Pixels

Colour = tuple[int, int, int]

# What may not begin or end a line of Chinese.
_NOT_FIRST = frozenset(",。、;:?!)】》〉」』〕〗”’…—~～·々ー%％℃°,.;:?!)]}、")
_NOT_LAST = frozenset("(【《〈「『〔〖“‘([{¥￥$€£#")
_LINE_HEIGHT = 1.28
_SMALLEST_PX = 8
_SHRINK = 0.92
_QUOTED_CHARS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A text to be set in one size and colour."""

    text: str
    size_px: int
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One line where it stands: (x, y) is the left end of its upper edge."""

    text: str
    x_px: float
    y_px: float
    size_px: int
    colour: Colour


def colour(name: str) -> Colour:
    """Turn a colour's name, or #RRGGBB, into red, green and blue."""
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def is_light(of: Colour) -> bool:
    """Tell whether black is easier to see beside a colour than white."""
    return 0.299 * of[0] + 0.587 * of[1] + 0.114 * of[2] > 140


def arranged(runs: Sequence[Run], size: Size, anchor: str) -> tuple[Placed, ...]:
    """Break runs into lines and place them one below the other at one of nine places.

    Runs are made smaller, all by the same factor, until they stand within the margins.

    Raises:
        StepError: they do not fit even in the smallest letters.
    """
    margin = round(min(size.width_px, size.height_px) * 0.06)
    room = Size(
        width_px=max(1, size.width_px - 2 * margin), height_px=max(1, size.height_px - 2 * margin)
    )
    broken = _fitting(runs, room)
    height = sum(len(lines) * run.size_px * _LINE_HEIGHT for run, lines in broken)
    y = _start(anchor, ("top", "bottom"), size.height_px, height, margin)
    placed = []
    for run, lines in broken:
        for line in lines:
            width = font(run.size_px).getlength(line)
            x = _start(anchor, ("left", "right"), size.width_px, width, margin)
            placed.append(Placed(text=line, x_px=x, y_px=y, size_px=run.size_px, colour=run.colour))
            y += run.size_px * _LINE_HEIGHT
    return tuple(placed)


def bottom(lines: Sequence[Placed]) -> int:
    """Give the first row below the last of some lines, at least one."""
    last = max(lines, key=lambda line: line.y_px)
    return math.ceil(last.y_px + last.size_px * _LINE_HEIGHT)


def drawn(pixels: Pixels, lines: Sequence[Placed]) -> Pixels:
    """Draw lines with a soft shadow and a thin rim of the opposite lightness."""
    image = Image.fromarray(pixels)
    for light in (True, False):
        some = [line for line in lines if is_light(line.colour) is light]
        if some:
            image = _with_shadow(image, some, ground=(0, 0, 0) if light else (255, 255, 255))
    pen = ImageDraw.Draw(image)
    for line in lines:
        _stroke(pen, line, fill=line.colour, rim_px=0)
    return np.asarray(image)


def _with_shadow(image: Image.Image, lines: Sequence[Placed], ground: Colour) -> Image.Image:
    size_px = max(line.size_px for line in lines)
    shade, rim = Image.new("L", image.size), Image.new("L", image.size)
    for line in lines:
        width = max(1, round(line.size_px / 28))
        _stroke(ImageDraw.Draw(shade), line, fill=150, rim_px=2 * width)
        _stroke(ImageDraw.Draw(rim), line, fill=150, rim_px=width)
    soft = shade.filter(ImageFilter.GaussianBlur(size_px / 9))
    paint = Image.new("RGB", image.size, ground)
    shaded = Image.composite(paint, image, soft)
    return Image.composite(paint, shaded, rim)


def _stroke(pen: ImageDraw.ImageDraw, line: Placed, *, fill: int | Colour, rim_px: int) -> None:
    # The box of a letter is about 1.16 of its size high and begins above it.
    pen.text(
        (line.x_px, line.y_px + line.size_px * (_LINE_HEIGHT / 2)),
        line.text,
        fill=fill,
        font=font(line.size_px),
        anchor="lm",
        stroke_width=rim_px,
        stroke_fill=fill,
    )


def _start(anchor: str, names: tuple[str, str], side: float, extent: float, margin: float) -> float:
    words = anchor.split("-")
    if names[0] in words:
        return margin
    if names[1] in words:
        return side - margin - extent
    return (side - extent) / 2


def _fitting(runs: Sequence[Run], room: Size) -> list[tuple[Run, list[str]]]:
    """Shrink runs until their lines fit; words are cut only at the smallest size."""
    factor = 1.0
    while True:
        sized = [
            Run(text=r.text, size_px=max(_SMALLEST_PX, round(r.size_px * factor)), colour=r.colour)
            for r in runs
        ]
        smallest = all(run.size_px == _SMALLEST_PX for run in sized)
        broken = [(run, _broken(run, room.width_px, within_words=smallest)) for run in sized]
        height = sum(len(lines) * run.size_px * _LINE_HEIGHT for run, lines in broken)
        widest = max(font(r.size_px).getlength(line) for r, lines in broken for line in lines)
        if height <= room.height_px and widest <= room.width_px:
            return broken
        if smallest:
            raise _too_long(runs, room)
        factor *= _SHRINK


def _too_long(runs: Sequence[Run], room: Size) -> StepError:
    said = " ".join(run.text for run in runs)
    short = said if len(said) <= _QUOTED_CHARS else f"{said[:_QUOTED_CHARS]}..."
    return StepError(
        "text-too-long",
        f"'{short}' does not fit into {room} pixels, even in letters of {_SMALLEST_PX} pixels",
        hint="shorten it, or make the picture larger before",
    )


def _broken(run: Run, width_px: int, *, within_words: bool) -> list[str]:
    face = font(run.size_px)
    lines: list[str] = []
    for paragraph in run.text.split("\n"):
        line = ""
        for piece in paragraph if within_words else _pieces(paragraph):
            if line and face.getlength((line + piece).rstrip()) > width_px:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may end: after a space, and between Chinese characters."""
    piece = ""
    for character in text:
        breaks = piece and (
            piece[-1] == " "
            or (
                (_is_wide(character) or _is_wide(piece[-1]))
                and character not in _NOT_FIRST
                and piece[-1] not in _NOT_LAST
                and character != " "
            )
        )
        if breaks:
            yield piece
            piece = ""
        piece += character
    yield piece


def _is_wide(character: str) -> bool:
    return ord(character) >= 0x2E80
