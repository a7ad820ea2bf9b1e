"""Pictures for tests: whole ones by Pillow, odd ones byte by byte."""

import struct
import zlib
from io import BytesIO

from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825


def packed(image: Image.Image, form: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, format=form, **how)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """A picture that hardly packs."""
    bands = [Image.effect_noise((width, height), 60 + 10 * k) for k in range(3)]
    return Image.merge("RGB", bands)


def turned_exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def placed_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (30.0, 15.0, 0.0)}
    return exif


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def ihdr(width: int = 2, height: int = 2, *, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def pixels(width: int = 2, height: int = 2, *, channels: int = 3) -> bytes:
    return chunk(b"IDAT", zlib.compress(bytes(height * (1 + width * channels))))


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments)


def sof(width: int, height: int, channels: int = 3) -> bytes:
    return segment(0xC0, struct.pack(">BHHB", 8, height, width, channels) + b"\1\x11\0" * channels)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP"
    for kind, inside in chunks:
        body += kind + struct.pack("<I", len(inside)) + inside + b"\0" * (len(inside) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(
    width: int, height: int, *, depth: int = 24, packing: int = 0, alpha: int = 0, rows: int = 0
) -> bytes:
    """A BMP with a header of version 4."""
    length = (width * depth + 31) // 32 * 4 * abs(height) if not packing % 3 else rows
    header = struct.pack("<IiiHHIIiiII", 108, width, height, 1, depth, packing, length, 1, 1, 0, 0)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, alpha)
    header += masks + bytes(108 - len(header) - len(masks))
    start = struct.pack("<2sIHHI", b"BM", 122 + length, 0, 0, 122)
    return start + header + bytes(length)
