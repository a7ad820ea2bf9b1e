import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.light import lab
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.swatch import laid, swatch
from wanflow.providers.local.transfer import transfer

WAYS = ["color", "texture", "material", "style"]
SAUCER = (slice(100, 130), slice(50, 62))  # of the coffee, 300 pixels wide


def moved(source: Pixels, target: Pixels, what: str, **arguments: JsonValue) -> Painted:
    full: dict[str, JsonValue] = {"onto": "subject", "strength": "high", **arguments}
    return transfer(Task(pictures=(source, target), arguments={"what": what, **full}))


def chequered(dark: tuple[int, int, int], light: tuple[int, int, int]) -> Pixels:
    rows, columns = np.indices((200, 200)) // 5
    odd = ((rows + columns) % 2 == 1)[..., None]
    return np.where(odd, np.array(dark), np.array(light)).astype(np.uint8)


def roughness(pixels: Pixels) -> float:
    light = lab(pixels)[..., 0]
    return float(np.abs(light - cv2.GaussianBlur(light, (0, 0), 3)).mean())


def mean(pixels: Pixels) -> tuple[float, float, float]:
    red, green, blue = pixels.reshape(-1, 3).mean(axis=0)
    return float(red), float(green), float(blue)


@pytest.mark.parametrize("what", WAYS)
def test_everything_but_the_thing_stays_bit_for_bit(what: str, photo: Photo) -> None:
    target = photo("coffee", 300)

    result = moved(photo("chelsea", 200), target, what).pictures[0]

    assert np.array_equal(result[:, 260:], target[:, 260:])
    assert not np.array_equal(result[SAUCER], target[SAUCER])


@pytest.mark.parametrize("what", ["color", "material", "style"])
def test_the_colours_of_the_source_come_over(what: str, photo: Photo) -> None:
    green = chequered((20, 90, 30), (60, 160, 70))

    result = moved(green, photo("coffee", 300), what).pictures[0]

    red, greenness, blue = mean(result[SAUCER])
    assert greenness > red
    assert greenness > blue


def test_a_texture_brings_its_grain_and_leaves_the_colour(photo: Photo) -> None:
    target = photo("coffee", 300)

    result = moved(chequered((20, 90, 30), (160, 230, 170)), target, "texture").pictures[0]

    assert roughness(result[SAUCER]) > roughness(target[SAUCER]) * 2
    assert mean(result[SAUCER])[0] > mean(result[SAUCER])[1] * 1.5


def test_a_material_brings_grain_and_stands_in_the_light_of_the_thing(photo: Photo) -> None:
    target = photo("coffee", 300)

    result = moved(chequered((20, 90, 30), (160, 230, 170)), target, "material").pictures[0]

    assert roughness(result[SAUCER]) > roughness(target[SAUCER]) * 2
    rim, shade = (slice(20, 60), slice(88, 94)), (slice(150, 165), slice(95, 130))
    assert lab(result[rim])[..., 0].mean() > lab(result[shade])[..., 0].mean() + 15


def test_more_strength_changes_more(photo: Photo) -> None:
    target = photo("coffee", 120)
    source = chequered((20, 90, 30), (60, 160, 70))

    changes = [
        np.abs(moved(source, target, "color", strength=s).pictures[0].astype(int) - target).mean()
        for s in ("low", "mid", "high")
    ]

    assert changes == sorted(set(changes))


@pytest.mark.parametrize(
    ("what", "codes"),
    [
        ("color", ["took_subject: 杯子"]),
        ("texture", ["took_subject: 杯子", "invented_by_copying"]),
        ("material", ["took_subject: 杯子", "invented_by_copying"]),
        ("style", ["took_subject: 杯子", "style_by_colour"]),
    ],
)
def test_what_was_done_instead_is_said(what: str, codes: list[str], photo: Photo) -> None:
    painted = moved(photo("rocket", 100), photo("coffee", 150), what, onto="杯子")

    assert [note.code for note in painted.notes] == codes


def test_a_thing_that_is_not_there_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="sees no 人脸") as refusal:
        moved(photo("chelsea", 80), photo("rocket", 200), "color", onto="人脸")

    assert refusal.value.code == "not-found"


@pytest.mark.parametrize(
    ("what", "shape"),
    [("style", (1, 1)), ("material", (1, 300)), ("texture", (300, 1)), ("color", (2, 3))],
)
def test_the_smallest_pictures_on_either_side(what: str, shape: tuple[int, int]) -> None:
    small = np.full((*shape, 3), 100, dtype=np.uint8)
    other = chequered((20, 90, 30), (60, 160, 70))

    onto_small = moved(other, small, what, onto="画面").pictures[0]
    onto_other = moved(small, other, what, onto="画面").pictures[0]

    assert onto_small.shape == small.shape
    assert onto_other.shape == other.shape


@pytest.mark.parametrize("what", ["material", "style"])
def test_the_same_wish_gives_the_same_bits(what: str, photo: Photo) -> None:
    pictures = photo("chelsea", 120), photo("coffee", 150)

    first, second = (moved(*pictures, what).pictures[0] for _ in range(2))

    assert np.array_equal(first, second)


def test_a_swatch_is_an_even_piece_without_the_odd_thing_in_it(photo: Photo) -> None:
    rough = np.random.default_rng(1).integers(90, 130, (200, 300, 3)).astype(np.uint8)
    cv2.circle(rough, (60, 60), 25, (255, 20, 20), -1)
    cv2.circle(rough, (170, 130), 25, (20, 20, 255), -1)

    piece = swatch(rough)

    assert piece.shape[:2] == pytest.approx((68, 68), abs=2)
    assert 90 <= piece.min() <= piece.max() < 130
    assert swatch(photo("chelsea", 300)).std() < photo("chelsea", 300).std()


def test_a_wished_sample_is_taken_as_it_is() -> None:
    picture = np.zeros((100, 200, 3), dtype=np.uint8)
    picture[50:, 100:] = (200, 30, 40)

    piece = swatch(picture, {"x": 0.5, "y": 0.5, "width": 0.5, "height": 0.5})

    assert piece.shape == (50, 100, 3)
    assert (piece == (200, 30, 40)).all()


def test_a_wished_sample_gives_the_colours(photo: Photo) -> None:
    source = np.full((100, 200, 3), (30, 160, 60), dtype=np.uint8)
    source[:, :100] = (200, 30, 200)

    result = moved(
        source,
        photo("coffee", 300),
        "color",
        sample={"x": 0.5, "y": 0.0, "width": 0.5, "height": 1.0},
    ).pictures[0]

    assert mean(result[SAUCER])[1] > mean(result[SAUCER])[0]


@given(
    piece=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    place=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    tone=st.integers(0, 255),
)
@settings(deadline=None, max_examples=25)
def test_a_material_covers_its_place_and_an_even_one_stays_even(
    piece: tuple[int, int], place: tuple[int, int], tone: int
) -> None:
    even = np.full((*piece, 3), tone, dtype=np.uint8)

    covered = laid(even, np.ones(place, dtype=np.float32))

    assert covered.shape == (*place, 3)
    assert np.abs(covered.astype(int) - tone).max() <= 1


def test_a_laid_material_keeps_its_contrast(photo: Photo) -> None:
    piece = swatch(photo("chelsea", 400))

    covered = laid(piece, np.ones((300, 300), dtype=np.float32))

    assert 0.6 < lab(covered)[..., 0].std() / lab(piece)[..., 0].std() < 1.4
