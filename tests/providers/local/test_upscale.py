import numpy as np
import pytest

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.pixels import Painted, Pixels, Task, resampled
from wanflow.providers.local.upscale import upscale


def upscaled(picture: Pixels, **arguments: JsonValue) -> Painted:
    return upscale(Task(pictures=(picture,), arguments=arguments))


def test_both_sides_are_multiplied_and_the_picture_stays_what_it_was(photo: Photo) -> None:
    picture = photo("chelsea", 200)

    painted = upscaled(picture, factor=2.5)

    back = resampled(painted.pictures[0], Size(width_px=200, height_px=picture.shape[0]))
    assert painted.pictures[0].shape[1] == 500
    assert np.abs(back.astype(int) - picture).mean() < 1.5
    assert [note.code for note in painted.notes] == ["no_new_detail"]


def test_once_is_the_picture_itself(photo: Photo) -> None:
    picture = photo("coffee", 100)

    painted = upscaled(picture, factor=1)

    assert np.array_equal(painted.pictures[0], picture)
    assert painted.notes == ()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 4000), (4000, 1)])
def test_the_smallest_and_the_longest_pictures_grow_alike(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 200, dtype=np.uint8)

    result = upscaled(picture, factor=4).pictures[0]

    assert result.shape == (4 * height, 4 * width, 3)
    assert (result == 200).all()


def test_a_result_of_too_many_pixels_is_refused_before_it_is_made() -> None:
    picture = np.zeros((2000, 2000, 3), dtype=np.uint8)

    with pytest.raises(StepError, match="8000\\*8000") as refusal:
        upscaled(picture, factor=4)

    assert refusal.value.code == "result-too-large"
    assert "factor" in (refusal.value.hint or "")
