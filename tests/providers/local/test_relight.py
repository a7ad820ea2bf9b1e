import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.aim import aimed, in_region
from wanflow.providers.local.light import brightness, coded, from_lab, lab, linear
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.relight import relight


def lit(picture: Pixels, **arguments: JsonValue) -> Painted:
    return relight(Task(pictures=(picture,), arguments=arguments))


def left_over_right(picture: Pixels) -> float:
    light = brightness(linear(picture))
    half = light.shape[1] // 2
    return float(light[:, :half].mean() / light[:, half:].mean())


def red_over_blue(picture: Pixels) -> float:
    light = linear(picture)
    return float(light[..., 0].mean() / light[..., 2].mean())


@pytest.mark.parametrize("name", ["coffee", "chelsea", "astronaut"])
def test_the_side_that_the_light_comes_from_gets_brighter(name: str, photo: Photo) -> None:
    picture = photo(name, 200)

    from_left = lit(picture, direction="left").pictures[0]
    from_right = lit(picture, direction="right").pictures[0]

    assert left_over_right(from_left) > left_over_right(picture) * 1.3
    assert left_over_right(from_right) < left_over_right(picture) / 1.3


def test_light_from_above_brightens_the_upper_half(photo: Photo) -> None:
    picture = photo("chelsea", 200)
    middle = picture.shape[0] // 2

    result = lit(picture, direction="top").pictures[0]

    assert result[:middle].mean() > picture[:middle].mean()
    assert result[middle:].mean() < picture[middle:].mean()


def test_light_from_behind_leaves_the_subject_in_shade_with_a_bright_rim(photo: Photo) -> None:
    picture = photo("astronaut", 300)

    result = lit(picture, direction="back", amount=0.8).pictures[0]

    face, suit = (slice(60, 90), slice(118, 140)), (slice(200, 230), slice(60, 75))
    assert result[face].mean() < picture[face].mean()
    assert result[suit].mean() < picture[suit].mean()
    assert result[60:100, 75:88].mean() > picture[60:100, 75:88].mean()


def test_light_from_the_front_lights_the_middle_and_leaves_the_corners_dark(photo: Photo) -> None:
    picture = photo("coffee", 200)

    result = lit(picture, direction="front").pictures[0]

    assert result[60:80, 70:120].mean() > picture[60:80, 70:120].mean()
    assert result[-20:, -20:].mean() < picture[-20:, -20:].mean()


@pytest.mark.parametrize("direction", ["left", "right", "top", "back", "front"])
def test_a_picture_without_a_subject_is_lit_too(direction: str) -> None:
    picture = np.full((60, 80, 3), 120, dtype=np.uint8)

    result = lit(picture, direction=direction).pictures[0]

    assert result.min() < 115
    assert result.max() > 125


@pytest.mark.parametrize(("warmth", "sign"), [(1, 1), (0.4, 1), (-0.4, -1), (-1, -1)])
def test_warmth_moves_the_colour_of_the_light(warmth: float, sign: int, photo: Photo) -> None:
    picture = photo("chelsea", 160)

    result = lit(picture, warmth=warmth).pictures[0]

    assert (red_over_blue(result) - red_over_blue(picture)) * sign > 0


def test_more_amount_is_more_light(photo: Photo) -> None:
    picture = photo("chelsea", 160)

    ratios = [
        left_over_right(lit(picture, direction="left", amount=amount).pictures[0])
        for amount in (0.1, 0.4, 0.7, 1)
    ]

    assert ratios == sorted(set(ratios))


def test_shapes_stay_where_they_are(photo: Photo) -> None:
    picture = photo("coffee", 240)

    result = lit(picture, direction="left", warmth=0.5, amount=1).pictures[0]

    def edges(pixels: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        tone = np.log1p(brightness(linear(pixels)).astype(np.float64) * 50)
        return np.abs(np.diff(tone, axis=1)).ravel()

    assert np.corrcoef(edges(picture), edges(result))[0, 1] > 0.85


def test_only_what_is_named_is_lit(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    painted = lit(picture, on="人脸", direction="left", amount=1)

    assert np.array_equal(painted.pictures[0][250:], picture[250:])
    assert not np.array_equal(painted.pictures[0][60:120], picture[60:120])
    assert painted.notes == ()


def test_another_name_is_taken_for_the_main_subject_and_that_is_said(photo: Photo) -> None:
    painted = lit(photo("coffee", 200), on="玻璃杯", warmth=0.5)

    assert [note.code for note in painted.notes] == ["took_subject: 玻璃杯"]


def test_a_face_that_is_not_there_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="sees no face") as refusal:
        lit(photo("rocket", 200), on="face", warmth=1)

    assert refusal.value.code == "not-found"


def test_a_subject_where_nothing_stands_out_is_an_error() -> None:
    with pytest.raises(StepError, match="sees no 杯子"):
        lit(np.full((80, 80, 3), 128, dtype=np.uint8), on="杯子", warmth=1)


def test_words_alone_make_no_light(photo: Photo) -> None:
    with pytest.raises(StepError, match="夕阳") as refusal:
        lit(photo("coffee", 100), light="夕阳")

    assert refusal.value.code == "needs-a-model"
    assert "`direction` or `warmth`" in (refusal.value.hint or "")


def test_words_beside_a_direction_are_said_to_be_unread(photo: Photo) -> None:
    painted = lit(photo("coffee", 100), light="夕阳", direction="left")

    assert [note.code for note in painted.notes] == ["not_read: light"]
    assert "夕阳" in painted.notes[0].text


def test_the_same_light_gives_the_same_bits(photo: Photo) -> None:
    picture = photo("chelsea", 160)

    first, second = (lit(picture, direction="back", warmth=0.3).pictures[0] for _ in range(2))

    assert np.array_equal(first, second)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 3)])
@pytest.mark.parametrize("direction", ["left", "top", "back", "front"])
def test_the_smallest_pictures_are_lit_without_falling_over(
    shape: tuple[int, int], direction: str
) -> None:
    picture = np.full((*shape, 3), 90, dtype=np.uint8)

    assert lit(picture, direction=direction).pictures[0].shape == picture.shape


def test_black_stays_black_and_white_never_wraps() -> None:
    picture = np.zeros((40, 40, 3), dtype=np.uint8)
    picture[:, 20:] = 255

    result = lit(picture, direction="right", amount=1).pictures[0]

    assert result[:, :20].max() == 0
    assert result[:, 30:].min() > 200


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
@settings(deadline=None, max_examples=60)
def test_light_and_colour_come_back_as_they_were(red: int, green: int, blue: int) -> None:
    picture = np.full((1, 1, 3), (red, green, blue), dtype=np.uint8)

    assert np.array_equal(coded(linear(picture)), picture)
    assert np.abs(from_lab(lab(picture)).astype(int) - picture).max() <= 1


def test_parts_by_name_cover_what_they_say(photo: Photo) -> None:
    picture = photo("coffee", 200)

    subject = in_region(picture, "subject")
    background = in_region(picture, "background")
    corner = in_region(picture, {"x": 0.0, "y": 0.0, "width": 0.25, "height": 0.25})

    assert np.allclose(subject + background, 1)
    assert subject[60, 90] > 0.9
    assert corner[0, 0] > 0.99
    assert corner[-1, -1] == 0
    assert aimed(picture, "画面").mask.min() == in_region(picture, None).min() == 1
    assert aimed(picture, "背景").mask[60, 90] < 0.1


def test_lettering_can_be_aimed_at() -> None:
    picture = np.full((120, 300, 3), 30, dtype=np.uint8)
    from wanflow.providers.local.add_text import add_text  # noqa: PLC0415 - only here

    written = add_text(Task(pictures=(picture,), arguments={"text": "星辰大海", "size": "xl"}))

    mask = aimed(written.pictures[0], "文字").mask

    assert 0.02 < float((mask > 0.5).mean()) < 0.6
