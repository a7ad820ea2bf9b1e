"""Where a picture stands in what was made of it, and where that may have changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanflow.model.operation import Changes, SizeRule
from wanflow.model.values import JsonValue, Size
from wanflow.planning.frames import (
    WHOLE,
    Frame,
    frame_in,
    meant_to_change,
    shared,
    within,
)
from wanflow.planning.geometry import result_size

PHOTO = Size(width_px=1000, height_px=800)


def sides(frame: Frame | None) -> tuple[float, float, float, float]:
    assert frame is not None
    return (frame.left, frame.top, frame.width, frame.height)


@pytest.mark.parametrize("rule", ["same", "resized", "overlaid"])
def test_a_result_of_the_same_ratio_shows_the_same(rule: SizeRule) -> None:
    made = Size(width_px=1254, height_px=1000)

    assert frame_in(rule, PHOTO, made, {}) == WHOLE


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ("same", Size(width_px=1280, height_px=720)),
        ("extended", Size(width_px=800, height_px=800)),
        ("turned", Size(width_px=800, height_px=1000)),
        ("gridded", PHOTO),
    ],
)
def test_what_the_sizes_do_not_tell_is_not_guessed(rule: SizeRule, made: Size) -> None:
    assert frame_in(rule, PHOTO, made, {}) is None


def test_the_original_stands_within_its_extension() -> None:
    made = Size(width_px=750, height_px=400)

    frame = frame_in("extended", PHOTO, made, {"left": 0.5})

    assert sides(frame_in("padded", PHOTO, made, {"left": 0.5})) == sides(frame)
    # Half as wide again is 1500 * 800, of which the original is the right two thirds.
    assert sides(frame) == pytest.approx((1 / 3, 0, 2 / 3, 1))


def test_a_cropped_picture_reaches_beyond_the_crop() -> None:
    arguments: dict[str, JsonValue] = {"region": [0.2, 0.25, 0.5, 0.5]}
    made = Size(width_px=500, height_px=400)

    assert sides(frame_in("cropped", PHOTO, made, arguments)) == pytest.approx((-0.4, -0.5, 2, 2))


def test_a_chain_of_steps_keeps_track_of_the_first_picture() -> None:
    # Extended to the left by its own width, then cropped to that left half: nothing is left of it.
    wide = Frame(left=0.5, top=0, width=0.5, height=1)
    left_half = Frame(left=0, top=0, width=2, height=1)

    frame = within(wide, left_half)

    assert sides(frame) == (1, 0, 1, 1)
    assert shared(frame) is None


unit = st.floats(0.01, 1)


@given(left=unit, right=unit, top=unit, bottom=unit)
def test_what_was_extended_and_cropped_back_is_whole(
    left: float, right: float, top: float, bottom: float
) -> None:
    arguments = {"left": left, "right": right, "top": top, "bottom": bottom}
    wide = result_size("extended", [PHOTO], arguments, asked=None, of="last")
    inner = frame_in("extended", PHOTO, wide, arguments)
    assert inner is not None
    region: dict[str, JsonValue] = {"region": list(sides(inner))}
    back = frame_in("cropped", wide, PHOTO, region)
    assert back is not None

    frame = within(inner, back)

    assert sides(frame) == pytest.approx((0, 0, 1, 1), abs=0.01)


signed = st.floats(-1, 1)


@given(left=signed, top=signed, width=st.floats(0.2, 2), height=st.floats(0.2, 2))
def test_both_parts_that_are_shared_are_one_place(
    left: float, top: float, width: float, height: float
) -> None:
    frame = Frame(left=left, top=top, width=width, height=height)

    parts = shared(frame)

    if parts is not None:
        assert sides(within(parts[1], frame)) == pytest.approx(sides(parts[0]), abs=1e-9)
        for part in parts:
            assert part.left >= 0
            assert part.top >= 0
            assert part.left + part.width <= 1 + 1e-9
            assert part.top + part.height <= 1 + 1e-9


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"),
    [
        ("anchor", {"anchor": "top"}, (0, 0, 1, 0.5)),
        ("anchor", {"anchor": "bottom-right"}, (0, 0.5, 1, 0.5)),
        ("anchor", {"anchor": "center"}, (0, 0.2, 1, 0.6)),
        ("region", {"region": "bottom-right"}, (0.55, 0.55, 0.45, 0.45)),
        ("region", {"region": "top"}, (0, 0, 1, 0.45)),
        (
            "region",
            {"region": {"x": 0.2, "y": 0, "width": 0.5, "height": 0.98}},
            (0.15, 0, 0.6, 1),
        ),
        ("at", {"at": {"x": 0.5, "y": 0.9}, "height": 0.5}, (0.15, 0.35, 0.7, 0.6)),
        ("at", {"at": {"x": 0.1, "y": 0.5}}, (0, 0.05, 0.39, 0.5)),
    ],
)
def test_a_step_says_where_it_may_change_the_picture(
    changes: Changes,
    arguments: dict[str, JsonValue],
    expected: tuple[float, float, float, float],
) -> None:
    assert sides(meant_to_change(changes, arguments, PHOTO)) == pytest.approx(expected)


@pytest.mark.parametrize("changes", ["everywhere", "beyond", "anchor", "region", "at"])
def test_a_step_that_does_not_say_may_change_all(changes: Changes) -> None:
    assert meant_to_change(changes, {}, PHOTO) is None
