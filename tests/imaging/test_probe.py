import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.imaging import making
from wanflow.errors import ImageError
from wanflow.imaging.probe import (
    Probe,
    probe,
    probe_artifact,
    probe_bytes,
    remarks,
    upright_size,
)
from wanflow.model.values import Artifact, Sha256, Size

FORMS = ("PNG", "JPEG", "BMP", "WEBP")
RGB = Image.new("RGB", (33, 21), (200, 100, 50))
CLEAR = Image.new("RGBA", (33, 21), (200, 100, 50, 80))
PALETTE = RGB.quantize(8)


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "media_type", "mode", "alpha"),
    [
        (making.packed(RGB, "PNG"), "image/png", "rgb", False),
        (making.packed(RGB.convert("L"), "PNG"), "image/png", "gray", False),
        (making.packed(RGB.convert("1"), "PNG"), "image/png", "gray", False),
        (making.packed(Image.new("I;16", (33, 21), 999), "PNG"), "image/png", "gray", False),
        (making.packed(RGB.convert("LA"), "PNG"), "image/png", "gray", True),
        (making.packed(CLEAR, "PNG"), "image/png", "rgb", True),
        (making.packed(PALETTE, "PNG"), "image/png", "palette", False),
        (making.packed(PALETTE, "PNG", transparency=0), "image/png", "palette", True),
        (making.packed(RGB, "JPEG"), "image/jpeg", "rgb", False),
        (making.packed(RGB, "JPEG", progressive=True), "image/jpeg", "rgb", False),
        (making.packed(RGB.convert("L"), "JPEG"), "image/jpeg", "gray", False),
        (making.packed(RGB.convert("CMYK"), "JPEG"), "image/jpeg", "cmyk", False),
        (making.packed(RGB, "BMP"), "image/bmp", "rgb", False),
        (making.packed(PALETTE, "BMP"), "image/bmp", "palette", False),
        (making.packed(RGB, "WEBP"), "image/webp", "rgb", False),
        (making.packed(RGB, "WEBP", lossless=True), "image/webp", "rgb", False),
        (making.packed(CLEAR, "WEBP"), "image/webp", "rgb", True),
        (making.packed(CLEAR, "WEBP", lossless=True), "image/webp", "rgb", True),
    ],
)
def test_kind_size_mode_and_alpha_are_read_from_the_bytes(
    tmp_path: Path, data: bytes, media_type: str, mode: str, *, alpha: bool
) -> None:
    path = written(tmp_path, "图片.bin", data)

    found = probe(path)

    assert (found.media_type, found.mode, found.alpha) == (media_type, mode, alpha)
    assert (found.width_px, found.height_px, found.size_bytes) == (33, 21, len(data))
    assert (found.exif_orientation, found.frames, found.has_gps) == (1, 1, False)


@given(form=st.sampled_from(FORMS), width=st.integers(1, 300), height=st.integers(1, 300))
@settings(deadline=None, max_examples=60)
def test_any_picture_that_pillow_writes_is_complete(form: str, width: int, height: int) -> None:
    data = making.packed(Image.new("RGB", (width, height)), form)

    found = probe_bytes(data, "a picture")

    assert (found.width_px, found.height_px) == (width, height)


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_cut_anywhere_is_refused(form: str) -> None:
    data = making.packed(making.noise(9, 7), form)

    for end in range(len(data)):
        with pytest.raises(ImageError):
            probe_bytes(data[:end], "a picture")


def test_any_changed_byte_of_a_png_is_noticed() -> None:
    data = making.packed(making.noise(5, 5), "PNG")

    for at in range(len(data)):
        wrong = bytearray(data)
        wrong[at] ^= 0x20
        with pytest.raises(ImageError):
            probe_bytes(bytes(wrong), "a picture")


WHOLE = [making.packed(making.noise(9, 7), form) for form in FORMS] + [
    making.packed(RGB, "JPEG", exif=making.placed_exif()),
    making.packed(CLEAR, "WEBP", exif=making.turned_exif(3)),
]


@given(
    data=st.sampled_from(WHOLE),
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    tail=st.binary(max_size=20),
)
@settings(deadline=None, max_examples=400)
def test_no_changed_picture_raises_anything_but_an_image_error(
    data: bytes, changes: list[tuple[int, int]], tail: bytes
) -> None:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    try:
        found = probe_bytes(bytes(changed) + tail, "a picture")
    except ImageError as error:
        assert str(error).startswith("a picture ")  # noqa: PT017 both ends are right here
    else:
        assert found.width_px > 0
        assert found.height_px > 0


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (4, "cat.png is cut off: it ends after 4 bytes without its end mark"),
        (50, "cat.png is cut off: it ends after 50 of at least "),
        (-12, "bytes without its end mark"),
        (-1, "cat.png is cut off: it ends after "),
    ],
)
def test_a_cut_png_is_told_with_where_it_ends(tmp_path: Path, cut: int, message: str) -> None:
    data = making.packed(making.noise(20, 20), "PNG")
    path = written(tmp_path, "cat.png", data[:cut])

    with pytest.raises(ImageError) as caught:
        probe(path)

    assert caught.value.code == "image-truncated"
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (making.png(making.pixels(), making.chunk(b"IEND")), "its first chunk is not a PNG header"),
        (making.png(making.chunk(b"IHDR", b"x"), making.chunk(b"IEND")), "not a PNG header"),
        (making.png(making.ihdr(), making.chunk(b"IEND")), "it holds no picture data"),
        (making.png(making.chunk(b"IEND")), "it holds no picture data"),
        (making.png(making.ihdr(), making.chunk(b"ID\x00T")), "no chunk begins at byte 33"),
        (making.png(making.ihdr(), b"\xff" * 12), "no chunk begins at byte 33"),
        (making.png(making.ihdr(0), making.pixels(), making.chunk(b"IEND")), "0 pixels long"),
        (
            making.png(making.ihdr(colour=5), making.pixels(), making.chunk(b"IEND")),
            "a kind of PNG that does not exist",
        ),
        (
            making.png(making.ihdr(depth=4), making.pixels(), making.chunk(b"IEND")),
            "a kind of PNG that does not exist",
        ),
        (
            making.png(making.ihdr(), making.pixels()[:-1] + b"?", making.chunk(b"IEND")),
            "the check sum of its chunk IDAT is wrong",
        ),
        (making.jpeg(making.sof(2, 2), b"\xff\xd9"), "it holds no picture data"),
        (making.jpeg(making.segment(0xDA, b""), b"\xff\xd9"), "it holds no picture data"),
        (
            making.jpeg(making.sof(2, 2, 2), making.segment(0xDA, b""), b"\xff\xd9"),
            "it has 2 colour channels",
        ),
        (
            making.jpeg(making.sof(2, 0), making.segment(0xDA, b""), b"\xff\xd9"),
            "a side is 0 pixels long",
        ),
        (making.jpeg(b"\xff\xe0\0\1", b"more"), "the segment at byte 2 has no length"),
        (making.jpeg(making.sof(2, 2), b"stray"), "no marker stands at byte"),
        (making.riff((b"VP8X", bytes(10))), "it holds no picture data"),
        (making.riff((b"VP8 ", b"short")), "do not begin as WEBP's do"),
        (making.riff((b"VP8L", b"\0\0\0\0\0")), "do not begin as WEBP's do"),
        (making.riff((b"VP8 ", b"\0\0\0\x9d\x01\x2a\0\0\0\0")), "a side is 0 pixels long"),
        (making.riff()[:4] + b"\x0c\0\0\0WEBPVP8 \xff\0\0\0", "reaches beyond its frame"),
        (making.bmp(0, 2), "a side is 0 pixels long"),
        (making.bmp(2, 0), "a side is 0 pixels long"),
        (making.bmp(2, 2, depth=25), "a BMP of a kind that is not read"),
        (making.bmp(2, 2, packing=4), "a BMP of a kind that is not read"),
    ],
)
def test_what_is_wrong_inside_is_named(data: bytes, message: str) -> None:
    with pytest.raises(ImageError) as caught:
        probe_bytes(data, "a picture")

    assert message in str(caught.value)
    assert caught.value.code == "image-damaged"
    assert caught.value.hint


def test_transparency_counts_wherever_its_chunk_stands() -> None:
    late = making.png(
        making.ihdr(),
        making.chunk(b"tEXt", b"Comment\0" + b"x" * 70_000),
        making.pixels(),
        making.chunk(b"tRNS", bytes(6)),
        making.chunk(b"IEND"),
    )

    assert probe_bytes(late, "a picture").alpha


def test_huge_declared_sides_cost_nothing() -> None:
    vast = making.png(making.ihdr(2**31 - 1, 2**31 - 1), making.pixels(), making.chunk(b"IEND"))

    assert probe_bytes(vast, "a picture").width_px == 2**31 - 1


def test_a_bmp_with_huge_declared_sides_lacks_its_rows() -> None:
    header = making.bmp(2, 2)
    vast = header[:18] + b"\xff\xff\xff\x7f" * 2 + header[26:]

    with pytest.raises(ImageError, match="is cut off"):
        probe_bytes(vast, "a picture")


@pytest.mark.parametrize(
    ("data", "alpha"),
    [
        (making.bmp(3, 2, depth=32), False),
        (making.bmp(3, -2, depth=32, packing=3), False),
        (making.bmp(3, 2, depth=32, packing=3, alpha=0xFF000000), True),
        (making.bmp(3, 2, depth=8, packing=1, rows=5), False),
        (b"BM" + bytes(8) + b"\x1a\0\0\0\x0c\0\0\0\3\0\2\0\1\0\x18\0" + bytes(24), False),
    ],
)
def test_every_kind_of_bmp_header_is_read(data: bytes, *, alpha: bool) -> None:
    found = probe_bytes(data, "a picture")

    assert (found.width_px, found.height_px, found.alpha) == (3, 2, alpha)


def test_pictures_that_move_tell_their_frames() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    webp = making.packed(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    apng = making.packed(frames[0], "PNG", save_all=True, append_images=frames[1:])

    assert [probe_bytes(data, "").frames for data in (webp, apng)] == [3, 3]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_turn_is_read_in_every_format_that_has_one(form: str, orientation: int) -> None:
    data = making.packed(RGB, form, exif=making.turned_exif(orientation))

    found = probe_bytes(data, "a picture")

    assert found.exif_orientation == orientation
    shown = Size(width_px=33, height_px=21) if orientation < 5 else Size(width_px=21, height_px=33)
    assert upright_size(found) == shown


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_place_and_a_colour_profile_are_noticed(form: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = making.packed(RGB, form, exif=making.placed_exif(), icc_profile=profile)

    found = probe_bytes(data, "a picture")

    assert (found.has_gps, found.has_icc) == (True, True)


def test_what_follows_the_end_mark_does_no_harm() -> None:
    for form in FORMS:
        data = making.packed(RGB, form)

        assert probe_bytes(data + b"appended by somebody", "").size_bytes == len(data) + 20


def test_fill_bytes_and_lone_markers_of_a_jpeg_are_passed_over() -> None:
    data = making.packed(RGB, "JPEG")
    filled = data[:2] + b"\xff\x01\xff\xff\xff" + data[3:]

    assert probe_bytes(filled, "").width_px == 33


def test_remarks_tell_a_wrong_name_and_a_place(tmp_path: Path) -> None:
    data = making.packed(RGB, "JPEG", exif=making.placed_exif())
    found = probe_bytes(data, "猫.png")

    notes = remarks(tmp_path / "猫.png", found)

    assert [note.code for note in notes] == ["name_differs", "tells_place"]
    assert notes[0].text == "猫.png is a JPEG picture, whatever its name says"


@pytest.mark.parametrize("name", ["cat.JPG", "cat.jpeg", "cat"])
def test_a_fitting_name_or_none_needs_no_remark(name: str) -> None:
    found = Probe(media_type="image/jpeg", width_px=1, height_px=1, size_bytes=1)

    assert remarks(Path(name), found) == ()


def test_an_artifact_is_named_by_its_bytes(tmp_path: Path) -> None:
    data = making.packed(RGB, "PNG")
    path = written(tmp_path, "a.png", data)

    artifact = probe_artifact(path)

    assert artifact == Artifact(
        sha256=Sha256(hashlib.sha256(data).hexdigest()),
        media_type="image/png",
        width_px=33,
        height_px=21,
        size_bytes=len(data),
    )
