"""One job: its pictures fetched and fitted, its edit done, what came of it put into an outcome."""

import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import anyio
from anyio import to_thread

from wanflow.errors import ImageError, PausedError, StepError, UndecidedError
from wanflow.execute.expectations import check_expectations
from wanflow.execute.ports import Call, Fitter, Inspector, Made, Objects, Provider
from wanflow.model.events import Event
from wanflow.model.plan import FileImage, Job, JobImage, Recorded
from wanflow.model.run import (
    Again,
    Done,
    Failed,
    Outcome,
    Reused,
    Skipped,
    numbered,
    with_numbers,
)
from wanflow.model.values import Artifact, JobKey, Note, Receipt

# The addresses of a job's pictures at its provider, by the numbers of the pictures.
Addresses = Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything that a run works with.

    `providers` maps the family that a job names to who does it. `tell` hears of every event as it
    happens and makes it durable before it returns. `at_once` bounds the jobs in progress, of one
    plan or, with `slots`, of all plans that share them. `inspector` measures what is made, as many
    pictures at once as there are `cores`; without one nothing is measured. `once` lets equal jobs
    of several plans stand on one.
    """

    providers: Mapping[str, Provider]
    objects: Objects
    fitter: Fitter
    tell: Callable[[Event], None]
    at_once: int
    inspector: Inspector | None = None
    slots: anyio.CapacityLimiter | None = None
    cores: anyio.CapacityLimiter | None = None
    once: "Once | None" = None


class Once(Protocol):
    """Makes of several equal jobs only the first."""

    async def __call__(self, job: Job, make: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Give what was made for an equal job, or make it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a job's pictures come from: what earlier jobs made, and addresses to hand on."""

    outcomes: Mapping[JobKey, Outcome]
    addresses: Mapping[JobKey, Addresses]


def may_hand_on(giver: Job, taker: Job) -> bool:
    """Say whether a job can take another's pictures where the provider itself has put them.

    It can if the same model made them, nothing has to be mended, and nothing is expected of them
    that has to be looked at first.
    """
    mended = any(
        image.mended
        for image in taker.images
        if isinstance(image, JobImage) and image.job == giver.key
    )
    same = (giver.provider, giver.model) == (taker.provider, taker.model)
    return same and giver.model is not None and giver.expect is None and not mended


def reused(job: Job, recorded: Recorded) -> Outcome:
    """Let recorded pictures stand again, if they are what the recipe expects today."""
    try:
        check_expectations(job.expect, recorded.pictures)
    except StepError as error:
        return Failed(
            code=error.code, message=str(error), hint=error.hint, pictures=recorded.pictures
        )
    return Reused(
        pictures=recorded.pictures,
        run=recorded.run,
        notes=recorded.notes,
        missing=recorded.missing,
        receipt=recorded.receipt,
    )


def topped_up(job: Job, recorded: Recorded, rest: Outcome) -> Outcome:
    """Put the pictures that were recorded and those that were made since under their numbers.

    Args:
        job: the whole of what is wanted.
        recorded: what was there.
        rest: what came of the request for those that were missing.

    Returns:
        `Done`, also if the request failed for good: what is there does not get worse by it.
    """
    have = dict(with_numbers(recorded.pictures, recorded.missing))
    if isinstance(rest, Failed) and rest.again != "fails":
        return replace(rest, pictures=recorded.pictures, missing=recorded.missing)
    have |= {recorded.missing[at - 1]: picture for at, picture in numbered(rest).items()}
    still = tuple(number for number in recorded.missing if number not in have)
    pictures = tuple(have[number] for number in sorted(have))
    notes = tuple(note for note in recorded.notes if note.code != "partial")
    if isinstance(rest, Failed):
        notes += (Note(code="partial", text=f"not topped up: {rest.code}: {rest.message}"),)
    elif isinstance(rest, Done):
        notes += rest.notes
    seconds = 0.0 if isinstance(rest, Skipped | Reused) else rest.seconds
    done = Done(
        pictures=pictures,
        notes=notes,
        seconds=seconds,
        missing=still,
        receipt=recorded.receipt,
    )
    return expected(job, done)


def expected(job: Job, done: Done) -> Outcome:
    """Hold what was made against what the recipe expects."""
    try:
        check_expectations(job.expect, done.pictures)
    except StepError as error:
        return Failed(
            code=error.code,
            message=str(error),
            hint=error.hint,
            pictures=done.pictures,
            seconds=done.seconds,
            missing=done.missing,
            receipt=done.receipt,
        )
    return done


async def attempt(
    job: Job, shop: Workshop, sources: Sources, *, announce: Callable[[Addresses], None]
) -> Outcome:
    """Do one job.

    Args:
        job: what to do.
        shop: who does it.
        sources: where its pictures are.
        announce: hears where the provider has put the pictures, before they are here.

    Raises:
        WanflowError: the whole run cannot go on.
    """
    begun = time.monotonic()
    made, pictures = Made(files=()), tuple[Artifact, ...]()
    try:
        with anyio.fail_after(job.timeout_s):
            made, pictures = await _make(job, shop, sources, announce)
        check_expectations(job.expect, pictures)
    except (StepError, ImageError) as error:
        code, message, hint, again = error.code, str(error), error.hint, _again(error)
    except TimeoutError:
        code, message = "timeout", f"no result within {job.timeout_s:g} s"
        hint = "give the step more time with `timeout`, or run the same command again"
        again = "fails" if job.model is None else "goes-on"
    else:
        return Done(
            pictures=pictures,
            notes=made.notes,
            seconds=time.monotonic() - begun,
            missing=made.missing,
            receipt=_receipt(made),
        )
    return Failed(
        code=code,
        message=message,
        hint=hint,
        pictures=pictures,
        seconds=time.monotonic() - begun,
        missing=made.missing,
        receipt=_receipt(made),
        again=again,
    )


def _again(error: StepError | ImageError) -> Again:
    if isinstance(error, UndecidedError):
        return "asks"
    return "goes-on" if isinstance(error, PausedError) else "fails"


def _receipt(made: Made) -> Receipt | None:
    if made.task_id is None and made.request_id is None:
        return None
    return Receipt(
        task_id=made.task_id, request_id=made.request_id, actual_prompts=made.actual_prompts
    )


async def _make(
    job: Job, shop: Workshop, sources: Sources, announce: Callable[[Addresses], None]
) -> tuple[Made, tuple[Artifact, ...]]:
    scratch = await to_thread.run_sync(shop.objects.scratch)
    try:
        given = _given(job, sources)
        pictures = await to_thread.run_sync(_fitted, job, given, shop, scratch)
        urls = tuple(one if isinstance(one, str) else None for one in given)
        call = Call(
            job=job,
            pictures=pictures,
            scratch=scratch,
            urls=urls if any(urls) else (),
            announce=announce,
        )
        made = await shop.providers[job.provider].edit(call)
        kept = [await to_thread.run_sync(shop.objects.add, file) for file in made.files]
        return made, tuple(kept)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fitted(
    job: Job, given: Sequence[Artifact | str], shop: Workshop, scratch: Path
) -> tuple[Path, ...]:
    """Bring the pictures that are here within the limits. Runs in a thread."""
    here = [shop.objects.path(one) for one in given if isinstance(one, Artifact)]
    fitted = iter(shop.fitter.prepared(job, here, scratch))
    return tuple(
        scratch / f"handed-on-{number}" if isinstance(one, str) else next(fitted)
        for number, one in enumerate(given, start=1)
    )


def _given(job: Job, sources: Sources) -> tuple[Artifact | str, ...]:
    """Find each picture of a job that lies on disk or at the provider, in their order."""
    found: list[Artifact | str] = []
    for image in job.images:
        if isinstance(image, FileImage):
            found.append(image.artifact)
        elif isinstance(image, JobImage):
            address = sources.addresses.get(image.job, {}).get(image.index)
            found.append(address or _picture(image, sources.outcomes[image.job]))
    return tuple(found)


def inputs_of(job: Job, outcomes: Mapping[JobKey, Outcome]) -> tuple[Artifact, ...]:
    """Name the pictures that a job takes, in the order of its images.

    Raises:
        StepError: a step made fewer pictures than this job refers to.
    """
    given = _given(job, Sources(outcomes=outcomes, addresses={}))
    return tuple(one for one in given if isinstance(one, Artifact))


def _picture(image: JobImage, outcome: Outcome) -> Artifact:
    made = numbered(outcome) if isinstance(outcome, Done | Reused) else {}
    if image.index not in made:
        some = ", ".join(map(str, made)) or "none"
        raise StepError(
            "picture-not-made",
            f"picture {image.index} of '{image.job}' is asked for, and it was not made"
            f" (those that were: {some})",
            hint=f"pick another one, or make it anew with --take {image.job}=2",
        )
    return made[image.index]
