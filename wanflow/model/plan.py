"""What is going to happen: jobs with every template rendered, and a decision for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.measure import Measure
from wanflow.model.operation import NO_CHECKS, Checks, ProviderKind, SizeRule
from wanflow.model.recipe import Expect, Language
from wanflow.model.values import (
    NOWHERE,
    Artifact,
    Fingerprint,
    JobKey,
    JsonValue,
    Note,
    Pointer,
    Receipt,
    Sha256,
    Size,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImage:
    """A picture that lies on disk before the run.

    `name` is what the recipe calls it; `path` is absolute. `size` is that of the picture as it
    will be given to the step, after `mended` (the notes of `fit`).
    """

    name: str
    path: str
    artifact: Artifact
    size: Size
    mended: tuple[Note, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobImage:
    """A picture that another job makes: the `index`-th (from 1) of its pictures.

    `size` is a prediction until the job is done; None where only the model knows.
    """

    name: str
    job: JobKey
    index: int
    size: Size | None
    mended: tuple[Note, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlImage:
    """A picture behind a public https URL, handed to the service as it is."""

    name: str
    url: str
    role: str | None = None


SourceImage = FileImage | JobImage | UrlImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One call with every template rendered, in the order of the recipe.

    `provider` is the provider's family with the version of what makes its pictures, such as
    `local@1`: another engine is another request. `parameters` are those of the model
    (n, size, seed, ...), `arguments` those of the operation, defaults filled in.
    `template` is the prompt before rendering, for the report. `result_size` is the predicted
    size of each picture, None where only the model knows.
    """

    key: JobKey
    operation: str
    operation_version: str
    provider: str
    model: str | None
    algorithm: str | None
    prompt: str
    template: str
    language: Language
    arguments: Mapping[str, JsonValue]
    parameters: Mapping[str, JsonValue]
    images: tuple[SourceImage, ...]
    fingerprint: Fingerprint
    n: int = 1
    seed: int | None = None
    size: Size | None = None
    take: int = 1
    pick: int = 1
    size_rule: SizeRule = "same"
    result_size: Size | None = None
    seeded: bool = False
    expect: Expect | None = None
    timeout_s: float | None = None
    on_error: Literal["stop", "continue"] = "continue"
    fit: Literal["auto", "strict"] = "auto"
    pointer: Pointer = NOWHERE
    kind: ProviderKind = "model"
    size_of: Literal["first", "last"] = "last"
    checks: Checks = NO_CHECKS


# Why a job runs, is reused or is skipped: a closed set; the manual lists it.
Reason = Literal[
    "recorded",  # the same request has been made before; its pictures are in the workspace
    "first-time",  # nothing like it has been made in this workspace
    "prompt-changed",
    "arguments-changed",
    "parameters-changed",
    "model-changed",
    "provider-changed",
    "operation-changed",
    "images-changed",  # another input picture, another order, another number
    "upstream-changed",  # a step that it hangs on runs
    "take-changed",
    "topped-up",  # some of its pictures were not made, and are asked for again
    "unfinished",  # the last try did not end, or failed
    "objects-missing",  # recorded, but the pictures are gone or damaged
    "not-selected",  # --only, --from, --until leave it out
    "when-false",  # its `when` is false
    "upstream-skipped",  # a step that it hangs on is skipped
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What happens to one job and why; `detail` says it in words, such as `'red' to 'blue'`."""

    action: Literal["run", "reuse", "skip"]
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedStep:
    """A step that makes no job in this run, and why."""

    key: JobKey
    operation: str
    decision: Decision
    pointer: Pointer = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an earlier run made of a request: its pictures, and which run bought them."""

    fingerprint: Fingerprint
    pictures: tuple[Artifact, ...]
    notes: tuple[Note, ...]
    seconds: float
    run: str
    missing: tuple[int, ...] = ()
    receipt: Receipt | None = None
    checks: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A job with its decision and its cost; `cost_micro` in millionths of the plan's currency.

    `paid` says that it was bought before and not fetched yet: it runs, and costs nothing more.
    `top_up` is what is asked for instead of the whole job when `recorded` lacks some pictures.
    """

    job: Job
    decision: Decision
    recorded: Recorded | None = None
    cost_micro: int = 0
    seconds_estimate: float = 0.0
    paid: bool = False
    top_up: Job | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOutput:
    """A named result: the `index`-th picture (from 1) of a job, as `file_name` plus `.png`."""

    name: str
    file_name: str
    job: JobKey
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a run will do, in run order; equal inputs make equal plans.

    `digest` names the recipe, its inputs and the provider: an unfinished run with the same digest
    is the one to go on with.
    """

    recipe: str
    recipe_version: str
    recipe_sha256: Sha256
    provider: str
    digest: Sha256
    jobs: tuple[Planned, ...]
    skipped: tuple[SkippedStep, ...]
    outputs: tuple[PlannedOutput, ...]
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    input_images: Mapping[str, FileImage] = field(default_factory=dict)
    currency: str = "CNY"
    cost_micro: int = 0
    images_to_buy: int = 0
    needs: Mapping[JobKey, tuple[JobKey, ...]] = field(default_factory=dict)
