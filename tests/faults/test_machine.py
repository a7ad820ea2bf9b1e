"""What can happen to the machine: signals, disks, the journal, the pictures that are kept."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import OpenDesk
from tests.faults.program import CHAIN, Desk

# Trio tells of streams that are left in the middle, which is what an endless one deserves.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Make the folder of the test a disk of its own, with room for a few pictures."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a disk needs root")
    before = Path.cwd()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", tmp_path], check=True)
    try:
        yield tmp_path
    finally:
        os.chdir(before)  # nobody may stand in what is unmounted
        subprocess.run(["umount", "-l", tmp_path], check=True)


def at_request(desk: Desk, what: str, do: Callable[[], None], *, nth: int = 1) -> None:
    """Do something once, when the nth request with this in its method and path leaves."""
    seen = 0

    def trouble(request: httpx.Request) -> None:
        nonlocal seen
        if what in f"{request.method} {request.url.path}":
            seen += 1
            if seen == nth:
                do()

    desk.network.trouble = trouble


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_ends_the_run_with_its_ids_kept(
    open_shop: OpenDesk, number: signal.Signals, code: int
) -> None:
    desk = open_shop(recipe=CHAIN)
    at_request(desk, "GET /api/v1/tasks/", lambda: signal.raise_signal(number))

    ran = desk.run()

    assert ran.exit_code == code
    assert ran.seconds <= 20
    assert ran.report["state"] == "interrupted"
    assert "wanflow run cups.yaml photo=photo.png --provider dashscope --yes" in ran.out
    assert desk.accepted == 2
    assert set(desk.states) <= {"accepted", "canceled"}
    desk.network.trouble = lambda _request: None
    assert desk.run().exit_code == 0
    assert desk.bought_twice == []
    assert desk.reported == desk.billed == 3


def test_a_signal_while_a_request_is_under_way_enters_its_answer(open_shop: OpenDesk) -> None:
    desk = open_shop()
    at_request(desk, "POST", lambda: signal.raise_signal(signal.SIGINT))

    ran = desk.run()

    assert ran.exit_code == 130
    assert ran.seconds <= 10
    assert set(desk.states) <= {"accepted", "canceled", "made"}
    desk.network.trouble = lambda _request: None
    assert desk.run().exit_code == 0
    assert desk.bought_twice == []


def test_a_task_that_has_not_begun_is_cancelled_with_its_run(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN, limits="running=1")
    at_request(desk, "GET /api/v1/tasks/", lambda: signal.raise_signal(signal.SIGINT))

    ran = desk.run()

    assert ran.exit_code == 130
    assert sorted(desk.states) == ["accepted", "canceled"]
    desk.clock.before_s += 3600
    assert desk.billed == 1


def fill(folder: Path) -> None:
    """Leave no byte free."""
    descriptor = os.open(folder / "filler", os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(descriptor, bytes(4096))
    os.close(descriptor)


@pytest.mark.parametrize(
    ("instant", "most"), [("GET /api/v1/tasks", 2), ("POST", 2), ("GET /results/", 3)]
)
def test_a_full_disk_stops_the_money_and_loses_nothing(
    disk: Path, open_shop: OpenDesk, instant: str, most: int
) -> None:
    desk = open_shop(recipe=CHAIN)
    at_request(desk, instant, lambda: fill(disk))

    ran = desk.run()
    bought = desk.accepted

    assert ran.exit_code == 3, ran.said
    assert "make room" in ran.said
    assert bought <= most
    (disk / "filler").unlink()
    desk.network.trouble = lambda _request: None
    again = desk.run()
    assert again.exit_code == 0, again.said
    assert desk.accepted == 3
    assert desk.reported == desk.billed == 3


def test_a_read_only_disk_costs_nothing(disk: Path, open_shop: OpenDesk) -> None:
    desk = open_shop()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    ran = desk.run()

    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert ran.exit_code == 5
    assert "read-only" in ran.said
    assert desk.network.requests == []


@pytest.mark.parametrize("damage", ["cut", "emptied", "garbled", "gone"])
def test_a_damaged_journal_is_said_and_never_bought_over(open_shop: OpenDesk, damage: str) -> None:
    desk = open_shop(faults="download-no-iend")
    assert desk.run().exit_code == 3
    journal = desk.folder / ".wanflow" / "journal.sqlite"
    whole = journal.read_bytes()
    for log in journal.parent.glob("journal.sqlite-*"):
        log.unlink()
    if damage == "gone":
        journal.unlink()
    else:
        kept = {"cut": whole[: len(whole) // 2], "emptied": b"", "garbled": whole[:100] * 400}
        journal.write_bytes(kept[damage])
    requests = len(desk.network.requests)

    ran = desk.run()

    assert ran.exit_code == 5, ran.said
    assert "journal" in ran.said
    assert "hint:" in ran.said
    assert len(desk.network.requests) == requests
    journal.write_bytes(whole)
    desk.faults("")
    assert desk.run().exit_code == 0
    assert desk.accepted == 1


def damaged(desk: Desk) -> Path:
    objects = [file for file in (desk.folder / ".wanflow" / "objects").rglob("*") if file.is_file()]
    made = desk.pictures()[0].read_bytes()
    file = next(file for file in objects if file.read_bytes() == made)
    file.chmod(0o600)
    file.write_bytes(made[:-20] + bytes(20))
    return file


def test_a_picture_that_was_damaged_is_fetched_again_within_the_day(open_shop: OpenDesk) -> None:
    desk = open_shop()
    assert desk.run().exit_code == 0
    (before,) = desk.pictures()
    whole = before.read_bytes()
    damaged(desk)

    ran = desk.run()

    assert ran.exit_code == 0, ran.said
    assert desk.accepted == 1
    assert {file.read_bytes() for file in desk.pictures()} == {whole}


def test_a_damaged_picture_is_no_input_of_a_paid_request(open_shop: OpenDesk) -> None:
    desk = open_shop()
    assert desk.run().exit_code == 0
    damaged(desk)
    desk.write(CHAIN.replace("a red cup in image 1", "把杯子换成红色, image 1"))
    desk.clock.before_s += 30 * 3600

    ran = desk.run()

    assert ran.exit_code == 4
    assert "its pictures are lost" in ran.said
    assert ran.step("next")["state"] == "skipped"
    assert [entry.prompt for entry in desk.emulator.ledger.accepted].count(
        "把杯子换成红色, image 1"
    ) == 1


def test_the_same_command_after_success_buys_nothing_and_changes_nothing(
    open_shop: OpenDesk,
) -> None:
    desk = open_shop(recipe=CHAIN)
    assert desk.run().exit_code == 0
    before = {file: file.read_bytes() for file in desk.folder.glob("runs/*/*/*")}
    requests = desk.count("submit")

    ran = desk.run()

    assert ran.exit_code == 0
    assert desk.count("submit") == requests
    assert {file: file.read_bytes() for file in before} == before
