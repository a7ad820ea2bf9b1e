from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.providers.local.photographs import PICTURES
from wanflow.imaging.pixels import in_srgb, straight
from wanflow.model.values import Size
from wanflow.providers.local import files
from wanflow.providers.local.areas import Box, around, region
from wanflow.providers.local.pixels import shaped, size_of

SIDES = st.integers(1, 90)
SIZES = st.builds(lambda w, h: Size(width_px=w, height_px=h), SIDES, SIDES)


@given(before=SIZES, wished=SIZES)
@settings(deadline=None, max_examples=60)
def test_a_shaped_picture_has_exactly_the_wished_size(before: Size, wished: Size) -> None:
    picture = np.zeros((before.height_px, before.width_px, 3), dtype=np.uint8)

    result, notes = shaped(picture, wished)

    assert size_of(result) == wished
    assert (not notes) or notes[0].code == "resampled"


def test_a_picture_of_the_wished_size_is_given_back_as_it_is() -> None:
    picture = np.zeros((4, 5, 3), dtype=np.uint8)

    assert shaped(picture, Size(width_px=5, height_px=4)) == (picture, ())
    assert shaped(picture, None) == (picture, ())


def test_cropping_keeps_the_middle() -> None:
    picture = np.zeros((10, 30, 3), dtype=np.uint8)
    picture[:, 10:20] = 255

    result, notes = shaped(picture, Size(width_px=10, height_px=10))

    assert result.min() == 255
    assert notes == ()


def test_enlarging_says_that_nothing_is_added() -> None:
    _, notes = shaped(np.zeros((4, 4, 3), dtype=np.uint8), Size(width_px=8, height_px=8))

    assert [note.code for note in notes] == ["resampled", "no_new_detail"]


@given(size=SIZES, x=st.floats(0, 1), y=st.floats(0, 1), w=st.floats(0, 1), h=st.floats(0, 1))
def test_a_region_is_never_empty_and_never_outside(
    size: Size, x: float, y: float, w: float, h: float
) -> None:
    box = region({"x": x, "y": y, "width": w, "height": h}, size)

    assert 0 <= box.left < box.right <= size.width_px
    assert 0 <= box.top < box.bottom <= size.height_px


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, (0, 0, 100, 100)),
        ("top", (0, 0, 100, 40)),
        ("left", (0, 0, 40, 100)),
        ("center", (20, 20, 80, 80)),
        ("bottom-right", (60, 60, 100, 100)),
        ({"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}, (10, 20, 40, 60)),
    ],
)
def test_parts_have_names(wish: object, expected: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = expected

    box = region(wish, Size(width_px=100, height_px=100))  # type: ignore[arg-type]

    assert box == Box(left=left, top=top, right=right, bottom=bottom)


def test_around_nothing_there_is_no_box() -> None:
    assert around(np.zeros((3, 3), dtype=np.bool_)) is None


def test_a_picture_is_read_in_the_colours_in_which_it_is_shown(tmp_path: Path) -> None:
    with Image.open(PICTURES / "rocket.jpg") as tagged:
        assert tagged.info["icc_profile"]
        plain = np.array(tagged.convert("RGB"))
        shown = np.array(in_srgb(straight(tagged)))
        file = tmp_path / "rocket.png"
        tagged.save(file, icc_profile=tagged.info["icc_profile"])

    pixels = files.read(file)

    assert (pixels == shown).all()
    assert np.abs(pixels.astype(float) - plain).mean() > 3
