"""Run a plan: every job as soon as what it needs is there, independent branches side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from wanflow.errors import WanflowError
from wanflow.execute.attempt import (
    Addresses,
    Sources,
    Workshop,
    attempt,
    may_hand_on,
    reused,
    topped_up,
)
from wanflow.execute.inspecting import Bench, inspected
from wanflow.model.events import JobSettled, JobStarted
from wanflow.model.plan import Job, JobImage, Plan, Planned
from wanflow.model.run import Done, Failed, Outcome, Reused, Skipped
from wanflow.model.values import JobKey


@dataclass(slots=True, kw_only=True)
class _Progress:
    """The one mutable thing of a run: what has settled, and whether to start anything more.

    `told` is set as soon as a job has settled, or its provider has named the addresses of its
    pictures.
    """

    jobs: Mapping[JobKey, Job]
    outcomes: dict[JobKey, Outcome] = field(default_factory=dict)
    addresses: dict[JobKey, Addresses] = field(default_factory=dict)
    settled: dict[JobKey, anyio.Event] = field(default_factory=dict)
    told: dict[JobKey, anyio.Event] = field(default_factory=dict)
    stopped_by: JobKey | None = None


async def run_plan(plan: Plan, shop: Workshop) -> Mapping[JobKey, Outcome]:
    """Run every job of a plan whose needs are met, at most `shop.at_once` at a time.

    A refusal settles that job and skips what hangs on it; siblings go on, unless the step says
    `on_error: stop`: then what has not begun is skipped. Any other exception, a full disk for one,
    cancels the whole run; what had settled by then has been told.

    Returns:
        An outcome for every job of the plan.
    """
    progress = _Progress(jobs={entry.job.key: entry.job for entry in plan.jobs})
    progress.settled |= {key: anyio.Event() for key in progress.jobs}
    progress.told |= {key: anyio.Event() for key in progress.jobs}
    slots = shop.slots or anyio.CapacityLimiter(shop.at_once)
    bench = _bench(plan, shop, progress)

    async def settle(entry: Planned) -> None:
        key = entry.job.key
        outcome = await _outcome(entry, plan, shop, progress, slots)
        outcome = await inspected(entry, outcome, bench)
        progress.outcomes[key] = outcome
        if isinstance(outcome, Failed) and entry.job.on_error == "stop":
            progress.stopped_by = progress.stopped_by or key
        shop.tell(JobSettled(job=key, outcome=outcome))
        progress.told[key].set()
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
        **({} if shop.cores is None else {"cores": shop.cores}),
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
    job = entry.job
    if entry.decision.action == "reuse" and entry.recorded is not None:
        return reused(job, entry.recorded)
    handed_on: dict[JobKey, Addresses] = {}
    for need in plan.needs.get(job.key, ()):
        addresses = await _addresses(job, need, progress)
        if addresses is not None:
            handed_on[need] = addresses
            continue
        await progress.settled[need].wait()
        if not isinstance(progress.outcomes[need], Done | Reused):
            return Skipped(because=need, reason="upstream-failed")

    async def make() -> Outcome:
        return await _made(entry, shop, progress, slots, handed_on)

    return await make() if shop.once is None else await shop.once(job, make)


async def _made(
    entry: Planned,
    shop: Workshop,
    progress: _Progress,
    slots: anyio.CapacityLimiter,
    handed_on: Mapping[JobKey, Addresses],
) -> Outcome:
    job = entry.job
    async with slots:
        if progress.stopped_by is not None:
            return Skipped(because=progress.stopped_by, reason="stopped")
        shop.tell(JobStarted(job=job.key))
        sources = Sources(outcomes=progress.outcomes, addresses=handed_on)
        if entry.top_up is not None and entry.recorded is not None:
            rest = await attempt(entry.top_up, shop, sources, announce=lambda _: None)
            return topped_up(job, entry.recorded, rest)
        return await attempt(
            job,
            shop,
            sources,
            announce=lambda addresses: _announced(job.key, addresses, progress),
        )


def _announced(key: JobKey, addresses: Addresses, progress: _Progress) -> None:
    progress.addresses[key] = addresses
    progress.told[key].set()


async def _addresses(job: Job, need: JobKey, progress: _Progress) -> Addresses | None:
    """Wait for the addresses of what a job needs; None if it has to wait for the pictures."""
    if not may_hand_on(progress.jobs[need], job):
        return None
    await progress.told[need].wait()
    addresses = progress.addresses.get(need, {})
    wanted = {
        image.index for image in job.images if isinstance(image, JobImage) and image.job == need
    }
    return addresses if wanted and wanted <= addresses.keys() else None
