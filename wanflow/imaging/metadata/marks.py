"""The marks of a picture, carried over to one that is made from it by exact pixel work."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.containers import File, container_of
from wanflow.imaging.metadata.keywords import AIGC_KEYWORD
from wanflow.imaging.metadata.packet import (
    label_description,
    marks_packet,
    with_descriptions,
    without_ours,
)
from wanflow.imaging.metadata.png_chunks import Chunk, PngFile, png_file, text_of
from wanflow.imaging.metadata.properties import (
    Property,
    UnreadablePacketError,
    properties_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a picture says of its being made by a machine.

    `packet` is an XMP packet, word for word as it was found, or only the marks of it where it
    says more than belongs into another picture. `chunks` are bare `AIGC` texts of a PNG.
    `manifest` says that there is a C2PA manifest, which is not carried: it vouches for other bytes.
    """

    packet: bytes | None = None
    lean: bytes | None = None
    chunks: tuple[Chunk, ...] = ()
    manifest: bool = False

    @property
    def some(self) -> bool:
        """Whether there is anything to carry."""
        return self.packet is not None or bool(self.chunks)


def marks_of(data: bytes, name: str) -> Marks:
    """Find the marks of a picture; what cannot be read counts as not there.

    Args:
        data: the whole file.
        name: for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    file = container_of(data, name)
    if file is None:
        return Marks()
    packet, lean = _packets(file)
    chunks: tuple[Chunk, ...] = ()
    if isinstance(file, PngFile):
        chunks = tuple(one for one in file.chunks if one.keyword == AIGC_KEYWORD)
    return Marks(packet=packet, lean=lean, chunks=chunks, manifest=file.sealed)


def with_marks(data: bytes, marks: Marks) -> bytes:
    """Put the marks of one picture into another that has no metadata of its own.

    Args:
        data: the new picture, in whatever format.
        marks: of the picture that it was made from.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    file = container_of(data, "the picture")
    if file is None or not marks.some:
        return data
    packet = marks.packet
    if packet is not None and len(packet) > file.most_packet_bytes:
        packet = marks.lean
    if isinstance(file, PngFile):
        with_packet = data if packet is None else file.with_packet(packet)
        return png_file(with_packet, "the picture").with_behind_header(marks.chunks).joined()
    packet = _with_bare_label(packet, marks.chunks)
    if packet is None or len(packet) > file.most_packet_bytes:
        return data
    return file.with_packet(packet)


def marked_first(found: Sequence[Marks]) -> Marks:
    """Of several pictures that one is made of, give the marks of the first that has some."""
    return next((marks for marks in found if marks.some), Marks())


def _packets(file: File) -> tuple[bytes | None, bytes | None]:
    packet = file.packet
    if packet is None:
        return None, None
    try:
        properties = properties_of(packet)
        text = packet.decode()
    except (UnreadablePacketError, UnicodeDecodeError):
        return None, None
    marks = [
        (one.name, one.values[0]) for one in properties if one.name in names.MARKS and one.values
    ]
    if not marks:
        return None, None
    lean = marks_packet(marks).encode()
    told_by_others = without_ours(text) == text and not any(map(_tells_place, properties))
    return (packet if told_by_others else lean), lean


def _tells_place(one: Property) -> bool:
    return one.name.space == names.EXIF and one.name.local.startswith("GPS")


def _with_bare_label(packet: bytes | None, chunks: Sequence[Chunk]) -> bytes | None:
    """Put a label that stood in a PNG text into the packet, as other formats have no such text."""
    if not chunks:
        return packet
    try:
        if packet is not None and any(one.name == names.AIGC for one in properties_of(packet)):
            return packet
        value = (text_of(chunks[0]) or b"").decode()
        before = None if packet is None else packet.decode()
        return with_descriptions(before, label_description(value)).encode()
    except (UnreadablePacketError, UnicodeDecodeError):
        return packet
