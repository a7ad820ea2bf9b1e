"""BMP: its header, and whether the rows that it promises are there."""

import struct

from wanflow.errors import ImageError
from wanflow.imaging.header import Header, cut_off, damaged

SIGNATURE = b"BM"
_FILE_HEADER_BYTES = 14
_CORE = 12
_HEADERS = frozenset({_CORE, 40, 52, 56, 64, 108, 124})
_PLAIN, _RLE8, _RLE4, _BITFIELDS, _ALPHA_BITFIELDS = 0, 1, 2, 3, 6
_ALPHA_MASK_AT = _FILE_HEADER_BYTES + 52
_DEPTHS = frozenset({1, 4, 8, 16, 24, 32})


def looks_like_bmp(data: bytes) -> bool:
    """Say whether the two letters are followed by a header of a known length.

    Two letters alone begin many a text.
    """
    if not data.startswith(SIGNATURE) or len(data) < _FILE_HEADER_BYTES + 4:
        return False
    return int.from_bytes(data[14:18], "little") in _HEADERS


def read_bmp(data: bytes, name: str) -> Header:
    """Read a BMP's header and hold the length of its rows against the file's.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        Windows GDI documentation, BITMAPFILEHEADER to BITMAPV5HEADER.
    """
    pixels_at, length = struct.unpack_from("<I", data, 10)[0], data[14]
    if _FILE_HEADER_BYTES + length > len(data):
        raise cut_off(name, len(data), _FILE_HEADER_BYTES + length)
    if length == _CORE:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        packing, packed_bytes = _PLAIN, 0
    else:
        width, height, _, depth, packing, packed_bytes = struct.unpack_from("<iiHHII", data, 18)
    _check(name, width=width, height=height, depth=depth, packing=packing)
    if packing in {_RLE8, _RLE4}:
        needs = pixels_at + packed_bytes
    else:
        needs = pixels_at + (width * depth + 31) // 32 * 4 * abs(height)
    if needs > len(data):
        raise cut_off(name, len(data), needs)
    return Header(
        media_type="image/bmp",
        width_px=width,
        height_px=abs(height),
        mode="palette" if depth <= 8 else "rgb",
        alpha=_has_alpha(data, length, packing),
    )


def _check(name: str, *, width: int, height: int, depth: int, packing: int) -> None:
    if packing not in {_PLAIN, _RLE8, _RLE4, _BITFIELDS, _ALPHA_BITFIELDS} or depth not in _DEPTHS:
        raise ImageError(
            "image-damaged",
            f"{name} is a BMP of a kind that is not read: packing {packing}, {depth} bits a pixel",
            hint="save it again as PNG",
        )
    if width < 1 or not height:
        raise damaged(name, "its header says that a side is 0 pixels long")


def _has_alpha(data: bytes, length: int, packing: int) -> bool:
    if packing not in {_BITFIELDS, _ALPHA_BITFIELDS}:
        return False
    has_mask = length >= 56 or packing == _ALPHA_BITFIELDS
    return has_mask and any(data[_ALPHA_MASK_AT : _ALPHA_MASK_AT + 4])
