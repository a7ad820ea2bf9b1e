"""What is seen while a campaign goes on: on a terminal, in a log, or nothing."""

from io import StringIO
from typing import Literal

import pytest
from rich.console import Console

from tests.strategies import artifact
from wanflow.model.events import JobSettled, JobStarted
from wanflow.model.run import Done, Failed
from wanflow.model.values import JobKey
from wanflow.report.campaign_progress import (
    Course,
    LiveCampaign,
    PlainCampaign,
    QuietCampaign,
    campaign_progress,
)
from wanflow.report.live_campaign import LiveCourse

MADE = Done(pictures=(artifact(),), seconds=2.0)


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def course(rows: int = 4, clock: Clock | None = None) -> Course:
    return Course(rows, lambda: (600_000, "CNY"), clock or Clock())


def run(progress: LiveCampaign | PlainCampaign, clock: Clock) -> None:
    """Two rows are done, one fails, and one is still at work."""
    with progress:
        for number, key in enumerate(("甲", "b", "c", "d")):
            progress.tell(key, JobStarted(job=JobKey("placed")))
            clock.now_s += 3
            outcome = Failed(code="refused", message="no \x1b[31m") if key == "c" else MADE
            if key != "d":
                progress.tell(key, JobSettled(job=JobKey("placed"), outcome=outcome))
                state: Literal["done", "failed"] = "failed" if key == "c" else "done"
                progress.settled(key, state, found=number == 0)


def test_a_terminal_shows_how_far_it_has_come_and_what_is_at_work() -> None:
    clock, out = Clock(), StringIO()
    watched = course(clock=clock)
    watched.tell("甲", JobStarted(job=JobKey("placed")))
    clock.now_s = 3.0
    watched.tell("甲", JobSettled(job=JobKey("placed"), outcome=MADE))
    watched.settled("done", found=False)
    watched.tell("b", JobStarted(job=JobKey("wide")))
    clock.now_s = 15.0

    Console(file=out, width=80, height=24, color_system=None).print(LiveCourse(watched))

    assert out.getvalue().splitlines() == [
        "━" * 40,
        "1 of 4 rows: 1 done, 15 s",
        "1 picture made, ¥0.60",
        "  b wide, 12 s",
    ]


def test_a_terminal_is_left_with_the_last_state_standing() -> None:
    clock, out = Clock(), StringIO()
    console = Console(file=out, force_terminal=True, width=80, height=24, color_system=None)

    run(LiveCampaign(course(clock=clock), console), clock)

    assert "3 of 4 rows: 2 done, 1 failed" in out.getvalue()
    assert out.getvalue().rstrip().endswith("\x1b[?25h")  # the cursor is there again


def test_a_log_has_a_line_for_every_failure_and_now_and_then_one_for_the_rest() -> None:
    clock, out = Clock(), StringIO()

    run(PlainCampaign(course(clock=clock), out), clock)

    lines = out.getvalue().splitlines()
    assert lines[0].endswith("4 rows to see to")
    assert any("2 of 4 rows: 2 done; 2 pictures made, ¥0.60" in line for line in lines)
    assert any("c placed: refused: no \\x1b[31m" in line for line in lines)
    assert lines[-1].endswith("3 of 4 rows: 2 done, 1 failed")
    assert "\x1b" not in out.getvalue()


def test_the_time_left_is_judged_by_the_rows_that_took_work() -> None:
    clock = Clock()
    watched = course(rows=10, clock=clock)
    for _ in range(3):
        clock.now_s += 10
        watched.settled("reused", found=True)
        early = watched.left_s()
        watched.settled("done", found=False)

    assert early is None
    assert watched.left_s() == pytest.approx(4 * 30 / 3)


def test_many_jobs_at_work_are_counted_and_the_longest_named() -> None:
    clock = Clock()
    watched = course(clock=clock)
    for number in range(11):
        watched.tell(f"r{number}", JobStarted(job=JobKey("a")))
        clock.now_s += 1

    assert next(iter(watched.at_work())).startswith("r0 a, ")
    assert list(watched.at_work())[-1] == "and 3 more"


def test_who_looks_decides_the_form() -> None:
    out = StringIO()

    quiet = campaign_progress(3, out, spent=lambda: (0, "CNY"), quiet=True)
    plain = campaign_progress(3, out, spent=lambda: (0, "CNY"))

    assert isinstance(quiet, QuietCampaign)
    assert isinstance(plain, PlainCampaign)
    with quiet:
        quiet.tell("a", JobStarted(job=JobKey("x")))
        quiet.settled("a", "done", found=False)
    assert out.getvalue() == ""
