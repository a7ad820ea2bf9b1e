"""The engine's one font: which characters it has, and its letters at any size."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

from wanflow.errors import StepError

_FILE = "NotoSansSC-Medium-subset.otf"


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont:
    """Give the font at a size in pixels."""
    # The basic layout is in every build of Pillow; the other one is not, and spaces differently.
    return ImageFont.truetype(BytesIO(_data()), size_px, layout_engine=ImageFont.Layout.BASIC)


def checked(text: str) -> str:
    """Give a text back if the font can write all of it.

    Raises:
        StepError: characters are missing; the message names each and its code point.
    """
    missing = [character for character in dict.fromkeys(text) if not _has(character)]
    if missing:
        points = ", ".join(f"U+{ord(character):04X}" for character in missing)
        raise StepError(
            "missing-glyph",
            f"the local engine's font has no {', '.join(map(_named, missing))}",
            hint=f"write the text without {points}, or use --provider dashscope",
        )
    return text


def _has(character: str) -> bool:
    return character == "\n" or ord(character) in characters()


def _named(character: str) -> str:
    point = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    return f"'{character}' ({point})"


@cache
def characters() -> frozenset[int]:
    """Give the code points that the font has, from its own character map."""
    return frozenset(_mapped(_data()))


@cache
def _data() -> bytes:
    return (files("wanflow.providers.local") / "data" / _FILE).read_bytes()


def _mapped(data: bytes) -> Iterator[int]:
    """Read the segments of the character map.

    Source: the OpenType specification, table `cmap`, format 4: four arrays of 16-bit numbers,
    of which the first holds the segments' ends and the second their starts.
    """
    tables = struct.unpack_from(">H", data, 4)[0]
    places = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * tables, 16)
    }
    table = places[b"cmap"]
    count = struct.unpack_from(">H", data, table + 2)[0]
    for at in range(table + 4, table + 4 + 8 * count, 8):
        part = table + struct.unpack_from(">I", data, at + 4)[0]
        if struct.unpack_from(">H", data, part)[0] == 4:
            double = struct.unpack_from(">H", data, part + 6)[0]
            ends = struct.unpack_from(f">{double // 2}H", data, part + 14)
            starts = struct.unpack_from(f">{double // 2}H", data, part + 16 + double)
            for start, end in zip(starts, ends, strict=True):
                yield from range(start, min(end, 0xFFFE) + 1)
            return
