from dataclasses import replace

import pytest

from tests.strategies import concrete_step, file_image, job_image, operation
from wanflow.loading import catalogue
from wanflow.model.concrete import ConcreteStep
from wanflow.model.plan import UrlImage
from wanflow.model.recipe import Ratio, Tier
from wanflow.model.values import JsonValue, Size
from wanflow.planning.against_card import Change
from wanflow.planning.moves import Moves, moves_to

CARDS = catalogue().models
KNOWN = catalogue().operations
EDIT = KNOWN["edit"]
WANX = "wanx2.1-imageedit"


def moved(model: str, *steps: ConcreteStep, region: str = "beijing") -> Moves:
    return moves_to(model, steps, CARDS, region=region)


def changes(model: str, step: ConcreteStep, **where: str) -> list[tuple[str, str]]:
    (move,) = moved(model, step, **where).steps
    return [(change.kind, change.code) for change in move.changes]


def edit(**step: object) -> ConcreteStep:
    return concrete_step("a", file_image(), uses=EDIT, **step)  # type: ignore[arg-type] # fields


def several(n: int) -> ConcreteStep:
    return replace(edit(), step=replace(edit().step, n=n))


def test_the_same_model_changes_nothing() -> None:
    (move,) = moved("wan2.5-i2i-preview", edit(seed=7)).steps

    assert move.before == move.after
    assert move.changes == ()


@pytest.mark.parametrize(
    ("model", "step", "expected"),
    [
        (WANX, edit(), []),
        (WANX, edit(size=Size(width_px=1024, height_px=1024)), [("stops", "unknown-parameter")]),
        (WANX, edit(prompt_extend=True), [("stops", "unknown-parameter")]),
        (WANX, edit(prompt_extend=False, watermark=False), []),
        (WANX, edit(prompt="长" * 801), [("loses", "prompt-too-long")]),
        (WANX, edit(seed=2**31), [("stops", "out-of-range")]),
        ("qwen-image-edit", several(2), [("stops", "out-of-range"), ("differs", "no-task")]),
        ("wan2.6-image", edit(size=Tier(name="2K")), []),
        ("wan2.7-image-pro", edit(size=Tier(name="4K")), [("stops", "unknown-size")]),
        ("wan2.6-image", edit(size=Ratio(width=16, height=9)), []),
        ("wan2.6-image", edit(size=Ratio(width=9, height=1)), [("stops", "size-ratio")]),
        ("wan2.6-image", edit(size=Size(width_px=1024, height_px=768)), []),
        (
            "qwen-image-edit-plus",
            edit(size=Size(width_px=2560, height_px=640)),
            [("stops", "size-area"), ("differs", "no-task")],
        ),
    ],
)
def test_what_a_move_brings_is_said(
    model: str, step: ConcreteStep, expected: list[tuple[str, str]]
) -> None:
    found = changes(model, step)

    # The picture of 640*480 is too small for the older editor, whatever is done to it.
    small = [("differs", "picture-mended")] if model == WANX else []
    assert found == [*expected, *small]


def test_a_seed_is_refused_where_a_model_has_none() -> None:
    lame = replace(CARDS["wan2.6-image"], name="lame", parameters={"n": {}})

    (move,) = moves_to("lame", [edit(seed=7)], {**CARDS, "lame": lame}, region="beijing").steps

    assert move.changes == (
        Change(kind="stops", code="unknown-parameter", message="has no parameter 'seed'"),
    )


def test_a_negative_prompt_is_refused_or_cut() -> None:
    parameters: dict[str, JsonValue] = {"n": 1, "negative_prompt": "模" * 600}
    step = replace(edit(), parameters=parameters)

    assert ("stops", "unknown-parameter") in changes("wan2.7-image", step)
    assert changes("wan2.6-image", step) == [("loses", "negative-prompt-too-long")]


def test_more_pictures_than_the_model_takes_stop_it() -> None:
    two = concrete_step("a", file_image("x"), file_image("y"), uses=EDIT)

    assert ("stops", "too-many-images") in changes(WANX, two)
    assert changes("wan2.6-image", two) == []


def test_a_mask_is_one_more_picture_where_it_is_understood() -> None:
    uses = replace(operation("inpaint"), roles=("picture", "mask"))
    masked = concrete_step("a", file_image("x"), file_image("y"), uses=uses)

    assert ("stops", "too-many-images") not in changes(WANX, masked)
    assert ("stops", "operation-not-served") in changes(WANX, masked)
    assert changes("wan2.7-image", masked) == [("loses", "mask-as-picture")]


def test_a_shape_is_lost_where_nobody_can_ask_for_it() -> None:
    wide = concrete_step("a", file_image(), uses=KNOWN["outpaint"])

    assert ("loses", "shape-not-asked") in changes("qwen-image-edit", wide)


def test_a_picture_that_cannot_be_brought_within_limits_stops_it() -> None:
    image = file_image()
    thin = replace(image, artifact=replace(image.artifact, width_px=100, height_px=9000))

    found = changes(WANX, concrete_step("a", thin, uses=EDIT))

    assert ("stops", "image-too-narrow") in found


def test_a_region_that_does_not_serve_it_stops_it_and_has_no_price() -> None:
    moves = moved(WANX, edit(), region="singapore")

    assert ("stops", "model-not-served") in [(c.kind, c.code) for c in moves.steps[0].changes]
    assert moves.steps[0].after.price_micro is None
    assert (moves.cost_before_micro, moves.cost_after_micro) == (220_177, 0)
    assert moves.regions == ("beijing",)


def test_sizes_times_and_costs_are_those_of_the_whole_chain() -> None:
    small = operation("crop", kind="builtin")
    moves = moved(
        WANX,
        concrete_step("wide", file_image(), uses=KNOWN["outpaint"], arguments={"left": 0.5}),
        replace(concrete_step("cut", job_image("wide"), uses=small), model=None),
        concrete_step("left-out", file_image(), uses=EDIT),
        concrete_step(
            "last", job_image("cut"), UrlImage(name="u", url="https://e.com/u"), uses=EDIT
        ),
    )

    assert [move.step for move in moves.steps] == ["wide", "left-out", "last"]
    wide, _, last = moves.steps
    assert wide.before.result_size == Size(width_px=1808, height_px=896)
    # The picture of 640*480 is scaled up to 683*512 first.
    assert wide.after.result_size == Size(width_px=1025, height_px=512)
    assert wide.after.parameters["left_scale"] == 1.5
    assert last.after.result_size is None
    assert (moves.seconds_before, moves.seconds_after) == (150.0, 20.0)
    assert (moves.cost_before_micro, moves.cost_after_micro) == (600_000, 420_000)


def test_what_has_to_be_mended_as_it_is_is_not_told_again() -> None:
    image = file_image()
    small = replace(image, artifact=replace(image.artifact, width_px=200, height_px=200))
    step = concrete_step("a", small, uses=EDIT)
    step = replace(step, model="wan2.6-image")

    assert changes("wan2.7-image", step) == []
    assert changes(WANX, step) == [("differs", "picture-mended")]


def test_a_step_that_does_not_apply_is_left_out() -> None:
    assert moved(WANX, replace(edit(), applies=False)).steps == ()
