import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.areas import Box
from wanflow.providers.local.faces import faces
from wanflow.providers.local.pixels import Painted, Pixels, Task, resampled
from wanflow.providers.local.sharpening import crisp
from wanflow.providers.local.zoom import window, zoom

MIDDLE: JsonValue = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
SIDES = st.integers(1, 8000)
SIZES = st.builds(lambda w, h: Size(width_px=w, height_px=h), SIDES, SIDES)


def zoomed(picture: Pixels, size: Size | None = None, **arguments: JsonValue) -> Painted:
    return zoom(Task(pictures=(picture,), arguments=arguments, size=size))


def codes(painted: Painted) -> list[str]:
    return [note.code for note in painted.notes]


def test_a_region_fills_the_frame(photo: Photo) -> None:
    picture = photo("chelsea", 400)
    height = picture.shape[0]

    painted = zoomed(picture, region=MIDDLE)

    part = picture[round(height / 4) : round(height * 3 / 4), 100:300]
    plain = resampled(np.ascontiguousarray(part), Size(width_px=400, height_px=height))
    assert painted.pictures[0].shape == picture.shape
    assert np.abs(painted.pictures[0].astype(int) - plain).mean() < 6
    assert codes(painted) == ["no_new_detail"]


def test_a_region_of_another_ratio_is_seen_whole(photo: Photo) -> None:
    picture = photo("rocket", 400).copy()
    picture[100:120, 50:250] = (255, 0, 255)
    strip: JsonValue = {"x": 50 / 400, "y": 100 / picture.shape[0], "width": 0.5, "height": 0.08}

    result = zoomed(picture, region=strip).pictures[0]

    pink = (np.abs(result.astype(int) - (255, 0, 255)).sum(axis=2) < 60).any(axis=0)
    assert pink.mean() > 0.97


def test_a_factor_goes_closer_about_the_middle_of_the_region(photo: Photo) -> None:
    picture = photo("coffee", 300)

    close = zoomed(picture, region="center", factor=2).pictures[0]

    assert np.array_equal(close, zoomed(picture, region=MIDDLE).pictures[0])


@pytest.mark.parametrize("what", ["face", "人脸"])
def test_a_face_is_found_and_fills_the_frame(photo: Photo, what: str) -> None:
    picture = photo("astronaut", 512)

    result = zoomed(picture, what=what).pictures[0]

    (before,) = faces(picture)
    (after,) = faces(result)
    assert after.height > 2 * before.height
    assert after.left < 256 < after.right


def test_of_several_faces_the_largest_is_shown_and_a_note_says_so(photo: Photo) -> None:
    one = photo("astronaut", 300)
    sheet = np.full((300, 500, 3), 200, dtype=np.uint8)
    sheet[:, :300] = one
    sheet[50:250, 300:] = resampled(one, Size(width_px=200, height_px=200))

    painted = zoomed(sheet, what="face")

    assert codes(painted) == ["took_largest: face", "no_new_detail"]


def test_all_lines_of_text_are_shown_together(photo: Photo) -> None:
    words: JsonValue = "星辰大海\n征途"
    task = Task(pictures=(photo("rocket", 500),), arguments={"text": words, "anchor": "top-left"})
    picture = add_text(task).pictures[0]

    result = zoomed(picture, what="文字").pictures[0]

    assert (result > 250).all(axis=2).mean() > 1.5 * (picture > 250).all(axis=2).mean()


def test_a_region_counts_more_than_words(photo: Photo) -> None:
    picture = photo("chelsea", 200)

    with_words = zoomed(picture, region=MIDDLE, what="猫的眼睛")

    assert np.array_equal(with_words.pictures[0], zoomed(picture, region=MIDDLE).pictures[0])


def test_words_that_the_engine_does_not_know_are_an_error_with_a_way_out(photo: Photo) -> None:
    with pytest.raises(StepError, match="猫的眼睛") as refusal:
        zoomed(photo("chelsea", 200), what="猫的眼睛")

    assert refusal.value.code == "cannot-find"
    assert "region" in (refusal.value.hint or "")


def test_a_face_where_there_is_none_is_an_error(photo: Photo) -> None:
    with pytest.raises(StepError, match="found no face") as refusal:
        zoomed(photo("coffee", 200), what="face")

    assert refusal.value.code == "not-found"


def test_what_spans_the_picture_already_is_said_to(photo: Photo) -> None:
    picture = photo("coffee", 200)

    painted = zoomed(picture, region={"x": 0, "y": 0.4, "width": 1, "height": 0.1})

    assert codes(painted) == ["fills_picture"]
    assert np.array_equal(painted.pictures[0], picture)


def test_a_wished_size_changes_what_is_seen_but_distorts_nothing() -> None:
    ground = np.zeros((300, 300, 3), dtype=np.uint8)
    rows, columns = np.mgrid[:300, :300]
    ground[(rows - 150) ** 2 + (columns - 150) ** 2 < 30**2] = 255

    result = zoomed(ground, Size(width_px=400, height_px=200), region="center", factor=2)

    white = result.pictures[0][..., 0] > 128
    assert result.pictures[0].shape == (200, 400, 3)
    assert white.any(axis=0).sum() == pytest.approx(white.any(axis=1).sum(), abs=3)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 8000), (8000, 1), (3, 2)])
def test_the_smallest_and_the_longest_pictures_keep_their_size(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 77, dtype=np.uint8)

    result = zoomed(picture, region="bottom-right", factor=8).pictures[0]

    assert result.shape == picture.shape
    assert (result == 77).all()


@settings(deadline=None)
@given(size=SIZES, wanted=SIZES, where=st.tuples(*[st.floats(0, 1)] * 4), data=st.data())
def test_a_window_lies_within_the_picture(
    size: Size, wanted: Size, where: tuple[float, float, float, float], data: st.DataObject
) -> None:
    left, right = sorted((round(where[0] * size.width_px), round(where[1] * size.width_px)))
    top, bottom = sorted((round(where[2] * size.height_px), round(where[3] * size.height_px)))
    part = Box(left=left, top=top, right=max(right, left + 1), bottom=max(bottom, top + 1))
    factor = data.draw(st.none() | st.floats(1.5, 8))

    shown = window(size, part, wanted, factor=factor)

    assert 1 <= shown.width <= size.width_px
    assert 1 <= shown.height <= size.height_px
    assert 0 <= shown.left <= size.width_px - shown.width
    assert 0 <= shown.top <= size.height_px - shown.height


def test_sharpening_leaves_even_areas_and_makes_edges_steeper() -> None:
    small = np.full((40, 40, 3), 90, dtype=np.uint8)
    small[:, 20:] = 170
    large = resampled(small, Size(width_px=160, height_px=160))

    result = crisp(large, 4)

    grey, before = result[80, :, 0].astype(int), large[80, :, 0].astype(int)
    assert np.diff(grey).max() > np.diff(before).max()
    assert (result[:, :40] == large[:, :40]).all()
    assert before.min() - 7 <= grey.min() <= grey.max() <= before.max() + 7
    assert crisp(large, 1) is large
