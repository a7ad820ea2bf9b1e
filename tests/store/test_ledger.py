import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from wanflow.errors import PausedError, UnfinishedError, WorkspaceError
from wanflow.execute.ledger import NO_CAP, Cap, Ending, HeldError, Intent, Spent
from wanflow.model.values import Fingerprint
from wanflow.store.ledger import SqliteLedger

INTENT = Intent(
    fingerprint=Fingerprint("f" * 64),
    purse="run-1",
    service="https://dashscope.aliyuncs.com/api/v1",
    account="0123456789abcdef",
    model="wan2.5-i2i-preview",
    prompt_sha256="p" * 64,
    body_sha256="b" * 64,
    images=3,
    price_micro=200_000,
    currency="CNY",
    service_time_s=1_763_856_000.0,
)


def other(name: str, **changes: object) -> Intent:
    return replace(INTENT, fingerprint=Fingerprint(name), **changes)  # type: ignore[arg-type]  # names of fields


@pytest.fixture
def ledger(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "journal.sqlite")


def test_an_entry_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    entry = SqliteLedger(file).intend(INTENT, NO_CAP)
    first = SqliteLedger(file)
    first.accept(entry.id, task_id="t-1", request_id="r-1")
    first.canceling(entry.id)
    first.close()

    found = SqliteLedger(file).latest(INTENT.fingerprint)

    assert found == replace(
        entry, state="accepted", task_id="t-1", request_id="r-1", canceling=True
    )


def test_an_open_request_is_not_entered_twice(ledger: SqliteLedger) -> None:
    ledger.intend(INTENT, NO_CAP)

    with pytest.raises(HeldError):
        ledger.intend(INTENT, NO_CAP)


def test_a_second_process_sees_what_the_first_holds(tmp_path: Path) -> None:
    first, second = (SqliteLedger(tmp_path / "journal.sqlite") for _ in range(2))
    first.intend(INTENT, NO_CAP)

    with pytest.raises(HeldError):
        second.intend(INTENT, NO_CAP)


def test_attempts_count_up_after_an_end(ledger: SqliteLedger) -> None:
    first = ledger.intend(INTENT, NO_CAP)
    ledger.settle(first.id, Ending(state="failed", reason="InternalError"))

    second = ledger.intend(INTENT, NO_CAP)

    assert (first.attempt, second.attempt) == (1, 2)


def test_what_is_open_ambiguous_or_lost_counts_as_spent(ledger: SqliteLedger) -> None:
    made, failed, lost = (ledger.intend(other(name), NO_CAP) for name in ("a", "b", "c"))
    ledger.intend(other("d"), NO_CAP)
    ledger.settle(made.id, Ending(state="made", billed_images=2))
    ledger.settle(failed.id, Ending(state="failed"))
    ledger.settle(lost.id, Ending(state="lost"))
    ledger.intend(other("e", purse="run-2"), NO_CAP)

    spent = ledger.spent("run-1")

    assert spent == Spent(images=2 + 3 + 3, cost_micro=8 * 200_000)


@pytest.mark.parametrize(
    ("cap", "flag"),
    [(Cap(images=5), "--max-images"), (Cap(cost_micro=1_000_000), "--max-cost")],
)
def test_a_budget_holds_before_anything_is_entered(
    ledger: SqliteLedger, cap: Cap, flag: str
) -> None:
    ledger.intend(other("a"), cap)

    with pytest.raises(PausedError) as refused:
        ledger.intend(other("b"), cap)

    assert refused.value.code == "budget-reached"
    assert flag in (refused.value.hint or "")
    assert ledger.latest(Fingerprint("b")) is None


def test_open_entries_and_known_tasks_are_listed(ledger: SqliteLedger) -> None:
    first, second, third = (ledger.intend(other(name), NO_CAP) for name in ("a", "b", "c"))
    ledger.accept(second.id, task_id="t-2", request_id=None)
    ledger.accept(third.id, task_id="t-3", request_id=None)
    ledger.settle(third.id, Ending(state="made", billed_images=1, urls=("https://x/1.png",)))

    assert [entry.id for entry in ledger.open()] == [first.id, second.id]
    assert ledger.known_tasks() == {"t-2", "t-3"}
    latest = ledger.latest(Fingerprint("c"))
    assert latest is not None
    assert latest.urls == ("https://x/1.png",)


def test_the_oldest_task_of_the_day_is_the_witness(ledger: SqliteLedger) -> None:
    for name, at_s in (("a", 100.0), ("b", 300.0), ("c", 200.0)):
        entry = ledger.intend(other(name, service_time_s=at_s), NO_CAP)
        ledger.accept(entry.id, task_id=f"t-{name}", request_id=None)

    witness = ledger.witness(INTENT.service, 150.0)

    assert witness is not None
    assert witness.task_id == "t-c"
    assert ledger.witness("https://elsewhere", 0.0) is None


def test_after_a_failed_write_nothing_more_is_entered(tmp_path: Path) -> None:
    ledger = SqliteLedger(lambda: _full_disk(tmp_path / "journal.sqlite"))
    entry = ledger.intend(INTENT, NO_CAP)
    _fill(ledger)

    with pytest.raises(UnfinishedError, match=r"keep the id of the paid task t-1") as first:
        ledger.accept(entry.id, task_id="t-1", request_id=None)
    with pytest.raises(UnfinishedError, match="nothing more is sent"):
        ledger.intend(other("b"), NO_CAP)

    assert "--adopt t-1" in (first.value.hint or "")


def test_a_file_that_is_no_journal_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 100)

    with pytest.raises(WorkspaceError, match="cannot be opened"):
        SqliteLedger(tmp_path / "journal.sqlite")


def test_a_journal_that_cannot_be_read_any_more_is_told_of(ledger: SqliteLedger) -> None:
    ledger.close()

    with pytest.raises(WorkspaceError, match="cannot be read"):
        ledger.open()


_OPENED: list[sqlite3.Connection] = []


def _full_disk(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    _OPENED.append(connection)
    return connection


def _fill(_ledger: SqliteLedger) -> None:
    """Make every further write fail, as a read-only remount does."""
    _OPENED[-1].execute("PRAGMA query_only = 1")


def test_the_newest_states_of_many_requests_are_given_at_once(ledger: SqliteLedger) -> None:
    for name in ("one", "two"):
        first = ledger.intend(other(name), NO_CAP)
        ledger.settle(first.id, Ending(state="failed"))
    again = ledger.intend(other("two"), NO_CAP)
    ledger.accept(again.id, task_id="t-2", request_id="r-2")
    many = [Fingerprint(str(number)) for number in range(1_200)]

    states = ledger.states([*many, Fingerprint("one"), Fingerprint("two")])

    assert states == {"one": "failed", "two": "accepted"}
    assert ledger.states([]) == {}
