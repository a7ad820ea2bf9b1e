"""JPEG: its segments, its scans, up to the end mark."""

import re
from collections.abc import Iterator

from wanflow.imaging.header import Header, Mode, cut_off, damaged

SIGNATURE = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_END, _SCAN, _EXIF, _PROFILE = 0xD9, 0xDA, 0xE1, 0xE2
# Within a scan, FF 00 is a byte of data and FF D0 to FF D7 are restarts.
_AFTER_SCAN = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_MODES: dict[int, Mode] = {1: "gray", 3: "rgb", 4: "cmyk"}


def read_jpeg(data: bytes, name: str) -> Header:
    """Walk a JPEG from its first marker to its end mark; what follows that is not looked at.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        ITU-T T.81 annex B; Exif 2.32 section 4.7.2; ICC.1 annex B.4.
    """
    frame: bytes | None = None
    exif, has_icc, has_scan = b"", False, False
    for marker, body in _segments(data, name):
        if marker in _FRAMES and frame is None:
            frame = body
        elif marker == _SCAN:
            has_scan = True
        elif marker == _EXIF and body.startswith(b"Exif\x00\x00") and not exif:
            exif = body
        elif marker == _PROFILE and body.startswith(b"ICC_PROFILE\x00"):
            has_icc = True
    if frame is None or len(frame) < 6 or not has_scan:
        raise damaged(name, "it holds no picture data")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if frame[5] not in _MODES:
        raise damaged(name, f"its header says that it has {frame[5]} colour channels")
    if not width or not height:
        raise damaged(name, "its header says that a side is 0 pixels long")
    return Header(
        media_type="image/jpeg",
        width_px=width,
        height_px=height,
        mode=_MODES[frame[5]],
        exif=exif,
        has_icc=has_icc,
    )


def _segments(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    at, size = 2, len(data)
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if at + 2 > size:
            raise cut_off(name, size)
        if data[at] != 0xFF:
            raise damaged(name, f"no marker stands at byte {at}")
        marker = data[at + 1]
        if marker == _END:
            return
        if marker in _ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if at + 4 > size or end > size:
            raise cut_off(name, size, max(end, at + 4))
        if length < 2:
            raise damaged(name, f"the segment at byte {at} has no length")
        yield marker, data[at + 4 : end]
        at = _scan_end(data, end, name) if marker == _SCAN else end


def _scan_end(data: bytes, at: int, name: str) -> int:
    found = _AFTER_SCAN.search(data, at)
    if found is None:
        raise cut_off(name, len(data))
    return found.start()
