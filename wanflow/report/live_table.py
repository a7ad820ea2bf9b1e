"""The table of a run that goes on. Loads rich, so only the live progress imports it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from wanflow.model.plan import Plan
from wanflow.model.values import JobKey
from wanflow.report.amounts import counted, duration
from wanflow.report.columns import cut
from wanflow.report.safe import safe_text

_MARKS: Mapping[str, tuple[str, str, str]] = {
    # state: mark, mark where only ASCII can be shown, style
    "waiting": ("·", ".", "dim"),
    "done": ("✓", "+", "green"),
    "reused": ("=", "=", "green"),
    "failed": ("✗", "x", "bold red"),
    "unfinished": ("!", "!", "yellow"),
    "undecided": ("?", "?", "bold yellow"),
    "skipped": ("-", "-", "dim"),
    "stopped": ("!", "!", "yellow"),
}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_SPINNER_ASCII = "|/-\\"
_TURNS_PER_S = 8
_NARROW = 60  # columns below which the words on a step are left out while it runs
_NAME = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    name: str
    about: str
    state: str = "waiting"
    detail: str = ""
    began: float = 0.0


class LiveTable:
    """Draws itself from what it has been told; every drawing is of the present moment."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._over = False
        self._rows: dict[JobKey, _Row] = {
            planned.job.key: _Row(
                name=safe_text(planned.job.key),
                about=safe_text(" ".join((planned.job.prompt or planned.job.operation).split())),
            )
            for planned in plan.jobs
        }

    def start(self, job: JobKey, attempt: int) -> None:
        """Show a job as running."""
        detail = f"attempt {attempt}" if attempt > 1 else ""
        self._rows[job] = replace(
            self._row(job), state="running", detail=detail, began=self._clock()
        )

    def settle(self, job: JobKey, state: str, detail: str) -> None:
        """Show a job's outcome."""
        self._rows[job] = replace(self._row(job), state=state, detail=detail)

    def finish(self) -> None:
        """Show what still runs as stopped: nothing turns after the end."""
        self._over = True
        for job, row in self._rows.items():
            if row.state == "running":
                self._rows[job] = replace(row, state="stopped")

    def _row(self, job: JobKey) -> _Row:
        return self._rows.get(job) or _Row(name=safe_text(job), about="")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the table as wide as the terminal, and while it moves no higher."""
        rows = list(self._rows.values())
        if not self._over:
            rows = _most_telling(rows, max(1, options.size.height - 2))
        plain = not options.encoding.startswith("utf")
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, min_width=7)  # the longest state: nothing jumps
        table.add_column(no_wrap=True, overflow="crop" if plain else "ellipsis", ratio=1)
        for row in rows:
            table.add_row(*self._cells(row, narrow=options.max_width < _NARROW, plain=plain))
        yield table
        yield Text(self._total(), style="bold", no_wrap=True, overflow="ellipsis")

    def _cells(self, row: _Row, *, narrow: bool, plain: bool) -> tuple[Text, Text, Text, Text]:
        about, style = row.about, ""
        if row.state == "running":
            turns = _SPINNER_ASCII if plain else _SPINNER
            mark, colour = turns[int(self._clock() * _TURNS_PER_S) % len(turns)], "cyan"
            passed = duration(self._clock() - row.began)
            about = passed if narrow else " ".join(filter(None, [passed, row.detail, about]))
        else:
            fine, ascii_mark, colour = _MARKS[row.state]
            mark = ascii_mark if plain else fine
            about = row.detail or about
            style = "dim" if row.state == "waiting" else ""
        return (
            Text(mark, style=colour),
            Text(cut(row.name, 10 if narrow else _NAME), style="bold"),
            Text(row.state, style=colour),
            Text(about, style=style),
        )

    def _total(self) -> str:
        settled = sum(
            row.state not in ("waiting", "running", "stopped") for row in self._rows.values()
        )
        passed = duration(self._clock() - self._began)
        return f"{settled} of {counted(len(self._rows), 'step')}, {passed}"


def _most_telling(rows: list[_Row], most: int) -> list[_Row]:
    """Choose the rows to show where not all fit: what runs or failed first, then what waits."""
    if len(rows) <= most:
        return rows
    rank = {"running": 0, "failed": 1, "undecided": 1, "unfinished": 1, "waiting": 2}
    by_rank = sorted(range(len(rows)), key=lambda at: rank.get(rows[at].state, 3))
    return [rows[at] for at in sorted(by_rank[:most])]
