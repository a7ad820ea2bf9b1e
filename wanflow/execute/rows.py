"""Run many plans, one a row, so that every slot is busy and no row stops another."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

import anyio
from anyio import to_thread

from wanflow.execute.attempt import Workshop, reused
from wanflow.execute.run import first_error, run_plan
from wanflow.model.campaign import RowKey
from wanflow.model.plan import Plan
from wanflow.model.run import Failed, Outcome, Reused
from wanflow.model.values import JobKey

# Rows are read in a thread, some at a time: reading one looks at files, and a hop into a thread
# costs more than planning a row.
_READ_AT_ONCE = 32
# What no other row can get past either: to ask again for each of thousands would help nobody.
_FOR_ALL_ROWS = frozenset({"budget-reached"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """One row, ready to run."""

    key: RowKey
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When to begin no further row.

    `at_once` bounds the rows that are open, and so the memory; each has at least one job that
    wants a slot. `max_failures` is how many failed rows are borne, None for any number.
    """

    at_once: int
    max_failures: int | None = None


Outcomes = Mapping[JobKey, Outcome]
Begin = Callable[[PlannedRow], Workshop]


class Settle(Protocol):
    """Hears of a row when all its outcomes are there."""

    def __call__(self, row: PlannedRow, outcomes: Outcomes, *, found: bool) -> None:
        """Keep them; `found` says that all of it was recorded before, and nobody was told."""
        ...


@dataclass(slots=True, kw_only=True)
class RowsEnd:
    """How it ended: `unread` says that rows were left, and `because` of what."""

    failed: int = 0
    unread: bool = False
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    begin: Begin
    settle: Settle
    patience: Patience
    end: RowsEnd = field(default_factory=RowsEnd)

    def settled(self, row: PlannedRow, outcomes: Outcomes, *, found: bool = False) -> None:
        failures = [one for one in outcomes.values() if isinstance(one, Failed)]
        self.settle(row, outcomes, found=found)
        self.end.failed += any(one.again == "fails" for one in failures)
        most = self.patience.max_failures
        if most is not None and self.end.failed > most:
            self.end.because = "failures"
        elif any(one.code in _FOR_ALL_ROWS for one in failures):
            self.end.because = self.end.because or "budget"


async def run_rows(
    rows: Iterable[PlannedRow], begin: Begin, settle: Settle, *, patience: Patience
) -> RowsEnd:
    """Run every row's plan, several at a time, in the order of the rows.

    A row in which everything is reused takes no task and no slot. A failed row never stops the
    others, unless more fail than `patience` bears or the budget is spent: then no further row is
    begun, and those that are open come to their end.

    Args:
        rows: read as they are needed, in a thread; memory does not grow with their number.
        begin: gives the workshop of a row when it begins; it hears of the row's events.
        settle: hears of a row's outcomes when all of them are there.
        patience: how many rows are open, and when to stop.

    Raises:
        WanflowError: no row can go on; what had settled by then has been told.
    """
    course = _Course(begin=begin, settle=settle, patience=patience)
    open_rows = anyio.Semaphore(patience.at_once)

    async def run(row: PlannedRow) -> None:
        try:
            course.settled(row, await run_plan(row.plan, begin(row)))
        finally:
            open_rows.release()

    source = iter(rows)
    try:
        async with anyio.create_task_group() as group:
            while some := await to_thread.run_sync(_some, source):
                for row in some:
                    if course.end.because is not None:
                        course.end.unread = True
                        return course.end
                    found = _found_again(row)
                    if found is not None:
                        course.settled(row, found, found=True)
                        continue
                    await open_rows.acquire()
                    if course.end.because is not None:
                        course.end.unread = True
                        return course.end
                    group.start_soon(run, row, name=row.key)
    except BaseExceptionGroup as errors:
        raise first_error(errors) from None
    return course.end


def _some(source: Iterator[PlannedRow]) -> list[PlannedRow]:
    return list(islice(source, _READ_AT_ONCE))


def _found_again(row: PlannedRow) -> Outcomes | None:
    """Give the outcomes of a row in which nothing has to run, and nothing has to be measured."""
    outcomes: dict[JobKey, Outcome] = {}
    for entry in row.plan.jobs:
        if entry.decision.action != "reuse" or entry.recorded is None or entry.job.expect:
            return None
        stands = reused(entry.job, entry.recorded)
        assert isinstance(stands, Reused)  # noqa: S101 # nothing is expected of it
        outcomes[entry.job.key] = replace(stands, checks=entry.recorded.checks)
    return outcomes
