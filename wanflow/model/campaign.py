"""A campaign after validation: one recipe, many rows; and the record of what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.errors import Span
from wanflow.model.run import OutputRecord, PictureRecord, RunState, StepRecord
from wanflow.model.values import JsonValue, RunId, Sha256

RowKey = str
RowForm = Literal["csv", "tsv", "jsonl", "yaml", "list", "glob"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSource:
    """Where the rows come from: a file of a form, `-` for standard input, or a list in place.

    `pattern` is a path relative to the campaign's folder; None for a list, whose rows are `given`.
    `encoding` is that of its text; `delimiter` separates cells, None where the header tells it.
    """

    form: RowForm
    pattern: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    given: tuple[Mapping[str, JsonValue], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A choice of rows: the first `count`, or with a seed as many by chance, always the same."""

    count: int
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a campaign may buy; None is no limit. Money in millionths of `currency`."""

    images: int | None = None
    cost_micro: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign file after validation. `recipe` is a path relative to the campaign's folder."""

    name: str
    version: str
    description: str
    recipe: str
    rows: RowSource
    key: str | None = None  # a template
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    matrix: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict)
    exclude: tuple[Mapping[str, JsonValue], ...] = ()
    include: tuple[Mapping[str, JsonValue], ...] = ()
    budget: Budget = Budget()
    sample: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row times one combination of the matrix: one execution of the recipe.

    `values` are the row's own columns, `combination` the matrix's values; `number` counts rows of
    the source from 1, and `place` is where the row begins.
    """

    key: RowKey
    number: int
    values: Mapping[str, JsonValue]
    combination: Mapping[str, JsonValue]
    place: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTotals:
    """What the plans of all rows come to.

    A request that several rows make is bought once: of the `run` steps, `shared` stand on that of
    an earlier row, and cost nothing. `seconds` is the longest chain of any one row.
    """

    rows: int = 0
    run: int = 0
    shared: int = 0
    reuse: int = 0
    skip: int = 0
    images_to_buy: int = 0
    cost_micro: int = 0
    currency: str = "CNY"
    seconds: float = 0.0


# `waiting` rows want a person's pick; `unfinished` go on with the same command; `undecided` hold a
# paid request whose fate is unknown.
RowState = Literal[
    "done", "reused", "failed", "unfinished", "undecided", "waiting", "running", "not-started"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRecord:
    """One row of a campaign with everything that a reader asks about it.

    Paths of pictures are relative to the campaign's run directory. `steps` are those of the
    recipe, in its order, with its names; empty for a row that was not begun.
    """

    key: RowKey
    number: int
    state: RowState
    values: Mapping[str, JsonValue]
    combination: Mapping[str, JsonValue] = field(default_factory=dict)
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    input_pictures: tuple[PictureRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    outputs: tuple[OutputRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    """Everything that the report of a campaign needs, nothing it must look up.

    `rows` may be read any number of times and need not lie in memory. `states` counts the rows by
    state and sums up to all of them; the money is that of this run, as in `RunRecord`.
    """

    run: RunId
    state: RunState
    campaign: str
    campaign_version: str
    description: str
    campaign_file: str
    campaign_source: str
    recipe: str
    recipe_version: str
    recipe_file: str
    recipe_source: str
    recipe_sha256: Sha256
    provider: str
    wanflow_version: str
    started_at: str
    ended_at: str | None
    seconds: float
    columns: tuple[str, ...]
    matrix: Mapping[str, tuple[JsonValue, ...]]
    rows: Iterable[RowRecord]
    states: Mapping[RowState, int]
    budget: Budget = Budget()
    currency: str = "CNY"
    cost_micro: int = 0
    billed_images: int = 0
    at_risk_images: int = 0
    reused_images: int = 0
    command: str = ""
    service: str | None = None
    region: str | None = None
