"""What an XMP packet says, read with the parser of the standard library and no more of XML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.names import Name

MOST_PACKET_BYTES = 4 * 2**20
_SEPARATOR = "\n"  # no namespace has a line end in it
_MOST_PROPERTIES = 10_000
_DESCRIPTION = Name(names.RDF, "Description")


class UnreadablePacketError(Exception):
    """An XMP packet is none, or asks for more of XML than is read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: what it is called, and its texts in the order in which they stand."""

    name: Name
    values: tuple[str, ...]


def properties_of(packet: bytes) -> tuple[Property, ...]:
    """Read the properties of all descriptions in a packet.

    Of a structure only the texts in it are given. A document that declares types or entities is
    refused: XMP needs neither, and they are the doors to known attacks.

    Raises:
        UnreadablePacketError: it is too long, not well-formed, or not UTF-8.

    Source:
        XMP specification part 1, section 7 (RDF/XML as XMP uses it).
    """
    if len(packet) > MOST_PACKET_BYTES:
        raise UnreadablePacketError(f"it has {len(packet)} bytes")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(packet.rstrip(b"\0"), True)  # noqa: FBT003 # the last piece; it takes no keyword
    except (expat.ExpatError, ValueError) as error:
        raise UnreadablePacketError(f"it is no XML: {error}") from None
    return tuple(reader.found)


def values_of(properties: tuple[Property, ...], name: Name) -> tuple[str, ...]:
    """Give the texts of a property, empty if it is not there."""
    return next((one.values for one in properties if one.name == name), ())


@dataclass(slots=True)
class _Reader:
    """Follows the parser: knows in which property it is, and what has been said in it."""

    found: list[Property] = field(default_factory=list)
    path: list[Name] = field(default_factory=list)
    inside: int | None = None  # how deep the property stands
    values: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    nested: bool = False

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = _name(tag)
        if self.inside is not None:
            self._close_text()
            self.nested = True
            self.values += _texts_in(attributes)
        elif name == _DESCRIPTION:
            for key, value in attributes.items():
                self._add(_name(key), (value,))
        elif self.path and self.path[-1] == _DESCRIPTION:
            self.inside, self.values, self.words = len(self.path), [], []
            self.nested = False
            resource = attributes.get(f"{names.RDF}{_SEPARATOR}resource")
            self.values += [resource] if resource is not None else _texts_in(attributes)
        self.path.append(name)

    def text(self, words: str) -> None:
        if self.inside is not None:
            self.words.append(words)

    def end(self, _tag: str) -> None:
        name = self.path.pop()
        if self.inside is None:
            return
        if len(self.path) > self.inside:
            self._close_text()
        else:
            if not self.nested and not self.values:
                self.values.append("".join(self.words))
            else:
                self._close_text()
            self._add(name, tuple(self.values))
            self.inside = None

    def _close_text(self) -> None:
        words = "".join(self.words)
        self.words = []
        if words.strip():
            self.values.append(words)

    def _add(self, name: Name, values: tuple[str, ...]) -> None:
        if name.space in {names.RDF, names.XML, ""}:
            return
        if len(self.found) >= _MOST_PROPERTIES:
            raise UnreadablePacketError(f"it has more than {_MOST_PROPERTIES} properties")
        self.found.append(Property(name=name, values=values))


def _texts_in(attributes: Mapping[str, str]) -> list[str]:
    named = ((_name(key), value) for key, value in attributes.items())
    return [value for name, value in named if name.space not in {names.RDF, names.XML, ""}]


def _name(tag: str) -> Name:
    space, _, local = tag.rpartition(_SEPARATOR)
    return Name(space, local)


def _refuse(*_: object) -> None:
    raise UnreadablePacketError("it declares a document type")
