"""What can become of an accepted task, and what its queries can say, through the whole program."""

import pytest

from tests.faults.conftest import OpenDesk
from tests.faults.line import Line, hold
from tests.faults.program import CHAIN

# Trio tells of streams that are left in the middle, which is what an endless one deserves.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

LINES = [
    Line(
        faults="moderation",
        exit_code=1,
        said="the service's content check refuses the prompt or a picture",
        states=("failed",),
        then_accepted=2,
    ),
    Line(faults="failed-internal#1", accepted=2, states=("failed", "made"), then_accepted=2),
    Line(
        faults="failed-internal",
        exit_code=1,
        said="the service had an internal error",
        accepted=2,
        states=("failed", "failed"),
        then_accepted=3,
    ),
    Line(
        faults="canceled",
        exit_code=1,
        said="was cancelled, and not by this program",
        states=("canceled",),
        then_accepted=2,
    ),
    Line(faults="unknown-once"),
    Line(
        faults="unknown",
        exit_code=4,
        said="the service does not know the task any more, within a day",
        states=("accepted",),
        then=4,
    ),
    Line(faults="unknown-status"),
    Line(
        faults="stuck-running",
        exit_code=3,
        said="it goes on at the service: run the same command again to fetch it",
        states=("accepted",),
        then=3,
    ),
    Line(
        faults="lower-case-status",
        exit_code=3,
        said="is not over (state not documented)",
        states=("accepted",),
        then=3,
    ),
    *(
        Line(faults=name, exit_code=1, said="keep the id and ask the service's support", then=1)
        for name in ("no-results", "no-url")
    ),
    # Queries fail in every way: the task is waited for, and not one request more is sent.
    *(
        Line(faults=f"poll/{name}#1-4")
        for name in ("http-429", "http-500", "reset", "hang", "html-200")
    ),
    Line(
        faults="poll/key-revoked",
        exit_code=6,
        said="the service refuses the API key",
        states=("accepted",),
    ),
    # The service's clock is wrong, on one answer or on all of a kind.
    *(
        Line(faults=name)
        for name in (
            "skewed-date", "skewed-date,drop-after-accept", "poll/skewed-date-ahead",
            "list/skewed-date#2,drop-after-accept",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.faults)
def test_a_task_comes_to_its_documented_end(open_shop: OpenDesk, line: Line) -> None:
    hold(open_shop(faults=line.faults), line)


def test_every_wait_has_an_end(open_shop: OpenDesk) -> None:
    desk = open_shop(faults="stuck-running")

    ran = desk.run()

    assert 900 <= ran.seconds <= 905
    assert desk.emulator.ledger.accepted[0].task_id in ran.said


def test_a_refused_step_skips_what_hangs_on_it_and_nothing_else(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN, faults="moderation#1")

    ran = desk.run()

    states = {step["key"]: step["state"] for step in ran.report["steps"]}
    assert ran.exit_code == 1
    assert states in (
        {"cup": "failed", "next": "skipped", "beside": "done"},
        {"cup": "done", "next": "done", "beside": "failed"},
    )
    assert "content check" in ran.said
    assert desk.bought_twice == []


def test_a_partial_result_is_kept_billed_as_such_and_missed_by_name(open_shop: OpenDesk) -> None:
    uses = "\n".join(
        f'  - {{id: use{at}, use: edit, images: ["four[{at}]"], prompt: "no {at} in image 1"}}'
        for at in range(1, 5)
    )
    four = '  - {id: four, use: edit, images: [photo], n: 4, prompt: "cups in image 1"}'
    outputs = ", ".join(f"use{at}: use{at}" for at in range(1, 5))
    desk = open_shop(
        recipe="wanflow: 1\nname: cups\ninputs: [photo]\nsteps:\n"
        f"{four}\n{uses}\noutputs: {{{outputs}}}\n",
        faults="partial#1",
    )

    ran = desk.run()

    states = [ran.step(f"use{at}")["state"] for at in range(1, 5)]
    lost = states.index("failed") + 1
    assert ran.exit_code == 1
    assert sorted(states) == ["done", "done", "done", "failed"]
    assert f"picture {lost} of 'four' is asked for, and it was not made" in ran.said
    assert len(ran.step("four")["pictures"]) == 3
    assert ran.step("four")["billed_images"] == 3
    assert desk.reported == desk.billed == 6
    assert desk.run().exit_code == 1
    assert desk.accepted == 4


def test_a_key_that_is_changed_in_the_middle_loses_no_task(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN, faults="poll/key-revoked#2-9")
    assert desk.run().exit_code == 6
    assert "accepted" in desk.states

    desk.key = "sk-the-next-key-of-the-account"
    desk.faults("")
    ran = desk.run()

    assert ran.exit_code == 0, ran.said
    assert desk.accepted == 3
    assert desk.reported == desk.billed == 3


def test_after_a_sleep_of_hours_finished_tasks_are_fetched(open_shop: OpenDesk) -> None:
    desk = open_shop()

    def sleep(request: object) -> None:
        if "/tasks/" in str(getattr(request, "url", "")) and desk.count("poll") == 1:
            desk.clock.before_s += 8 * 3600

    desk.network.trouble = sleep
    ran = desk.run()

    assert ran.exit_code == 0
    assert desk.accepted == 1
    assert desk.count("poll") <= 4
