import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue
from wanflow.providers.local.colorize import colorize
from wanflow.providers.local.light import hues
from wanflow.providers.local.pixels import Painted, Pixels, Task

NAMES = ["sepia", "cyanotype", "red", "green", "blue", "pink", "gold", "#3A5F8A"]


def toned(picture: Pixels, **arguments: JsonValue) -> Painted:
    return colorize(Task(pictures=(picture,), arguments=arguments))


def grey(picture: Pixels) -> Pixels:
    return np.repeat(picture.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)


def ramp() -> Pixels:
    slope = np.arange(256, dtype=np.uint8)
    return np.repeat(np.repeat(slope[None, :, None], 3, axis=2), 2, axis=0)


@pytest.mark.parametrize("tint", NAMES)
def test_light_and_shade_stay_in_any_tone(tint: str, photo: Photo) -> None:
    picture = grey(photo("chelsea", 200))

    result = toned(picture, tint=tint).pictures[0]

    assert np.abs(hues(result)[..., 0] - hues(picture)[..., 0]).mean() < 1.5
    assert np.ptp(result, axis=2).mean() > 15


@pytest.mark.parametrize("tint", NAMES)
def test_black_stays_black_and_white_stays_white(tint: str) -> None:
    result = toned(ramp(), tint=tint).pictures[0]

    assert result[0, 0].max() == 0
    assert result[0, 255].min() == 255


@pytest.mark.parametrize("tint", NAMES)
def test_what_was_lighter_is_never_darker_afterwards(tint: str) -> None:
    lightness = hues(toned(ramp(), tint=tint).pictures[0])[0, :, 0]

    assert np.diff(lightness).min() > -0.6  # a step of 8 bits


def test_dark_and_light_parts_can_have_tones_of_their_own() -> None:
    result = toned(ramp(), tint="blue", lights="gold").pictures[0].astype(int)

    assert result[0, 60, 2] > result[0, 60, 0] + 10
    assert result[0, 210, 0] > result[0, 210, 2] + 10


def test_a_grey_picture_is_toned_and_told_to_be_no_more_than_that(photo: Photo) -> None:
    painted = toned(grey(photo("chelsea", 100)), tint="sepia")

    assert [note.code for note in painted.notes] == ["tint_only"]


def test_colours_that_were_there_are_replaced_and_that_is_said(photo: Photo) -> None:
    picture = photo("coffee", 100)

    painted = toned(picture, tint="sepia")

    assert [note.code for note in painted.notes] == ["tint_only", "had_colours"]
    assert (
        np.abs(painted.pictures[0].astype(int) - toned(picture, tint="sepia").pictures[0]).max()
        == 0
    )


def test_a_hint_is_not_read_and_that_is_said(photo: Photo) -> None:
    painted = toned(grey(photo("coffee", 60)), tint="sepia", hint="红色的杯子")

    assert [note.code for note in painted.notes] == ["tint_only", "not_read: hint"]
    assert "红色的杯子" in painted.notes[1].text


@pytest.mark.parametrize("arguments", [{}, {"hint": "红色的杯子"}])
def test_without_a_tone_it_needs_a_model(arguments: dict[str, JsonValue], photo: Photo) -> None:
    with pytest.raises(StepError, match="which colours things have") as refusal:
        toned(photo("coffee", 40), **arguments)

    assert refusal.value.code == "needs-a-model"
    assert "sepia" in (refusal.value.hint or "")


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1)])
def test_the_smallest_pictures_are_toned(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 128, dtype=np.uint8)

    result = toned(picture, tint="red").pictures[0]

    assert result.shape == picture.shape
    assert (result[..., 0] > result[..., 2]).all()
