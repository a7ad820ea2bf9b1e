"""The marks of a picture, carried over to one that is made from it."""

import pytest

from tests.imaging.telling import (
    FORMS,
    SERVICE_LABEL,
    SERVICE_PACKET,
    decoded,
    facts,
    from_service,
    picture,
    with_chunk,
    with_text,
)
from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.containers import container_of
from wanflow.imaging.metadata.label import labelled
from wanflow.imaging.metadata.marks import Marks, marked_first, marks_of, with_marks
from wanflow.imaging.metadata.png_chunks import png_file
from wanflow.imaging.metadata.properties import values_of
from wanflow.imaging.metadata.read import metadata_of


@pytest.mark.parametrize("before", FORMS)
@pytest.mark.parametrize("after", FORMS)
def test_the_packet_of_a_service_is_carried_word_for_word(before: str, after: str) -> None:
    made = with_marks(picture(after), marks_of(from_service(before), "it"))

    file = container_of(made, "it")
    assert file is not None
    assert file.packet == SERVICE_PACKET
    assert decoded(made) == decoded(picture(after))


@pytest.mark.parametrize("form", FORMS)
def test_a_bare_label_is_carried_as_the_format_allows(form: str) -> None:
    marks = marks_of(with_text(picture("PNG"), b"AIGC", SERVICE_LABEL), "it")

    found = metadata_of(with_marks(picture(form), marks), "it")

    place = "PNG text" if form == "PNG" else "XMP"
    assert [(one.place, one.text) for one in found.labels] == [(place, SERVICE_LABEL)]


@pytest.mark.parametrize("form", FORMS)
def test_a_label_that_stands_in_both_places_is_not_doubled_in_one(form: str) -> None:
    marks = marks_of(with_text(from_service("PNG"), b"AIGC", SERVICE_LABEL), "it")

    found = metadata_of(with_marks(picture(form), marks), "it")

    places = [one.place for one in found.labels]
    assert places == (["XMP", "PNG text"] if form == "PNG" else ["XMP"])


def test_a_bare_label_joins_a_packet_that_has_none() -> None:
    source = SERVICE_PACKET.replace(b"T:AIGC", b"T:DigitalSourceType").replace(
        names.TC260.encode(), names.IPTC_EXT.encode()
    )
    both = with_text(with_packet(source), b"AIGC", SERVICE_LABEL)

    made = with_marks(picture("WEBP"), marks_of(both, "it"))

    found = metadata_of(made, "it")
    assert [one.text for one in found.labels] == [SERVICE_LABEL]
    assert values_of(found.properties, names.SOURCE_TYPE) == (SERVICE_LABEL,)


def with_packet(packet: bytes) -> bytes:
    return png_file(picture("PNG"), "it").with_packet(packet)


def test_a_bare_label_that_is_no_text_is_left_behind() -> None:
    marks = marks_of(with_chunk(picture("PNG"), b"tEXt", b"AIGC\0\xff\xfe"), "it")

    assert with_marks(picture("JPEG"), marks) == picture("JPEG")
    assert with_marks(picture("PNG"), marks) != picture("PNG")


def test_of_a_packet_that_tells_a_place_only_the_marks_are_carried() -> None:
    place = b"<e:GPSLatitude>30,15.0N</e:GPSLatitude></r:Description>"
    telling = SERVICE_PACKET.replace(b"</r:Description>", place).replace(
        b"xmlns:T", f"xmlns:e='{names.EXIF}' xmlns:T".encode()
    )

    made = with_marks(picture("PNG"), marks_of(with_packet(telling), "it"))

    assert b"30,15" not in made
    assert [one.text for one in metadata_of(made, "it").labels] == [SERVICE_LABEL]


def test_of_our_own_label_the_kind_and_the_system_are_carried_and_no_record() -> None:
    before = labelled(from_service("JPEG"), facts(), "full")

    found = metadata_of(with_marks(picture("JPEG"), marks_of(before, "it")), "it")

    assert found.record is None
    assert found.source_type == "compositeWithTrainedAlgorithmicMedia"
    assert {one.name for one in found.properties} == {
        names.AIGC,
        names.SOURCE_TYPE,
        names.SYSTEM,
    }


@pytest.mark.parametrize(
    "packet", [b"no xml", SERVICE_PACKET.replace(b"T:AIGC", b"T:Other"), b"\xff\xfe"]
)
def test_a_packet_without_marks_is_not_carried(packet: bytes) -> None:
    marks = marks_of(with_packet(packet), "it")

    assert not marks.some
    assert with_marks(picture("PNG"), marks) == picture("PNG")


def test_a_packet_too_long_for_a_jpeg_is_carried_as_its_marks() -> None:
    long = SERVICE_PACKET.replace(b"          ", b" " * 70_000)

    made = with_marks(picture("JPEG"), marks_of(with_packet(long), "it"))

    assert [one.text for one in metadata_of(made, "it").labels] == [SERVICE_LABEL]


def test_marks_too_long_for_a_jpeg_are_left_behind() -> None:
    long = SERVICE_PACKET.replace(SERVICE_LABEL.encode(), b"x" * 70_000)

    made = with_marks(picture("JPEG"), marks_of(with_packet(long), "it"))

    assert made == picture("JPEG")


def test_a_manifest_is_seen_and_not_carried() -> None:
    marks = marks_of(with_chunk(from_service("PNG"), b"caBX", b"jumb"), "it")

    assert marks.manifest
    assert b"caBX" not in with_marks(picture("PNG"), marks)


def test_of_several_pictures_the_first_with_marks_counts() -> None:
    plain, marked = marks_of(picture("PNG"), "it"), marks_of(from_service("PNG"), "it")

    assert marked_first([plain, marked]) is marked
    assert marked_first([plain]) == Marks()
