"""Run a plan: every job as soon as what it needs is there, independent branches side by side."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import to_thread

from wanflow.errors import ImageError, StepError, WanflowError
from wanflow.execute.expectations import check_expectations
from wanflow.execute.inspecting import Bench, inspected
from wanflow.execute.ports import Call, Fitter, Inspector, Made, Objects, Provider
from wanflow.model.events import Event, JobSettled, JobStarted
from wanflow.model.plan import FileImage, Job, JobImage, Plan, Planned, Recorded
from wanflow.model.run import Done, Failed, Outcome, Reused, Skipped
from wanflow.model.values import Artifact, JobKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything that a run works with.

    `providers` maps the family that a job names to who does it. `tell` hears of every event as it
    happens and makes it durable before it returns. `at_once` bounds the jobs in progress.
    `inspector` measures what is made; without one nothing is measured.
    """

    providers: Mapping[str, Provider]
    objects: Objects
    fitter: Fitter
    tell: Callable[[Event], None]
    at_once: int
    inspector: Inspector | None = None


@dataclass(slots=True, kw_only=True)
class _Progress:
    """The one mutable thing of a run: what has settled, and whether to start anything more."""

    outcomes: dict[JobKey, Outcome] = field(default_factory=dict)
    settled: dict[JobKey, anyio.Event] = field(default_factory=dict)
    stopped_by: JobKey | None = None


async def run_plan(plan: Plan, shop: Workshop) -> Mapping[JobKey, Outcome]:
    """Run every job of a plan whose needs are met, at most `shop.at_once` at a time.

    A refusal settles that job and skips what hangs on it; siblings go on, unless the step says
    `on_error: stop`: then what has not begun is skipped. Any other exception, a full disk for one,
    cancels the whole run; what had settled by then has been told.

    Returns:
        An outcome for every job of the plan.
    """
    progress = _Progress(settled={entry.job.key: anyio.Event() for entry in plan.jobs})
    slots = anyio.CapacityLimiter(shop.at_once)
    bench = _bench(plan, shop, progress)

    async def settle(entry: Planned) -> None:
        key = entry.job.key
        outcome = await _outcome(entry, plan, shop, progress, slots)
        outcome = await inspected(entry, outcome, bench)
        progress.outcomes[key] = outcome
        if isinstance(outcome, Failed) and entry.job.on_error == "stop":
            progress.stopped_by = progress.stopped_by or key
        shop.tell(JobSettled(job=key, outcome=outcome))
        progress.settled[key].set()

    try:
        async with anyio.create_task_group() as group:
            for entry in plan.jobs:
                group.start_soon(settle, entry, name=entry.job.key)
    except BaseExceptionGroup as errors:
        raise first_error(errors) from None
    return progress.outcomes


def _bench(plan: Plan, shop: Workshop, progress: _Progress) -> Bench | None:
    if shop.inspector is None:
        return None
    return Bench(
        jobs={entry.job.key: entry.job for entry in plan.jobs},
        needs=plan.needs,
        outcomes=progress.outcomes,
        settled=progress.settled,
        objects=shop.objects,
        inspector=shop.inspector,
    )


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Take the one error that a person should see out of a group: ours before anything else."""
    ours, others = errors.split(WanflowError)
    chosen: BaseException = ours or others or errors
    while isinstance(chosen, BaseExceptionGroup):
        chosen = chosen.exceptions[0]
    return chosen


async def _outcome(  # all five are the run's, and none is optional
    entry: Planned, plan: Plan, shop: Workshop, progress: _Progress, slots: anyio.CapacityLimiter
) -> Outcome:
    if entry.decision.action == "reuse" and entry.recorded is not None:
        return _reused(entry.job, entry.recorded)
    for need in plan.needs.get(entry.job.key, ()):
        await progress.settled[need].wait()
        if not isinstance(progress.outcomes[need], Done | Reused):
            return Skipped(because=need, reason="upstream-failed")
    async with slots:
        if progress.stopped_by is not None:
            return Skipped(because=progress.stopped_by, reason="stopped")
        shop.tell(JobStarted(job=entry.job.key))
        return await _attempt(entry.job, shop, progress.outcomes)


def _reused(job: Job, recorded: Recorded) -> Outcome:
    # What a recipe expects may have changed since the pictures were made.
    try:
        check_expectations(job.expect, recorded.pictures)
    except StepError as error:
        return Failed(
            code=error.code, message=str(error), hint=error.hint, pictures=recorded.pictures
        )
    return Reused(pictures=recorded.pictures, run=recorded.run, notes=recorded.notes)


async def _attempt(job: Job, shop: Workshop, outcomes: Mapping[JobKey, Outcome]) -> Outcome:
    begun = time.monotonic()
    pictures: tuple[Artifact, ...] = ()
    try:
        with anyio.fail_after(job.timeout_s):
            made, pictures = await _make(job, shop, outcomes)
        check_expectations(job.expect, pictures)
    except (StepError, ImageError) as error:
        code, message, hint = error.code, str(error), error.hint
    except TimeoutError:
        code, message = "timeout", f"no result within {job.timeout_s:g} s"
        hint = "give the step more time with `timeout`, or run the same command again"
    else:
        return Done(pictures=pictures, notes=made.notes, seconds=time.monotonic() - begun)
    seconds = time.monotonic() - begun
    return Failed(code=code, message=message, hint=hint, pictures=pictures, seconds=seconds)


async def _make(
    job: Job, shop: Workshop, outcomes: Mapping[JobKey, Outcome]
) -> tuple[Made, tuple[Artifact, ...]]:
    scratch = await to_thread.run_sync(shop.objects.scratch)
    try:
        fitted = await to_thread.run_sync(_fitted, job, shop, outcomes, scratch)
        call = Call(job=job, pictures=fitted, scratch=scratch)
        made = await shop.providers[job.provider].edit(call)
        pictures = [await to_thread.run_sync(shop.objects.add, file) for file in made.files]
        return made, tuple(pictures)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fitted(
    job: Job, shop: Workshop, outcomes: Mapping[JobKey, Outcome], scratch: Path
) -> tuple[Path, ...]:
    """Find the job's pictures and bring them within the limits. Runs in a thread."""
    paths = [shop.objects.path(artifact) for artifact in inputs_of(job, outcomes)]
    return shop.fitter.prepared(job, paths, scratch)


def inputs_of(job: Job, outcomes: Mapping[JobKey, Outcome]) -> tuple[Artifact, ...]:
    """Name the pictures that a job takes, in the order of its images.

    Raises:
        StepError: a step made fewer pictures than this job refers to.
    """
    found: list[Artifact] = []
    for image in job.images:
        if isinstance(image, FileImage):
            found.append(image.artifact)
        elif isinstance(image, JobImage):
            found.append(_picture(image, outcomes[image.job]))
    return tuple(found)


def _picture(image: JobImage, outcome: Outcome) -> Artifact:
    made = outcome.pictures if isinstance(outcome, Done | Reused) else ()
    if image.index > len(made):
        raise StepError(
            "picture-not-made",
            f"picture {image.index} of '{image.job}' is asked for, "
            f"and '{image.job}' made {len(made)}",
        )
    return made[image.index - 1]
