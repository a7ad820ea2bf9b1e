"""What stands at the head of a campaign's page: states, money, time, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from wanflow.model.campaign import CampaignRecord, RowRecord, RowState
from wanflow.report.view_steps import Fact, fact
from wanflow.report.wall.rows import fallen_of
from wanflow.report.wall.words import ROW_STATES, WALL
from wanflow.report.words import WORDS, Text, duration, filled, moment, money

# Rows of these states belong to a class of problems.
TROUBLED: frozenset[RowState] = frozenset({"failed", "unfinished", "undecided"})
FINISHED: frozenset[RowState] = frozenset({"done", "reused"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A class of problems: how many rows have it, what they cost, and one of them as a sample.

    `sample_at` is the place of that row among all rows, from 0.
    """

    code: str
    rows: int
    cost: Text
    sample_key: str
    sample_at: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a page. `states` gives the number of rows of each state that has any."""

    total: int
    states: tuple[tuple[RowState, Text, int], ...]
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]


def problem_code(row: RowRecord) -> str | None:
    """Name the class of problems that a row belongs to: the service's code, or the row's state."""
    if row.state not in TROUBLED:
        return None
    step = fallen_of(row)
    return (step.error_code if step else None) or row.state


def head_of(record: CampaignRecord) -> Head:
    """Sum up a campaign; reads the rows once."""
    problems, free = _problems(record.rows, record.currency)
    total = sum(record.states.values())
    order: tuple[RowState, ...] = tuple(ROW_STATES)  # type: ignore[arg-type] # keys are RowStates
    states = tuple(
        (state, ROW_STATES[state], record.states[state])
        for state in order
        if record.states.get(state)
    )
    return Head(
        total=total, states=states, facts=(*_times(record), *_money(record, free)),
        problems=problems,
    )  # fmt: skip


def progress_of(record: CampaignRecord) -> tuple[int, int]:
    """Say how many rows are past their work, and how many there are."""
    open_ones = sum(record.states.get(state, 0) for state in ("running", "not-started"))
    total = sum(record.states.values())
    return total - open_ones, total


def _times(record: CampaignRecord) -> tuple[Fact, ...]:
    return (
        fact(WORDS["run"], record.run, code=True),
        fact(WORDS["started"], moment(record.started_at), at=record.started_at),
        fact(WALL["time"], duration(record.seconds)),
        fact(WORDS["provider"], record.provider),
    )


def _money(record: CampaignRecord, free_failures: int) -> list[Fact]:
    facts = [fact(WALL["bought"], _bought(record))]
    if record.reused_images:
        facts.append(fact(WALL["reused"], _counted("reused", record.reused_images)))
    if free_failures:
        facts.append(fact(WALL["free_failures"], _counted("free_failures", free_failures)))
    if record.at_risk_images:
        facts.append(fact(WALL["at_risk"], _counted("reused", record.at_risk_images)))
    left = _left(record)
    if left is not None:
        facts.append(fact(WALL["left"], left))
    finished = sum(record.states.get(state, 0) for state in FINISHED)
    if record.cost_micro and finished:
        facts.append(fact(WALL["per_row"], money(_rounded(record.cost_micro, finished),
                                                 record.currency)))  # fmt: skip
    return facts


def _rounded(amount_micro: int, parts: int) -> int:
    # To a cent: more digits would only look exact.
    return round(amount_micro / parts / 10_000) * 10_000


def _bought(record: CampaignRecord) -> Text:
    if not record.billed_images and not record.cost_micro:
        return WALL["bought_nothing"]
    key = "bought_one" if record.billed_images == 1 else "bought_value"
    amount = money(record.cost_micro, record.currency)
    return filled(WALL[key], count=f"{record.billed_images:,}", money=amount)


def _left(record: CampaignRecord) -> Text | None:
    budget = record.budget
    if budget.cost_micro is not None:
        left = money(budget.cost_micro - record.cost_micro, budget.currency or record.currency)
        return Text(left, left)
    if budget.images is not None:
        return filled(WALL["left_images"], count=f"{budget.images - record.billed_images:,}")
    return None


def _counted(key: str, count: int) -> Text:
    return filled(WALL[f"{key}_one" if count == 1 else f"{key}_value"], count=f"{count:,}")


@dataclass(slots=True)
class _Tally:
    first: RowRecord
    at: int
    rows: int = 0
    cost_micro: int = 0
    at_risk: int = 0


def _problems(rows: Iterable[RowRecord], currency: str) -> tuple[tuple[Problem, ...], int]:
    """Group rows by what went wrong, most rows first; count those that failed at no cost."""
    tallies: dict[str, _Tally] = {}
    free = 0
    for at, row in enumerate(rows):
        code = problem_code(row)
        if code is None:
            continue
        tally = tallies.setdefault(code, _Tally(row, at))
        step = fallen_of(row)
        tally.rows += 1
        if step is not None:
            tally.cost_micro += step.cost_micro
            tally.at_risk += step.at_risk_images
        free += row.state == "failed" and (step is None or not step.cost_micro)
    by_rows = sorted(tallies.items(), key=lambda item: -item[1].rows)
    return tuple(_problem(code, tally, currency) for code, tally in by_rows), free


def _problem(code: str, tally: _Tally, currency: str) -> Problem:
    step = fallen_of(tally.first)
    cost = WALL["cost_nothing"]
    if tally.cost_micro:
        cost = filled(WALL["cost_money"], money=money(tally.cost_micro, currency))
    elif tally.at_risk:
        cost = filled(Text("{label}: {said}", "{label}:{said}"), label=WALL["at_risk"],
                      said=_counted("reused", tally.at_risk))  # fmt: skip
    return Problem(
        code=code,
        rows=tally.rows,
        cost=cost,
        sample_key=tally.first.key,
        sample_at=tally.at,
        message=(step.error if step else None) or "",
        hint=(step.hint if step else None) or "",
    )
