"""The original comes back where an edit should not have changed it."""

from itertools import count
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageStat

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.builtin.worker import Order, work

PICTURES = Path(__file__).parents[3] / "recipes" / "pictures"
_number = count()


def photo(name: str = "coffee", width: int = 480) -> Image.Image:
    with Image.open(PICTURES / f"{name}.jpg") as picture:
        height = round(picture.height * width / picture.width)
        small = picture.convert("RGB").resize((width, height))
    # Without its colour profile, which would be taken for the edited picture's too.
    return Image.frombytes("RGB", small.size, small.tobytes())


def run(
    folder: Path, algorithm: str, *pictures: Image.Image, **arguments: JsonValue
) -> tuple[Image.Image, tuple[Note, ...]]:
    scratch = folder / f"scratch-{next(_number)}"
    scratch.mkdir()
    paths = []
    for number, picture in enumerate(pictures):
        picture.save(scratch / f"in-{number}.png")
        paths.append(scratch / f"in-{number}.png")
    name, notes = work(
        Order(algorithm=algorithm, arguments=arguments, pictures=tuple(paths), scratch=scratch)
    )
    with Image.open(scratch / name) as image:
        image.load()
    return image, notes


def extended(original: Image.Image, *, left: int, right: int, scale: float = 1.0) -> Image.Image:
    """What a model makes of it: the picture somewhere in a wider one, not quite as it was."""
    part = original.resize((round(original.width * scale), round(original.height * scale)))
    part = ImageEnhance.Color(part.filter(ImageFilter.GaussianBlur(0.7))).enhance(1.1)
    whole = photo("rocket").resize((part.width + left + right, part.height))
    whole.paste(part, (left, 0))
    return whole


@pytest.mark.parametrize(("left", "right"), [(100, 140), (0, 200), (37, 0)])
def test_what_was_extended_gets_every_pixel_of_the_original_back(
    tmp_path: Path, left: int, right: int
) -> None:
    original = photo()
    edited = extended(original, left=left, right=right)

    pasted, notes = run(tmp_path, "paste_back", original, edited, feather=0.03)

    assert [note.code for note in notes] == ["pasted"]
    assert pasted.size == edited.size
    seam = round(0.03 * min(original.size)) + 1
    inner = (seam, 0, original.width - seam, original.height)
    at = (left + seam, 0, left + original.width - seam, original.height)
    assert ImageChops.difference(pasted.crop(at), original.crop(inner)).getbbox() is None
    if left > 1:
        beside = (0, 0, left - 1, edited.height)
        assert ImageChops.difference(pasted.crop(beside), edited.crop(beside)).getbbox() is None


def test_at_the_border_of_the_picture_there_is_no_seam(tmp_path: Path) -> None:
    original = photo()

    pasted, _ = run(tmp_path, "paste_back", original, extended(original, left=0, right=160))

    edge = (0, 0, 5, original.height)
    assert ImageChops.difference(pasted.crop(edge), original.crop(edge)).getbbox() is None


def test_an_original_that_was_made_smaller_is_drawn_at_that_size(tmp_path: Path) -> None:
    original = photo(width=640)
    edited = extended(original, left=90, right=90, scale=0.75)

    pasted, notes = run(tmp_path, "paste_back", original, edited)

    assert notes[0].code == "pasted"
    assert pasted.size == edited.size
    box = (120, 30, 500, 300)
    small = original.resize((480, round(original.height * 0.75)), Image.Resampling.LANCZOS)
    there = ImageChops.difference(
        pasted.crop(box), small.crop((box[0] - 90, box[1], box[2] - 90, box[3]))
    )
    assert max(ImageStat.Stat(there).mean) < 4  # half a pixel off, at most


def test_what_cannot_be_found_is_left_as_it_is_and_said(tmp_path: Path) -> None:
    edited = photo("rocket", 600)

    pasted, notes = run(tmp_path, "paste_back", photo("chelsea", 300), edited)

    assert [note.code for note in notes] == ["not-pasted"]
    assert ImageChops.difference(pasted, edited).getbbox() is None


def mask_for(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle((100, 80, 260, 200), fill=255)
    return mask


def test_outside_of_the_mask_every_pixel_is_the_originals(tmp_path: Path) -> None:
    original = photo()
    edited = ImageEnhance.Brightness(original).enhance(0.5)
    mask = mask_for(original.size)

    pasted, _ = run(tmp_path, "paste_around", original, mask, edited, feather=0.02)

    outside = Image.composite(Image.new("RGB", original.size), pasted, mask)
    wanted = Image.composite(Image.new("RGB", original.size), original, mask)
    assert ImageChops.difference(outside, wanted).getbbox() is None
    middle = (150, 120, 210, 160)
    assert ImageChops.difference(pasted.crop(middle), edited.crop(middle)).getbbox() is None


def test_an_edit_of_another_size_is_brought_to_that_of_the_original(tmp_path: Path) -> None:
    original = photo()
    edited = original.resize((960, original.height * 2)).point(lambda level: level // 2)

    pasted, _ = run(tmp_path, "paste_around", original, mask_for(original.size), edited)

    assert pasted.size == original.size
    corner = (0, 0, 90, 70)
    assert ImageChops.difference(pasted.crop(corner), original.crop(corner)).getbbox() is None


@pytest.mark.parametrize("wrong", ["mask", "edited"])
def test_pictures_of_another_shape_are_refused(tmp_path: Path, wrong: str) -> None:
    original = photo()
    square = original.resize((300, 300))
    mask = mask_for((300, 300) if wrong == "mask" else original.size)
    edited = square if wrong == "edited" else original

    with pytest.raises(StepError, match="not of the same shape"):
        run(tmp_path, "paste_around", original, mask, edited)
