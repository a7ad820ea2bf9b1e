"""From a row's plan and outcomes to what the report of a campaign says of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from wanflow.cli.row_stage import input_file, output_file, picture_file
from wanflow.execute.ledger import Bill
from wanflow.execute.record import RunFacts, input_images, record_of
from wanflow.model.campaign import Row, RowKey, RowRecord, RowState
from wanflow.model.operation import Operation
from wanflow.model.plan import Decision, Plan
from wanflow.model.run import Again, Done, Failed, Outcome, StepRecord, StepState, numbered
from wanflow.model.values import Fingerprint, JobKey, RunId

# The state of a row is the first of these that one of its steps is in.
_FIRST: tuple[tuple[StepState, RowState], ...] = (
    ("undecided", "undecided"),
    ("running", "running"),
    ("unfinished", "unfinished"),
    ("failed", "failed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What the records of all rows of a run have in common.

    `begun` are the jobs that have begun and not settled, by row; `going` says that the run goes on.
    """

    run: RunId
    operations: Mapping[str, Operation]
    bills: Mapping[Fingerprint, Bill]
    begun: Mapping[RowKey, frozenset[JobKey]]
    going: bool


def row_record(
    row: Row, plan: Plan, outcomes: Mapping[JobKey, Outcome], facts: RowFacts
) -> RowRecord:
    """Say what has become of a row.

    Args:
        row: with its values.
        plan: of the row, whatever it decides today: what has happened is told by the outcomes.
        outcomes: of the jobs that have settled.
        facts: of the run.
    """
    record = record_of(plan, outcomes, _facts(row.key, plan, outcomes, facts))
    steps = tuple(_decided(step, facts.run) for step in record.steps)
    return RowRecord(
        key=row.key,
        number=row.number,
        state=row_state(steps),
        values=row.values,
        combination=row.combination,
        inputs=record.inputs,
        input_pictures=record.input_pictures,
        steps=steps,
        outputs=record.outputs,
    )


def row_state(steps: tuple[StepRecord, ...]) -> RowState:
    """Put the states of a row's steps together to that of the row."""
    states = {step.state for step in steps}
    for of_step, of_row in _FIRST:
        if of_step in states:
            return of_row
    if "waiting" in states:
        return "unfinished" if states & {"done", "reused"} else "not-started"
    return "reused" if "reused" in states and "done" not in states else "done"


def ending_of(outcomes: Collection[Outcome]) -> RowState:
    """Say how a row has ended, by the outcomes of its jobs alone."""
    failed = {outcome.again for outcome in outcomes if isinstance(outcome, Failed)}
    for again, state in _ENDINGS:
        if again in failed:
            return state
    return "done" if any(isinstance(one, Done) for one in outcomes) else "reused"


_ENDINGS: tuple[tuple[Again, RowState], ...] = (
    ("asks", "undecided"),
    ("goes-on", "unfinished"),
    ("fails", "failed"),
)


def _facts(
    key: RowKey, plan: Plan, outcomes: Mapping[JobKey, Outcome], facts: RowFacts
) -> RunFacts:
    begun = facts.begun.get(key, frozenset())
    return RunFacts(
        run=facts.run,
        state="running" if facts.going else "done",
        description="",
        recipe_file="",
        recipe_source="",
        wanflow_version="",
        started_at="",
        ended_at=None,
        seconds=0.0,
        command="",
        operations=facts.operations,
        files={
            (job, index): picture_file(key, job, index, artifact)
            for job, outcome in outcomes.items()
            for index, artifact in numbered(outcome).items()
        },
        input_files={
            image.artifact.sha256: input_file(image.name, image.artifact)
            for image in input_images(plan)
        },
        output_files={
            output.name: output_file(key, output.name, artifact)
            for output in plan.outputs
            if not isinstance(outcomes.get(output.job), Failed)
            and (artifact := numbered(outcomes.get(output.job)).get(output.index)) is not None
        },
        started=dict.fromkeys((*begun, *outcomes), ""),
        bills=facts.bills,
    )


def _decided(step: StepRecord, run: RunId) -> StepRecord:
    """Say why a step was done or reused as it came about, not as it would be decided today."""
    started = None if not step.started_at else step.started_at
    if step.state == "reused":
        decision = Decision(action="reuse", reason="recorded", detail=step.reused_from or run)
    elif step.state in ("done", "failed", "unfinished", "undecided"):
        decision = Decision(action="run", reason="first-time")
    else:
        decision = step.decision
    return replace(step, decision=decision, started_at=started)
