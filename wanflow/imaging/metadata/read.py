"""Everything that a picture's file says about it, whoever has written it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.aigc import aigc_from
from wanflow.imaging.metadata.containers import File, container_of
from wanflow.imaging.metadata.jpeg_segments import JpegFile
from wanflow.imaging.metadata.keywords import AIGC_KEYWORD, RECORD_KEYWORD, XMP_KEYWORD
from wanflow.imaging.metadata.png_chunks import TEXT_KINDS, Chunk, PngFile, text_of
from wanflow.imaging.metadata.properties import (
    Property,
    UnreadablePacketError,
    properties_of,
    values_of,
)
from wanflow.imaging.metadata.record import record_from
from wanflow.model.values import JsonValue

_MOST_TEXTS = 1000
_TERM = re.compile("https?://cv\\.iptc\\.org/newscodes/digitalsourcetype/([A-Za-z]{1,64})/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignText:
    """A text that some program has left; `text` is None where it cannot be unpacked."""

    keyword: str
    kind: Literal["tEXt", "zTXt", "iTXt", "comment"]
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcLabel:
    """An AIGC label: its text as it stands, its known keys, and where it stands."""

    text: str
    values: Mapping[str, str]
    place: Literal["XMP", "PNG text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What stands in a picture beside its pixels.

    `record` is ours, as `record_from` gives it. `manifest` says that there is a C2PA manifest,
    whose signature nobody has checked. `unreadable` says in words what is there and unfit.
    """

    record: Mapping[str, JsonValue] | None = None
    properties: tuple[Property, ...] = ()
    labels: tuple[AigcLabel, ...] = ()
    manifest: bool = False
    texts: tuple[ForeignText, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def source_type(self) -> str | None:
        """The term of its digital source type, if it is one of the IPTC's vocabulary."""
        found = values_of(self.properties, names.SOURCE_TYPE)
        term = _TERM.fullmatch(found[0]) if found else None
        return None if term is None else term[1]


def metadata_of(data: bytes, name: str) -> Metadata:
    """Read what a picture's file says. All of it is the word of whoever wrote it.

    Args:
        data: the whole file.
        name: for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`; what is wrong within a text or a packet
            is told in `unreadable`.
    """
    file = container_of(data, name)
    if file is None:
        return Metadata()
    properties, unreadable = _properties(file)
    texts = tuple(_texts(file))
    written = [one.text for one in texts if one.keyword == RECORD_KEYWORD.decode()]
    written += values_of(properties, names.RECORD)
    records = [record_from(text or "") for text in written]
    record = next((one for one in records if one is not None), None)
    if record is None and records:
        unreadable = (*unreadable, "its wanflow record is damaged, or of another version")
    ours = {RECORD_KEYWORD.decode(), XMP_KEYWORD.decode(), AIGC_KEYWORD.decode()}
    return Metadata(
        record=record,
        properties=properties,
        labels=tuple(_labels(properties, texts)),
        manifest=file.sealed,
        texts=tuple(one for one in texts if one.keyword not in ours),
        unreadable=unreadable,
    )


def _properties(
    file: File,
) -> tuple[tuple[Property, ...], tuple[str, ...]]:
    packet = file.packet
    if packet is None:
        return (), ()
    try:
        return properties_of(packet), ()
    except UnreadablePacketError as error:
        return (), (f"its XMP packet cannot be read: {error}",)


def _labels(
    properties: tuple[Property, ...], texts: tuple[ForeignText, ...]
) -> Iterator[AigcLabel]:
    for text in values_of(properties, names.AIGC):
        yield AigcLabel(text=text, values=aigc_from(text), place="XMP")
    for one in texts:
        if one.keyword == AIGC_KEYWORD.decode() and one.text is not None:
            yield AigcLabel(text=one.text, values=aigc_from(one.text), place="PNG text")


def _texts(file: File) -> Iterator[ForeignText]:
    if isinstance(file, JpegFile):
        for comment in file.comments[:_MOST_TEXTS]:
            yield ForeignText(keyword="", kind="comment", text=_decoded(comment))
    if isinstance(file, PngFile):
        chunks = [one for one in file.chunks if one.kind in TEXT_KINDS]
        yield from map(_text, chunks[:_MOST_TEXTS])


def _text(chunk: Chunk) -> ForeignText:
    found = text_of(chunk)
    kind: Literal["tEXt", "zTXt", "iTXt"] = "tEXt"
    if chunk.kind != b"tEXt":
        kind = "zTXt" if chunk.kind == b"zTXt" else "iTXt"
    return ForeignText(
        keyword=chunk.keyword.decode("latin-1"),
        kind=kind,
        text=None if found is None else _decoded(found),
    )


def _decoded(text: bytes) -> str:
    """Read text whose encoding is Latin-1 by the specification, and UTF-8 more often than not."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
