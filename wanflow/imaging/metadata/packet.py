"""XMP packets as text: made, added to, and rid of what was added.

What somebody else has written is never written anew: our own descriptions are put in before the
end of the packet and taken out again, and every other character stays.
"""

import re
from collections.abc import Collection, Sequence

from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.names import Name
from wanflow.imaging.metadata.properties import UnreadablePacketError

# What XML 1.0 cannot hold, not even escaped.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN = "\ufffd"
_OURS = f'<rdf:Description rdf:about="" xmlns:rdf="{names.RDF}" xmlns:wanflow="{names.WANFLOW}"'
_LABEL = f'<rdf:Description rdf:about="" xmlns:rdf="{names.RDF}" xmlns:TC260="{names.TC260}"'
_END = "</rdf:Description>\n"
# The mark that begins a packet and the identifier in it are those of the XMP specification.
_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    f'<rdf:RDF xmlns:rdf="{names.RDF}">\n'
)
_FOOT = '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
_LAST = re.compile(r"</(?:[\w.-]+:)?RDF\s*>")


def escaped(text: str) -> str:
    """Write text as the content of an XML element; what XML cannot hold is shown as U+FFFD."""
    text = _UNFIT.sub(_SHOWN, text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def simple(name: Name, text: str) -> str:
    """Write a property that is one text."""
    return f"<{_tag(name)}>{escaped(text)}</{_tag(name)}>"


def by_language(name: Name, text: str) -> str:
    """Write a property that is a text for readers, in the language of whoever wrote it."""
    inside = f'<rdf:Alt><rdf:li xml:lang="x-default">{escaped(text)}</rdf:li></rdf:Alt>'
    return f"<{_tag(name)}>{inside}</{_tag(name)}>"


def resource(name: Name, document: str) -> str:
    """Write a property that refers to another picture."""
    return f'<{_tag(name)} rdf:parseType="Resource">{_reference(document)}</{_tag(name)}>'


def resources(name: Name, documents: Sequence[str]) -> str:
    """Write a property that refers to several pictures."""
    items = "".join(
        f'<rdf:li rdf:parseType="Resource">{_reference(one)}</rdf:li>' for one in documents
    )
    return f"<{_tag(name)}><rdf:Bag>{items}</rdf:Bag></{_tag(name)}>"


def description(properties: Sequence[tuple[Name, str]], besides: Collection[Name] = ()) -> str:
    """Put written properties into a description that can be told from everybody else's.

    Args:
        properties: each with what one of the functions above has made of it.
        besides: names that are left out, as the packet has them already.
    """
    wanted = [(name, text) for name, text in properties if name not in besides]
    spaces = sorted({name.space for name, _ in wanted} - {names.WANFLOW})
    if names.XMP_MM in spaces:
        spaces.append(names.RESOURCE)
    declared = "".join(f'\n  xmlns:{names.PREFIXES[space]}="{space}"' for space in spaces)
    lines = "".join(f"  {text}\n" for _, text in wanted)
    return f"{_OURS}{declared}>\n{lines}{_END}"


def label_description(value: str) -> str:
    """Put an AIGC label into a description; it counts as the picture's and no longer as ours."""
    return f"{_LABEL}>\n  {simple(names.AIGC, value)}\n{_END}"


def marks_packet(properties: Sequence[tuple[Name, str]]) -> str:
    """Make a packet of marks that were read elsewhere, word for word."""
    spaces = sorted({name.space for name, _ in properties})
    declared = "".join(f' xmlns:{names.PREFIXES[space]}="{space}"' for space in spaces)
    lines = "".join(f"  {simple(name, text)}\n" for name, text in properties)
    return with_descriptions(None, f'<rdf:Description rdf:about=""{declared}>\n{lines}{_END}')


def with_descriptions(packet: str | None, written: str) -> str:
    """Put descriptions at the end of a packet, or into a new one.

    Raises:
        UnreadablePacketError: the packet has no end before which they could stand.
    """
    if packet is None:
        return f"{_HEAD}{written}{_FOOT}"
    ends = [found.start() for found in _LAST.finditer(packet)]
    if not ends:
        raise UnreadablePacketError("it has no end")
    return f"{packet[: ends[-1]]}{written}{packet[ends[-1] :]}"


def without_ours(packet: str) -> str | None:
    """Take out what `description` has made; None if the packet held nothing else."""
    kept: list[str] = []
    at = 0
    while (begin := packet.find(_OURS, at)) >= 0 and (end := packet.find(_END, begin)) >= 0:
        kept.append(packet[at:begin])
        at = end + len(_END)
    left = "".join((*kept, packet[at:]))
    return None if left == _HEAD + _FOOT else left


def _tag(name: Name) -> str:
    return f"{names.PREFIXES[name.space]}:{name.local}"


def _reference(document: str) -> str:
    return f"<stRef:documentID>{escaped(document)}</stRef:documentID>"
