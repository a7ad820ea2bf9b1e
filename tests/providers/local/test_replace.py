import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.light import brightness, from_hues, hues, linear
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.replace import replace

SUIT = (slice(270, 330), slice(50, 90))  # of the astronaut, 400 pixels wide
FACE = (slice(80, 130), slice(160, 195))


def replaced(picture: Pixels, **arguments: JsonValue) -> Painted:
    return replace(Task(pictures=(picture,), arguments={"what": "subject", **arguments}))


def mean(pixels: Pixels) -> tuple[float, float, float]:
    red, green, blue = pixels.reshape(-1, 3).mean(axis=0)
    return float(red), float(green), float(blue)


@pytest.mark.parametrize(("color", "channel"), [("blue", 2), ("#20A040", 1), ("red", 0)])
def test_the_strongest_colour_of_a_thing_becomes_the_wished_one(
    color: str, channel: int, photo: Photo
) -> None:
    result = replaced(photo("astronaut", 400), color=color).pictures[0]

    suit = mean(result[SUIT])
    assert max(suit) == suit[channel]
    assert suit[channel] > sum(suit) * 0.45


def test_folds_and_light_stay_as_they_were(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    result = replaced(picture, color="blue").pictures[0]

    before, after = (brightness(linear(pixels[SUIT])).ravel() for pixels in (picture, result))
    assert np.corrcoef(before, after)[0, 1] > 0.8


def test_face_and_background_stay_bit_for_bit(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    result = replaced(picture, color="blue").pictures[0]

    assert np.array_equal(result[FACE], picture[FACE])
    assert np.array_equal(result[:150, 320:], picture[:150, 320:])


def test_white_keeps_its_folds_and_has_no_colour(photo: Photo) -> None:
    result = replaced(photo("astronaut", 400), color="white").pictures[0]

    assert np.ptp(result[SUIT], axis=2).mean() < 12
    assert result[SUIT].mean() > 180
    assert result[SUIT].std() > 5


def test_a_thing_that_was_grey_takes_a_colour_too(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = replaced(picture, what="杯子", was="white", color="green").pictures[0]

    rim = (slice(30, 50), slice(88, 93))
    assert mean(result[rim])[1] > mean(result[rim])[0] + 15
    assert mean(picture[rim])[1] < mean(picture[rim])[0]


def test_the_colour_that_it_was_chooses_the_part(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = replaced(picture, was="red", color="blue").pictures[0]

    saucer, coffee = (slice(100, 120), slice(50, 60)), (slice(76, 84), slice(125, 150))
    assert mean(result[saucer])[2] > mean(result[saucer])[0]
    assert np.abs(result[coffee].astype(int) - picture[coffee]).mean() < 25


def test_what_was_changed_and_what_was_not_read_is_said(photo: Photo) -> None:
    painted = replaced(
        photo("coffee", 200), what="盘子", to="瓷盘", color="blue", keep=["背景", "勺子"]
    )

    assert [note.code for note in painted.notes] == [
        "took_subject: 盘子",
        "recolour_only",
        "not_read: to",
        "not_read: keep",
    ]
    assert "勺子" in painted.notes[3].text
    assert "背景" not in painted.notes[3].text


def test_without_a_colour_it_needs_a_model(photo: Photo) -> None:
    with pytest.raises(StepError, match="蕾丝长裙") as refusal:
        replaced(photo("coffee", 60), to="蕾丝长裙")

    assert refusal.value.code == "needs-a-model"
    assert "`color`" in (refusal.value.hint or "")


def test_a_colour_that_is_not_there_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="nothing in subject is purple") as refusal:
        replaced(photo("coffee", 200), was="purple", color="blue")

    assert refusal.value.code == "not-found"


def test_a_face_is_recoloured_only_if_it_is_what_is_meant(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    result = replaced(picture, what="人脸", color="green").pictures[0]

    assert mean(result[FACE])[1] > mean(result[FACE])[0]
    assert np.array_equal(result[SUIT], picture[SUIT])


def test_an_even_picture_has_nothing_to_recolour() -> None:
    with pytest.raises(StepError, match="sees no subject"):
        replaced(np.full((60, 60, 3), 90, dtype=np.uint8), color="blue")


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1)])
@pytest.mark.parametrize("was", [0, 128, 255])
def test_the_smallest_pictures_are_recoloured_whole(shape: tuple[int, int], was: int) -> None:
    picture = np.full((*shape, 3), was, dtype=np.uint8)

    assert replaced(picture, what="画面", color="red").pictures[0].shape == picture.shape


def test_the_same_wish_gives_the_same_bits(photo: Photo) -> None:
    picture = photo("coffee", 150)

    first, second = (replaced(picture, color="gold").pictures[0] for _ in range(2))

    assert np.array_equal(first, second)


@given(st.tuples(*[st.integers(0, 255)] * 3))
@settings(deadline=None, max_examples=80)
def test_hues_come_back_as_they_were(dot: tuple[int, int, int]) -> None:
    picture = np.full((1, 1, 3), dot, dtype=np.uint8)

    assert np.abs(from_hues(hues(picture)).astype(int) - picture).max() <= 1


@given(
    st.tuples(*[st.integers(0, 255)] * 3),
    st.tuples(*[st.integers(0, 255)] * 3),
)
@settings(deadline=None, max_examples=40)
def test_any_colour_can_become_any_other(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    picture = np.full((4, 4, 3), old, dtype=np.uint8)
    color = "#{:02X}{:02X}{:02X}".format(*new)

    result = replaced(picture, what="画面", color=color).pictures[0]

    assert int(np.ptp(result.reshape(-1, 3), axis=0).max()) <= 1
