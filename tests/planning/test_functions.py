from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import operation
from wanflow.loading import catalogue
from wanflow.model.operation import Argument, ModelUse, Operation
from wanflow.model.values import JsonValue, Size
from wanflow.planning.functions import worded_for
from wanflow.planning.geometry import extended, extension_fractions

CARDS = catalogue().models
WANX = CARDS["wanx2.1-imageedit"]
WAN = CARDS["wan2.5-i2i-preview"]
FRACTIONS = st.floats(0, 1)


def size(width: int, height: int) -> Size:
    return Size(width_px=width, height_px=height)


def with_uses(*uses: ModelUse) -> Operation:
    return replace(operation("paint"), models={WANX.name: uses})


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("edit", {}, {"function": "description_edit"}),
        ("remove_text", {"what": "text"}, {"function": "remove_watermark"}),
        (
            "outpaint",
            {"left": 0.5, "top": 1},
            {
                "function": "expand",
                "left_scale": 1.5,
                "right_scale": 1,
                "top_scale": 2,
                "bottom_scale": 1,
            },
        ),
        (
            "outpaint",
            {},
            {
                "function": "expand",
                "left_scale": 1.25,
                "right_scale": 1.25,
                "top_scale": 1,
                "bottom_scale": 1,
            },
        ),
        (
            "outpaint",
            {"aspect": "1:1"},
            {
                "function": "expand",
                "left_scale": 1,
                "right_scale": 1,
                "top_scale": 1.166667,
                "bottom_scale": 1.166667,
            },
        ),
    ],
)
def test_an_operation_is_said_in_the_older_editors_words(
    name: str, arguments: Mapping[str, JsonValue], expected: Mapping[str, JsonValue]
) -> None:
    found = worded_for(catalogue().operations[name], WANX, arguments, size=size(800, 600))

    assert found.refusals == ()
    assert found.parameters == expected


@pytest.mark.parametrize("name", ["add_text", "detect", "fuse"])
def test_an_operation_without_a_function_is_refused_by_a_model_with_functions(name: str) -> None:
    found = worded_for(catalogue().operations[name], WANX, {}, size=None)

    assert [no.code for no in found.refusals] == ["operation-not-served"]


def test_a_model_that_follows_any_prompt_needs_no_words_of_its_own() -> None:
    for known in catalogue().operations.values():
        found = worded_for(known, WAN, {}, size=None)

        assert (found.parameters, found.refusals) == ({}, ())


def test_an_aspect_needs_the_size_of_the_picture() -> None:
    outpaint = catalogue().operations["outpaint"]

    found = worded_for(outpaint, WANX, {"aspect": "16:9"}, size=None)

    assert {(no.code, no.argument) for no in found.refusals} == {("size-not-known", "aspect")}


def test_what_is_beyond_the_models_range_is_refused_before_it_is_sent() -> None:
    outpaint = catalogue().operations["outpaint"]

    found = worded_for(outpaint, WANX, {"aspect": "4:1"}, size=size(500, 1000))

    assert [no.code for no in found.refusals] == ["out-of-range", "out-of-range"]
    assert "`left_scale` would be 4.5" in found.refusals[0].message
    assert "takes 1 to 2" in found.refusals[0].message


@pytest.mark.parametrize(
    ("factor", "sent", "refused"),
    [(2, 2, False), (2.0, 2.0, False), (1.5, 1.5, True), (5, 5, True), (None, None, False)],
)
def test_a_whole_number_is_wanted_where_the_card_says_so(
    factor: JsonValue, sent: JsonValue, *, refused: bool
) -> None:
    use = ModelUse(
        function="super_resolution", parameters={"upscale_factor": Argument(name="factor")}
    )

    found = worded_for(with_uses(use), WANX, {"factor": factor}, size=None)

    assert found.parameters.get("upscale_factor") == sent
    assert bool(found.refusals) is refused


def test_words_constants_and_sums_become_what_the_model_takes() -> None:
    use = ModelUse(
        function="stylization_all",
        parameters={
            "strength": Argument(name="strength", values={"low": 0.3, "mid": 0.5, "high": 0.8}),
            "is_sketch": Argument(value=True),
            "left_scale": Argument(name="more", plus=1),
            "right_scale": Argument(name="word", plus=1),
        },
    )

    found = worded_for(
        with_uses(use), WANX, {"strength": "mid", "more": 0.25, "word": "much"}, size=None
    )

    assert found.parameters == {
        "function": "stylization_all",
        "strength": 0.5,
        "is_sketch": True,
        "left_scale": 1.25,
        "right_scale": "much",
    }


def test_a_word_that_is_not_in_the_list_is_not_sent() -> None:
    use = ModelUse(parameters={"strength": Argument(name="strength", values={"low": 0.3})})

    found = worded_for(with_uses(use), WANX, {"strength": "other"}, size=None)

    assert (found.parameters, found.refusals) == ({}, ())


@pytest.mark.parametrize(
    ("arguments", "function"),
    [
        ({"what": "style", "region": [0, 0, 1, 1]}, "stylization_local"),
        ({"what": "style"}, "stylization_all"),
        ({"what": "colour"}, None),
    ],
)
def test_the_first_use_that_fits_is_taken(
    arguments: Mapping[str, JsonValue], function: str | None
) -> None:
    painted = with_uses(
        ModelUse(function="stylization_local", given=("region",), when={"what": ("style",)}),
        ModelUse(function="stylization_all", when={"what": ("style",)}),
    )

    found = worded_for(painted, WANX, arguments, size=None)

    assert found.parameters.get("function") == function
    assert bool(found.refusals) is (function is None)


@given(
    picture=st.builds(size, st.integers(100, 4000), st.integers(100, 4000)),
    sides=st.fixed_dictionaries(
        {"left": FRACTIONS, "right": FRACTIONS, "top": FRACTIONS, "bottom": FRACTIONS}
    )
    | st.builds(lambda w, h: {"aspect": f"{w}:{h}"}, st.integers(1, 9), st.integers(1, 9)),
)
@settings(deadline=None)
def test_the_fractions_of_an_extension_lead_to_the_same_canvas(
    picture: Size, sides: Mapping[str, JsonValue]
) -> None:
    fractions = extension_fractions(picture, sides)

    canvas = extended(picture, sides).size
    assert fractions is not None
    across = 1 + fractions["left"] + fractions["right"]
    down = 1 + fractions["top"] + fractions["bottom"]
    assert picture.width_px * across == pytest.approx(canvas.width_px, abs=1.01)
    assert picture.height_px * down == pytest.approx(canvas.height_px, abs=1.01)
