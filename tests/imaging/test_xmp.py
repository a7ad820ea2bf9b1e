"""XMP packets: what is read of them, and what is put in and taken out."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.telling import SERVICE_LABEL, SERVICE_PACKET, facts
from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.aigc import aigc_from, aigc_value
from wanflow.imaging.metadata.names import Name
from wanflow.imaging.metadata.packet import (
    description,
    simple,
    with_descriptions,
    without_ours,
)
from wanflow.imaging.metadata.properties import (
    UnreadablePacketError,
    properties_of,
    values_of,
)
from wanflow.model.provenance import Labels

WRAP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}" xmlns:a="urn:a/">{inside}'
    "</rdf:RDF></x:xmpmeta>"
)


def read(inside: str) -> dict[str, tuple[str, ...]]:
    packet = WRAP.format(rdf=names.RDF, inside=inside).encode()
    return {one.name.local: one.values for one in properties_of(packet)}


LIST = "<a:p><rdf:Bag><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Bag></a:p>"
BY_LANGUAGE = '<a:p><rdf:Alt><rdf:li xml:lang="x-default">t</rdf:li></rdf:Alt></a:p>'
RESOURCE = '<a:p rdf:parseType="Resource"><a:q>1</a:q>\n<a:r>2</a:r></a:p>'
INNER = '<a:p><rdf:Description a:q="1"><a:r>2</a:r></rdf:Description></a:p>'


def described(inside: str) -> str:
    return f"<rdf:Description>{inside}</rdf:Description>"


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ('<rdf:Description a:p="v &amp; w"/>', {"p": ("v & w",)}),
        (described("<a:p> v </a:p>"), {"p": (" v ",)}),
        (described("<a:p/>"), {"p": ("",)}),
        (described('<a:p rdf:resource="r"/>'), {"p": ("r",)}),
        (described(LIST), {"p": ("1", "2")}),
        (described(BY_LANGUAGE), {"p": ("t",)}),
        (described(RESOURCE), {"p": ("1", "2")}),
        (described(INNER), {"p": ("1", "2")}),
        (described('<a:p a:q="1"/>'), {"p": ("1",)}),
        ('<rdf:Description rdf:about="x" xml:lang="en" b="1"/>', {}),
        ("<a:p>outside</a:p>", {}),
    ],
)
def test_properties_are_read_in_every_way_of_writing_them(
    inside: str, found: dict[str, tuple[str, ...]]
) -> None:
    assert read(inside) == found


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY e 'e'>]><a>&e;</a>",
        b"<!DOCTYPE a SYSTEM 'http://nowhere.invalid/'><a/>",
        "<a/>".encode("utf-16"),
        b"<a>\xff</a>",
        b"<a>" + b" " * (4 * 2**20) + b"</a>",
        b"<a>&nothing;</a>",
    ],
)
def test_a_packet_that_asks_for_more_is_not_read(packet: bytes) -> None:
    with pytest.raises(UnreadablePacketError):
        properties_of(packet)


def test_a_packet_of_ten_thousand_properties_is_enough() -> None:
    inside = "".join(f"<a:p{n}>v</a:p{n}>" for n in range(10_001))

    with pytest.raises(UnreadablePacketError, match="more than 10000"):
        read(f"<rdf:Description>{inside}</rdf:Description>")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_as_a_packet_or_refused(packet: bytes) -> None:
    with contextlib.suppress(UnreadablePacketError):
        properties_of(packet)


XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&'\"]")
)


@given(text=XML_TEXT)
def test_what_is_written_is_read_back(text: str) -> None:
    written = description([(names.SYSTEM, simple(names.SYSTEM, text))])

    found = properties_of(with_descriptions(None, written).encode())

    assert values_of(found, names.SYSTEM) == (text,)


@given(text=XML_TEXT)
def test_what_is_put_into_the_packet_of_another_can_be_taken_out(text: str) -> None:
    packet = SERVICE_PACKET.decode()
    written = description([(names.SYSTEM, simple(names.SYSTEM, text))])

    both = with_descriptions(packet, written)

    assert values_of(properties_of(both.encode()), names.AIGC) == (SERVICE_LABEL,)
    assert without_ours(both) == packet
    assert without_ours(with_descriptions(both, written)) == packet


def test_a_packet_that_is_all_ours_is_taken_out_whole() -> None:
    written = description([(names.SYSTEM, simple(names.SYSTEM, "x"))])

    assert without_ours(with_descriptions(None, written)) is None


def test_what_looks_like_ours_and_has_no_end_stays() -> None:
    odd = with_descriptions(None, description([]))[:200]

    assert without_ours(odd) == odd


def test_a_property_that_is_there_already_is_not_written_again() -> None:
    written = description([(names.SYSTEM, "x"), (names.RATING, "y")], besides={names.SYSTEM})

    assert ">x<" not in written
    assert "x\n" not in written
    assert "y\n" in written


def test_a_packet_without_an_end_takes_nothing() -> None:
    with pytest.raises(UnreadablePacketError, match="no end"):
        with_descriptions("<rdf:RDF/>", "")


def test_a_property_that_is_not_there_has_no_values() -> None:
    assert values_of((), Name("a", "b")) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SERVICE_LABEL, {"Label": "1", "ContentProducer": "001191 测试", "ProduceID": "7f3a"}),
        ('{"AIGC":{"Label":"2"}}', {"Label": "2"}),
        ('{"AIGC":"no"}', {}),
        ('{"Label":1,"Other":"x"}', {}),
        ("[]", {}),
        ("no json", {}),
        ("[" * 60_000, {}),
        (json.dumps({"Label": "1" * 2**17}), {}),
    ],
)
def test_a_label_is_read_as_far_as_it_is_one(text: str, found: dict[str, str]) -> None:
    assert aigc_from(text) == found


@given(producer=st.text(min_size=1), propagator=st.text(min_size=1))
def test_a_label_that_is_written_is_read_back(producer: str, propagator: str) -> None:
    told = facts(labels=Labels(producer=producer, propagator=propagator), marked=True)

    value = aigc_value(told)

    assert value is not None
    assert aigc_from(value) == {
        "Label": "1",
        "ContentProducer": producer,
        "ProduceID": told.picture,
        "ContentPropagator": propagator,
        "PropagateID": told.picture,
    }
