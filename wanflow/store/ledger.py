"""The ledger in the workspace's SQLite file: one row for every paid request."""

import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wanflow.errors import UnfinishedError, WorkspaceError
from wanflow.execute.ledger import (
    OPEN,
    RESERVED,
    Bill,
    Cap,
    Ending,
    Entry,
    EntryId,
    HeldError,
    Intent,
    Spent,
    State,
    refuse_beyond,
)
from wanflow.model.values import Fingerprint
from wanflow.store.tables import PURCHASES

_INTENT = (
    "fingerprint", "purse", "service", "account", "model", "prompt_sha256", "body_sha256",
    "images", "price_micro", "currency", "service_time_s",
)  # fmt: skip
_BUSY_S = 10.0
_AT_ONCE = 500  # values in one query; older SQLite takes 999


class SqliteLedger:
    """Entries in a table of their own; safe between threads and between processes.

    Args:
        source: the database file, or what opens a connection to it. A given connection is set to
            WAL and `synchronous=FULL`: a commit that has returned survives a power cut.

    Raises:
        WorkspaceError: the file is damaged or cannot be opened.
    """

    def __init__(self, source: Path | Callable[[], sqlite3.Connection]) -> None:
        self._lock = threading.Lock()
        self._broken = False
        try:
            self._connection = _opened(source)
        except sqlite3.Error as error:
            raise WorkspaceError(
                f"the workspace's journal cannot be opened: {error}",
                hint="name another workspace with --workspace DIR",
            ) from None

    def close(self) -> None:
        """Close the file; nothing is written by closing."""
        self._connection.close()

    def intend(self, intent: Intent, cap: Cap) -> Entry:
        """Enter a request that is about to be sent, as `Ledger.intend`."""
        with self._writing() as database:
            newest = _newest(database, intent.fingerprint)
            if newest is not None and newest.state in OPEN:
                raise HeldError
            refuse_beyond(cap, _spent(database, intent.purse), intent)
            attempt = newest.attempt + 1 if newest else 1
            values = [getattr(intent, name) for name in _INTENT]
            marks = ", ".join("?" for _ in range(len(_INTENT) + 1))
            row = database.execute(
                f"INSERT INTO purchases ({', '.join(_INTENT)}, attempt) VALUES ({marks})",  # noqa: S608 - names of columns from this file
                [*values, attempt],
            )
            number = EntryId(row.lastrowid or 0)
        return Entry(id=number, attempt=attempt, intent=intent)

    def accept(self, entry: EntryId, *, task_id: str, request_id: str | None) -> None:
        """Enter the task that the service has made of a request."""
        with self._writing(task_id) as database:
            database.execute(
                "UPDATE purchases SET state = 'accepted', task_id = ?, request_id = ? WHERE id = ?",
                (task_id, request_id, entry),
            )

    def canceling(self, entry: EntryId) -> None:
        """Enter that the service is about to be asked to cancel."""
        with self._writing() as database:
            database.execute("UPDATE purchases SET canceling = 1 WHERE id = ?", (entry,))

    def settle(self, entry: EntryId, ending: Ending) -> None:
        """Enter the end of an entry."""
        with self._writing() as database:
            database.execute(
                "UPDATE purchases SET state = ?, billed_images = ?, reason = ?, urls = ?,"
                " request_id = coalesce(?, request_id) WHERE id = ?",
                (
                    ending.state,
                    ending.billed_images,
                    ending.reason,
                    json.dumps(ending.urls),
                    ending.request_id,
                    entry,
                ),
            )

    def latest(self, fingerprint: Fingerprint) -> Entry | None:
        """Give the newest entry of a request."""
        with self._reading() as database:
            return _newest(database, fingerprint)

    def states(self, fingerprints: Collection[Fingerprint]) -> Mapping[Fingerprint, State]:
        """Give the state of the newest entry of each request that has one."""
        wanted = sorted(set(fingerprints))
        found: dict[Fingerprint, State] = {}
        with self._reading() as database:
            for at in range(0, len(wanted), _AT_ONCE):
                some = wanted[at : at + _AT_ONCE]
                marks = ",".join("?" * len(some))
                # With max() SQLite takes the other columns from the row that has it:
                # https://www.sqlite.org/lang_select.html#bareagg
                rows = database.execute(
                    "SELECT max(id), fingerprint, state FROM purchases"  # noqa: S608 # only marks are put in
                    f" WHERE fingerprint IN ({marks}) GROUP BY fingerprint",
                    some,
                )
                found.update((row["fingerprint"], row["state"]) for row in rows)
        return found

    def open(self) -> tuple[Entry, ...]:
        """List every entry that has not ended, oldest first."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT * FROM purchases WHERE state IN ('intended', 'accepted') ORDER BY id"
            )
            return tuple(_entry(row) for row in rows)

    def known_tasks(self) -> frozenset[str]:
        """Name all tasks of all entries."""
        with self._reading() as database:
            rows = database.execute("SELECT task_id FROM purchases WHERE task_id IS NOT NULL")
            return frozenset(row["task_id"] for row in rows)

    def witness(self, service: str, since_s: float) -> Entry | None:
        """Give the oldest entry with a task that was sent to a service since then."""
        with self._reading() as database:
            row = database.execute(
                "SELECT * FROM purchases WHERE task_id IS NOT NULL AND service = ?"
                " AND service_time_s >= ? ORDER BY service_time_s LIMIT 1",
                (service, since_s),
            ).fetchone()
            return _entry(row) if row else None

    def spent(self, purse: str) -> Spent:
        """Say what a purse has spent."""
        with self._reading() as database:
            return _spent(database, purse)

    def begun_s(self, purse: str) -> float | None:
        """Say when a purse first bought anything, by the service's clock; None if it never did."""
        with self._reading() as database:
            row = database.execute(
                "SELECT min(service_time_s) AS begun_s FROM purchases WHERE purse = ?", (purse,)
            ).fetchone()
            return None if row is None else row["begun_s"]

    def bills(self, purse: str) -> Mapping[Fingerprint, Bill]:
        """Say what each request has cost a purse, as `Ledger.bills`."""
        with self._reading() as database:
            rows = database.execute("SELECT * FROM purchases WHERE purse = ? ORDER BY id", (purse,))
            entries = [_entry(row) for row in rows]
        bills: dict[Fingerprint, Bill] = {}
        for entry in entries:
            before = bills.get(entry.intent.fingerprint, Bill())
            at_risk = entry.intent.images if entry.state in RESERVED else 0
            bills[entry.intent.fingerprint] = Bill(
                billed_images=before.billed_images + entry.billed_images,
                cost_micro=before.cost_micro + entry.billed_images * entry.intent.price_micro,
                at_risk_images=before.at_risk_images + at_risk,
                task_id=entry.task_id,
                request_id=entry.request_id,
            )
        return bills

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise WorkspaceError(
                    f"the workspace's journal cannot be read: {error}",
                    hint="copy the .wanflow folder before anything else is done to it",
                ) from None

    @contextmanager
    def _writing(self, task_id: str | None = None) -> Iterator[sqlite3.Connection]:
        """Hold a transaction that other processes wait for; durable at its end."""
        with self._lock:
            if self._broken:
                raise UnfinishedError(
                    "the journal could not be written before; nothing more is sent"
                )
            try:
                with self._transaction() as database:
                    yield database
            except sqlite3.Error as error:
                # After a failed sync the page may be gone: nothing is tried a second time.
                self._broken = True
                kept = f"; keep the id of the paid task {task_id}" if task_id else ""
                raise UnfinishedError(
                    f"the workspace's journal cannot be written: {error}{kept}",
                    hint="make room on the disk and run the same command again"
                    + (f" with --adopt {task_id}" if task_id else ""),
                ) from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = self._connection
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")


def _opened(source: Path | Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
    if isinstance(source, Path):
        connection = sqlite3.connect(source, timeout=_BUSY_S, check_same_thread=False)
    else:
        connection = source()
    connection.isolation_level = None
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(PURCHASES)
    return connection


def _newest(database: sqlite3.Connection, fingerprint: Fingerprint) -> Entry | None:
    row = database.execute(
        "SELECT * FROM purchases WHERE fingerprint = ? ORDER BY id DESC LIMIT 1", (fingerprint,)
    ).fetchone()
    return _entry(row) if row else None


def _spent(database: sqlite3.Connection, purse: str) -> Spent:
    images = cost_micro = 0
    rows = database.execute(
        "SELECT state, price_micro, sum(images) AS asked, sum(billed_images) AS billed"
        " FROM purchases WHERE purse = ? GROUP BY state, price_micro",
        (purse,),
    )
    for row in rows:
        counted = row["asked"] if row["state"] in RESERVED else row["billed"]
        images += counted
        cost_micro += counted * row["price_micro"]
    return Spent(images=images, cost_micro=cost_micro)


def _entry(row: Any) -> Entry:  # noqa: ANN401 - sqlite3.Row gives what the column holds
    return Entry(
        id=EntryId(row["id"]),
        attempt=row["attempt"],
        intent=Intent(**{name: row[name] for name in _INTENT}),
        state=row["state"],
        task_id=row["task_id"],
        request_id=row["request_id"],
        billed_images=row["billed_images"],
        reason=row["reason"],
        canceling=bool(row["canceling"]),
        urls=tuple(json.loads(row["urls"])),
    )
