"""WEBP: its chunks within the RIFF frame."""

import struct
from collections.abc import Iterator

from wanflow.imaging.header import Header, cut_off, damaged

_ICC, _ALPHA = 0x20, 0x10
_LOSSY, _LOSSLESS, _EXTENDED = b"VP8 ", b"VP8L", b"VP8X"


def looks_like_webp(data: bytes) -> bool:
    """Say whether a file begins as WEBP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read_webp(data: bytes, name: str) -> Header:
    """Walk the chunks of a WEBP.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        RFC 9649 sections 2 and 3; RFC 6386 section 9.1.
    """
    canvas: tuple[int, int, bool, bool] | None = None
    still: tuple[int, int, bool] | None = None
    frames, exif, alpha = 0, b"", False
    for kind, body in _chunks(data, name):
        if kind == _EXTENDED and len(body) >= 10:
            sides = (_int24(body, 4) + 1, _int24(body, 7) + 1)
            canvas = (*sides, bool(body[0] & _ALPHA), bool(body[0] & _ICC))
        elif kind in {_LOSSY, _LOSSLESS} and still is None:
            still = _lossy(body, name) if kind == _LOSSY else _lossless(body, name)
        elif kind == b"ANMF":
            frames += 1
        elif kind == b"ALPH":
            alpha = True
        elif kind == b"EXIF":
            exif = body
    if still is None and not (canvas and frames):
        raise damaged(name, "it holds no picture data")
    width, height, own_alpha = still or (0, 0, False)
    has_icc = False
    if canvas is not None:
        width, height, has_icc = canvas[0], canvas[1], canvas[3]
    if not width or not height:
        raise damaged(name, "its header says that a side is 0 pixels long")
    return Header(
        media_type="image/webp",
        width_px=width,
        height_px=height,
        mode="rgb",
        alpha=alpha or own_alpha or bool(canvas and canvas[2]),
        frames=max(1, frames),
        exif=exif,
        has_icc=has_icc,
    )


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise cut_off(name, len(data), end)
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise damaged(name, f"its chunk at byte {at} reaches beyond its frame")
        keep = length if kind in {b"EXIF", _EXTENDED} else min(length, 16)
        yield kind, data[at + 8 : at + 8 + keep]
        at += 8 + length + length % 2


def _lossy(body: bytes, name: str) -> tuple[int, int, bool]:
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise damaged(name, "its picture data do not begin as WEBP's do")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF, False


def _lossless(body: bytes, name: str) -> tuple[int, int, bool]:
    if len(body) < 5 or body[0] != 0x2F:
        raise damaged(name, "its picture data do not begin as WEBP's do")
    bits = int.from_bytes(body[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)


def _int24(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 3], "little")
