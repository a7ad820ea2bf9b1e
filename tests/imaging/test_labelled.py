"""What is known of a picture, written into its own bytes."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging import making
from tests.imaging.telling import (
    FORMS,
    HOSTILE,
    SERVICE_LABEL,
    SERVICE_PACKET,
    decoded,
    facts,
    from_service,
    picture,
    producer,
    with_chunk,
    with_text,
)
from wanflow.errors import ImageError
from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.containers import container_of
from wanflow.imaging.metadata.label import labelled
from wanflow.imaging.metadata.properties import values_of
from wanflow.imaging.metadata.read import metadata_of
from wanflow.imaging.probe import probe_bytes
from wanflow.model.provenance import Labels, MetadataMode

MODES: tuple[MetadataMode, ...] = ("full", "label", "ours-off")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", MODES)
def test_a_labelled_picture_shows_the_same_pixels_and_is_still_complete(
    form: str, mode: MetadataMode
) -> None:
    before = picture(form)

    after = labelled(before, facts(), mode)

    assert decoded(after) == decoded(before)
    found, was = probe_bytes(after, "it"), probe_bytes(before, "it")
    assert replace(found, size_bytes=0) == replace(was, size_bytes=0)


@pytest.mark.parametrize("form", FORMS)
def test_a_label_names_the_recipe_the_step_and_the_kind_of_picture(form: str) -> None:
    after = labelled(picture(form), facts(), "label")

    found = metadata_of(after, "it")
    assert found.record == {
        "v": 1,
        "recipe": "poster@1.2.0",
        "recipe_sha256": "a" * 64,
        "run": "poster-20261124-101530-4f2a",
        "step": "placed",
        "index": 1,
        "picture": "b" * 64,
        "operation": "fuse",
        "model": "wan2.5-i2i-preview",
        "provider": "dashscope",
        "seed": 7,
        "fingerprint": "c" * 64,
        "inputs": ["d" * 64, "e" * 64],
        "prompt_sha256": sha256(b"put the clock on the table").hexdigest(),
    }
    assert found.source_type == "compositeWithTrainedAlgorithmicMedia"
    system = values_of(found.properties, names.SYSTEM)
    assert system == ("wan2.5-i2i-preview (Alibaba Model Studio)",)
    assert values_of(found.properties, names.DERIVED_FROM) == (f"sha256:{'e' * 64}",)
    ingredients = values_of(found.properties, names.INGREDIENTS)
    assert ingredients == (f"sha256:{'d' * 64}", f"sha256:{'e' * 64}")
    assert found.unreadable == ()


@pytest.mark.parametrize("form", FORMS)
def test_a_label_does_not_give_the_prompt_away(form: str) -> None:
    secret = facts(prompt="the secret campaign", arguments={"text": "the secret title"})

    after = labelled(picture(form), secret, "label")

    assert b"secret" not in after


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_prompt_comes_back_word_for_word(form: str, text: str) -> None:
    hostile = facts(prompt=text, arguments={"text": text[:50]}, row=text[:50], step=text[:50])

    after = labelled(picture(form), hostile, "full")

    found = metadata_of(after, "it")
    assert found.record is not None
    assert found.record["prompt"] == text
    assert found.record["arguments"] == {"text": text[:50]}
    assert found.record["row"] == text[:50]
    assert found.unreadable == ()


@given(text=st.text(max_size=200))
@pytest.mark.parametrize("form", FORMS)
def test_any_prompt_comes_back_word_for_word(form: str, text: str) -> None:
    after = labelled(PLAIN[form], facts(prompt=text, row=text), "full")

    record = metadata_of(after, "it").record
    assert record is not None
    assert (record["prompt"], record["row"]) == (text, text)
    assert labelled(after, facts(prompt=text, row=text), "full") == after


PLAIN = {form: making.packed(making.noise(3, 2), form) for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("service", [False, True])
def test_what_was_put_in_can_be_taken_out_without_a_trace(form: str, *, service: bool) -> None:
    before = from_service(form) if service else picture(form)

    after = labelled(before, facts(), "full")

    assert after != before
    assert labelled(after, facts(), "ours-off") == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", MODES)
def test_labelling_again_replaces_the_label(form: str, mode: MetadataMode) -> None:
    once = labelled(from_service(form), facts(run="another"), "full")

    again = labelled(once, facts(labels=producer()), mode)

    assert again == labelled(from_service(form), facts(labels=producer()), mode)
    assert b"another" not in again


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", MODES)
def test_the_label_of_a_service_stays_byte_for_byte(form: str, mode: MetadataMode) -> None:
    before = from_service(form)

    after = labelled(before, facts(labels=producer(), marked=True), mode)

    file = container_of(after, "it")
    assert file is not None
    assert file.packet is not None
    end = SERVICE_PACKET.index(b"</r:RDF>")
    assert file.packet.startswith(SERVICE_PACKET[:end])
    assert file.packet.endswith(SERVICE_PACKET[end:])
    assert [label.text for label in metadata_of(after, "it").labels] == [SERVICE_LABEL]


def test_a_bare_label_counts_and_stays() -> None:
    before = with_text(picture("PNG"), b"AIGC", SERVICE_LABEL)

    after = labelled(before, facts(labels=producer(), marked=True), "label")

    labels = metadata_of(after, "it").labels
    assert [(label.place, label.text) for label in labels] == [("PNG text", SERVICE_LABEL)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", MODES)
def test_a_lost_label_is_put_back_with_the_producer_that_the_user_has_named(
    form: str, mode: MetadataMode
) -> None:
    mine = Labels(producer="某公司", propagator="站点")

    after = labelled(picture(form), facts(labels=mine, marked=True), mode)

    (label,) = metadata_of(after, "it").labels
    assert json.loads(label.text) == {
        "Label": "1",
        "ContentProducer": "某公司",
        "ProduceID": "b" * 64,
        "ContentPropagator": "站点",
        "PropagateID": "b" * 64,
    }


def test_a_producer_that_nobody_has_named_is_not_made_up() -> None:
    after = labelled(picture("PNG"), facts(marked=True), "label")

    (label,) = metadata_of(after, "it").labels
    assert json.loads(label.text) == {"Label": "1", "ProduceID": "b" * 64}


@pytest.mark.parametrize(
    ("source_type", "labels"),
    [
        ("compositeWithTrainedAlgorithmicMedia", Labels()),
        ("algorithmicallyEnhanced", producer()),
        (None, producer()),
    ],
)
def test_a_picture_that_needs_no_label_gets_none(source_type: str | None, labels: Labels) -> None:
    after = labelled(picture("PNG"), facts(source_type=source_type, labels=labels), "label")

    assert metadata_of(after, "it").labels == ()


def test_a_picture_that_a_model_drew_gets_a_label_where_its_producer_is_named() -> None:
    after = labelled(picture("PNG"), facts(labels=producer()), "label")

    (label,) = metadata_of(after, "it").labels
    assert label.values["ContentProducer"] == "某公司"


def test_what_the_service_says_of_the_kind_of_picture_wins() -> None:
    packet = SERVICE_PACKET.replace(b"T:AIGC", b"T:DigitalSourceType").replace(
        names.TC260.encode(), names.IPTC_EXT.encode()
    )
    before = with_text(picture("PNG"), b"XML:com.adobe.xmp", packet.decode())

    after = labelled(before, facts(), "label")

    found = metadata_of(after, "it").properties
    assert len([one for one in found if one.name == names.SOURCE_TYPE]) == 1
    assert values_of(found, names.SOURCE_TYPE) == (SERVICE_LABEL,)


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_with_a_manifest_is_left_alone(mode: MetadataMode) -> None:
    signed = with_chunk(picture("PNG"), b"caBX", b"jumb")
    jpeg = picture("JPEG")
    boxed = jpeg[:2] + making.segment(0xEB, b"JP\0\1c2pa") + jpeg[2:]
    lossy = b"\0\0\0\x9d\x01\x2a\x02\0\x02\0"
    framed = making.riff((b"C2PA", b"jumb"), (b"VP8 ", lossy))

    for data in (signed, boxed, framed):
        assert labelled(data, facts(marked=True), mode) == data
        assert metadata_of(data, "it").manifest


@pytest.mark.parametrize(
    "packet",
    ["", "no xml", "<a/>", "<!DOCTYPE a><a></a>", "<a><!-- </rdf:RDF> --></a>", "\x00"],
)
def test_a_picture_whose_packet_cannot_be_read_is_left_alone(packet: str) -> None:
    before = with_text(picture("PNG"), b"XML:com.adobe.xmp", packet)

    assert labelled(before, facts(), "full") == before


def test_a_packet_that_is_no_utf8_is_left_alone() -> None:
    before = with_chunk(picture("PNG"), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0\xff\xfe<\0")

    assert labelled(before, facts(), "label") == before


def test_a_bmp_holds_nothing_and_stays_as_it_is() -> None:
    before = picture("BMP")

    assert labelled(before, facts(marked=True), "full") == before
    assert metadata_of(before, "it") == metadata_of(b"anything", "it")


def test_a_jpeg_without_room_for_the_prompt_is_labelled_without_it() -> None:
    long = facts(prompt="&" * 70_000)

    after = labelled(picture("JPEG"), long, "full")

    assert after == labelled(picture("JPEG"), long, "label")
    assert metadata_of(after, "it").record is not None


def test_a_jpeg_with_room_for_one_prompt_keeps_the_one_in_the_record() -> None:
    after = labelled(picture("JPEG"), facts(prompt="字" * 15_000), "full")

    found = metadata_of(after, "it")
    assert found.record is not None
    assert found.record["prompt"] == "字" * 15_000
    assert values_of(found.properties, names.PROMPT)[0].startswith("poster@1.2.0, sha256 of")


def test_a_jpeg_whose_packet_is_full_keeps_it() -> None:
    full = SERVICE_PACKET.replace(b"          ", b" " * 64_500)
    before = making.packed(making.noise(8, 8), "JPEG", xmp=full)

    assert labelled(before, facts(), "full") == before
    assert labelled(before, facts(), "ours-off") == before


def test_a_full_packet_has_still_room_for_the_label_alone() -> None:
    other = SERVICE_PACKET.replace(b"T:AIGC", b"T:Other").replace(b"          ", b" " * 64_300)
    before = making.packed(making.noise(8, 8), "JPEG", xmp=other)

    after = labelled(before, facts(marked=True), "label")

    assert metadata_of(after, "it").labels
    assert metadata_of(after, "it").record is None


def test_author_rating_and_alternative_text_are_written_where_there_are_some() -> None:
    told = facts(labels=Labels(author="李雷 & co"), rating=-1, alt_text="a clock < a table")

    found = metadata_of(labelled(picture("WEBP"), told, "label"), "it").properties

    assert values_of(found, names.PROMPT_WRITER) == ("李雷 & co",)
    assert values_of(found, names.RATING) == ("-1",)
    assert values_of(found, names.ALT_TEXT) == ("a clock < a table",)


def test_little_is_said_of_a_picture_of_which_little_is_known() -> None:
    little = facts(source_type=None, system=None, made_at=None, inputs=(), model=None, seed=None)

    found = metadata_of(labelled(picture("PNG"), little, "label"), "it")

    said = {one.name for one in found.properties}
    assert said == {names.CREATOR_TOOL, names.DOCUMENT}
    assert found.record is not None
    assert "model" not in found.record


@pytest.mark.parametrize("form", FORMS)
def test_a_cut_off_picture_is_refused_in_words(form: str) -> None:
    whole = picture(form)

    with pytest.raises(ImageError, match="the picture is"):
        labelled(whole[:20], facts(), "label")
