"""WEBP as the chunks of its RIFF frame, and what stands behind it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wanflow.imaging.header import cut_off, damaged
from wanflow.imaging.webp import looks_like_webp, read_webp

_XMP, _EXTENDED, _MANIFEST = b"XMP ", b"VP8X", b"C2PA"
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10
_FRAME_BYTES = 12
_HEADER_BYTES = 10
_MOST_PACKET_BYTES = 16 * 2**20
# An empty chunk at the end, where readers pass over what they do not know: it tells that the
# extended header was added for the packet, and may go again with it.
_ADDED = b"wnfX"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiffChunk:
    """One chunk: its four letters, and the whole of it as it stands in the file."""

    kind: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        """What is in it, without letters, length and the byte that makes it even."""
        length = int.from_bytes(self.raw[4:8], "little")
        return self.raw[8 : 8 + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebpFile:
    """A WEBP taken apart; `rest` is what is left of its frame, `tail` what follows it."""

    chunks: tuple[RiffChunk, ...]
    width_px: int
    height_px: int
    alpha: bool
    rest: bytes = b""
    tail: bytes = b""
    most_packet_bytes: int = _MOST_PACKET_BYTES
    has_record_chunk: bool = False

    @property
    def packet(self) -> bytes | None:
        """The XMP packet."""
        return next((one.body for one in self.chunks if one.kind == _XMP), None)

    @property
    def sealed(self) -> bool:
        """Whether there is a C2PA manifest."""
        return any(one.kind == _MANIFEST for one in self.chunks)

    def with_packet(self, packet: bytes | None) -> bytes:
        """Put the packet at the end, as the format asks, and say so in the extended header."""
        others = tuple(one for one in self.chunks if one.kind not in {_XMP, _ADDED})
        added = tuple(one for one in self.chunks if one.kind == _ADDED)
        if packet is None:
            others = _flagged(others, on=False)
            return replace(self, chunks=_plain(others) if added else others).joined()
        if not any(one.kind == _EXTENDED for one in others):
            others, added = (self._header(), *others), (_chunk(_ADDED, b""),)
        chunks = (*_flagged(others, on=True), _chunk(_XMP, packet), *added)
        return replace(self, chunks=chunks).joined()

    def joined(self) -> bytes:
        """Put the file together again."""
        *others, last = self.chunks
        inside = b"WEBP" + b"".join(map(_even, others)) + last.raw + self.rest
        return b"RIFF" + struct.pack("<I", len(inside)) + inside + self.tail

    def _header(self) -> RiffChunk:
        sides = (self.width_px - 1).to_bytes(3, "little") + (self.height_px - 1).to_bytes(
            3, "little"
        )
        return _chunk(_EXTENDED, bytes((_HAS_ALPHA if self.alpha else 0, 0, 0, 0)) + sides)


def webp_file(data: bytes, name: str) -> WebpFile:
    """Take a WEBP apart; `name` is for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        RFC 9649 section 2.7.
    """
    if not looks_like_webp(data):
        raise damaged(name, "it does not begin as a WEBP does")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end < _FRAME_BYTES:
        raise cut_off(name, len(data), max(end, _FRAME_BYTES))
    header = read_webp(data, name)
    chunks = tuple(_chunks(data[:end], name))
    if any(one.kind == _EXTENDED and len(one.body) < _HEADER_BYTES for one in chunks):
        raise damaged(name, "its extended header is too short")
    read = _FRAME_BYTES + sum(len(one.raw) for one in chunks)
    return WebpFile(
        chunks=chunks,
        width_px=header.width_px,
        height_px=header.height_px,
        alpha=header.alpha,
        rest=data[read:end],
        tail=data[end:],
    )


def _chunk(kind: bytes, body: bytes) -> RiffChunk:
    return RiffChunk(
        kind=kind, raw=kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    )


def _chunks(data: bytes, name: str) -> Iterator[RiffChunk]:
    at = _FRAME_BYTES
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > len(data):
            raise damaged(name, f"its chunk at byte {at} reaches beyond its frame")
        end = min(end + length % 2, len(data))
        yield RiffChunk(kind=kind, raw=data[at:end])
        at = end


def _even(chunk: RiffChunk) -> bytes:
    """Give a chunk as it stands before another; a last one of odd length may lack its zero."""
    return chunk.raw + b"\0" * (len(chunk.raw) % 2)


def _flagged(chunks: tuple[RiffChunk, ...], *, on: bool) -> tuple[RiffChunk, ...]:
    """Say in the extended header whether there is a packet."""
    return tuple(_with_flag(one, on=on) if one.kind == _EXTENDED else one for one in chunks)


def _with_flag(header: RiffChunk, *, on: bool) -> RiffChunk:
    flags = header.body[0] | _HAS_XMP if on else header.body[0] & ~_HAS_XMP
    return RiffChunk(kind=_EXTENDED, raw=header.raw[:8] + bytes((flags,)) + header.raw[9:])


def _plain(chunks: tuple[RiffChunk, ...]) -> tuple[RiffChunk, ...]:
    """Take the extended header away, unless somebody needs it for something else by now."""
    return tuple(one for one in chunks if one.kind != _EXTENDED or one.body[0] & ~_HAS_ALPHA)
