"""Result pictures: small real PNGs that show what they were made of.

A flat ground whose colour comes from the prompt and the seed, the input pictures, the
beginning of the prompt and the picture's number: enough to see in a report that the right
pictures went to the right place, and made in a few milliseconds.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from wanflow.emulator.geometry import Size
from wanflow.emulator.pictures import Picture

_PROMPT_SHOWN = 60
_BLACK = (16, 16, 16)
_WATERMARK = "AI生成"  # wan2.5 API reference, parameters.watermark; lower right corner

_Font = ImageFont.FreeTypeFont
# A data file that the package has anyway; its licence lies beside it.
_FONT = Path(__file__).parents[1] / "providers/local/data/NotoSansSC-Medium-subset.otf"
_IN_NO_FONT = "\uffff"
_LOOK_PX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Everything a result picture is drawn from; equal sketches give equal bytes.

    `seed` is that of this one picture, `number` counts from 1.
    """

    size: Size
    prompt: str
    seed: int
    number: int
    pictures: tuple[Picture, ...] = ()
    model: str = ""
    watermark: bool = False


def draw(sketch: Sketch) -> bytes:
    """Draw a sketch as a PNG of exactly its size, 8-bit RGB."""
    png = io.BytesIO()
    paint(sketch).save(png, "PNG", compress_level=1)
    return png.getvalue()


def paint(sketch: Sketch, size: Size | None = None) -> Image.Image:
    """Draw a sketch as a picture in memory, at another size if one is given."""
    size = size or sketch.size
    canvas = Image.new("RGB", (size.width_px, size.height_px), _ground(sketch))
    pen = ImageDraw.Draw(canvas)
    unit = max(min(canvas.size) // 32, 8)
    _write(pen, (unit, unit), f"{sketch.number} {sketch.model} seed {sketch.seed}", unit)
    _write(pen, (unit, 3 * unit), sketch.prompt[:_PROMPT_SHOWN], unit)
    _show_pictures(canvas, sketch.pictures, unit)
    if sketch.watermark:
        corner = (canvas.width - 7 * unit, canvas.height - 2 * unit)
        _write(pen, corner, _WATERMARK, unit)
    return canvas


def _ground(sketch: Sketch) -> tuple[int, int, int]:
    words = f"{sketch.model}\0{sketch.prompt}\0{sketch.seed}".encode()
    red, green, blue = hashlib.sha256(words).digest()[:3]
    return 128 + red // 2, 128 + green // 2, 128 + blue // 2


def _show_pictures(canvas: Image.Image, pictures: tuple[Picture, ...], unit: int) -> None:
    if not pictures:
        return
    across = min(len(pictures), 3)
    cell = (canvas.width - unit * (across + 1)) // across
    cell = max(min(cell, canvas.height // 3 - unit), 1)
    for at, picture in enumerate(pictures):
        left = unit + at % across * (cell + unit)
        top = 6 * unit + at // across * (cell + unit)
        _show_picture(canvas, picture, (left, top, cell))


def _show_picture(canvas: Image.Image, picture: Picture, place: tuple[int, int, int]) -> None:
    left, top, cell = place
    if picture.thumbnail is None:
        pen = ImageDraw.Draw(canvas)
        pen.rectangle((left, top, left + cell, top + cell), outline=_BLACK, width=2)
        _write(pen, (left + 8, top + 8), picture.label[:24], max(cell // 16, 8))
        return
    with Image.open(io.BytesIO(picture.thumbnail)) as small:
        scale = min(cell / small.width, cell / small.height)
        sides = max(int(small.width * scale), 1), max(int(small.height * scale), 1)
        canvas.paste(small.resize(sides, Image.Resampling.NEAREST), (left, top))


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, height_px: int) -> None:
    """Write what the font has, Chinese included, and the rest as numbers."""
    font = _font(height_px)
    left, top = at
    for run, written in _runs(text):
        if written:
            pen.text((left, top), run, fill=_BLACK, font=font)
            left += int(pen.textlength(run, font=font)) + 1
            continue
        for character in run:
            _write_number(pen, (left, top), ord(character), height_px)
            left += height_px + 2


def _runs(text: str) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for character in text:
        written = _has(character)
        if runs and runs[-1][1] == written:
            runs[-1] = (runs[-1][0] + character, written)
        else:
            runs.append((character, written))
    return runs


@cache
def _has(character: str) -> bool:
    """Say whether the font has a character: what it lacks looks like what no font has."""
    if " " <= character <= "~":
        return True
    font = _font(_LOOK_PX)
    return character.isprintable() and bytes(font.getmask(character)) != bytes(
        font.getmask(_IN_NO_FONT)
    )


def _write_number(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], number: int, height_px: int
) -> None:
    """Draw the box that stands for a character without a glyph: its number in hex."""
    left, top = at
    pen.rectangle((left, top, left + height_px - 1, top + height_px - 1), outline=_BLACK)
    digits, font = f"{number:04X}", _font(max(height_px * 3 // 7, 5))
    half = len(digits) // 2
    for row, pair in enumerate((digits[:half], digits[half:])):
        pen.text((left + 2, top + 1 + row * height_px // 2), pair, fill=_BLACK, font=font)


@cache
def _font(height_px: int) -> _Font:
    return ImageFont.truetype(_FONT, height_px)
