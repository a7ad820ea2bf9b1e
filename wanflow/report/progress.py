"""What a person sees while a run goes on: a live table, a line an event, or nothing."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from wanflow.model.events import Event, JobStarted
from wanflow.model.plan import Plan
from wanflow.model.run import Again, Done, Failed, Outcome, Reused
from wanflow.report.amounts import counted, duration
from wanflow.report.safe import safe_text

if TYPE_CHECKING:
    from rich.console import Console

Clock = Callable[[], float]


class Progress(Protocol):
    """Somebody who is told of a run while it goes on; used within `with`."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Stop showing, and leave what was shown in a clean state."""
        ...

    def tell(self, event: Event) -> None:
        """Take one event in."""
        ...


def progress_for(plan: Plan, stream: TextIO, *, quiet: bool = False) -> Progress:
    """Choose the progress that fits: a live table on a terminal, else a line an event.

    Args:
        plan: of the run that begins.
        stream: where to show it, usually standard error.
        quiet: show nothing.
    """
    if quiet:
        return QuietProgress()
    if not stream.isatty():
        return PlainProgress(plan, stream)
    from rich.console import Console  # noqa: PLC0415 - loaded for a terminal only

    return LiveProgress(plan, Console(file=stream))


class QuietProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, event: Event) -> None:
        """Take one event in."""


class PlainProgress:
    """Writes one line an event, with the time since the beginning: for logs and pipes."""

    def __init__(self, plan: Plan, stream: TextIO, *, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._steps = len(plan.jobs)
        self._settled = 0

    def __enter__(self) -> Self:
        self._began = self._clock()
        self._write(f"{counted(self._steps, 'step')} to see to")
        return self

    def __exit__(self, *_: object) -> None:
        self._write(f"{self._settled} of {counted(self._steps, 'step')} settled")

    def tell(self, event: Event) -> None:
        """Write the line of one event."""
        if isinstance(event, JobStarted):
            again = f", attempt {event.attempt}" if event.attempt > 1 else ""
            self._write(f"{safe_text(event.job)}: running{again}")
            return
        self._settled += 1
        state, detail = outcome_in_words(event.outcome)
        self._write(f"{safe_text(event.job)}: {state}{f', {detail}' if detail else ''}")

    def _write(self, text: str) -> None:
        passed = duration(self._clock() - self._began)
        self._stream.write(f"{passed:>11}  {text}\n")
        self._stream.flush()


class LiveProgress:
    """Shows a table on a terminal, one line a step, and leaves the last state standing."""

    def __init__(
        self,
        plan: Plan,
        console: "Console",
        *,
        clock: Clock = time.monotonic,
        redraw_by_itself: bool = True,
    ) -> None:
        from rich.live import Live  # noqa: PLC0415 - loaded for a terminal only

        from wanflow.report.live_table import LiveTable  # noqa: PLC0415 - the same

        self._table = LiveTable(plan, clock)
        self._live = Live(
            self._table,
            console=console,
            auto_refresh=redraw_by_itself,
            refresh_per_second=8,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._table.finish()
        self._live.stop()

    def tell(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, JobStarted):
            self._table.start(event.job, event.attempt)
        else:
            self._table.settle(event.job, *outcome_in_words(event.outcome))
        self._live.refresh()


_FALLEN: Mapping[Again, str] = {
    "fails": "failed",
    "goes-on": "unfinished",
    "asks": "undecided",
}


def outcome_in_words(outcome: Outcome) -> tuple[str, str]:
    """Give the state and a few words on it: `("done", "3 pictures, 12 s")`."""
    if isinstance(outcome, Done):
        made = counted(len(outcome.pictures), "picture")
        return "done", f"{made}, {duration(outcome.seconds)}"
    if isinstance(outcome, Reused):
        return "reused", counted(len(outcome.pictures), "picture")
    if isinstance(outcome, Failed):
        return _FALLEN[outcome.again], f"{safe_text(outcome.code)}: {safe_text(outcome.message)}"
    return "skipped", safe_text(outcome.reason)
