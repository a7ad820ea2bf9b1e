"""What is known of a picture, written into its own bytes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.aigc import aigc_value
from wanflow.imaging.metadata.containers import File, container_of
from wanflow.imaging.metadata.keywords import AIGC_KEYWORD, RECORD_KEYWORD
from wanflow.imaging.metadata.names import Name
from wanflow.imaging.metadata.packet import (
    by_language,
    description,
    label_description,
    resource,
    resources,
    simple,
    with_descriptions,
    without_ours,
)
from wanflow.imaging.metadata.png_chunks import PngFile, international_text, png_file
from wanflow.imaging.metadata.properties import UnreadablePacketError, properties_of
from wanflow.imaging.metadata.record import digest_of, record_text
from wanflow.model.provenance import Facts, MetadataMode

_NAME = "the picture"
_Written: TypeAlias = tuple[Name, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How much is written: the prompt for readers of XMP, and the prompt in the record."""

    prompt: bool
    full: bool


# The richest first: a JPEG has room for 64 KB, and what does not fit is told shorter.
_FORMS: dict[MetadataMode, tuple[_Form, ...]] = {
    "full": (
        _Form(prompt=True, full=True),
        _Form(prompt=False, full=True),
        _Form(prompt=False, full=False),
    ),
    "label": (_Form(prompt=False, full=False),),
    "ours-off": (),
}


def labelled(data: bytes, facts: Facts, mode: MetadataMode) -> bytes:
    """Write what is known of a picture into its own bytes. Pure: equal arguments, equal bytes.

    Every pixel, and everything that others have written, stays as it is. What wanflow wrote
    earlier is replaced; with `ours-off` it is taken out and nothing of the kind is put in. An AIGC
    label that the picture should bear and does not is added in every mode.

    Left as it is, byte for byte: a picture with a C2PA manifest, which vouches for every byte of
    its file; a kind of picture that holds no metadata (BMP); one whose XMP packet cannot be read.
    In a JPEG, which has room for 64 KB, a prompt that is too long for it is left out.

    Args:
        data: a complete PNG, JPEG, WEBP or BMP.
        facts: what is known.
        mode: how much of it is written.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    file = container_of(data, _NAME)
    if file is None or file.sealed:
        return data
    try:
        bare = _without_ours(data, file)
        return _with_ours(bare, facts, _FORMS[mode])
    except (UnreadablePacketError, UnicodeDecodeError):
        return data


def unlabelled(data: bytes) -> bytes:
    """Take out what `labelled` has put in, but for an AIGC label: that is the picture's own now.

    A picture that was labelled and not changed since is then the one that was stored, byte for
    byte. One that `labelled` would leave alone is left alone here.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    file = container_of(data, _NAME)
    if file is None or file.sealed:
        return data
    try:
        return _without_ours(data, file).joined()
    except (UnreadablePacketError, UnicodeDecodeError):
        return data


def _without_ours(data: bytes, file: File) -> File:
    if isinstance(file, PngFile):
        data = file.without_record().joined()
    text = None if file.packet is None else file.packet.decode()
    left = None if text is None else without_ours(text)
    if left != text:
        file = _apart(data)
        data = file.with_packet(None if left is None else left.encode())
    return _apart(data)


def _with_ours(bare: File, facts: Facts, forms: tuple[_Form, ...]) -> bytes:
    packet = None if bare.packet is None else bare.packet.decode()
    properties = () if packet is None else properties_of(packet.encode())
    present = frozenset(one.name for one in properties)
    label = None if _is_labelled(bare, present) else aigc_value(facts)
    if label is not None:
        packet = _joined(packet, label_description(label), {names.AIGC})
    for form in forms:
        own = _own(facts, form, in_packet=not bare.has_record_chunk)
        wanted = {name for name, _ in own} - present
        text = _joined(packet, description(own, besides=present), wanted)
        if len(text.encode()) <= bare.most_packet_bytes:
            return _with_record(bare.with_packet(text.encode()), bare, facts, form)
    if label is None or packet is None or len(packet.encode()) > bare.most_packet_bytes:
        return bare.joined()
    return bare.with_packet(packet.encode())


def _with_record(data: bytes, bare: File, facts: Facts, form: _Form) -> bytes:
    if not bare.has_record_chunk:
        return data
    text = record_text(facts, full=form.full)
    return (
        png_file(data, _NAME)
        .with_behind_header((international_text(RECORD_KEYWORD, text),))
        .joined()
    )


def _joined(packet: str | None, written: str, wanted: Collection[Name]) -> str:
    """Put a description into a packet, and see that a reader finds it there."""
    text = with_descriptions(packet, written)
    found = {one.name for one in properties_of(text.encode())}
    if not found.issuperset(wanted):
        raise UnreadablePacketError("what is put in is not found again")
    return text


def _is_labelled(file: File, present: Collection[Name]) -> bool:
    if names.AIGC in present:
        return True
    return isinstance(file, PngFile) and any(one.keyword == AIGC_KEYWORD for one in file.chunks)


def _apart(data: bytes) -> File:
    file = container_of(data, _NAME)
    assert file is not None  # noqa: S101 # it was a picture of that kind before
    return file


def _own(facts: Facts, form: _Form, *, in_packet: bool) -> tuple[_Written, ...]:
    """Write all properties, in the order in which they stand."""
    return (
        *_how(facts, form),
        *_which(facts),
        *(
            [(names.RECORD, simple(names.RECORD, record_text(facts, full=form.full)))]
            if in_packet
            else []
        ),
    )


def _how(facts: Facts, form: _Form) -> Iterator[_Written]:
    """Say how the picture was made."""
    if facts.source_type is not None:
        term = names.SOURCE_TYPES + facts.source_type
        yield names.SOURCE_TYPE, simple(names.SOURCE_TYPE, term)
    if facts.system is not None:
        yield names.SYSTEM, simple(names.SYSTEM, facts.system)
        prompt = facts.prompt
        if not form.prompt:
            digest = digest_of(facts.prompt)
            prompt = f"{facts.recipe}@{facts.recipe_version}, sha256 of the prompt {digest}"
        yield names.PROMPT, simple(names.PROMPT, prompt)
        if facts.labels.author:
            yield names.PROMPT_WRITER, simple(names.PROMPT_WRITER, facts.labels.author)
    yield (
        names.CREATOR_TOOL,
        simple(names.CREATOR_TOOL, f"wanflow {facts.wanflow_version}".rstrip()),
    )
    if facts.made_at is not None:
        yield names.CREATE_DATE, simple(names.CREATE_DATE, facts.made_at)
    if facts.rating is not None:
        yield names.RATING, simple(names.RATING, str(facts.rating))
    if facts.alt_text:
        yield names.ALT_TEXT, by_language(names.ALT_TEXT, facts.alt_text)


def _which(facts: Facts) -> Iterator[_Written]:
    """Say which picture it is, and which ones it was made from; the last of them is its base."""
    yield names.DOCUMENT, simple(names.DOCUMENT, _document(facts.picture))
    if facts.inputs:
        yield names.DERIVED_FROM, resource(names.DERIVED_FROM, _document(facts.inputs[-1]))
    if len(facts.inputs) > 1:
        documents = [_document(one) for one in facts.inputs]
        yield names.INGREDIENTS, resources(names.INGREDIENTS, documents)


def _document(sha256: str) -> str:
    return f"sha256:{sha256}"
