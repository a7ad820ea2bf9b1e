"""Has the pictures of a step measured: what by, against which picture, and where in it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
from anyio import to_thread

from wanflow.errors import ImageError, StepError
from wanflow.execute.expectations import check_measures
from wanflow.execute.ports import Compared, Examination, Inspector, Objects
from wanflow.model.measure import Check, Measure
from wanflow.model.operation import MASK
from wanflow.model.plan import FileImage, Job, JobImage, Planned, SourceImage
from wanflow.model.recipe import Expect
from wanflow.model.run import Done, Failed, Outcome, Reused, numbered
from wanflow.model.values import Artifact, JobKey, Size
from wanflow.planning.frames import Frame, frame_in, meant_to_change, within

_BY_WISH: tuple[tuple[str, Check], ...] = (
    ("shift_px", "shift"),
    ("zoom_percent", "zoom"),
    ("kept_percent", "kept"),
    ("changed_percent", "changed"),
    ("text", "text"),
    ("count", "count"),
    ("border_percent", "border"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What measuring needs of a run: its jobs, what has become of them so far, and the pictures.

    `settled` is set for a job when its outcome is there. Pictures are measured a core at a time.
    """

    jobs: Mapping[JobKey, Job]
    needs: Mapping[JobKey, tuple[JobKey, ...]]
    outcomes: Mapping[JobKey, Outcome]
    settled: Mapping[JobKey, anyio.Event]
    objects: Objects
    inspector: Inspector
    cores: anyio.CapacityLimiter = field(
        default_factory=lambda: anyio.CapacityLimiter(os.cpu_count() or 1)
    )


def expected_checks(expect: Expect | None) -> tuple[Check, ...]:
    """Name what has to be measured to tell whether an expectation is met."""
    if expect is None:
        return ()
    return tuple(check for wish, check in _BY_WISH if getattr(expect, wish) is not None)


def wanted_checks(job: Job) -> tuple[Check, ...]:
    """Name what is measured on a job's pictures: by its operation, and by what is expected.

    Exact pixel work is measured only where something is expected of it.
    """
    usual = job.checks.measures if job.kind == "model" else ()
    return tuple(dict.fromkeys((*usual, *expected_checks(job.expect))))


async def inspected(entry: Planned, outcome: Outcome, bench: Bench | None) -> Outcome:
    """Have what came of a job measured, and hold it against what is expected of the measures.

    Args:
        entry: the job and its decision.
        outcome: what came of it; only pictures that are as they should be otherwise are measured.
        bench: None if there is nothing to measure with; then no such expectation is met.

    Returns:
        The outcome with the measures, or a failure that keeps pictures and measures.
    """
    if not isinstance(outcome, Done | Reused):
        return outcome
    job = entry.job
    known = entry.recorded.checks if isinstance(outcome, Reused) and entry.recorded else ()
    checks = known
    if bench is not None and (
        isinstance(outcome, Done) or not {one.check for one in known}.issuperset(wanted_checks(job))
    ):
        checks = await _measures(job, outcome, bench)
    try:
        check_measures(job.expect, numbered(outcome), checks)
    except StepError as error:
        return Failed(
            code=error.code,
            message=str(error),
            hint=error.hint,
            pictures=outcome.pictures,
            seconds=outcome.seconds if isinstance(outcome, Done) else 0.0,
            missing=outcome.missing,
            receipt=outcome.receipt,
            checks=checks,
        )
    return replace(outcome, checks=checks)


async def _measures(job: Job, outcome: Done | Reused, bench: Bench) -> tuple[Measure, ...]:
    """Measure in a thread.

    The pictures are there and may have been paid for: a run that is told to stop waits for this,
    so that they are told of.
    """
    wanted = wanted_checks(job)
    if job.kind != "model" and not wanted:
        return ()
    # A provider can begin with pictures of its own that have not come home yet.
    for need in bench.needs.get(job.key, ()):
        await bench.settled[need].wait()
    found: list[Measure] = []
    with anyio.CancelScope(shield=True):
        found += await to_thread.run_sync(
            _measured, job, numbered(outcome), wanted, bench, limiter=bench.cores
        )
    return tuple(found)


def _measured(
    job: Job, pictures: Mapping[int, Artifact], wanted: tuple[Check, ...], bench: Bench
) -> tuple[Measure, ...]:
    found: list[Measure] = []
    for number, artifact in pictures.items():
        try:
            one = _examination(job, number, artifact, wanted, bench)
            found += bench.inspector.measures(one)
        except ImageError as error:
            found += [
                Measure(picture=number, check=check, value=None, note=str(error))
                for check in wanted
            ]
    return tuple(found)


def _examination(
    job: Job, number: int, artifact: Artifact, wanted: tuple[Check, ...], bench: Bench
) -> Examination:
    source = _source(job)
    before = None if source is None else _found(source, bench)
    size = _size(artifact)
    step = None
    if source is not None and before is not None:
        frame = frame_in(job.size_rule, _seen(source, before), size, job.arguments)
        step = Compared(name=source.name, path=bench.objects.path(before), frame=frame)
    return Examination(
        number=number,
        artifact=artifact,
        path=bench.objects.path(artifact),
        wanted=wanted,
        asked_size=job.size or job.result_size,
        before=step,
        first=_first(job, artifact, bench),
        change=meant_to_change(job.checks.changes, job.arguments, size),
        mask=_mask(job, bench),
        counts=job.checks.counts,
    )


def _mask(job: Job, bench: Bench) -> Path | None:
    """Find the picture that marks in white what was meant to change."""
    if job.checks.changes != "mask":
        return None
    found = (_found(image, bench) for image in job.images if image.role == MASK)
    artifact = next(found, None)
    return None if artifact is None else bench.objects.path(artifact)


def _first(job: Job, artifact: Artifact, bench: Bench) -> Compared | None:
    """Follow a picture back to the one from outside that it was made from, step by step."""
    frame: Frame | None = None
    steps = 0
    while True:
        source = _source(job)
        before = None if source is None else _found(source, bench)
        if source is None or before is None:
            return None
        size = _seen(source, before)
        step = frame_in(job.size_rule, size, _size(artifact), job.arguments)
        if step is None:
            return None
        frame = step if frame is None else within(step, frame)
        steps += 1
        if isinstance(source, FileImage):
            path = bench.objects.path(before)
            return Compared(name=source.name, path=path, frame=frame) if steps > 1 else None
        assert isinstance(source, JobImage)  # noqa: S101 # what is behind a URL has not been found
        job, artifact = bench.jobs[source.job], before


def _source(job: Job) -> SourceImage | None:
    """Give the picture that a step's result is made from; others only lend something to it."""
    if not job.images:
        return None
    return job.images[0] if job.size_of == "first" else job.images[-1]


def _found(image: SourceImage, bench: Bench) -> Artifact | None:
    if isinstance(image, FileImage):
        return image.artifact
    if not isinstance(image, JobImage):
        return None
    return numbered(bench.outcomes.get(image.job)).get(image.index)


def _seen(image: SourceImage, artifact: Artifact) -> Size:
    """Give the size in which a step sees a picture, turned upright."""
    return image.size if isinstance(image, FileImage) else _size(artifact)


def _size(artifact: Artifact) -> Size:
    return Size(width_px=artifact.width_px, height_px=artifact.height_px)
