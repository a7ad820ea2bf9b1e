from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.imaging import making
from tests.imaging.making import turned_exif
from wanflow.errors import ImageError
from wanflow.imaging.shrink import shown
from wanflow.imaging.thumbnail import thumbnail

RED, BLUE = (255, 0, 0), (0, 0, 255)


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
    return image


def saved(folder: Path, image: Image.Image, name: str = "图.png", **how: object) -> Path:
    path = folder / name
    image.save(path, None, **how)
    return path


@pytest.mark.parametrize(
    ("size", "after"),
    [
        ((1000, 500), (320, 160)),
        ((500, 1000), (160, 320)),
        ((100, 50), (100, 50)),
        ((4000, 2), (320, 1)),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_the_longer_side_is_as_asked_and_nothing_is_enlarged(
    tmp_path: Path, size: tuple[int, int], after: tuple[int, int], name: str
) -> None:
    path = saved(tmp_path, Image.new("RGB", size), name)

    small = opened(thumbnail(path, longest_px=320))

    assert (small.format, small.size) == ("WEBP", after)


def test_a_turned_picture_is_shown_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (80, 40), RED)
    image.paste(BLUE, (40, 0, 80, 40))
    path = saved(tmp_path, image, "a.jpg", exif=turned_exif(6), quality=95)

    small = opened(thumbnail(path, longest_px=40))

    assert small.size == (20, 40)
    red, _, blue = small.getpixel((10, 5))  # type: ignore[misc]
    assert red > 200
    assert blue < 50


def test_transparency_is_kept(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGBA", (80, 40), (255, 0, 0, 0)))

    small = opened(thumbnail(path, longest_px=40))

    assert small.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_print_colours_and_grey_are_shown(tmp_path: Path, mode: str) -> None:
    path = saved(tmp_path, Image.new("RGB", (90, 90), "white").convert(mode), "a.jpg")

    assert opened(thumbnail(path, longest_px=30)).getpixel((15, 15)) == (255, 255, 255)


def test_a_limit_of_bytes_is_kept_by_packing_harder_and_then_by_shrinking(tmp_path: Path) -> None:
    path = saved(tmp_path, making.noise(400, 300))

    sizes = [len(thumbnail(path, longest_px=320, max_bytes=most)) for most in (30_000, 8000, 900)]

    assert all(size <= most for size, most in zip(sizes, (30_000, 8000, 900), strict=True))


def test_what_cannot_get_smaller_is_given_as_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path, making.noise(400, 300))

    data = thumbnail(path, longest_px=320, max_bytes=1)

    assert 16 <= max(opened(data).size) < 24


def test_equal_pictures_give_equal_bytes(tmp_path: Path) -> None:
    image = making.noise(200, 100)
    paths = [saved(tmp_path, image, name) for name in ("a.png", "b.png")]

    first, second = (thumbnail(path, longest_px=64) for path in paths)

    assert first == second


def test_of_a_moving_picture_the_first_frame_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    path = saved(
        tmp_path, frames[0], "a.webp", save_all=True, append_images=frames[1:], lossless=True
    )

    red, _, blue = opened(thumbnail(path, longest_px=8)).convert("RGB").getpixel((4, 4))  # type: ignore[misc]

    assert red > 200
    assert blue < 50


def test_a_size_below_one_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a thumbnail of 0 pixels"):
        thumbnail(tmp_path / "a.png", longest_px=0)


def test_a_broken_picture_has_no_thumbnail(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (80, 40)))
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(ImageError, match=r"图\.png is cut off"):
        thumbnail(path, longest_px=40)


def test_a_picture_is_shown_upright_on_white_and_no_larger_than_asked(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 20), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 20, 20))
    clear.save(tmp_path / "clear.png", exif=turned_exif(6))

    data, width, height = shown(tmp_path / "clear.png", longest_px=20)
    whole = shown(tmp_path / "clear.png", longest_px=100)

    assert (width, height, len(data)) == (10, 20, 600)
    assert whole[1:] == (20, 40)
    # The left half, blue, is turned to the top; below is what shines through.
    assert whole[0][:3] == bytes([0, 0, 255])
    assert whole[0][-3:] == bytes([255, 255, 255])
