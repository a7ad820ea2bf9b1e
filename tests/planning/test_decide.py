"""What runs, what is reused, and the reason that a person is given."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings

from tests.strategies import (
    artifact,
    chains,
    concrete,
    concrete_step,
    file_image,
    job_image,
    operation,
)
from wanflow.model.concrete import Concrete
from wanflow.model.plan import Decision, Plan, PlannedOutput, Recorded
from wanflow.model.values import JobKey, JsonValue, Sha256
from wanflow.planning.decide import Header, Memory, Tariff, make_plan
from wanflow.planning.jobs import Prepared, jobs_of

FREE = Tariff(currency="CNY", per_picture_micro={}, seconds={})
PAID = Tariff(
    currency="CNY",
    per_picture_micro={"wan2.5-i2i-preview": 200_000},
    seconds={"wan2.5-i2i-preview": 75.0},
)
HEADER = Header(
    recipe="test", recipe_version="1.0.0", recipe_sha256=Sha256("0" * 64), provider="local"
)
NOTHING = Memory(recorded={}, last={})


def prepare(whole: Concrete, family: str = "local@1") -> Prepared:
    return jobs_of(whole.steps, families={"model": family, "builtin": "builtin@1"})


def everything(prepared: Prepared, state: str = "done") -> Memory:
    recorded = {
        job.fingerprint: Recorded(
            fingerprint=job.fingerprint,
            pictures=tuple(artifact(f"{job.key}{k}") for k in range(job.n)),
            notes=(),
            seconds=1.0,
            run="earlier",
        )
        for job in prepared.jobs
    }
    last = {job.key: (prepared.requests[job.key], state) for job in prepared.jobs}
    return Memory(recorded=recorded if state == "done" else {}, last=last)


def plan_of(whole: Concrete, memory: Memory, *, tariff: Tariff = FREE) -> Plan:
    return make_plan(whole, prepare(whole), memory, header=HEADER, tariff=tariff)


def decisions(plan: Plan) -> Mapping[str, Decision]:
    return {entry.job.key: entry.decision for entry in plan.jobs}


def after_change(before: Concrete, now: Concrete) -> Mapping[str, Decision]:
    return decisions(plan_of(now, everything(prepare(before))))


def simple(**step: object) -> Concrete:
    return concrete(concrete_step("a", file_image(), **step))  # type: ignore[arg-type] # by name


@given(whole=chains())
@settings(deadline=None)
def test_in_an_empty_workspace_everything_runs(whole: Concrete) -> None:
    plan = plan_of(whole, NOTHING)

    assert {d.action for d in decisions(plan).values()} == {"run"}
    assert [str(entry.job.key) for entry in plan.jobs] == [str(step.id) for step in whole.steps]


@given(whole=chains())
@settings(deadline=None)
def test_the_same_again_runs_nothing_and_costs_nothing(whole: Concrete) -> None:
    plan = plan_of(whole, everything(prepare(whole)), tariff=PAID)

    assert {d.action for d in decisions(plan).values()} == {"reuse"}
    assert (plan.cost_micro, plan.images_to_buy) == (0, 0)


@given(whole=chains())
@settings(deadline=None)
def test_every_job_stands_after_all_it_needs(whole: Concrete) -> None:
    plan = plan_of(whole, NOTHING)
    order = [entry.job.key for entry in plan.jobs]

    assert all(order.index(need) < order.index(key) for key in order for need in plan.needs[key])


def test_a_changed_prompt_is_named_and_what_hangs_on_it_follows() -> None:
    def recipe(prompt: str) -> Concrete:
        return concrete(
            concrete_step("base", file_image(), prompt=prompt),
            concrete_step("after", job_image("base")),
            concrete_step("aside", file_image("table")),
        )

    found = after_change(recipe("paint it red"), recipe("paint it blue"))

    assert found["base"] == Decision(
        action="run", reason="prompt-changed", detail="'red' to 'blue'"
    )
    assert found["after"] == Decision(action="run", reason="upstream-changed", detail="base")
    assert found["aside"].action == "reuse"


def test_a_changed_argument_is_named_with_both_values() -> None:
    found = after_change(simple(arguments={"left": 0.5}), simple(arguments={"left": 0.25}))

    assert found["a"] == Decision(
        action="run", reason="arguments-changed", detail="left '0.5' to '0.25'"
    )


def test_added_and_removed_arguments_are_named() -> None:
    found = after_change(simple(arguments={"left": 1}), simple(arguments={"right": 1}))

    assert found["a"].detail == "left removed (was '1'), right is now '1'"


def test_changed_parameters_are_named() -> None:
    found = after_change(simple(), simple(n=2))

    assert found["a"] == Decision(action="run", reason="parameters-changed", detail="n '1' to '2'")


def test_several_changes_stand_behind_the_first() -> None:
    found = after_change(simple(prompt="红色"), simple(prompt="蓝色", n=2))

    assert found["a"] == Decision(
        action="run", reason="prompt-changed", detail="'红' to '蓝'; parameters changed"
    )


def test_another_picture_from_outside_is_named() -> None:
    other = concrete(concrete_step("a", replace(file_image(), artifact=artifact("new"))))

    found = after_change(simple(), other)

    assert found["a"] == Decision(action="run", reason="images-changed", detail="image 1")


def test_another_number_of_pictures_is_named() -> None:
    other = concrete(concrete_step("a", file_image(), file_image("table")))

    assert after_change(simple(), other)["a"] == Decision(
        action="run", reason="images-changed", detail="1 to 2"
    )


def test_a_picture_of_a_step_in_place_of_a_file_is_a_change_of_images() -> None:
    before = concrete(concrete_step("a", file_image()), concrete_step("b", file_image()))
    now = concrete(concrete_step("a", file_image()), concrete_step("b", job_image("a")))

    assert after_change(before, now)["b"].reason == "images-changed"


def test_another_operation_is_named() -> None:
    found = after_change(simple(), simple(uses=operation("detect")))

    assert found["a"].reason == "operation-changed"
    assert found["a"].detail.startswith("'edit' to 'detect'")


def test_a_new_version_of_an_operation_is_named() -> None:
    found = after_change(simple(), simple(uses=operation(version="1.1.0")))

    assert found["a"] == Decision(
        action="run", reason="operation-changed", detail="'1.0.0' to '1.1.0'"
    )


def test_another_provider_is_named() -> None:
    whole = simple()
    memory = everything(prepare(whole, "local@1"))

    plan = make_plan(whole, prepare(whole, "dashscope@1"), memory, header=HEADER, tariff=FREE)

    assert decisions(plan)["a"] == Decision(
        action="run", reason="provider-changed", detail="'local@1' to 'dashscope@1'"
    )


def test_another_model_is_named() -> None:
    step = concrete_step("a", file_image())

    found = after_change(concrete(step), concrete(replace(step, model="wan2.6-image")))

    assert found["a"] == Decision(
        action="run", reason="model-changed", detail="'wan2.5-i2i-preview' to 'wan2.6-image'"
    )


def test_another_take_is_named() -> None:
    found = after_change(simple(), simple(take=2))

    assert found["a"] == Decision(action="run", reason="take-changed", detail="take 2")


def test_what_failed_or_did_not_end_runs_again() -> None:
    whole = simple()

    failed = decisions(plan_of(whole, everything(prepare(whole), "failed")))
    started = decisions(plan_of(whole, everything(prepare(whole), "started")))

    assert failed["a"] == Decision(action="run", reason="unfinished", detail="it failed")
    assert started["a"] == Decision(action="run", reason="unfinished", detail="it did not end")


def test_damaged_pictures_are_made_again_and_what_hangs_on_them_too() -> None:
    whole = concrete(concrete_step("a", file_image()), concrete_step("b", job_image("a")))
    prepared = prepare(whole)
    memory = everything(prepared)
    lost = prepared.jobs[0].fingerprint
    kept = {key: entry for key, entry in memory.recorded.items() if key != lost}

    found = decisions(plan_of(whole, replace(memory, recorded=kept, damaged={lost})))

    assert found["a"].reason == "objects-missing"
    assert found["b"] == Decision(action="run", reason="upstream-changed", detail="a")


def test_a_false_condition_skips_the_step_and_what_needs_it() -> None:
    night = replace(concrete_step("night", file_image(), when="mood == 'dark'"), applies=False)
    whole = concrete(
        night, concrete_step("after", job_image("night")), concrete_step("c", file_image())
    )

    plan = plan_of(whole, NOTHING)

    assert [(s.key, s.decision.reason, s.decision.detail) for s in plan.skipped] == [
        ("night", "when-false", "mood == 'dark'"),
        ("after", "upstream-skipped", "night"),
    ]
    assert list(decisions(plan)) == ["c"]


def test_cost_counts_every_picture_that_is_bought() -> None:
    whole = concrete(
        concrete_step("a", file_image(), n=3),
        concrete_step("b", job_image("a"), uses=operation("crop", kind="builtin")),
    )

    plan = plan_of(whole, NOTHING, tariff=PAID)

    assert (plan.cost_micro, plan.images_to_buy, plan.currency) == (600_000, 3, "CNY")
    assert [entry.seconds_estimate for entry in plan.jobs] == [75.0, 0.0]


def test_steps_that_are_not_wanted_are_left_out_with_their_outputs() -> None:
    output = PlannedOutput(name="o", file_name="o", job=JobKey("b"), index=1)
    whole = replace(
        concrete(concrete_step("a", file_image()), concrete_step("b", file_image())),
        outputs=(output,),
    )

    plan = make_plan(
        whole, prepare(whole), NOTHING, header=HEADER, tariff=FREE, wanted={JobKey("a")}
    )

    assert [s.decision.reason for s in plan.skipped] == ["not-selected"]
    assert plan.outputs == ()
    assert plan.digest != plan_of(whole, NOTHING).digest


def test_an_unknown_change_still_has_a_reason() -> None:
    whole = simple()
    strange: Mapping[str, JsonValue] = {**prepare(whole).requests[JobKey("a")], "take": 7}

    plan = plan_of(whole, Memory(recorded={}, last={JobKey("a"): (strange, "done")}))

    assert decisions(plan)["a"].reason == "take-changed"


def test_what_was_paid_for_already_costs_nothing_more() -> None:
    whole = concrete(concrete_step("a", file_image(), n=3))
    bought = {prepare(whole).jobs[0].fingerprint}

    plan = plan_of(whole, replace(NOTHING, paid=bought), tariff=PAID)

    assert (plan.cost_micro, plan.images_to_buy) == (0, 0)
    assert plan.jobs[0].paid
    assert plan.jobs[0].seconds_estimate == 75.0


def test_equal_requests_are_priced_once() -> None:
    whole = concrete(concrete_step("a", file_image()), concrete_step("b", file_image()))

    plan = plan_of(whole, NOTHING, tariff=PAID)

    assert [entry.cost_micro for entry in plan.jobs] == [200_000, 0]


def partly(prepared: Prepared, missing: tuple[int, ...]) -> Memory:
    """Remember the first job as one of whose pictures some were not made."""
    memory = everything(prepared)
    first = memory.recorded[prepared.jobs[0].fingerprint]
    part = replace(first, pictures=first.pictures[: -len(missing)], missing=missing)
    return replace(memory, recorded={**memory.recorded, first.fingerprint: part})


def test_topping_up_asks_for_what_is_missing_and_leaves_the_rest() -> None:
    whole = concrete(
        concrete_step("a", file_image(), n=4, seed=7), concrete_step("b", job_image("a"))
    )
    prepared = prepare(whole)
    memory = partly(prepared, (2, 4))

    as_is = plan_of(whole, memory, tariff=PAID)
    plan = make_plan(whole, prepared, memory, header=HEADER, tariff=PAID, top_up=True)

    assert decisions(as_is)["a"].action == "reuse"
    assert decisions(plan)["a"] == Decision(action="run", reason="topped-up", detail="2 of 4")
    assert decisions(plan)["b"].action == "reuse"
    assert (plan.images_to_buy, plan.cost_micro) == (2, 400_000)
    rest = plan.jobs[0].top_up
    assert rest is not None
    assert (rest.n, rest.seed, rest.parameters["seed"]) == (2, 8, 8)
    assert rest.fingerprint != plan.jobs[0].job.fingerprint


def test_topping_up_needs_no_seed_and_touches_nothing_that_is_whole() -> None:
    whole = concrete(concrete_step("a", file_image(), n=2), concrete_step("b", file_image()))
    prepared = prepare(whole)

    plan = make_plan(
        whole, prepared, partly(prepared, (1,)), header=HEADER, tariff=FREE, top_up=True
    )

    rest = plan.jobs[0].top_up
    assert rest is not None
    assert rest.seed is None
    assert "seed" not in rest.parameters
    assert decisions(plan)["b"].action == "reuse"
