from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.model.operation import SizeRule
from wanflow.model.values import Size
from wanflow.planning.geometry import (
    cropped,
    extended,
    gridded,
    in_cell,
    overlaid,
    resized,
    result_size,
    turned,
    upscaled,
)

SIDES = st.integers(1, 6000)
SIZES = st.builds(lambda w, h: Size(width_px=w, height_px=h), SIDES, SIDES)
FRACTIONS = st.floats(0, 1)
ASPECTS = st.builds("{}:{}".format, st.integers(1, 99), st.integers(1, 99))


def size(width: int, height: int) -> Size:
    return Size(width_px=width, height_px=height)


@pytest.mark.parametrize(
    ("rule", "arguments", "expected"),
    [
        ("same", {}, size(400, 300)),
        ("extended", {"left": 0.5}, size(600, 300)),
        ("padded", {"aspect": "1:1"}, size(400, 400)),
        ("cropped", {"aspect": "1:1"}, size(300, 300)),
        ("resized", {"longest": 200}, size(200, 150)),
        ("turned", {"degrees": 270}, size(300, 400)),
        ("overlaid", {}, size(400, 300)),
        ("gridded", {"gap": 10}, size(810, 300)),
        ("upscaled", {}, size(800, 600)),
    ],
)
def test_each_rule_starts_from_the_picture_it_names(
    rule: SizeRule, arguments: dict[str, Any], expected: Size
) -> None:
    sizes = (size(400, 300), size(50, 60))

    first = result_size(rule, sizes, arguments, asked=None, of="first")
    last = result_size(rule, sizes[::-1], arguments, asked=None, of="last")

    assert (first, last) == (expected, expected)


@pytest.mark.parametrize("rule", ["same", "extended", "upscaled"])
def test_an_engine_goes_by_the_size_that_the_step_asks_for(rule: SizeRule) -> None:
    asked = size(1280, 720)

    assert result_size(rule, [size(9, 9)], {}, asked=asked, of="last") == asked


@pytest.mark.parametrize("rule", ["cropped", "resized", "padded", "turned", "overlaid", "gridded"])
def test_exact_pixel_work_does_not_go_by_the_step_s_size(rule: SizeRule) -> None:
    asked = size(1280, 720)

    assert result_size(rule, [size(9, 9)], {}, asked=asked, of="first") != asked


def test_without_parameters_a_quarter_is_added_on_the_left_and_on_the_right() -> None:
    canvas = extended(size(400, 300), {})

    assert (canvas.size, canvas.left_px, canvas.top_px) == (size(600, 300), 100, 0)


@given(original=SIZES, aspect=ASPECTS)
@settings(deadline=None)
def test_extending_to_a_ratio_keeps_the_original_inside(original: Size, aspect: str) -> None:
    canvas = extended(original, {"aspect": aspect})

    assert 0 <= canvas.left_px <= canvas.size.width_px - original.width_px
    assert 0 <= canvas.top_px <= canvas.size.height_px - original.height_px
    assert original.width_px == canvas.size.width_px or original.height_px == canvas.size.height_px


@given(
    original=SIZES,
    given_sides=st.dictionaries(st.sampled_from(["left", "right", "top", "bottom"]), FRACTIONS),
)
@settings(deadline=None)
def test_extending_by_sides_keeps_the_original_inside(
    original: Size, given_sides: dict[str, float]
) -> None:
    canvas = extended(original, given_sides)

    assert 0 <= canvas.left_px <= canvas.size.width_px - original.width_px
    assert 0 <= canvas.top_px <= canvas.size.height_px - original.height_px


@pytest.mark.parametrize(
    ("anchor", "corner"),
    [
        ("center", (50, 0)),
        ("top", (50, 0)),
        ("left", (0, 0)),
        ("right", (100, 0)),
        ("top-left", (0, 0)),
        ("bottom-right", (100, 0)),
    ],
)
def test_the_anchor_says_which_part_of_a_wide_picture_is_kept(
    anchor: str, corner: tuple[int, int]
) -> None:
    part = cropped(size(400, 300), {"aspect": "1:1", "anchor": anchor})

    assert part.size == size(300, 300)
    assert (part.left_px, part.top_px) == corner


def test_the_anchor_says_which_part_of_a_high_picture_is_kept() -> None:
    arguments = [{"aspect": "1:1", "anchor": anchor} for anchor in ("top", "center", "bottom-left")]

    tops = [cropped(size(300, 400), argument).top_px for argument in arguments]

    assert tops == [0, 50, 100]


def test_a_region_is_cut_off_where_it_leaves_the_picture() -> None:
    part = cropped(size(400, 300), {"region": [0.75, 0.5, 0.75, 0.25]})

    assert (part.size, part.left_px, part.top_px) == (size(100, 75), 300, 150)


def test_crop_without_arguments_keeps_the_whole_picture() -> None:
    part = cropped(size(400, 300), {})

    assert (part.size, part.left_px, part.top_px) == (size(400, 300), 0, 0)


@given(
    original=SIZES,
    arguments=st.fixed_dictionaries({"region": st.lists(FRACTIONS, min_size=4, max_size=4)})
    | st.fixed_dictionaries({"aspect": ASPECTS}),
)
@settings(deadline=None)
def test_a_cropped_part_lies_within_the_picture_and_is_not_empty(
    original: Size, arguments: dict[str, Any]
) -> None:
    part = cropped(original, arguments)

    assert part.size.width_px >= 1
    assert part.size.height_px >= 1
    assert 0 <= part.left_px <= original.width_px - part.size.width_px
    assert 0 <= part.top_px <= original.height_px - part.size.height_px


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"width": 200}, size(200, 150)),
        ({"height": 600}, size(800, 600)),
        ({"width": 10, "height": 20}, size(10, 20)),
        ({"longest": 40}, size(40, 30)),
        ({"factor": 0.5}, size(200, 150)),
        ({"factor": 0.001}, size(1, 1)),
        ({}, size(400, 300)),
    ],
)
def test_resize_says_its_size(arguments: dict[str, Any], expected: Size) -> None:
    assert resized(size(400, 300), arguments) == expected


@given(original=SIZES, longest=SIDES)
@settings(deadline=None)
def test_resizing_by_the_longer_side_meets_it_exactly(original: Size, longest: int) -> None:
    found = resized(original, {"longest": longest})

    assert max(found.width_px, found.height_px) == longest


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"degrees": 90}, size(3, 4)),
        ({"degrees": 180}, size(4, 3)),
        ({"flip": "vertical"}, size(4, 3)),
    ],
)
def test_a_quarter_turn_swaps_the_sides(arguments: dict[str, Any], expected: Size) -> None:
    assert turned(size(4, 3), arguments) == expected


def test_an_overlay_stands_in_the_middle_in_its_own_size_unless_told_otherwise() -> None:
    box = overlaid(size(400, 300), size(40, 20), {})

    assert (box.size, box.left_px, box.top_px) == (size(40, 20), 180, 140)


def test_an_overlay_is_as_high_as_told_and_may_reach_beyond_the_base() -> None:
    box = overlaid(size(400, 300), size(40, 20), {"height": 0.5, "at": {"x": 0, "y": 1}})

    assert (box.size, box.left_px, box.top_px) == (size(300, 150), -150, 225)


@pytest.mark.parametrize(
    ("count", "arguments", "columns", "expected"),
    [
        (4, {"gap": 0}, 2, size(80, 60)),
        (5, {"gap": 0}, 3, size(120, 60)),
        (3, {"columns": 9, "gap": 5}, 3, size(130, 30)),
        (1, {}, 1, size(40, 30)),
        (2, {"cell": 80, "gap": 0}, 2, size(160, 60)),
        (2, {}, 2, size(96, 30)),
    ],
)
def test_a_grid_is_about_square_unless_its_columns_are_told(
    count: int, arguments: dict[str, Any], columns: int, expected: Size
) -> None:
    grid = gridded(size(40, 30), count, arguments)

    assert (grid.columns, grid.size) == (columns, expected)


@given(
    first=SIZES,
    others=st.lists(SIZES, max_size=12),
    columns=st.integers(1, 20),
    gap=st.integers(0, 99),
)
@settings(deadline=None)
def test_pictures_of_a_grid_stay_within_it_and_do_not_overlap(
    first: Size, others: list[Size], columns: int, gap: int
) -> None:
    pictures = [first, *others]
    grid = gridded(first, len(pictures), {"columns": columns, "gap": gap})

    boxes = [in_cell(grid, number, picture) for number, picture in enumerate(pictures)]

    assert boxes[0].size == first
    for number, box in enumerate(boxes):
        row, column = divmod(number, grid.columns)
        left = column * (grid.cell.width_px + gap)
        top = row * (grid.cell.height_px + gap)
        assert left <= box.left_px <= left + grid.cell.width_px - box.size.width_px
        assert top <= box.top_px <= top + grid.cell.height_px - box.size.height_px
        assert left + grid.cell.width_px <= grid.size.width_px
        assert top + grid.cell.height_px <= grid.size.height_px


@given(original=SIZES, aspect=ASPECTS)
@settings(deadline=None)
def test_cutting_to_a_ratio_meets_it_to_within_a_pixel(original: Size, aspect: str) -> None:
    width, _, height = aspect.partition(":")

    part = cropped(original, {"aspect": aspect}).size

    ratio = Fraction(int(width), int(height))
    exact = part.width_px - part.height_px * ratio
    upright = part.height_px - part.width_px / ratio
    assert min(abs(exact), abs(upright)) <= 1


@settings(deadline=None)
@given(SIZES, st.floats(1, 4))
def test_upscaling_multiplies_both_sides(picture: Size, factor: float) -> None:
    result = upscaled(picture, {"factor": factor})

    assert abs(result.width_px - picture.width_px * factor) <= 0.5
    assert abs(result.height_px - picture.height_px * factor) <= 0.5
