"""A run is told while it goes on: live on a terminal, by lines elsewhere, or not at all."""

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from rich.console import Console

from tests.report.runs_to_show import BOXED, ENLARGED, PICTURE, PLACED, a_plan, boxed, placed, wide
from wanflow.model.events import JobSettled, JobStarted
from wanflow.model.plan import Plan
from wanflow.model.run import Done, Failed, Reused, Skipped
from wanflow.model.values import JobKey
from wanflow.report.live_table import LiveTable
from wanflow.report.progress import (
    LiveProgress,
    PlainProgress,
    Progress,
    QuietProgress,
    progress_for,
)


class Clock:
    """A clock that goes on by a quarter of a second whenever it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tell_of_a_run(progress: Progress, move: Callable[[float], None]) -> None:
    progress.tell(JobStarted(job=PLACED))
    move(1.5)
    progress.tell(JobStarted(job=PLACED, attempt=2))
    move(12.0)
    progress.tell(JobSettled(job=PLACED, outcome=Done(pictures=(PICTURE,) * 3, seconds=13.5)))
    progress.tell(JobSettled(job=BOXED, outcome=Reused(pictures=(PICTURE,), run="r")))
    progress.tell(JobStarted(job=ENLARGED))
    move(60.0)
    progress.tell(JobSettled(job=ENLARGED, outcome=Failed(code="refused", message="拒绝\x1b[31m")))


def the_plan() -> Plan:
    return a_plan(placed(), wide(), boxed())


def drawn(table: LiveTable, *, width: int, height: int = 20, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(
        file=stream, width=width, height=height, force_terminal=True, color_system=None, _environ={}
    )
    console.print(table)
    stream.seek(0)
    return "\n".join(line.rstrip() for line in stream.read().split("\n")).rstrip()


def test_plain_progress_writes_a_line_an_event() -> None:
    stream, clock = io.StringIO(), Clock()

    with PlainProgress(the_plan(), stream, clock=clock) as progress:
        tell_of_a_run(progress, lambda seconds: setattr(clock, "now", clock.now + seconds))

    assert stream.getvalue() == snapshot("""\
      0.0 s  3 steps to see to
      0.0 s  placed: running
      1.5 s  placed: running, attempt 2
       14 s  placed: done, 3 pictures, 14 s
       14 s  boxed: reused, 1 picture
       14 s  wide: running
 1 min 14 s  wide: failed, refused: 拒绝\\x1b[31m
 1 min 14 s  3 of 3 steps settled
""")


def test_a_skipped_step_says_why() -> None:
    stream = io.StringIO()
    skipped = Skipped(because=PLACED, reason="it hangs on 'placed'")

    with PlainProgress(the_plan(), stream) as progress:
        progress.tell(JobSettled(job=BOXED, outcome=skipped))

    assert "boxed: skipped, it hangs on 'placed'\n" in stream.getvalue()


def test_a_step_whose_outcome_needs_no_words_has_none() -> None:
    stream = io.StringIO()

    with PlainProgress(the_plan(), stream) as progress:
        progress.tell(JobSettled(job=BOXED, outcome=Skipped(because=None, reason="")))

    assert "boxed: skipped\n" in stream.getvalue()


def a_table_midway(clock: Clock) -> LiveTable:
    table = LiveTable(the_plan(), clock)
    table.settle(BOXED, "reused", "1 picture")
    table.start(PLACED, 2)
    clock.now += 12.5
    return table


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (
            80,
            snapshot("""\
⠋ placed running 12 s attempt 2 将图1中的闹钟放置到图2的餐桌的花瓶旁边位置,保持…
· wide   waiting Extend the picture left and right; keep the original content \\…
= boxed  reused  1 picture
1 of 3 steps, 12 s\
"""),
        ),
        (
            40,
            snapshot("""\
⠋ placed running 12 s
· wide   waiting Extend the picture lef…
= boxed  reused  1 picture
1 of 3 steps, 12 s\
"""),
        ),
        (
            24,
            snapshot("""\
⠋ placed running 12 s
· wide   waiting Extend…
= boxed  reused  1 pict…
1 of 3 steps, 12 s\
"""),
        ),
    ],
)
def test_the_table_fits_the_terminal(width: int, expected: str) -> None:
    assert drawn(a_table_midway(Clock()), width=width) == expected


def test_the_table_is_ascii_where_nothing_else_can_be_shown() -> None:
    clock = Clock()
    table = LiveTable(a_plan(wide()), clock)
    table.settle(ENLARGED, "done", "1 picture")

    assert drawn(table, width=60, encoding="ascii").isascii()
    table.start(ENLARGED, 1)
    assert drawn(table, width=60, encoding="ascii").isascii()


def test_the_spinner_turns_and_stops_at_the_end() -> None:
    clock = Clock()
    table = a_table_midway(clock)
    first = drawn(table, width=80)
    clock.now += 0.125
    second = drawn(table, width=80)
    table.finish()
    last = drawn(table, width=80)

    assert first.split("\n")[0][0] != second.split("\n")[0][0]
    assert last.split("\n")[0].startswith("! placed stopped")


def many(number: int) -> Plan:
    def numbered(at: int) -> JobKey:
        return JobKey(f"step{at:03}")

    return a_plan(
        *(replace(wide(), job=replace(wide().job, key=numbered(at))) for at in range(number))
    )


def test_what_runs_is_shown_where_not_every_step_fits() -> None:
    table = LiveTable(many(50), Clock())
    for at in range(20):
        table.settle(JobKey(f"step{at:03}"), "done", "")
    table.settle(JobKey("step003"), "failed", "refused")
    table.start(JobKey("step041"), 1)

    lines = drawn(table, width=80, height=6).split("\n")

    assert [line.split()[1] for line in lines[:4]] == ["step003", "step020", "step021", "step041"]
    assert lines[-1].startswith("20 of 50 steps")


def test_every_step_is_shown_at_the_end() -> None:
    table = LiveTable(many(50), Clock())
    table.finish()

    assert drawn(table, width=80, height=6).count("\n") == 50


def test_a_job_that_the_plan_does_not_name_is_shown_all_the_same() -> None:
    table = LiveTable(a_plan(), Clock())
    table.start(JobKey("late"), 1)

    assert "late" in drawn(table, width=80)


def test_live_progress_leaves_the_last_state_and_the_cursor() -> None:
    stream, clock = Terminal(), Clock()
    console = Console(
        file=stream, width=60, height=20, force_terminal=True, color_system=None, _environ={}
    )

    with LiveProgress(the_plan(), console, clock=clock, redraw_by_itself=False) as progress:
        tell_of_a_run(progress, lambda seconds: setattr(clock, "now", clock.now + seconds))

    written = stream.getvalue()
    assert written.endswith("\n\x1b[?25h")
    last = written[written.rindex("✓ placed") :].removesuffix("\x1b[?25h")
    assert "\n".join(line.rstrip() for line in last.split("\n")) == snapshot("""\
✓ placed done    3 pictures, 14 s
✗ wide   failed  refused: 拒绝\\x1b[31m
= boxed  reused  1 picture
3 of 3 steps, 1 min 14 s
""")


def test_progress_fits_where_it_is_shown() -> None:
    plan = the_plan()

    assert isinstance(progress_for(plan, Terminal()), LiveProgress)
    assert isinstance(progress_for(plan, io.StringIO()), PlainProgress)
    assert isinstance(progress_for(plan, Terminal(), quiet=True), QuietProgress)


def test_quiet_progress_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with QuietProgress() as progress:
        tell_of_a_run(progress, lambda _: None)

    assert capfd.readouterr() == ("", "")


def test_rich_is_loaded_for_a_terminal_only() -> None:
    code = (
        "import io, sys\n"
        "import wanflow.report.progress, wanflow.report.problems, wanflow.report.plan_text\n"
        "import wanflow.report.summary\n"
        "assert 'rich' not in sys.modules and 'jinja2' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
