"""Pictures taken apart and put together: nothing is lost, and no bytes bring it down."""

import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging import making
from tests.imaging.telling import (
    FORMS,
    SERVICE_PACKET,
    decoded,
    facts,
    from_service,
    picture,
    with_chunk,
    with_text,
)
from wanflow.errors import ImageError
from wanflow.imaging.metadata.containers import container_of
from wanflow.imaging.metadata.jpeg_segments import jpeg_file
from wanflow.imaging.metadata.label import labelled, unlabelled
from wanflow.imaging.metadata.marks import marks_of, with_marks
from wanflow.imaging.metadata.png_chunks import PngFile, chunk, png_file
from wanflow.imaging.metadata.read import Metadata, metadata_of
from wanflow.imaging.metadata.webp_chunks import webp_file

STARTS = (
    b"",
    making.png(),
    making.png(making.ihdr()),
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe1\x00\x20http://ns.adobe.com/xap/1.0/\0",
    b"RIFF\x20\0\0\0WEBP",
    making.riff((b"VP8X", bytes(10)))[:20],
    b"BM",
)
KINDS = st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"caBX", b"eXIf", b"prVt", b"IDAT", b"tIME"])
BODIES = st.binary(max_size=40) | st.builds(
    lambda keyword, rest: keyword + b"\0" + rest,
    st.sampled_from([b"AIGC", b"wanflow", b"XML:com.adobe.xmp", b"parameters"]),
    st.binary(max_size=30),
)
PNGS = st.lists(st.tuples(KINDS, BODIES), max_size=6).map(
    lambda parts: making.png(
        making.ihdr(),
        *(making.chunk(kind, body) for kind, body in parts),
        making.pixels(),
        making.chunk(b"IEND"),
    )
)


def tried(data: bytes) -> None:
    """Do everything that is done to pictures; only the one kind of error may come."""
    for step in (
        lambda: metadata_of(data, "it"),
        lambda: labelled(data, facts(marked=True), "full"),
        lambda: unlabelled(data),
        lambda: with_marks(data, marks_of(data, "it")),
        lambda: with_marks(data, MARKS),
    ):
        with contextlib.suppress(ImageError):
            step()


MARKS = marks_of(from_service("PNG"), "it")


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    tried(start + rest)


@given(data=PNGS, tail=st.binary(max_size=9))
def test_a_png_of_any_chunks_is_put_together_as_it_was(data: bytes, tail: bytes) -> None:
    whole = data + tail

    file = png_file(whole, "it")

    assert file.joined() == whole
    tried(whole)
    if not file.sealed:
        assert png_file(labelled(whole, facts(), "full"), "it").tail == tail


@given(data=PNGS)
def test_whatever_a_png_holds_stays_in_it(data: bytes) -> None:
    after = png_file(labelled(data, facts(), "full"), "it")

    before = png_file(data, "it").without_record()
    kept = [one.raw for one in before.chunks if one.keyword != b"XML:com.adobe.xmp"]
    assert [one for one in kept if one not in {two.raw for two in after.chunks}] == []


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_put_together_as_it_was(form: str) -> None:
    for data in (picture(form), from_service(form), from_service(form) + b"behind"):
        file = container_of(data, "it")

        assert file is not None
        assert file.joined() == data
        assert file.with_packet(file.packet) == data


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_cut_off_anywhere_is_refused_or_read(form: str) -> None:
    whole = labelled(from_service(form), facts(), "full")

    for length in range(0, len(whole), 37):
        tried(whole[:length])


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_with_a_wrong_byte_is_refused_or_read(form: str) -> None:
    whole = labelled(from_service(form), facts(), "full")

    for at in range(0, min(len(whole), 3000), 13):
        tried(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (making.png(), "cut off"),
        (making.png(making.chunk(b"IEND")), "not a PNG header"),
        (making.png(making.ihdr()) + b"\0\0\0\1\0\0\0\0" + bytes(9), "no chunk begins"),
        (making.png(making.ihdr()) + b"\0\0\1\0IDAT" + bytes(9), "cut off"),
    ],
)
def test_a_broken_png_is_told_apart(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        png_file(data, "it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xd8", "does not begin"),
        (b"\xff\xd8\xff", "cut off"),
        (b"\xff\xd8\xff\xe0\x00\x04ab\x00\x00\x00\x00", "no marker"),
        (b"\xff\xd8\xff\xe0\x00\x01\x00\x00", "has no length"),
        (b"\xff\xd8\xff\xe0\xff\x00\x00\x00", "cut off"),
    ],
)
def test_a_broken_jpeg_is_told_apart(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        jpeg_file(data, "it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"RIFF", "does not begin"),
        (b"RIFF\xff\0\0\0WEBP", "cut off"),
        (b"RIFF\1\0\0\0WEBP", "cut off"),
        (making.riff((b"VP8L", b"/" + bytes(4)), (b"VP8X", b"\0")), "header is too short"),
    ],
)
def test_a_broken_webp_is_told_apart(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        webp_file(data, "it")


def test_a_jpeg_with_fill_bytes_and_lone_markers_keeps_them() -> None:
    plain = picture("JPEG")
    odd = plain[:2] + b"\xff\x01" + b"\xff\xff\xff\xfe\0\5abc" + plain[2:]

    after = labelled(odd, facts(), "label")

    assert b"\xff\x01\xff\xff\xff\xfe\0\5abc" in after
    assert [one.text for one in metadata_of(after, "it").texts] == ["abc"]
    assert unlabelled(after) == odd


def test_the_packet_of_a_jpeg_stands_behind_its_exif() -> None:
    exif = making.turned_exif(1)
    plain = making.packed(making.noise(8, 8), "JPEG", exif=exif)

    after = jpeg_file(labelled(plain, facts(), "label"), "it")

    markers = [one.marker for one in after.segments[:3]]
    heads = [one.body[:4] for one in after.segments[:3]]
    assert markers == [0xE0, 0xE1, 0xE1]
    assert heads == [b"JFIF", b"Exif", b"http"]


def test_a_jpeg_of_nothing_but_a_head_takes_the_packet_at_its_end() -> None:
    head = b"\xff\xd8" + making.segment(0xE0, b"JFIF\0") + b"\xff\xd9\0\0"

    after = jpeg_file(labelled(head, facts(), "label"), "it")

    assert [one.marker for one in after.segments] == [0xE0, 0xE1]


def test_a_last_chunk_of_odd_length_without_its_zero_is_made_even() -> None:
    lossless = b"/" + (1 | 1 << 14).to_bytes(4, "little") + bytes(2)
    odd = making.riff((b"VP8L", lossless))
    cut = b"RIFF" + (len(odd) - 9).to_bytes(4, "little") + odd[8:-1]

    after = labelled(cut, facts(), "label")

    assert metadata_of(after, "it").record is not None
    assert webp_file(cut, "it").joined() == cut


def test_transparency_is_told_in_the_header_that_is_added() -> None:
    clear = making.noise(6, 5).convert("RGBA")
    clear.putalpha(90)
    plain = making.packed(clear, "WEBP", lossless=True)

    after = labelled(plain, facts(), "full")

    assert decoded(after) == decoded(plain)
    assert webp_file(after, "it").chunks[0].body[0] == 0x14
    assert unlabelled(after) == plain


def test_a_header_that_somebody_needs_by_now_stays() -> None:
    after = webp_file(labelled(picture("WEBP"), facts(), "label"), "it")
    flagged = bytes((after.chunks[0].raw[8] | 0x08,))
    changed = after.joined().replace(after.chunks[0].raw[:9], after.chunks[0].raw[:8] + flagged, 1)

    left = webp_file(unlabelled(changed), "it")

    assert left.chunks[0].kind == b"VP8X"
    assert left.packet is None


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        (b"tEXt", b"parameters\0a cat\nSteps: 20", "a cat\nSteps: 20"),
        (b"tEXt", 'prompt\0{"1": "图"}'.encode(), '{"1": "图"}'),
        (b"tEXt", b"Author\0Ren\xe9", "René"),
        (b"zTXt", b"workflow\0\0" + zlib.compress(b"{}"), "{}"),
        (b"iTXt", b"x\0\1\0de\0\0" + zlib.compress("ü".encode()), "ü"),
        (b"zTXt", b"x\0\0" + zlib.compress(bytes(5 * 2**20)), None),
        (b"zTXt", b"x\0\0" + zlib.compress(b"{}")[:5], None),
        (b"zTXt", b"x\0\0nothing packed", None),
        (b"iTXt", b"x\0", None),
        (b"iTXt", b"x\0\0\0de", None),
    ],
)
def test_texts_of_other_programs_are_read(kind: bytes, body: bytes, text: str | None) -> None:
    data = with_chunk(picture("PNG"), kind, body)

    (found,) = metadata_of(data, "it").texts

    assert (found.kind.encode(), found.text) == (kind, text)
    assert found.keyword == body.partition(b"\0")[0].decode()


def test_a_packed_packet_is_read_and_added_to() -> None:
    packed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(SERVICE_PACKET)
    data = with_chunk(picture("PNG"), b"iTXt", packed)

    after = labelled(data, facts(), "label")

    found = metadata_of(after, "it")
    assert found.labels == metadata_of(from_service("PNG"), "it").labels
    assert found.record is not None


@pytest.mark.parametrize("text", ["no json", '{"v":2}', "[]", '{"v":1', "9" * 5000, "[" * 90_000])
def test_a_record_that_is_none_is_told_as_unreadable(text: str) -> None:
    found = metadata_of(with_text(picture("PNG"), b"wanflow", text), "it")

    assert found.record is None
    assert found.unreadable == ("its wanflow record is damaged, or of another version",)


def test_a_record_of_two_megabytes_is_not_read() -> None:
    text = '{"v":1,"run":"' + "x" * 2**21 + '"}'

    assert metadata_of(with_text(picture("PNG"), b"wanflow", text), "it").record is None


def test_of_a_record_only_what_is_known_and_fits_is_given() -> None:
    text = '{"v":1,"run":7,"step":"a","index":true,"inputs":["x",1],"more":"y","arguments":[]}'

    found = metadata_of(with_text(picture("PNG"), b"wanflow", text), "it")

    assert found.record == {"v": 1, "step": "a"}


def test_what_is_no_picture_holds_nothing() -> None:
    assert metadata_of(b"GIF89a", "it") == Metadata()
    assert marks_of(b"GIF89a", "it").some is False
    assert with_marks(b"GIF89a", MARKS) == b"GIF89a"
    assert unlabelled(b"GIF89a") == b"GIF89a"


def test_a_picture_whose_packet_cannot_be_read_is_not_touched_by_taking_out() -> None:
    broken = with_chunk(picture("PNG"), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0\xff\xfe")

    assert unlabelled(broken) == broken
    assert metadata_of(broken, "it").unreadable[0].startswith("its XMP packet cannot be read")


def test_only_the_first_thousand_texts_are_read() -> None:
    many = PngFile(
        chunks=(
            *png_file(picture("PNG"), "it").chunks[:1],
            *(chunk(b"tEXt", b"k\0v") for _ in range(1200)),
            *png_file(picture("PNG"), "it").chunks[1:],
        )
    )

    assert len(metadata_of(many.joined(), "it").texts) == 1000
