import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.light import lab
from wanflow.providers.local.paper import grain, strokes
from wanflow.providers.local.pixels import Pixels, Task
from wanflow.providers.local.stylize import stylize

STYLES = ["pencil", "watercolour", "oil", "comic"]


def styled(picture: Pixels, style: str, **arguments: JsonValue) -> Pixels:
    task = Task(pictures=(picture,), arguments={"style": style, **arguments})
    return stylize(task).pictures[0]


def coarse(picture: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return cv2.resize(lab(picture)[..., 0], (12, 8), interpolation=cv2.INTER_AREA).astype(float)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["coffee", "astronaut"])
def test_what_is_light_and_what_is_dark_stays_so(style: str, name: str, photo: Photo) -> None:
    picture = photo(name, 300)

    result = styled(picture, style)

    assert result.shape == picture.shape
    assert not np.array_equal(result, picture)
    assert np.corrcoef(coarse(picture).ravel(), coarse(result).ravel())[0, 1] > 0.9


def test_a_pencil_has_no_colour_and_leaves_most_paper_bare(photo: Photo) -> None:
    result = styled(photo("chelsea", 300), "pencil")

    assert np.ptp(result, axis=2).max() == 0
    assert np.median(result) > 160
    assert result.min() > 20


def test_watercolour_is_light_and_has_no_black(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = styled(picture, "watercolour")

    assert lab(result)[..., 0].mean() > lab(picture)[..., 0].mean() + 5
    assert np.percentile(lab(result)[..., 0], 1) > np.percentile(lab(picture)[..., 0], 1) + 8


def test_oil_takes_the_fine_detail_and_deepens_the_colours(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = styled(picture, "oil")

    before, after = (
        np.hypot(*np.moveaxis(lab(p)[..., 1:], 2, 0)).mean() for p in (picture, result)
    )
    assert after > before * 1.1


def test_a_comic_prints_a_slope_in_five_steps() -> None:
    slope = np.repeat(np.linspace(0, 255, 400).astype(np.uint8)[None, :, None], 60, axis=0)

    lightness = lab(styled(np.repeat(slope, 3, axis=2), "comic"))[30, :, 0]

    rises = np.sort(np.diff(lightness[::8]))
    steepest = rises[-len(rises) // 3 :]
    assert steepest.sum() > 0.7 * rises.sum()  # on the slope itself it would be a third


def test_a_comic_draws_a_line_where_two_fields_meet() -> None:
    picture = np.full((100, 200, 3), 210, dtype=np.uint8)
    picture[:, 100:] = 120

    row = styled(picture, "comic")[50, :, 0].astype(int)

    assert row[95:105].min() < min(row[20], row[180]) - 40


@pytest.mark.parametrize(
    ("word", "style"),
    [("铅笔画", "pencil"), (" 水彩 ", "watercolour"), ("油画", "oil"), ("Cartoon", "comic")],
)
def test_a_style_has_chinese_and_english_names(word: str, style: str, photo: Photo) -> None:
    picture = photo("coffee", 90)

    assert np.array_equal(styled(picture, word), styled(picture, style))


def test_another_style_needs_a_model_and_the_known_ones_are_told(photo: Photo) -> None:
    with pytest.raises(StepError, match="浮世绘") as refusal:
        styled(photo("coffee", 60), "浮世绘")

    assert refusal.value.code == "needs-a-model"
    assert "pencil, watercolour, oil and comic" in (refusal.value.hint or "")


def test_outside_a_region_every_pixel_stays(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = styled(picture, "pencil", region={"x": 0.0, "y": 0.0, "width": 0.4, "height": 0.4})

    assert np.array_equal(result[:, 160:], picture[:, 160:])
    assert np.array_equal(result[110:], picture[110:])
    assert np.ptp(result[:60, :90], axis=2).max() <= 1


def test_the_subject_can_stay_a_photograph(photo: Photo) -> None:
    picture = photo("coffee", 300)

    result = styled(picture, "pencil", region="background")

    assert np.abs(result[100:120, 60:70].astype(int) - picture[100:120, 60:70]).max() < 12
    assert np.ptp(result[:60, 250:], axis=2).max() <= 4


def test_a_subject_that_is_not_there_is_an_error() -> None:
    with pytest.raises(StepError, match="no subject"):
        styled(np.full((60, 60, 3), 130, dtype=np.uint8), "oil", region="subject")


def test_less_strength_lets_the_photograph_shine_through(photo: Photo) -> None:
    picture = photo("coffee", 200)

    changes = [
        np.abs(styled(picture, "pencil", strength=strength).astype(int) - picture).mean()
        for strength in (0.1, 0.5, 1)
    ]

    assert changes == sorted(changes)
    assert changes[1] == pytest.approx(changes[2] / 2, rel=0.02)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_picture_gives_the_same_bits(style: str, photo: Photo) -> None:
    picture = photo("rocket", 150)

    assert np.array_equal(styled(picture, style), styled(picture.copy(), style))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (2, 3), (9, 9)])
def test_the_smallest_pictures_are_drawn_without_falling_over(
    style: str, shape: tuple[int, int]
) -> None:
    picture = np.full((*shape, 3), 90, dtype=np.uint8)

    assert styled(picture, style).shape == picture.shape


def test_a_preview_looks_like_the_large_picture(photo: Photo) -> None:
    large = styled(photo("astronaut", 900), "pencil")
    small = styled(photo("astronaut", 300), "pencil")

    assert np.abs(coarse(large) - coarse(small)).mean() < 6


@given(width=st.integers(1, 900), height=st.integers(1, 900), kind=st.integers(0, 3))
@settings(deadline=None, max_examples=15)
def test_chance_is_the_same_every_time_and_evenly_spread(
    width: int, height: int, kind: int
) -> None:
    for made in (grain, strokes):
        first = made((height, width), 2.0, kind=kind)

        assert np.array_equal(first, made((height, width), 2.0, kind=kind))
        assert first.shape == (height, width)
        assert abs(float(first.mean())) < 1e-2
        assert float(first.std()) < 1.01
