"""PNG as a sequence of chunks: every byte of the file is in one of them, or behind the last."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wanflow.imaging.header import cut_off, damaged
from wanflow.imaging.metadata.keywords import RECORD_KEYWORD, XMP_KEYWORD
from wanflow.imaging.png import SIGNATURE

TEXT_KINDS = frozenset((b"tEXt", b"zTXt", b"iTXt"))
MANIFEST = b"caBX"
_AROUND_BYTES = 12
_MOST_CHUNK_BYTES = 2**31 - 1
# A compression flag and a method, a language and a translated keyword: all left empty.
_PLAIN_ITXT = b"\0\0\0\0\0"
_UNPACKED_MOST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk: its four letters, and the whole of it as it stands in the file."""

    kind: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        """What is in it, without length, letters and check sum."""
        return self.raw[8:-4]

    @property
    def keyword(self) -> bytes:
        """The keyword of a text, empty for any other chunk."""
        return self.body.partition(b"\0")[0] if self.kind in TEXT_KINDS else b""


def chunk(kind: bytes, body: bytes) -> Chunk:
    """Make a chunk with its length and check sum."""
    check = struct.pack(">I", zlib.crc32(kind + body))
    return Chunk(kind=kind, raw=struct.pack(">I", len(body)) + kind + body + check)


def international_text(keyword: bytes, text: str) -> Chunk:
    """Make an uncompressed `iTXt` chunk; the text must not hold a NUL."""
    return chunk(b"iTXt", keyword + _PLAIN_ITXT + text.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class PngFile:
    """A PNG taken apart; `tail` is what follows the end mark."""

    chunks: tuple[Chunk, ...]
    tail: bytes = b""
    most_packet_bytes: int = _MOST_CHUNK_BYTES // 2
    has_record_chunk: bool = True

    @property
    def packet(self) -> bytes | None:
        """The XMP packet; empty for one that cannot be unpacked."""
        found = self._packet_chunk()
        return None if found is None else text_of(found) or b""

    @property
    def sealed(self) -> bool:
        """Whether there is a C2PA manifest."""
        return any(one.kind == MANIFEST for one in self.chunks)

    def with_packet(self, packet: bytes | None) -> bytes:
        """Put the packet where the old one stood, else behind the header."""
        old = self._packet_chunk()
        if packet is None:
            kept = tuple(one for one in self.chunks if one is not old)
            return replace(self, chunks=kept).joined()
        head = XMP_KEYWORD + _PLAIN_ITXT
        if old is not None and old.kind == b"iTXt" and _is_plain(old):
            head = old.body[: len(old.body) - len(text_of(old) or b"")]
        new = chunk(b"iTXt", head + packet)
        if old is None:
            return self.with_behind_header((new,)).joined()
        return replace(
            self, chunks=tuple(new if one is old else one for one in self.chunks)
        ).joined()

    def with_behind_header(self, new: Sequence[Chunk]) -> "PngFile":
        """Put chunks directly behind the header, where they do no harm to any other."""
        return replace(self, chunks=(self.chunks[0], *new, *self.chunks[1:]))

    def without_record(self) -> "PngFile":
        """Leave out the records that wanflow has written."""
        kept = tuple(one for one in self.chunks if one.keyword != RECORD_KEYWORD)
        return replace(self, chunks=kept)

    def joined(self) -> bytes:
        """Put the file together again."""
        return b"".join((SIGNATURE, *(one.raw for one in self.chunks), self.tail))

    def _packet_chunk(self) -> Chunk | None:
        return next((one for one in self.chunks if one.keyword == XMP_KEYWORD), None)


def png_file(data: bytes, name: str) -> PngFile:
    """Take a PNG apart up to its end mark; `name` is for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    chunks = tuple(_chunks(data, name))
    if not chunks or chunks[0].kind != b"IHDR":
        raise damaged(name, "its first chunk is not a PNG header")
    end = len(SIGNATURE) + sum(len(one.raw) for one in chunks)
    return PngFile(chunks=chunks, tail=data[end:])


def text_of(text: Chunk) -> bytes | None:
    """Give the bytes of a text chunk, unpacked; None for what cannot be unpacked or is too long.

    Source:
        PNG specification, third edition, sections 11.3.3.2 to 11.3.3.4.
    """
    _, _, rest = text.body.partition(b"\0")
    if text.kind == b"tEXt":
        return rest
    if text.kind == b"zTXt":
        return _unpacked(rest[1:])
    if len(rest) < 2:
        return None
    after = rest[2:].split(b"\0", 2)
    if len(after) < 3:
        return None
    return _unpacked(after[2]) if rest[0] else after[2]


def _is_plain(text: Chunk) -> bool:
    _, _, rest = text.body.partition(b"\0")
    return rest[:1] == b"\0" and text_of(text) is not None


def _unpacked(packed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, _UNPACKED_MOST_BYTES)
    except zlib.error:
        return None
    # What is longer is no text but an attempt to fill the memory.
    return text if unpacker.eof else None


def _chunks(data: bytes, name: str) -> Iterator[Chunk]:
    at, size = len(SIGNATURE), len(data)
    while True:
        if at + _AROUND_BYTES > size:
            raise cut_off(name, size)
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + _AROUND_BYTES + length
        if length > _MOST_CHUNK_BYTES or not kind.isalpha():
            raise damaged(name, f"no chunk begins at byte {at}")
        if end > size:
            raise cut_off(name, size, end)
        yield Chunk(kind=kind, raw=data[at:end])
        if kind == b"IEND":
            return
        at = end
