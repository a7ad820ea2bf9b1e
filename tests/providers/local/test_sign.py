"""A sign loses the even ground that it came on, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import PICTURES, Photo
from wanflow.model.values import Size
from wanflow.providers.local import files
from wanflow.providers.local.areas import Box
from wanflow.providers.local.compose import compose
from wanflow.providers.local.pixels import Pixels, Task, size_of
from wanflow.providers.local.sign import laid, placed, sign_of

BLUE = np.array([20, 60, 160], dtype=np.uint8)


def ring(ground: int) -> Pixels:
    """Draw a blue ring, the ground's colour within and around it."""
    rows, columns = np.mgrid[:200, :200]
    away = np.hypot(rows - 100, columns - 100)
    picture = np.full((200, 200, 3), ground, dtype=np.uint8)
    picture[(away < 80) & (away > 40)] = BLUE
    return picture


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_the_ground_around_a_sign_is_left_out_and_what_it_encloses_stays(ground: int) -> None:
    sign, freed = sign_of(ring(ground))

    assert freed
    assert size_of(sign.pixels) == Size(width_px=159, height_px=159)
    assert sign.cover[0, 0] == 0
    assert sign.cover[79, 20] == 1
    assert sign.cover[79, 79] == 1
    assert (sign.pixels[79, 79] == ground).all()


def test_a_logo_on_white_shows_no_white_around_it() -> None:
    green = np.full((600, 600, 3), (20, 140, 60), dtype=np.uint8)
    sign, _ = sign_of(files.read(PICTURES / "logo.png"))

    made = laid(green, sign, Box(left=200, top=200, right=500, bottom=500))

    rows, columns = np.mgrid[:600, :600]
    away = np.hypot(rows - 350, columns - 350)
    # No brighter than the ground anywhere outside, and the disc's own blue just inside.
    assert made[away > 151].max() <= 140
    assert (np.abs(made[(away > 143) & (away < 147)].astype(int) - (11, 95, 165)) < 60).mean() > 0.9


def test_a_photograph_is_a_sign_as_a_whole(photo: Photo) -> None:
    picture = photo("chelsea", 300)

    sign, freed = sign_of(picture)

    assert not freed
    assert (sign.pixels == picture).all()
    assert (sign.cover == 1).all()


def test_an_empty_sign_stays_as_it_is() -> None:
    sign, freed = sign_of(np.full((30, 40, 3), 255, dtype=np.uint8))

    assert not freed
    assert (sign.cover == 1).all()


def test_a_poster_says_that_the_ground_of_its_logo_is_left_out(photo: Photo) -> None:
    task = Task(pictures=(photo("rocket", 320), ring(255)), arguments={})

    assert [note.code for note in compose(task).notes] == ["ground_left_out"]


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(1, 900), st.integers(1, 900)),
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
)
def test_a_sign_never_leaves_the_picture(canvas: tuple[int, int], own: tuple[int, int]) -> None:
    size = Size(width_px=canvas[0], height_px=canvas[1])
    sign, _ = sign_of(np.full((own[1], own[0], 3), 9, dtype=np.uint8))
    side = min(canvas)

    box = placed(sign, size, side_px=round(side * 0.2), margin_px=round(side * 0.05))

    assert 0 <= box.left < box.right <= size.width_px
    assert 0 <= box.top < box.bottom <= size.height_px
