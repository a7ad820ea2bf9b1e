import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.add_text import add_text
from wanflow.providers.local.areas import around
from wanflow.providers.local.arrangement import Manner, spots
from wanflow.providers.local.extract import extract
from wanflow.providers.local.instances import instances_of
from wanflow.providers.local.pixels import Painted, Pixels, Task

MANNERS: tuple[Manner, ...] = ("grid", "flat_lay", "row")


def extracted(picture: Pixels, size: Size | None = None, **arguments: JsonValue) -> Painted:
    return extract(Task(pictures=(picture,), arguments=arguments, size=size))


def codes(painted: Painted) -> list[str]:
    return [note.code for note in painted.notes]


def border(pixels: Pixels) -> Pixels:
    edges = (pixels[:3], pixels[-3:], pixels[:, :3].swapaxes(0, 1), pixels[:, -3:].swapaxes(0, 1))
    return np.concatenate([edge.reshape(-1, 3) for edge in edges])


def two_cups(photo: Photo) -> Pixels:
    cup = photo("coffee", 300)
    return np.concatenate([cup, cup[:, ::-1]], axis=1)


def test_the_subject_stands_on_white_in_its_own_colours(photo: Photo) -> None:
    painted = extracted(photo("coffee", 400))

    result = painted.pictures[0]
    assert (border(result) == 255).all()
    middle = result[100:200, 120:280].reshape(-1, 3).astype(int)
    assert (middle[:, 0] - middle[:, 2]).mean() > 60
    assert codes(painted)[0] == "lifted_whole"


@pytest.mark.parametrize(("name", "rgb"), [("black", (0, 0, 0)), ("#F4EFE6", (244, 239, 230))])
def test_the_ground_has_the_wished_colour(
    photo: Photo, name: str, rgb: tuple[int, int, int]
) -> None:
    result = extracted(photo("coffee", 300), background=name).pictures[0]

    assert (border(result) == rgb).all()


def test_a_wished_size_is_that_of_the_sheet_and_distorts_nothing(photo: Photo) -> None:
    picture = photo("coffee", 300)

    wide = extracted(picture, Size(width_px=600, height_px=200)).pictures[0]
    high = extracted(picture, Size(width_px=200, height_px=600)).pictures[0]

    boxes = [around((sheet != 255).any(axis=2)) for sheet in (wide, high)]
    assert [sheet.shape for sheet in (wide, high)] == [(200, 600, 3), (600, 200, 3)]
    ratios = [box.width / box.height for box in boxes if box]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.04)


def test_two_cups_are_laid_side_by_side(photo: Photo) -> None:
    picture = two_cups(photo)

    painted = extracted(picture, items=["subject"], arrange="row")

    columns = (painted.pictures[0] != 255).any(axis=(0, 2))
    parts = np.flatnonzero(np.diff(columns.astype(int)) == 1)
    assert len(instances_of(picture, "subject")) == 2
    assert len(parts) == 2


def test_a_name_that_the_engine_does_not_know_is_the_main_subject(photo: Photo) -> None:
    picture = photo("coffee", 300)

    named = extracted(picture, items=["咖啡杯"])

    assert codes(named) == ["took_subject: 咖啡杯"]
    assert np.array_equal(named.pictures[0], extracted(picture, items=["主体"]).pictures[0])


@pytest.mark.parametrize("items", [["外套", "鞋子"], ["subject", "鞋子"]])
def test_clothes_are_not_told_apart(photo: Photo, items: list[JsonValue]) -> None:
    with pytest.raises(StepError, match="鞋子") as refusal:
        extracted(photo("astronaut", 200), items=items)

    assert refusal.value.code == "cannot-find"
    assert "dashscope" in (refusal.value.hint or "")


def test_a_face_ends_where_the_hair_begins(photo: Photo) -> None:
    picture = photo("astronaut", 400)

    (mask,) = instances_of(picture, "face")

    inside = mask > 0.5
    assert inside[90, 176]
    assert not inside[25, 176]
    assert 0.015 < inside.mean() < 0.04


def test_what_is_missing_is_noted_beside_what_is_there(photo: Photo) -> None:
    painted = extracted(photo("coffee", 300), items=["face", "subject"])

    assert codes(painted) == ["not_found: face"]


def test_nothing_at_all_is_an_error(photo: Photo) -> None:
    even = np.full((60, 80, 3), 128, dtype=np.uint8)

    with pytest.raises(StepError, match="no main subject") as whole:
        extracted(even)
    with pytest.raises(StepError, match="no 人脸 or 文字") as named:
        extracted(photo("rocket", 300), items=["人脸", "文字"])

    assert (whole.value.code, named.value.code) == ("not-found", "not-found")


def test_a_subject_that_its_picture_cuts_off_is_said_to_be(photo: Photo) -> None:
    painted = extracted(photo("astronaut", 300), items=["subject"])

    assert codes(painted) == ["cut_off: bottom", "cut_off: left"]


def test_what_is_enlarged_says_so(photo: Photo) -> None:
    painted = extracted(photo("rocket", 300), Size(width_px=900, height_px=900))

    assert codes(painted) == ["lifted_whole", "no_new_detail"]


def test_lettering_is_lifted_line_by_line(photo: Photo) -> None:
    words: JsonValue = "星辰大海\n征途"
    task = Task(pictures=(photo("rocket", 400),), arguments={"text": words, "anchor": "top"})

    result = extracted(add_text(task).pictures[0], items=["text"]).pictures[0]

    dark = (result.astype(int).sum(axis=2) < 400).any(axis=1)
    assert np.flatnonzero(np.diff(dark.astype(int)) == 1).size == 2


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 800), (800, 1)])
def test_the_smallest_pictures_have_no_subject_and_no_traceback(height: int, width: int) -> None:
    with pytest.raises(StepError):
        extracted(np.full((height, width, 3), 77, dtype=np.uint8))


@settings(deadline=None)
@given(
    sizes=st.lists(
        st.builds(lambda w, h: Size(width_px=w, height_px=h), *[st.integers(1, 8000)] * 2),
        min_size=1,
        max_size=9,
    ),
    width=st.integers(64, 3000),
    height=st.integers(64, 3000),
    manner=st.sampled_from(MANNERS),
)
def test_things_lie_on_the_sheet_and_on_nothing_else(
    sizes: list[Size], width: int, height: int, manner: Manner
) -> None:
    placed = spots(sizes, Size(width_px=width, height_px=height), manner)

    taken = np.zeros((height, width), dtype=np.uint8)
    assert len(placed) == len(sizes)
    for spot in placed:
        right, bottom = spot.left_px + spot.size.width_px, spot.top_px + spot.size.height_px
        assert 0 <= spot.left_px < right <= width
        assert 0 <= spot.top_px < bottom <= height
        taken[spot.top_px : bottom, spot.left_px : right] += 1
    assert taken.max() == 1


@pytest.mark.parametrize("manner", ["flat_lay", "row"])
def test_what_is_larger_stays_larger_unless_in_cells(manner: Manner) -> None:
    large, small = Size(width_px=200, height_px=200), Size(width_px=100, height_px=100)
    sheet = Size(width_px=1000, height_px=1000)

    together = spots([large, small], sheet, manner)
    apart = spots([large, small], sheet, "grid")

    assert together[0].size.width_px == pytest.approx(2 * together[1].size.width_px, abs=2)
    assert apart[0].size == apart[1].size


def test_a_row_is_one_row_and_a_flat_lay_uses_the_sheet() -> None:
    sizes = [Size(width_px=100, height_px=100)] * 4
    sheet = Size(width_px=1000, height_px=1000)

    row, laid = spots(sizes, sheet, "row"), spots(sizes, sheet, "flat_lay")

    assert len({spot.top_px for spot in row}) == 1
    assert len({spot.top_px for spot in laid}) == 2
    assert laid[0].size.width_px > 1.5 * row[0].size.width_px
