"""How far a run has come, as a person reads it and as a program does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wanflow.model.run import RunState
from wanflow.model.values import JobKey, JsonValue, RunId
from wanflow.report.amounts import counted, money
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_ORDER = ("done", "reused", "failed", "skipped", "started")
_COLOURS: Mapping[RunState, Colour] = {"done": "green", "failed": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the journal and the ledger know of a run at this moment.

    `at_work` says that a process holds its folder; `steps` and `rows` are how many there are in
    all, None where an older version did not write it down. `counts` are the steps by state.
    """

    run: RunId
    state: RunState
    at_work: bool
    started_at: str
    ended_at: str | None
    directory: str
    command: str
    steps: int | None
    rows: int | None
    counts: Mapping[str, int]
    under_way: tuple[JobKey, ...]
    billed_images: int
    at_risk_images: int
    cost_micro: int
    currency: str = "CNY"


def status_text(status: Status, *, color: bool = False) -> str:
    """Show it in a few lines."""
    ink = Ink(color)
    state = _in_words(status)
    head = (
        f"{ink(safe_text(status.run), 'bold')}  {ink(state, _COLOURS.get(status.state, 'yellow'))}"
    )
    times = f"began {status.started_at}"
    if status.ended_at and not status.at_work:
        times += f", ended {status.ended_at}"
    lines = [head, times, _steps(status)]
    if status.billed_images or status.at_risk_images:
        lines.append(_money(status))
    lines += _under_way(status, ink)
    lines.append(f"{ink('folder', 'dim')}  {safe_text(status.directory, None)}")
    if status.state != "done" and not status.at_work:
        lines.append(f"next, to go on: {safe_text(status.command, None)}")
    return "\n".join(lines)


def status_json(status: Status) -> JsonValue:
    """Give the same as `schemas/status.schema.json` describes it."""
    return {
        "version": 1,
        "run": status.run,
        "state": status.state,
        "at_work": status.at_work,
        "started_at": status.started_at,
        "ended_at": status.ended_at,
        "directory": status.directory,
        "command": status.command,
        "rows": status.rows,
        "steps": status.steps,
        "states": {state: status.counts.get(state, 0) for state in _ORDER},
        "under_way": list(status.under_way),
        "billed_images": status.billed_images,
        "at_risk_images": status.at_risk_images,
        "cost_micro": status.cost_micro,
        "currency": status.currency,
    }


def _in_words(status: Status) -> str:
    if status.at_work:
        return "at work"
    # A run that nobody holds and that did not come to its end was killed.
    return "was killed" if status.state == "running" else status.state


def _steps(status: Status) -> str:
    settled = sum(count for state, count in status.counts.items() if state != "started")
    states = [f"{status.counts[s]:,} {s}" for s in _ORDER[:-1] if status.counts.get(s)]
    total = f"{settled:,} of {counted(status.steps, 'step')}" if status.steps else f"{settled:,}"
    of_rows = f" in {counted(status.rows, 'row')}" if status.rows else ""
    return f"{total}{of_rows}{': ' if states else ''}{', '.join(states)}"


def _money(status: Status) -> str:
    said = f"{counted(status.billed_images, 'picture')} billed"
    said += f", {money(status.cost_micro, status.currency)}"
    return said + (f", perhaps {status.at_risk_images:,} more" if status.at_risk_images else "")


def _under_way(status: Status, ink: Ink) -> Iterator[str]:
    if not status.under_way:
        return
    word = "under way" if status.at_work else "begun and not ended"
    yield f"{word}, {status.counts.get('started', 0):,}:"
    for job in status.under_way:
        yield f"  {ink(safe_text(job), 'cyan')}"
