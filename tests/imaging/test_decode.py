import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.imaging import making
from wanflow.errors import ImageError
from wanflow.imaging.decode import open_picture
from wanflow.imaging.pixels import in_srgb, straight


def written(folder: Path, data: bytes) -> Path:
    path = folder / "图.png"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "WEBP"])
def test_each_format_is_decoded_whatever_the_file_is_called(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, making.packed(Image.new("RGB", (5, 4), "white"), form))

    image = open_picture(path)

    assert (image.size, image.format) == ((5, 4), form)


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    vast = making.png(making.ihdr(100_000, 100_000), making.pixels(), making.chunk(b"IEND"))

    with pytest.raises(ImageError, match=r"100000\*100000 pixels; at most 25 million") as caught:
        open_picture(written(tmp_path, vast))

    assert caught.value.code == "image-too-many-pixels"


def test_a_text_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    bomb = making.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**26)))
    data = making.png(making.ihdr(), bomb, making.pixels(), making.chunk(b"IEND"))

    with pytest.raises(ImageError, match="its pixels cannot be decoded") as caught:
        open_picture(written(tmp_path, data))

    assert caught.value.code == "image-damaged"


def test_missing_pixels_behind_good_check_sums_are_noticed(tmp_path: Path) -> None:
    half = zlib.compress(making.noise(99, 99).tobytes())[:9000]
    data = making.png(making.ihdr(99, 99), making.chunk(b"IDAT", half), making.chunk(b"IEND"))

    with pytest.raises(ImageError, match="its pixels cannot be decoded"):
        open_picture(written(tmp_path, data))


def test_parts_that_disagree_on_the_size_are_noticed(tmp_path: Path) -> None:
    data = bytearray(making.packed(Image.new("RGBA", (40, 30), (1, 2, 3, 4)), "WEBP"))
    at = data.index(b"VP8X")
    data[at + 12 : at + 15] = (4000).to_bytes(3, "little")

    with pytest.raises(ImageError) as caught:
        open_picture(written(tmp_path, bytes(data)))

    assert caught.value.code == "image-damaged"


def test_a_second_header_of_another_size_is_noticed(tmp_path: Path) -> None:
    first, second = making.ihdr(2, 2), making.ihdr(900, 900)
    data = making.png(first, second, making.pixels(), making.chunk(b"IEND"))

    with pytest.raises(ImageError) as caught:
        open_picture(written(tmp_path, data))

    assert caught.value.code == "image-damaged"


@given(
    form=st.sampled_from(["JPEG", "WEBP", "BMP"]),
    changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=6),
)
@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_changed_picture_raises_anything_but_an_image_error(
    tmp_path: Path, form: str, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(making.packed(making.noise(19, 17), form))
    for at, value in changes:
        data[at % len(data)] = value

    try:
        image = open_picture(written(tmp_path, bytes(data)))
    except ImageError as error:
        assert "图.png" in str(error)  # noqa: PT017 both ends are right here
    else:
        assert in_srgb(straight(image)).mode in {"RGB", "RGBA"}


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    grey = Image.new("I;16", (3, 1))
    for x, value in enumerate((0, 257 * 100, 65_535)):
        grey.putpixel((x, 0), value)

    shown = in_srgb(straight(grey))

    assert [shown.getpixel((x, 0)) for x in range(3)] == [(0,) * 3, (100,) * 3, (255,) * 3]


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (Image.new("1", (2, 2)), "L"),
        (Image.new("L", (2, 2)), "L"),
        (Image.new("P", (2, 2)), "RGB"),
        (Image.new("LA", (2, 2)), "RGBA"),
        (Image.new("CMYK", (2, 2)), "CMYK"),
    ],
)
def test_every_mode_becomes_one_of_four(image: Image.Image, mode: str) -> None:
    assert straight(image).mode == mode


def test_a_profile_changes_the_colours_and_goes_and_alpha_stays(tmp_path: Path) -> None:
    # A profile whose red and blue are exchanged turns red into blue.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = bytearray(srgb.replace(b"s\0R\0G\0B", b"o\0d\0d\0!"))
    tags = {srgb[at : at + 4]: at for at in range(132, 132 + 12 * srgb[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    places = [struct.unpack_from(">I", profile, at + 4)[0] for at in (red, blue)]
    struct.pack_into(">I", profile, red + 4, places[1])
    struct.pack_into(">I", profile, blue + 4, places[0])
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 77))
    path = written(tmp_path, making.packed(image, "PNG", icc_profile=bytes(profile)))

    shown = in_srgb(straight(open_picture(path)))

    assert shown.info == {}
    assert shown.getpixel((1, 1)) == (0, 0, 255, 77)


@pytest.mark.parametrize("module", ["probe", "limits", "fit", "thumbnail"])
def test_pillow_is_not_loaded_before_a_picture_is_decoded(module: str) -> None:
    code = f"import sys, wanflow.imaging.{module}; sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
