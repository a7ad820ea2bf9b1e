"""JPEG as its segments before the first scan, and everything behind them in one piece."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wanflow.imaging.header import cut_off, damaged
from wanflow.imaging.jpeg import SIGNATURE

_START = b"\xff\xd8"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF = b"Exif\0\0"
_APP0, _APP1, _APP11, _COMMENT = 0xE0, 0xE1, 0xEB, 0xFE
_SCAN, _END = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
# A length of two bytes counts itself; the XMP specification leaves the last two unused.
_MOST_PACKET_BYTES = 65_502


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment: its marker, and the whole of it as it stands in the file."""

    marker: int
    raw: bytes
    head_bytes: int = 4

    @property
    def body(self) -> bytes:
        """What is in it, without marker and length."""
        return self.raw[self.head_bytes :]


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegFile:
    """A JPEG taken apart; `rest` begins with the first scan."""

    segments: tuple[Segment, ...]
    rest: bytes
    most_packet_bytes: int = _MOST_PACKET_BYTES
    has_record_chunk: bool = False

    @property
    def packet(self) -> bytes | None:
        """The XMP packet; of one in several parts the first, which stands for itself."""
        found = self._packet_segment()
        return None if found is None else found.body[len(_XMP) :]

    @property
    def sealed(self) -> bool:
        """Whether there is a box of JPEG's universal metadata, as C2PA uses it."""
        return any(one.marker == _APP11 and b"c2pa" in one.body for one in self.segments)

    @property
    def comments(self) -> tuple[bytes, ...]:
        """Its comments, which hold text of no known encoding."""
        return tuple(one.body for one in self.segments if one.marker == _COMMENT)

    def with_packet(self, packet: bytes | None) -> bytes:
        """Put the packet where the old one stood, else behind JFIF and EXIF, as readers expect."""
        old = self._packet_segment()
        new = () if packet is None else (_segment(_APP1, _XMP + packet),)
        kept: tuple[Segment, ...] = ()
        if old is not None:
            at = self.segments.index(old)
            kept = (*self.segments[:at], *new, *self.segments[at + 1 :])
        else:
            at = self._behind_head()
            kept = (*self.segments[:at], *new, *self.segments[at:])
        return replace(self, segments=kept).joined()

    def joined(self) -> bytes:
        """Put the file together again."""
        return b"".join((_START, *(one.raw for one in self.segments), self.rest))

    def _behind_head(self) -> int:
        for at, one in enumerate(self.segments):
            if one.marker != _APP0 and not (one.marker == _APP1 and one.body.startswith(_EXIF)):
                return at
        return len(self.segments)

    def _packet_segment(self) -> Segment | None:
        return next(
            (s for s in self.segments if s.marker == _APP1 and s.body.startswith(_XMP)), None
        )


def jpeg_file(data: bytes, name: str) -> JpegFile:
    """Take a JPEG apart up to its first scan; `name` is for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.

    Source:
        ITU-T T.81 annex B; XMP specification part 3, section 1.1.3.
    """
    if not data.startswith(SIGNATURE):
        raise damaged(name, "it does not begin as a JPEG does")
    segments = tuple(_segments(data, name))
    end = len(_START) + sum(len(one.raw) for one in segments)
    return JpegFile(segments=segments, rest=data[end:])


def _segment(marker: int, body: bytes) -> Segment:
    length = (len(body) + 2).to_bytes(2, "big")
    return Segment(marker=marker, raw=bytes((0xFF, marker)) + length + body)


def _segments(data: bytes, name: str) -> Iterator[Segment]:
    begin, size = len(_START), len(data)
    while True:
        at = begin
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if at + 4 > size:
            raise cut_off(name, size)
        if data[at] != 0xFF:
            raise damaged(name, f"no marker stands at byte {at}")
        marker = data[at + 1]
        if marker in {_SCAN, _END}:
            return
        length = 0 if marker in _ALONE else int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length == 1 or (not length and marker not in _ALONE):
            raise damaged(name, f"the segment at byte {at} has no length")
        if end > size:
            raise cut_off(name, size, end)
        head = at - begin + (4 if length else 2)
        yield Segment(marker=marker, raw=data[begin:end], head_bytes=head)
        begin = end
