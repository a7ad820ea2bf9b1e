"""What has happened: outcomes, and the record of a run that a report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from wanflow.model.measure import Measure
from wanflow.model.plan import Decision
from wanflow.model.values import (
    Artifact,
    Fingerprint,
    JobKey,
    JsonValue,
    Note,
    Receipt,
    RunId,
    Sha256,
    Size,
)

# What becomes of a job that has failed when the same command is run again: it fails again, it goes
# on from where it is, or a person has to say first what is to become of a paid request.
Again = Literal["fails", "goes-on", "asks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The job was executed in this run. Times are seconds of the monotonic clock.

    `missing` are the numbers, from 1, of pictures that were asked for and not made; the others
    keep theirs, see `numbered`.
    """

    pictures: tuple[Artifact, ...]
    notes: tuple[Note, ...] = ()
    seconds: float = 0.0
    missing: tuple[int, ...] = ()
    receipt: Receipt | None = None
    checks: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """The same request had been made before; its pictures stand again at price 0."""

    pictures: tuple[Artifact, ...]
    run: str
    notes: tuple[Note, ...] = ()
    missing: tuple[int, ...] = ()
    receipt: Receipt | None = None
    checks: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The provider said no, a picture did not fulfil `expect`, or time ran out."""

    code: str
    message: str
    hint: str | None = None
    pictures: tuple[Artifact, ...] = ()  # what was made all the same: it is never thrown away
    seconds: float = 0.0
    missing: tuple[int, ...] = ()
    receipt: Receipt | None = None
    again: Again = "fails"
    checks: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The job was not tried. `because` is the job it hangs on, or None if it was left out."""

    because: JobKey | None
    reason: str


Outcome = Done | Reused | Failed | Skipped


def numbered(outcome: Outcome | None) -> Mapping[int, Artifact]:
    """Give the pictures of a job by their numbers from 1, as the recipe refers to them."""
    if outcome is None or isinstance(outcome, Skipped):
        return {}
    return with_numbers(outcome.pictures, outcome.missing)


def with_numbers(pictures: Sequence[Artifact], missing: Sequence[int]) -> Mapping[int, Artifact]:
    """Number pictures from 1, leaving out the numbers of those that were not made."""
    numbers = (number for number in count(1) if number not in missing)
    return dict(zip(numbers, pictures, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """One picture in a report: what it is, what it is called, where it lies.

    `file` is relative to the run directory, with forward slashes; None if it was not kept.
    `step` and `index` say which step's output it is; both None for an input.
    `mended` says what `fit` did to it before this step got it (`size` is after that).
    """

    name: str
    artifact: Artifact
    file: str | None
    size: Size
    role: str | None = None
    step: JobKey | None = None
    index: int | None = None
    mended: tuple[Note, ...] = ()


# `unfinished` and `undecided` are steps that failed and whose last word is not spoken: the same
# command goes on, or a person has to decide about a paid request.
StepState = Literal[
    "waiting", "running", "done", "reused", "failed", "unfinished", "undecided", "skipped"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of a run with everything that a reader asks about it."""

    key: JobKey
    operation: str
    summary: str
    state: StepState
    decision: Decision
    provider: str = ""
    model: str | None = None
    language: Literal["zh", "en"] = "en"
    template: str = ""
    prompt: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None
    needs: tuple[JobKey, ...] = ()
    images: tuple[PictureRecord, ...] = ()
    pictures: tuple[PictureRecord, ...] = ()
    picked: int = 1
    notes: tuple[Note, ...] = ()
    error_code: str | None = None
    error: str | None = None
    hint: str | None = None
    started_at: str | None = None  # UTC, ISO 8601 with Z
    seconds: float = 0.0
    cost_micro: int = 0
    reused_from: str | None = None
    billed_images: int = 0
    at_risk_images: int = 0  # asked for, and perhaps billed: their request has had no answer
    task_id: str | None = None
    request_id: str | None = None
    actual_prompts: tuple[str | None, ...] = ()
    checks: tuple[Measure, ...] = ()
    source_type: str | None = None  # a term of the IPTC's vocabulary, for what came out


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRecord:
    """A named result of the recipe.

    `artifact` is the picture as it was made and stored. `written` is what its file holds where
    that is not the picture byte for byte, since something was written into it beside the pixels.
    `remarks` are what the reader should know of what was written.
    """

    name: str
    file: str | None
    step: JobKey
    index: int
    artifact: Artifact | None
    written: Artifact | None = None
    remarks: tuple[Note, ...] = ()

    @property
    def content(self) -> Artifact | None:
        """What its file holds, byte for byte."""
        return self.written or self.artifact


RunState = Literal["running", "done", "failed", "interrupted", "unfinished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything a report needs, nothing it must look up.

    `recipe_source` is the recipe exactly as it was run. `steps` are in the order of the recipe.
    `command` is what runs the same again.
    """

    run: RunId
    state: RunState
    recipe: str
    recipe_version: str
    description: str
    recipe_file: str
    recipe_sha256: Sha256
    recipe_source: str
    provider: str
    wanflow_version: str
    started_at: str
    ended_at: str | None
    seconds: float
    inputs: Mapping[str, JsonValue]
    input_pictures: tuple[PictureRecord, ...]
    steps: tuple[StepRecord, ...]
    outputs: tuple[OutputRecord, ...]
    currency: str = "CNY"
    cost_micro: int = 0
    command: str = ""
    digest: str = ""
    billed_images: int = 0
    at_risk_images: int = 0
    service: str | None = None  # the address that the requests went to
    region: str | None = None
