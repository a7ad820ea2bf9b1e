"""The record of a run says of every step what became of it, and nothing that did not happen."""

from collections.abc import Mapping
from dataclasses import replace

from tests.strategies import artifact, concrete, concrete_step, file_image, job_image, operation
from wanflow.execute.ledger import Bill
from wanflow.execute.record import RunFacts, record_of
from wanflow.model.concrete import Concrete
from wanflow.model.plan import Plan, PlannedOutput, Recorded
from wanflow.model.run import (
    Done,
    Failed,
    Outcome,
    OutputRecord,
    Reused,
    RunRecord,
    Skipped,
    StepRecord,
)
from wanflow.model.values import JobKey, Note, RunId, Sha256, Size
from wanflow.planning.decide import Header, Memory, Tariff, make_plan
from wanflow.planning.jobs import jobs_of

HEADER = Header(
    recipe="test", recipe_version="1.2.0", recipe_sha256=Sha256("0" * 64), provider="dashscope"
)
PAID = Tariff(currency="CNY", per_picture_micro={"wan2.5-i2i-preview": 200_000}, seconds={})
MADE = Done(pictures=(artifact("made"),), notes=(Note(code="n", text="note"),), seconds=2.5)


def plan_of(whole: Concrete, *, reused: tuple[str, ...] = (), run: str = "earlier") -> Plan:
    prepared = jobs_of(whole.steps, families={"model": "dashscope@1", "builtin": "builtin@1"})
    recorded = {
        job.fingerprint: Recorded(
            fingerprint=job.fingerprint, pictures=(artifact("r"),), notes=(), seconds=7, run=run
        )
        for job in prepared.jobs
        if job.key in reused
    }
    memory = Memory(recorded=recorded, last={})
    return make_plan(whole, prepared, memory, header=HEADER, tariff=PAID)


def facts(**more: object) -> RunFacts:
    base = RunFacts(
        run=RunId("test-1"),
        state="done",
        description="",
        recipe_file="test.yaml",
        recipe_source="wanflow: 1",
        wanflow_version="0",
        started_at="2026-11-23T10:00:00Z",
        ended_at="2026-11-23T10:01:00Z",
        seconds=60,
        command="wanflow run test.yaml",
        operations={"edit": operation(), "crop": operation("crop", kind="builtin")},
    )
    return replace(base, **more)  # type: ignore[arg-type] # fields by name, for tests


def record(plan: Plan, outcomes: Mapping[str, Outcome], **more: object) -> RunRecord:
    return record_of(plan, {JobKey(key): value for key, value in outcomes.items()}, facts(**more))


def step(made: RunRecord, key: str) -> StepRecord:
    return next(entry for entry in made.steps if entry.key == key)


def test_a_done_step_has_its_pictures_times_and_cost() -> None:
    plan = plan_of(concrete(concrete_step("a", file_image())))
    files = {(JobKey("a"), 1): "images/a-1.png"}

    bills = {plan.jobs[0].job.fingerprint: Bill(billed_images=1, cost_micro=200_000)}

    made = record(plan, {"a": MADE}, files=files, bills=bills)

    done = step(made, "a")
    assert (done.state, done.seconds, done.cost_micro) == ("done", 2.5, 200_000)
    assert [(p.name, p.file) for p in done.pictures] == [("a", "images/a-1.png")]
    assert made.cost_micro == 200_000


def test_a_reused_step_costs_nothing_and_says_whose_it_was() -> None:
    plan = plan_of(concrete(concrete_step("a", file_image())), reused=("a",))

    made = record(plan, {"a": Reused(pictures=(artifact("r"),), run="earlier")})

    assert (step(made, "a").state, step(made, "a").reused_from) == ("reused", "earlier")
    assert made.cost_micro == 0


def test_what_this_run_made_before_an_interruption_is_its_own_work() -> None:
    plan = plan_of(concrete(concrete_step("a", file_image())), reused=("a",), run="test-1")

    made = record(plan, {"a": Reused(pictures=(artifact("r"),), run="test-1")})

    assert (step(made, "a").state, step(made, "a").reused_from) == ("done", None)
    assert step(made, "a").seconds == 7


def test_a_failed_step_says_why_and_what_hangs_on_it_says_whom_it_misses() -> None:
    plan = plan_of(
        concrete(
            concrete_step("a", file_image()),
            concrete_step("b", job_image("a")),
            concrete_step("c", file_image()),
        )
    )
    outcomes: dict[str, Outcome] = {
        "a": Failed(code="refused", message="no", hint="say it otherwise"),
        "b": Skipped(because=JobKey("a"), reason="upstream-failed"),
        "c": Skipped(because=JobKey("a"), reason="stopped"),
    }

    made = record(plan, outcomes, state="failed")

    assert (step(made, "a").state, step(made, "a").error, step(made, "a").hint) == (
        "failed",
        "no",
        "say it otherwise",
    )
    assert step(made, "b").error == "it needs 'a', which made no picture"
    assert step(made, "b").images == ()
    assert step(made, "c").error == "'a' failed and says `on_error: stop`"


def test_a_step_that_wants_more_pictures_than_there_are_shows_none() -> None:
    plan = plan_of(
        concrete(concrete_step("a", file_image()), concrete_step("b", job_image("a", 3)))
    )

    made = record(plan, {"a": MADE, "b": Failed(code="picture-not-made", message="no")})

    assert step(made, "b").images == ()


def test_unsettled_steps_are_running_or_waiting() -> None:
    plan = plan_of(concrete(concrete_step("a", file_image()), concrete_step("b", file_image())))

    made = record(
        plan, {}, state="running", ended_at=None, started={JobKey("a"): "2026-11-23T10:00:01Z"}
    )

    assert [entry.state for entry in made.steps] == ["running", "waiting"]
    assert step(made, "a").started_at == "2026-11-23T10:00:01Z"


def test_images_of_a_step_say_where_they_come_from_and_what_was_mended() -> None:
    mended = (Note(code="flattened", text="transparency flattened on white"),)
    picture = replace(file_image(), mended=mended, size=Size(width_px=400, height_px=300))
    plan = plan_of(
        concrete(concrete_step("a", picture), concrete_step("b", picture, job_image("a")))
    )

    made = record(
        plan,
        {"a": MADE, "b": MADE},
        input_files={picture.artifact.sha256: "inputs/photo.png"},
        files={(JobKey("a"), 1): "images/a-1.png"},
    )

    first, second = step(made, "b").images
    assert (first.file, first.mended, first.step) == ("inputs/photo.png", mended, None)
    assert (second.file, second.step, second.index) == ("images/a-1.png", "a", 1)
    assert [entry.name for entry in made.input_pictures] == ["photo"]


def test_steps_stand_in_the_order_of_the_recipe_with_those_left_out() -> None:
    left_out = replace(concrete_step("b", file_image(), when="false"), applies=False)
    plan = plan_of(
        concrete(concrete_step("a", file_image()), left_out, concrete_step("c", file_image()))
    )

    made = record(plan, {"a": MADE, "c": MADE})

    assert [(entry.key, entry.state) for entry in made.steps] == [
        ("a", "done"),
        ("b", "skipped"),
        ("c", "done"),
    ]
    assert step(made, "b").decision.reason == "when-false"


def test_outputs_have_their_files_and_miss_what_was_not_made() -> None:
    outputs = tuple(
        PlannedOutput(name=name, file_name=name, job=JobKey(job), index=index)
        for name, job, index in (("one", "a", 1), ("two", "a", 2), ("three", "b", 1))
    )
    whole = replace(
        concrete(concrete_step("a", file_image()), concrete_step("b", file_image())),
        outputs=outputs,
    )

    made = record(
        plan_of(whole),
        {"a": MADE, "b": Failed(code="no", message="no")},
        output_files={"one": "outputs/one.png"},
    )

    assert [(o.name, o.file, o.artifact) for o in made.outputs] == [
        ("one", "outputs/one.png", artifact("made")),
        ("two", None, None),
        ("three", None, None),
    ]


def test_a_step_with_two_pictures_numbers_them() -> None:
    plan = plan_of(concrete(concrete_step("a", file_image(), n=2)))

    made = record(plan, {"a": Done(pictures=(artifact("x"), artifact("y")))})

    assert [entry.name for entry in step(made, "a").pictures] == ["a-1", "a-2"]


def test_an_output_says_what_its_file_holds() -> None:
    plain = OutputRecord(
        name="one", file="outputs/one.png", step=JobKey("a"), index=1, artifact=artifact("made")
    )

    assert plain.content == artifact("made")
    assert replace(plain, written=artifact("labelled")).content == artifact("labelled")
