import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import Size
from wanflow.planning.geometry import extended
from wanflow.providers.local.outpaint import outpaint
from wanflow.providers.local.pixels import Task, size_of


def test_the_canvas_is_the_planned_one_and_the_original_stays_bit_for_bit(photo: Photo) -> None:
    picture = photo("rocket", 240)
    arguments = {"left": 0.2, "top": 0.15}

    painted = outpaint(Task(pictures=(picture,), arguments=arguments))

    planned = extended(size_of(picture), arguments)
    result = painted.pictures[0]
    assert size_of(result) == planned.size
    assert np.array_equal(result[planned.top_px :, planned.left_px :], picture)
    assert [note.code for note in painted.notes] == ["invented_by_copying"]


def test_new_parts_look_like_what_they_border_on(photo: Photo) -> None:
    picture = photo("rocket", 240)

    result = outpaint(Task(pictures=(picture,), arguments={"top": 0.3})).pictures[0]

    added = result[: result.shape[0] - picture.shape[0]]
    assert np.abs(added.mean(axis=(0, 1)) - picture[:20].mean(axis=(0, 1))).max() < 20


def test_another_seed_gives_another_picture_and_the_same_seed_the_same(photo: Photo) -> None:
    task = Task(pictures=(photo("coffee", 200),), arguments={"right": 0.3}, seeds=(1, 2, 1))

    first, second, third = outpaint(task).pictures

    assert not np.array_equal(first, second)
    assert np.array_equal(first, third)


def test_a_wished_size_extends_further_and_never_crops(photo: Photo) -> None:
    picture = photo("coffee", 240)
    size = Size(width_px=480, height_px=160)

    painted = outpaint(Task(pictures=(picture,), arguments={"aspect": "2:1"}, size=size))

    result = painted.pictures[0]
    assert size_of(result) == size
    middle = result[:, 120:360].astype(int)
    assert np.abs(middle - picture).mean() < 1
    assert [note.code for note in painted.notes] == ["invented_by_copying"]


def test_a_size_of_the_pictures_own_ratio_is_only_resampled(photo: Photo) -> None:
    picture = photo("astronaut", 100)
    size = Size(width_px=200, height_px=200)

    painted = outpaint(Task(pictures=(picture,), arguments={"aspect": "1:1"}, size=size))

    assert size_of(painted.pictures[0]) == size
    assert [note.code for note in painted.notes] == ["resampled", "no_new_detail"]


def test_a_result_that_no_model_could_take_is_refused(photo: Photo) -> None:
    with pytest.raises(StepError, match="5000") as refusal:
        outpaint(Task(pictures=(photo("coffee", 240),), arguments={"aspect": "40:1"}))

    assert refusal.value.code == "result-too-large"


def test_a_picture_without_a_subject_is_extended_too() -> None:
    grey = np.full((60, 80, 3), 90, dtype=np.uint8)

    result = outpaint(Task(pictures=(grey,), arguments={"left": 0.5})).pictures[0]

    assert np.abs(result.astype(int) - 90).max() <= 1


@settings(deadline=None, max_examples=12)
@given(
    st.integers(24, 120),
    st.integers(24, 120),
    st.fixed_dictionaries(
        {side: st.floats(0, 1, width=16) for side in ("left", "right", "top", "bottom")}
    ),
)
def test_whatever_is_added_every_original_pixel_stays(
    width: int, height: int, sides: dict[str, float]
) -> None:
    rows, columns = np.mgrid[:height, :width]
    picture = np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)
    place = extended(Size(width_px=width, height_px=height), sides)

    made = outpaint(Task(pictures=(picture,), arguments=sides)).pictures[0]

    kept = made[
        place.top_px : place.top_px + height,
        place.left_px : place.left_px + width,
    ]
    assert (kept == picture).all()
    assert size_of(made) == place.size


@settings(deadline=None, max_examples=8)
@given(
    st.integers(1, 100),
    st.integers(1, 100),
    st.sampled_from(["1:4", "9:16", "1:1", "3:2", "16:9", "21:9", "4:1"]),
    st.integers(0, 2),
)
def test_to_whatever_ratio_it_grows_every_original_pixel_stays(
    width: int, height: int, aspect: str, seed: int
) -> None:
    noise = np.random.default_rng(width * 101 + height)
    picture = noise.integers(0, 256, (height, width, 3), dtype=np.uint8)
    place = extended(Size(width_px=width, height_px=height), {"aspect": aspect})

    made = outpaint(
        Task(pictures=(picture,), arguments={"aspect": aspect}, seeds=(seed,))
    ).pictures[0]

    inside = made[place.top_px :, place.left_px :][:height, :width]
    assert (inside == picture).all()
    assert size_of(made) == place.size
