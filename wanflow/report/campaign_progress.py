"""What a person sees while a campaign goes on: a live picture, now and then a line, or nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from wanflow.model.campaign import RowKey, RowState
from wanflow.model.events import Event, JobStarted
from wanflow.model.run import Done, Reused
from wanflow.model.values import JobKey
from wanflow.report.amounts import counted, duration, money
from wanflow.report.safe import safe_text

if TYPE_CHECKING:
    from rich.console import Console

Clock = Callable[[], float]
_LINE_EVERY_S = 5.0
_SHOWN_JOBS = 8
# Fewer rows than these say nothing of how long the others will take.
_ROWS_TO_JUDGE = 3
_SHOWN_STATES: tuple[RowState, ...] = (
    "done", "reused", "failed", "unfinished", "undecided", "waiting",
)  # fmt: skip


class CampaignProgress(Protocol):
    """Somebody who is told of a campaign while it goes on; used within `with`."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Stop showing, and leave what was shown in a clean state."""
        ...

    def tell(self, row: RowKey, event: Event) -> None:
        """Take one event of a row in."""
        ...

    def settled(self, row: RowKey, state: RowState, *, found: bool) -> None:
        """Take in that a row has come to its end."""
        ...


class Course:
    """How far a campaign has come; every text is of the present moment.

    Args:
        rows: how many there are.
        spent: gives what has been spent, in millionths, and the currency.
        clock: seconds that only grow.
    """

    def __init__(self, rows: int, spent: Callable[[], tuple[int, str]], clock: Clock) -> None:
        self.rows = rows
        self.states: Counter[RowState] = Counter()
        self.pictures = 0
        self.running: dict[tuple[RowKey, JobKey], float] = {}
        self._spent = spent
        self._clock = clock
        self.began = clock()
        self._worked = 0

    def tell(self, row: RowKey, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, JobStarted):
            self.running[row, event.job] = self._clock()
            return
        self.running.pop((row, event.job), None)
        if isinstance(event.outcome, Done):
            self.pictures += len(event.outcome.pictures)

    def settled(self, state: RowState, *, found: bool) -> None:
        """Count a row; one that was found again says nothing of how long the others take."""
        self.states[state] += 1
        self._worked += not found

    @property
    def over(self) -> int:
        """How many rows have come to an end."""
        return self.states.total()

    def passed_s(self) -> float:
        """Say how long it has been going on."""
        return self._clock() - self.began

    def head(self) -> str:
        """Say how many rows are over, and how they ended: `12 of 24 rows: 10 done, 2 failed`."""
        states = ", ".join(f"{self.states[s]:,} {s}" for s in _SHOWN_STATES if self.states[s])
        return f"{self.over:,} of {counted(self.rows, 'row')}{f': {states}' if states else ''}"

    def facts(self) -> str:
        """Say what was made and spent so far, and how long it may still take."""
        cost_micro, currency = self._spent()
        left = self.left_s()
        parts = [
            f"{counted(self.pictures, 'picture')} made",
            money(cost_micro, currency) if cost_micro else "",
            f"about {duration(left)} left" if left is not None else "",
        ]
        return ", ".join(filter(None, parts))

    def left_s(self) -> float | None:
        """Estimate how long the rest takes, by the rows that took work; None if it is too early."""
        rest = self.rows - self.over
        if self._worked < _ROWS_TO_JUDGE or not rest:
            return None
        return rest * self.passed_s() / self._worked

    def at_work(self) -> Iterator[str]:
        """Name the jobs that run, the longest first."""
        now = self._clock()
        longest = sorted(self.running.items(), key=lambda item: item[1])
        for (row, job), since in longest[:_SHOWN_JOBS]:
            yield f"{safe_text(row)} {safe_text(job)}, {duration(now - since)}"
        if len(longest) > _SHOWN_JOBS:
            yield f"and {len(longest) - _SHOWN_JOBS} more"


def campaign_progress(
    rows: int,
    stream: TextIO,
    *,
    spent: Callable[[], tuple[int, str]],
    quiet: bool = False,
) -> CampaignProgress:
    """Choose the progress that fits: a live picture on a terminal, else now and then a line."""
    if quiet:
        return QuietCampaign()
    course = Course(rows, spent, time.monotonic)
    if not stream.isatty():
        return PlainCampaign(course, stream)
    from rich.console import Console  # noqa: PLC0415 - loaded for a terminal only

    return LiveCampaign(course, Console(file=stream))


class QuietCampaign:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, row: RowKey, event: Event) -> None:
        """Take one event of a row in."""

    def settled(self, row: RowKey, state: RowState, *, found: bool) -> None:
        """Take in that a row has come to its end."""


class PlainCampaign:
    """Writes a line for every row that did not end well, and now and then how far it has come."""

    def __init__(self, course: Course, stream: TextIO) -> None:
        self._course = course
        self._stream = stream
        self._last_s = 0.0

    def __enter__(self) -> Self:
        self._write(f"{counted(self._course.rows, 'row')} to see to")
        return self

    def __exit__(self, *_: object) -> None:
        self._write(self._course.head())

    def tell(self, row: RowKey, event: Event) -> None:
        """Take one event of a row in; a failure is said at once."""
        self._course.tell(row, event)
        outcome = None if isinstance(event, JobStarted) else event.outcome
        if outcome is not None and not isinstance(outcome, Done | Reused):
            code = getattr(outcome, "code", "")
            if code:
                message = safe_text(getattr(outcome, "message", ""))
                self._write(f"{safe_text(row)} {safe_text(event.job)}: {code}: {message}")

    def settled(self, row: RowKey, state: RowState, *, found: bool) -> None:
        """Take in that a row has come to its end."""
        del row
        self._course.settled(state, found=found)
        passed_s = self._course.passed_s()
        if passed_s - self._last_s >= _LINE_EVERY_S:
            self._last_s = passed_s
            self._write(f"{self._course.head()}; {self._course.facts()}")

    def _write(self, text: str) -> None:
        self._stream.write(f"{duration(self._course.passed_s()):>11}  {text}\n")
        self._stream.flush()


class LiveCampaign:
    """Shows on a terminal how far it has come, and what is at work this moment."""

    def __init__(self, course: Course, console: "Console") -> None:
        from rich.live import Live  # noqa: PLC0415 - loaded for a terminal only

        from wanflow.report.live_campaign import LiveCourse  # noqa: PLC0415 - the same

        self._course = course
        self._shown = LiveCourse(course)
        self._live = Live(
            self._shown,
            console=console,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._course.running.clear()
        self._live.stop()

    def tell(self, row: RowKey, event: Event) -> None:
        """Take one event of a row in."""
        self._course.tell(row, event)

    def settled(self, row: RowKey, state: RowState, *, found: bool) -> None:
        """Take in that a row has come to its end."""
        del row
        self._course.settled(state, found=found)
