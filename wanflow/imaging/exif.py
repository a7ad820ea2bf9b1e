"""Two facts from EXIF data: which way up the picture is, and whether it tells a place."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_ORIENTATION = 0x0112
_GPS_FOLDER = 0x8825
_LATITUDE, _LONGITUDE = 2, 4
_SHORT, _LONG = 3, 4
_ENTRY_BYTES = 12
# The specification sets no bound; cameras write some dozens.
_MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    """`orientation` is 1 to 8, 1 for upright; `has_gps` says that it holds a latitude."""

    orientation: int = 1
    has_gps: bool = False


def exif_facts(tiff: bytes) -> ExifFacts:
    """Read EXIF data; what is broken in it counts as not there, as in every viewer.

    Args:
        tiff: from the byte order mark on; a leading `Exif` mark is skipped.

    Source:
        TIFF 6.0 section 2, and Exif 2.32 sections 4.6.2, 4.6.6 (tags 0x0112, 0x8825).
    """
    tiff = tiff.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return ExifFacts()
    orientation, has_gps = 1, False
    for tag, kind, value in _entries(tiff, order, _number(tiff, order + "I", 4)):
        if tag == _ORIENTATION and kind == _SHORT:
            found = _number(tiff, order + "H", value)
            orientation = found if 1 <= found <= 8 else 1
        elif tag == _GPS_FOLDER and kind == _LONG:
            folder = _entries(tiff, order, _number(tiff, order + "I", value))
            has_gps = any(inner in {_LATITUDE, _LONGITUDE} for inner, _, _ in folder)
    return ExifFacts(orientation=orientation, has_gps=has_gps)


def _entries(tiff: bytes, order: str, folder: int) -> Iterator[tuple[int, int, int]]:
    """Give (tag, kind, where its value stands) of each complete entry of a folder."""
    if folder + 2 > len(tiff):
        return
    count = min(_number(tiff, order + "H", folder), _MOST_ENTRIES)
    for k in range(count):
        at = folder + 2 + k * _ENTRY_BYTES
        if at + _ENTRY_BYTES > len(tiff):
            return
        tag, kind = struct.unpack_from(order + "HH", tiff, at)
        yield tag, kind, at + 8


def _number(tiff: bytes, form: str, at: int) -> int:
    (number,) = struct.unpack_from(form, tiff, at)
    return int(number)
