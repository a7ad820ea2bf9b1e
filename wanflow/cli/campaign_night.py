"""A campaign carried out: all its rows, its report, and how it ended."""

import pickle
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from wanflow.cli.row_record import RowFacts, row_record
from wanflow.cli.row_stage import Desk, Requests, RowStage, RowWatch, job_name
from wanflow.cli.stage import now
from wanflow.cli.version import wanflow_version
from wanflow.execute.ledger import Bill
from wanflow.execute.rows import Outcomes, PlannedRow
from wanflow.model.campaign import (
    Campaign,
    CampaignRecord,
    Row,
    RowKey,
    RowRecord,
    RowState,
)
from wanflow.model.catalogue import Catalogue
from wanflow.model.events import Event, JobStarted
from wanflow.model.plan import Plan
from wanflow.model.recipe import Recipe
from wanflow.model.run import Outcome, RunState
from wanflow.model.values import Fingerprint, JobKey, Sha256

# Outcomes of so many found rows go into the journal together.
_FOUND_AT_ONCE = 200
# Records of so many rows are put together from the journal with one query.
_ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """One row with its plan, and the requests that the fingerprints of its jobs are made of."""

    row: Row
    plan: Plan
    requests: Requests


class Rows(Protocol):
    """All rows of a campaign; they can be read any number of times."""

    def planned(self, *, fresh: bool) -> Iterator[RowPlan]:
        """Plan row after row; `fresh` asks nobody what was made before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A campaign that is ready to be carried out.

    `digest` is the same for the same campaign, recipe, provider and choice of rows. `steps` are
    those of all rows.
    """

    campaign: Campaign
    file: Path
    source: str
    recipe: Recipe
    recipe_file: Path
    recipe_source: str
    recipe_sha256: Sha256
    catalogue: Catalogue
    provider: str
    currency: str
    columns: tuple[str, ...]
    row_count: int
    steps: int
    digest: str
    rows: Rows


@dataclass(slots=True, kw_only=True)
class Night:
    """A campaign while it goes on: which rows are open, and what has become of the others."""

    order: Order
    desk: Desk
    watch: RowWatch
    command: str
    bills: Callable[[], Mapping[Fingerprint, Bill]] = dict
    service: str | None = None
    region: str | None = None
    began: float = field(default_factory=time.monotonic)
    started_at: str = field(default_factory=now)
    reused_images: int = 0
    _requests: dict[RowKey, Requests] = field(default_factory=dict)
    _open: dict[RowKey, RowStage] = field(default_factory=dict)
    _begun: dict[RowKey, set[JobKey]] = field(default_factory=dict)
    _found: list[tuple[JobKey, Fingerprint | None, Outcome]] = field(default_factory=list)

    def to_run(self) -> Iterator[PlannedRow]:
        """Read the rows as they are needed, each with its plan."""
        for one in self.order.rows.planned(fresh=False):
            self._requests[one.row.key] = one.requests
            yield PlannedRow(key=one.row.key, plan=one.plan)

    def begin(self, row: PlannedRow) -> RowStage:
        """Open a row: its pictures are taken in, and its events will be heard."""
        stage = RowStage(
            key=row.key,
            plan=row.plan,
            requests=self._requests.pop(row.key),
            desk=self.desk,
            heard=self.heard,
        )
        stage.place_inputs()
        self._open[row.key] = stage
        return stage

    def settle(self, row: PlannedRow, outcomes: Outcomes, *, found: bool) -> None:
        """Close a row, and give its results their names."""
        stage = self._open.pop(row.key, None)
        self._begun.pop(row.key, None)
        if stage is None:
            stage = self.begin(row)
            del self._open[row.key]
        if found:
            stage.found(outcomes)
            jobs = {entry.job.key: entry.job.fingerprint for entry in row.plan.jobs}
            self._found += [
                (job_name(row.key, job), jobs[job], outcome) for job, outcome in outcomes.items()
            ]
            if len(self._found) >= _FOUND_AT_ONCE:
                self.write_found()
        stage.place_outputs()

    def heard(self, row: RowKey, event: Event) -> None:
        """Remember which jobs are under way, and show it."""
        begun = self._begun.setdefault(row, set())
        if isinstance(event, JobStarted):
            begun.add(event.job)
        else:
            begun.discard(event.job)
        self.watch(row, event)

    def write_found(self) -> None:
        """Put the rows that needed no work into the journal."""
        found, self._found = self._found, []
        if found:
            self.desk.workspace.journal.jobs_found(self.desk.run, found)

    def record(self, state: RunState) -> CampaignRecord:
        """Say how things stand; the records of the rows lie in a file until nobody reads them."""
        self.write_found()
        order, bills = self.order, self.bills()
        rows = Spool(self._rows(state, bills))
        return CampaignRecord(
            run=self.desk.run,
            state=state,
            campaign=order.campaign.name,
            campaign_version=order.campaign.version,
            description=order.campaign.description,
            campaign_file=order.file.name,
            campaign_source=order.source,
            recipe=order.recipe.name,
            recipe_version=order.recipe.version,
            recipe_file=order.recipe_file.name,
            recipe_source=order.recipe_source,
            recipe_sha256=order.recipe_sha256,
            provider=order.provider,
            wanflow_version=wanflow_version(),
            started_at=self.started_at,
            ended_at=None if state == "running" else now(),
            seconds=time.monotonic() - self.began,
            columns=order.columns,
            matrix=order.campaign.matrix,
            rows=rows,
            states=rows.states,
            budget=order.campaign.budget,
            currency=order.currency,
            cost_micro=sum(bill.cost_micro for bill in bills.values()),
            billed_images=sum(bill.billed_images for bill in bills.values()),
            at_risk_images=sum(bill.at_risk_images for bill in bills.values()),
            reused_images=rows.reused_images,
            command=self.command,
            service=self.service,
            region=self.region,
        )

    def _rows(self, state: RunState, bills: Mapping[Fingerprint, Bill]) -> Iterator[RowRecord]:
        begun = {row: frozenset(jobs) for row, jobs in list(self._begun.items())}
        facts = RowFacts(
            run=self.desk.run,
            operations=self.order.recipe.operations,
            bills=bills,
            begun=begun,
            going=state == "running",
        )
        some: list[RowPlan] = []
        for one in self.order.rows.planned(fresh=True):
            some.append(one)
            if len(some) == _ROWS_AT_ONCE:
                yield from self._records(some, facts)
                some.clear()
        yield from self._records(some, facts)

    def _records(self, some: list[RowPlan], facts: RowFacts) -> Iterator[RowRecord]:
        names = {
            job_name(one.row.key, entry.job.key): (one.row.key, entry.job.key)
            for one in some
            for entry in one.plan.jobs
        }
        outcomes: dict[RowKey, dict[JobKey, Outcome]] = {}
        journal = self.desk.workspace.journal
        for name, outcome in journal.outcomes_of(self.desk.run, list(names)).items():
            row, job = names[name]
            outcomes.setdefault(row, {})[job] = outcome
        for one in some:
            yield row_record(one.row, one.plan, outcomes.get(one.row.key, {}), facts)


class Spool:
    """Records of rows in a file without a name: read any number of times, and never all at once."""

    def __init__(self, rows: Iterable[RowRecord]) -> None:
        self.states: Counter[RowState] = Counter()
        self.reused_images = 0
        self._count = 0
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # lives as long as this
        write = pickle.Pickler(self._file, pickle.HIGHEST_PROTOCOL)
        for row in rows:
            self.states[row.state] += 1
            self.reused_images += sum(
                len(step.pictures) for step in row.steps if step.state == "reused"
            )
            self._count += 1
            write.dump(row)
            write.clear_memo()
        self._file.flush()

    def __iter__(self) -> Iterator[RowRecord]:
        at = 0
        for _ in range(self._count):
            self._file.seek(at)
            row: RowRecord = pickle.load(self._file)  # noqa: S301 # a file without a name, our own
            at = self._file.tell()
            yield row

    def __len__(self) -> int:
        return self._count
