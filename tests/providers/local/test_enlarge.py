import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.local.photographs import Photo
from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.areas import Box
from wanflow.providers.local.enlarge import enlarge, placed
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.subject import subject_mask

SIDES = frozenset({"left", "top", "right", "bottom"})


def enlarged(picture: Pixels, *, seeds: tuple[int, ...] = (0,), **arguments: JsonValue) -> Painted:
    return enlarge(Task(pictures=(picture,), arguments=arguments, seeds=seeds))


def codes(painted: Painted) -> list[str]:
    return [note.code for note in painted.notes]


def rocket_px(pixels: Pixels) -> int:
    """Count the light pixels in the middle of the photograph, above the lamps."""
    return int((pixels[:235, 170:230].min(axis=2) > 110).sum())


def test_the_subject_grows_by_the_scale_and_not_the_picture(photo: Photo) -> None:
    picture = photo("rocket", 400)

    painted = enlarged(picture, subject="主体", scale=1.4)

    before, after = (rocket_px(pixels) for pixels in (picture, painted.pictures[0]))
    assert after / before == pytest.approx(1.4**2, rel=0.25)
    assert np.array_equal(painted.pictures[0][:, :100], picture[:, :100])
    assert np.array_equal(painted.pictures[0][:, 300:], picture[:, 300:])
    assert codes(painted) == ["no_new_detail", "invented_by_copying"]


def test_a_subject_by_any_other_name_is_the_main_one(photo: Photo) -> None:
    painted = enlarged(photo("rocket", 200), subject="火箭")

    assert codes(painted)[0] == "took_subject: 火箭"


@pytest.mark.parametrize("name", ["face", "文字"])
def test_a_part_of_it_alone_is_not_enlarged(photo: Photo, name: str) -> None:
    with pytest.raises(StepError, match=name) as refusal:
        enlarged(photo("astronaut", 100), subject=name)

    assert refusal.value.code == "not-the-subject"


def test_a_picture_without_a_subject_is_an_error() -> None:
    with pytest.raises(StepError, match="no main subject"):
        enlarged(np.full((60, 80, 3), 128, dtype=np.uint8), subject="cup")


def test_what_no_longer_fits_is_said_to_be_cut_off(photo: Photo) -> None:
    painted = enlarged(photo("rocket", 200), subject="rocket", scale=3)

    assert codes(painted)[3:] == ["cut_off: bottom"]


def test_a_person_at_the_edge_stays_at_the_edge_and_keeps_her_head(photo: Photo) -> None:
    picture = photo("astronaut", 300)

    result = enlarged(picture, subject="宇航员", scale=1.5).pictures[0]

    mask = subject_mask(result)
    assert mask is not None
    rows = np.flatnonzero((mask > 0.5).any(axis=1))
    assert 2 < rows[0] < 40
    assert rows[-1] == 299


def test_equal_seeds_give_equal_bits(photo: Photo) -> None:
    picture = photo("coffee", 200)

    one, two = enlarged(picture, subject="cup", scale=1.2, seeds=(3, 3)).pictures

    assert np.array_equal(one, two)


@settings(deadline=None)
@given(
    size=st.builds(lambda w, h: Size(width_px=w, height_px=h), *[st.integers(8, 6000)] * 2),
    edges=st.tuples(*[st.floats(0, 1)] * 4),
    by=st.floats(1.1, 3),
    ends=st.frozensets(st.sampled_from(sorted(SIDES))),
)
def test_a_subject_that_fits_stays_in_the_picture_and_at_its_edge(
    size: Size, edges: tuple[float, float, float, float], by: float, ends: frozenset[str]
) -> None:
    left, right = sorted(round(edge * (size.width_px - 1)) for edge in edges[:2])
    top, bottom = sorted(round(edge * (size.height_px - 1)) for edge in edges[2:])
    old = Box(
        left=0 if "left" in ends else left,
        top=0 if "top" in ends else top,
        right=size.width_px if "right" in ends else right + 1,
        bottom=size.height_px if "bottom" in ends else bottom + 1,
    )

    x, y = placed(old, size, by, ends)

    near = 1e-6 * max(size.width_px, size.height_px)
    first, last = x + old.left * by, x + old.right * by
    upper, lower = y + old.top * by, y + old.bottom * by
    if last - first <= size.width_px:
        assert first >= -near
        assert last <= size.width_px + near
    else:
        assert first <= near
        assert last >= size.width_px - near
    if "left" in ends:
        assert first <= near
    if "right" in ends:
        assert last >= size.width_px - near
    if lower - upper <= size.height_px and "top" not in ends:
        assert upper >= -near
        assert lower <= size.height_px + near
    assert upper <= near if "top" in ends else upper >= -near
    if "bottom" in ends:
        assert lower >= size.height_px - near
