"""From a plan and its outcomes to the record that a report is made from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wanflow.errors import StepError
from wanflow.execute.attempt import inputs_of
from wanflow.execute.ledger import Bill
from wanflow.model.operation import Operation
from wanflow.model.plan import FileImage, Job, JobImage, Plan, Planned, SkippedStep, SourceImage
from wanflow.model.run import (
    Again,
    Done,
    Failed,
    Outcome,
    OutputRecord,
    PictureRecord,
    Reused,
    RunRecord,
    RunState,
    Skipped,
    StepRecord,
    StepState,
    numbered,
)
from wanflow.model.values import Artifact, Fingerprint, JobKey, Note, RunId, Sha256, Size
from wanflow.planning.source_type import source_type


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a record says beyond the plan: the recipe's text, times, and where the files lie.

    `files` maps (step, index from 1) to the file of that picture, `input_files` the digest of an
    input picture to its file, `output_files` the name of an output; all relative to the run's
    directory. `started` maps a job to when it began, UTC in ISO 8601. `bills` are the ledger's of
    this run, `service` and `region` where the requests went; all three empty when nothing is paid.
    `source_types` are the kinds of input pictures by digest, as far as their files tell. `written`
    maps the name of an output to what its file holds, where that is not the picture byte for byte,
    and `remarks` to what the reader should know of it.
    """

    run: RunId
    state: RunState
    description: str
    recipe_file: str
    recipe_source: str
    wanflow_version: str
    started_at: str
    ended_at: str | None
    seconds: float
    command: str
    operations: Mapping[str, Operation]
    files: Mapping[tuple[JobKey, int], str] = field(default_factory=dict)
    input_files: Mapping[Sha256, str] = field(default_factory=dict)
    output_files: Mapping[str, str] = field(default_factory=dict)
    started: Mapping[JobKey, str] = field(default_factory=dict)
    bills: Mapping[Fingerprint, Bill] = field(default_factory=dict)
    service: str | None = None
    region: str | None = None
    source_types: Mapping[Sha256, str] = field(default_factory=dict)
    written: Mapping[str, Artifact] = field(default_factory=dict)
    remarks: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)


def record_of(plan: Plan, outcomes: Mapping[JobKey, Outcome], facts: RunFacts) -> RunRecord:
    """Put together everything that a report needs.

    Args:
        plan: what was to be done.
        outcomes: of the jobs that have settled; a job without one is `running` if it has begun,
            else `waiting`.
        facts: of the run.

    Returns:
        The record; its steps stand in the order of the recipe, those left out included.
    """
    bills, kinds = _bills(plan, facts), _source_types(plan, facts)
    steps = {
        entry.job.pointer: replace(
            _billed(_step(entry, plan, outcomes, facts), bills.get(entry.job.key)),
            source_type=kinds[entry.job.key],
        )
        for entry in plan.jobs
    }
    steps |= {entry.pointer: _left_out(entry, facts) for entry in plan.skipped}
    ordered = tuple(steps[pointer] for pointer in sorted(steps, key=_place))
    return RunRecord(
        run=facts.run,
        state=facts.state,
        recipe=plan.recipe,
        recipe_version=plan.recipe_version,
        description=facts.description,
        recipe_file=facts.recipe_file,
        recipe_sha256=plan.recipe_sha256,
        recipe_source=facts.recipe_source,
        provider=plan.provider,
        wanflow_version=facts.wanflow_version,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        seconds=facts.seconds,
        inputs=plan.inputs,
        input_pictures=_input_pictures(plan, facts),
        steps=ordered,
        outputs=_outputs(plan, outcomes, facts),
        currency=plan.currency,
        cost_micro=sum(step.cost_micro for step in ordered),
        command=facts.command,
        digest=plan.digest,
        billed_images=sum(step.billed_images for step in ordered),
        at_risk_images=sum(step.at_risk_images for step in ordered),
        service=facts.service,
        region=facts.region,
    )


def _place(pointer: str) -> int:
    return int(pointer.rpartition("/")[2] or 0)


def _step(
    entry: Planned, plan: Plan, outcomes: Mapping[JobKey, Outcome], facts: RunFacts
) -> StepRecord:
    job = entry.job
    outcome = outcomes.get(job.key)
    failed = outcome if isinstance(outcome, Failed) else None
    receipt = None if outcome is None or isinstance(outcome, Skipped) else outcome.receipt
    return StepRecord(
        key=job.key,
        operation=job.operation,
        summary=_summary(facts, job.operation, job.language),
        state=_state(outcome, facts, job.key),
        decision=entry.decision,
        provider=job.provider.partition("@")[0],
        model=job.model,
        language=job.language,
        template=job.template,
        prompt=job.prompt,
        arguments=job.arguments,
        parameters=job.parameters,
        fingerprint=job.fingerprint,
        needs=plan.needs.get(job.key, ()),
        images=_images(job, outcomes, facts),
        pictures=_pictures(job, outcome, facts),
        picked=job.pick,
        notes=outcome.notes if isinstance(outcome, Done | Reused) else (),
        error_code=failed.code if failed else None,
        error=failed.message if failed else _because(outcome),
        hint=failed.hint if failed else None,
        started_at=facts.started.get(job.key),
        seconds=_seconds(entry, outcome, facts),
        reused_from=_reused_from(outcome, facts),
        task_id=receipt.task_id if receipt else None,
        request_id=receipt.request_id if receipt else None,
        actual_prompts=receipt.actual_prompts if receipt else (),
        checks=() if outcome is None or isinstance(outcome, Skipped) else outcome.checks,
    )


def _source_types(plan: Plan, facts: RunFacts) -> Mapping[JobKey, str | None]:
    """Say of each job what kind of picture it makes, from the first one on."""
    found: dict[JobKey, str | None] = {}

    def kind(image: SourceImage) -> str | None:
        if isinstance(image, FileImage):
            return facts.source_types.get(image.artifact.sha256)
        return found.get(image.job) if isinstance(image, JobImage) else None

    for job in (entry.job for entry in plan.jobs):
        provider = job.provider.partition("@")[0]
        parents = [kind(image) for image in job.images]
        found[job.key] = source_type(facts.operations[job.operation], provider, parents)
    return found


def _bills(plan: Plan, facts: RunFacts) -> Mapping[JobKey, Bill]:
    """Find what each step has cost; of equal requests in one recipe, the first has bought it."""
    buyers: dict[Fingerprint, JobKey] = {}
    for entry in plan.jobs:
        buyers.setdefault(entry.job.fingerprint, entry.job.key)
        if entry.top_up is not None:
            buyers.setdefault(entry.top_up.fingerprint, entry.job.key)
    bills: dict[JobKey, Bill] = {}
    for request, bill in facts.bills.items():
        if request in buyers:
            before = bills.get(buyers[request], Bill())
            bills[buyers[request]] = replace(
                bill,
                billed_images=before.billed_images + bill.billed_images,
                cost_micro=before.cost_micro + bill.cost_micro,
                at_risk_images=before.at_risk_images + bill.at_risk_images,
            )
    return bills


def _billed(step: StepRecord, bill: Bill | None) -> StepRecord:
    if bill is None:
        return step
    return replace(
        step,
        cost_micro=bill.cost_micro,
        billed_images=bill.billed_images,
        at_risk_images=bill.at_risk_images,
        task_id=step.task_id or bill.task_id,
        request_id=step.request_id or bill.request_id,
    )


def _left_out(entry: SkippedStep, facts: RunFacts) -> StepRecord:
    return StepRecord(
        key=entry.key,
        operation=entry.operation,
        summary=_summary(facts, entry.operation, "en"),
        state="skipped",
        decision=entry.decision,
    )


def _summary(facts: RunFacts, operation: str, language: str) -> str:
    summaries = facts.operations[operation].summary
    return summaries.get(language) or next(iter(summaries.values()), "")


def _state(outcome: Outcome | None, facts: RunFacts, key: JobKey) -> StepState:
    match outcome:
        case Done():
            return "done"
        case Reused():
            # What this very run made before it was interrupted is its own work, not a find.
            return "done" if outcome.run == facts.run else "reused"
        case Failed():
            return _FAILED[outcome.again]
        case Skipped():
            return "skipped"
        case None:
            if key not in facts.started:
                return "waiting"
            return "running" if facts.state == "running" else "unfinished"


_FAILED: Mapping[Again, StepState] = {
    "fails": "failed",
    "goes-on": "unfinished",
    "asks": "undecided",
}


def _because(outcome: Outcome | None) -> str | None:
    if not isinstance(outcome, Skipped) or outcome.because is None:
        return None
    if outcome.reason == "stopped":
        return f"'{outcome.because}' failed and says `on_error: stop`"
    return f"it needs '{outcome.because}', which made no picture"


def _seconds(entry: Planned, outcome: Outcome | None, facts: RunFacts) -> float:
    if isinstance(outcome, Done | Failed):
        return outcome.seconds
    if isinstance(outcome, Reused) and outcome.run == facts.run and entry.recorded is not None:
        return entry.recorded.seconds
    return 0.0


def _reused_from(outcome: Outcome | None, facts: RunFacts) -> str | None:
    if isinstance(outcome, Reused) and outcome.run != facts.run:
        return outcome.run
    return None


def _pictures(job: Job, outcome: Outcome | None, facts: RunFacts) -> tuple[PictureRecord, ...]:
    made = numbered(outcome)
    return tuple(
        PictureRecord(
            name=f"{job.key}-{index}" if len(made) > 1 else job.key,
            artifact=artifact,
            file=facts.files.get((job.key, index)),
            size=_size(artifact),
            step=job.key,
            index=index,
        )
        for index, artifact in made.items()
    )


def _images(
    job: Job, outcomes: Mapping[JobKey, Outcome], facts: RunFacts
) -> tuple[PictureRecord, ...]:
    try:
        artifacts = iter(inputs_of(job, {key: outcomes[key] for key in _needed(job, outcomes)}))
    except (KeyError, StepError):
        return ()  # what it needs has not been made
    on_disk = (image for image in job.images if isinstance(image, FileImage | JobImage))
    return tuple(_image(image, next(artifacts), facts) for image in on_disk)


def _needed(job: Job, outcomes: Mapping[JobKey, Outcome]) -> tuple[JobKey, ...]:
    return tuple(
        image.job for image in job.images if isinstance(image, JobImage) and image.job in outcomes
    )


def _image(image: FileImage | JobImage, artifact: Artifact, facts: RunFacts) -> PictureRecord:
    if isinstance(image, FileImage):
        return _input(image, facts)
    return PictureRecord(
        name=image.name,
        artifact=artifact,
        file=facts.files.get((image.job, image.index)),
        size=image.size or _size(artifact),
        role=image.role,
        step=image.job,
        index=image.index,
        mended=image.mended,
    )


def _input(image: FileImage, facts: RunFacts) -> PictureRecord:
    return PictureRecord(
        name=image.name,
        artifact=image.artifact,
        file=facts.input_files.get(image.artifact.sha256),
        size=image.size,
        role=image.role,
        mended=image.mended,
    )


def input_images(plan: Plan) -> tuple[FileImage, ...]:
    """List the pictures that the plan takes from outside, each once, in order of first use."""
    found: dict[tuple[str, str], FileImage] = {}
    for entry in plan.jobs:
        for image in entry.job.images:
            if isinstance(image, FileImage):
                found.setdefault((image.name, image.artifact.sha256), image)
    return tuple(found.values())


def _input_pictures(plan: Plan, facts: RunFacts) -> tuple[PictureRecord, ...]:
    return tuple(_input(image, facts) for image in input_images(plan))


def _outputs(
    plan: Plan, outcomes: Mapping[JobKey, Outcome], facts: RunFacts
) -> tuple[OutputRecord, ...]:
    records: list[OutputRecord] = []
    for output in plan.outputs:
        outcome = outcomes.get(output.job)
        made = numbered(outcome) if isinstance(outcome, Done | Reused) else {}
        artifact = made.get(output.index)
        records.append(
            OutputRecord(
                name=output.name,
                file=facts.output_files.get(output.name),
                step=output.job,
                index=output.index,
                artifact=artifact,
                written=facts.written.get(output.name),
                remarks=facts.remarks.get(output.name, ()),
            )
        )
    return tuple(records)


def _size(artifact: Artifact) -> Size:
    return Size(width_px=artifact.width_px, height_px=artifact.height_px)
