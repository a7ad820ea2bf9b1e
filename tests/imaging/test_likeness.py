"""Pictures that look the same are told from those that do not."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from wanflow.errors import ImageError
from wanflow.imaging.likeness import likeness

PHOTO = Path(__file__).parents[2] / "recipes" / "pictures" / "chelsea.jpg"


def test_a_picture_saved_again_as_jpeg_looks_alike(tmp_path: Path) -> None:
    with Image.open(PHOTO) as photo:
        photo.save(tmp_path / "again.jpg", quality=70)

    seen = likeness(PHOTO, tmp_path / "again.jpg")

    assert seen is not None
    assert seen.alike


def test_a_picture_of_half_the_size_looks_alike(tmp_path: Path) -> None:
    with Image.open(PHOTO) as photo:
        photo.reduce(2).save(tmp_path / "half.png")

    seen = likeness(PHOTO, tmp_path / "half.png")

    assert seen is not None
    assert seen.alike


def test_a_small_thing_that_is_new_shows(tmp_path: Path) -> None:
    with Image.open(PHOTO) as photo:
        ImageDraw.Draw(photo).rectangle((40, 40, 75, 75), fill="red")
        photo.save(tmp_path / "marked.png")

    seen = likeness(PHOTO, tmp_path / "marked.png")

    assert seen is not None
    assert not seen.alike
    assert seen.mean_percent < 1 < seen.worst_percent


def test_other_shapes_are_not_compared(tmp_path: Path) -> None:
    with Image.open(PHOTO) as photo:
        photo.crop((0, 0, 200, 200)).save(tmp_path / "square.png")

    assert likeness(PHOTO, tmp_path / "square.png") is None


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")

    with pytest.raises(ImageError):
        likeness(PHOTO, tmp_path / "text.png")
