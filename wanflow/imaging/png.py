"""PNG: every chunk with its check sum, up to the end mark."""

import struct
import zlib
from collections.abc import Iterator

from wanflow.imaging.header import Header, Mode, cut_off, damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_AROUND_BYTES = 12  # length, type and check sum of a chunk
_MOST_CHUNK_BYTES = 2**31 - 1
# Colour type to what it is, whether it holds alpha, and its bit depths.
_KINDS: dict[int, tuple[Mode, bool, frozenset[int]]] = {
    0: ("gray", False, frozenset({1, 2, 4, 8, 16})),
    2: ("rgb", False, frozenset({8, 16})),
    3: ("palette", False, frozenset({1, 2, 4, 8})),
    4: ("gray", True, frozenset({8, 16})),
    6: ("rgb", True, frozenset({8, 16})),
}


def read_png(data: bytes, name: str) -> Header:
    """Walk a PNG from its signature to its end mark.

    Transparency counts wherever its chunk stands, since some writers put it late.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        PNG specification, third edition, sections 5, 11.
    """
    first: bytes | None = None
    has_data, alpha, frames, exif, has_icc = False, False, 1, b"", False
    for kind, body in _chunks(data, name):
        if first is None:
            if kind != b"IHDR" or len(body) != 13:
                raise damaged(name, "its first chunk is not a PNG header")
            first = body
        elif kind == b"IDAT":
            has_data = True
        elif kind == b"tRNS":
            alpha = True
        elif kind == b"acTL" and len(body) == 8:
            frames = max(1, int.from_bytes(body[:4], "big"))
        elif kind == b"eXIf":
            exif = bytes(body)
        elif kind == b"iCCP":
            has_icc = True
    if first is None or not has_data:
        raise damaged(name, "it holds no picture data")
    width, height, mode, own_alpha = _kind(first, name)
    return Header(
        media_type="image/png",
        width_px=width,
        height_px=height,
        mode=mode,
        alpha=alpha or own_alpha,
        frames=frames,
        exif=exif,
        has_icc=has_icc,
    )


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    at, size, view = len(SIGNATURE), len(data), memoryview(data)
    while True:
        if at + _AROUND_BYTES > size:
            raise cut_off(name, size)
        length, kind = struct.unpack_from(">I4s", data, at)
        if length > _MOST_CHUNK_BYTES or not kind.isalpha():
            raise damaged(name, f"no chunk begins at byte {at}")
        end = at + _AROUND_BYTES + length
        if end > size:
            raise cut_off(name, size, end)
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise damaged(name, f"the check sum of its chunk {kind.decode()} is wrong")
        if kind == b"IEND":
            return
        # Pixels and texts can be large, and nothing reads them here.
        keep = kind in {b"IHDR", b"acTL", b"eXIf"}
        yield kind, data[at + 8 : end - 4] if keep else b""
        at = end


def _kind(first: bytes, name: str) -> tuple[int, int, Mode, bool]:
    width, height, depth, colour, packing, filtering, lacing = struct.unpack(">IIBBBBB", first)
    mode, alpha, depths = _KINDS.get(colour, ("rgb", False, frozenset()))
    if depth not in depths or packing or filtering or lacing > 1:
        raise damaged(name, "its header names a kind of PNG that does not exist")
    if not width or not height:
        raise damaged(name, "its header says that a side is 0 pixels long")
    return width, height, mode, alpha
