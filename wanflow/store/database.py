"""One SQLite file that is durable at every commit and says so when it is damaged."""

import contextlib
import errno
import os
import secrets
import shlex
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wanflow.errors import InternalError, UnfinishedError, WorkspaceError
from wanflow.store import durable
from wanflow.store.disk import Disk
from wanflow.store.tables import APPLICATION_ID, UPGRADES, VERSION, tables_of

_BUSY_S = 30.0  # how long one process waits for another's commit; a commit takes milliseconds
_LITTLE_BYTES = 64 * 1024  # one step of SQLite's shared memory is 32 kB
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
}

Change = Callable[[sqlite3.Connection], None]


class _Waiting:
    """A change on its way into the file."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.settled = False
        # Until it is known to be durable: an interrupt in between must not pass for success.
        self.error: Exception | None = UnfinishedError(
            "interrupted before the journal was written", hint="run the same command again"
        )


class Database:
    """A journal's file, for many threads; other processes may have it open as well.

    Changes that arrive while a commit is under way go into the next one together, so that many
    threads share the price of an fsync; each `write` returns when its own change is durable.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, disk: Disk) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._disk = disk
        self._turn = threading.Lock()  # who holds it uses the connection
        self._queue: deque[_Waiting] = deque()

    @classmethod
    def create(cls, path: Path, *, disk: Disk) -> None:
        """Make an empty journal under a name that is free; the caller holds a lock on the folder.

        It appears complete, by a rename, so an empty or half-made file is always damage.

        Raises:
            UnfinishedError: the disk is full or broken.
            WorkspaceError: the folder is unfit.
        """
        part = path.with_name(f".part-{secrets.token_hex(8)}")
        with disk.used("make the journal", opening=True), _words(path, disk, opening=True):
            try:
                with contextlib.closing(_connected(part, "rwc")) as connection:
                    # Before the log: closing folds that in, and tells nobody when it cannot.
                    connection.executescript(f"BEGIN; {tables_of()} COMMIT")
                    _begin_log(path, connection)
                part.chmod(0o600)
                with durable.opened(part) as file:
                    durable.sync(file)
                part.rename(path)
                durable.sync_folder(path.parent)
            except BaseException:
                for left in path.parent.glob(f"{part.name}*"):
                    left.unlink(missing_ok=True)
                raise

    @classmethod
    def open(cls, path: Path, *, disk: Disk) -> "Database":
        """Open a journal and check it from end to end.

        Raises:
            UnfinishedError: the disk is full or broken.
            WorkspaceError: it is damaged, empty, gone, of a newer version or not a journal.
        """
        with disk.used("open the journal", opening=True), _words(path, disk, opening=True):
            if not path.is_file():
                raise damaged(path, "it is gone, but the workspace is there")
            if path.stat().st_size == 0:
                raise damaged(path, "the file is empty")
            connection = _connected(path, "rw")
            try:
                _examine(path, connection)
                # Reading has made the log. SQLite would sync its name later and overlook an error.
                durable.sync_folder(path.parent)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection, disk=disk)

    def write(self, change: Change) -> None:
        """Make a change durable: when this returns, it is on the disk.

        Raises:
            UnfinishedError: the disk is full or broken; nothing of the change is there.
            WorkspaceError: the file is damaged.
        """
        waiting = _Waiting(change)
        self._queue.append(waiting)
        with self._turn:
            if not waiting.settled:
                self._settle([self._queue.popleft() for _ in range(len(self._queue))])
        if waiting.error is not None:
            raise waiting.error

    def read(self, query: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query.

        Raises:
            UnfinishedError: the disk is broken.
            WorkspaceError: the file is damaged.
        """
        with self._turn, _words(self.path, self._disk):
            return self._open().execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; a second time does nothing. The last one to close folds the log in."""
        with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                # On a full disk the log stays beside the file, and the next opening reads it.
                with contextlib.suppress(sqlite3.Error):
                    connection.close()

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        for waiting in batch:
            waiting.settled = True
        try:
            self._commit(batch)
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread it belongs to
            if len(batch) == 1:
                batch[0].error = error
                return
            # One of them may be wrong in itself: each alone, so that it takes no other with it.
            for waiting in batch:
                self._settle([waiting])
        else:
            for waiting in batch:
                waiting.error = None

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        self._disk.check()
        with _words(self.path, self._disk):
            connection = self._open()
            # IMMEDIATE: a reader that becomes a writer half-way is refused without any waiting.
            connection.execute("BEGIN IMMEDIATE")
            try:
                for waiting in batch:
                    waiting.change(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise InternalError("the journal is used after it was closed")
        return self._connection


def damaged(path: Path, why: str) -> WorkspaceError:
    """Say that a journal cannot be trusted, and how to go on without losing what it knows."""
    aside = shlex.join(["mv", str(path.parent), f"{path.parent}.damaged"])
    return WorkspaceError(
        f"journal-damaged: {path} cannot be trusted: {why}",
        hint=f"bring the file back from a backup, or put the workspace aside and begin a new one: "
        f"{aside} (what it recorded as made will then be made again)",
    )


def _begin_log(path: Path, connection: sqlite3.Connection) -> None:
    # SQLite does not complain when it cannot: it goes on without a log.
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise WorkspaceError(
            f"the file system of {path.parent} is unfit for a workspace: SQLite can keep no log",
            hint="check the disk, or name a folder on a local one with --workspace",
        )


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    # One connection for all threads: `Database` lets one of them in at a time.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # A flipped bit may break the encoding of a text: its seal shall notice, not the decoder.
        connection.text_factory = _decoded
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _number_of(code: int, folder: Path) -> int:
    # Where SQLite cannot make its shared memory larger it reports an error of the disk, also when
    # the disk is merely full; the one passes and the other does not.
    if code == sqlite3.SQLITE_IOERR:
        with contextlib.suppress(OSError):
            room = os.statvfs(folder)
            if room.f_bavail * room.f_frsize < _LITTLE_BYTES:
                return errno.ENOSPC
    return _ERRNO[code]


def _decoded(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def _examine(path: Path, connection: sqlite3.Connection) -> None:
    identity = _number(connection, "application_id")
    version = _number(connection, "user_version")
    # Unlike quick_check this also compares the indexes with the rows, at three times the price:
    # 0.18 s instead of 0.06 s for 100 000 jobs. A lost index entry would be a second purchase.
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, found.removeprefix("*** in database main ***\n").lower())
    if identity != APPLICATION_ID:
        raise damaged(path, "it is no journal of wanflow")
    if version in {VERSION, *UPGRADES} and _tables(connection) != _expected_tables(version):
        raise damaged(path, "its tables are not those of wanflow")
    # Without this mark in its header SQLite would leave the log, and what is in it, aside.
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raise damaged(path, "it is marked as having no log")
    if version in UPGRADES:
        connection.executescript(f"BEGIN IMMEDIATE; {UPGRADES[version]} COMMIT")
    elif version != VERSION:
        raise WorkspaceError(
            f"{path} was written by a newer wanflow (format {version}; this one reads {VERSION})",
            hint="pip install --upgrade wanflow",
        )


def _tables(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def _expected_tables(version: int) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(tables_of(version))
        return _tables(connection)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


@contextmanager
def _words(path: Path, disk: Disk, *, opening: bool = False) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        # SQLite quotes broken text of the file in its own message, which cannot be read then.
        raise damaged(path, "it holds broken text") from error
    except sqlite3.DatabaseError as error:
        # The low byte is the kind; the rest says where inside SQLite it happened.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise UnfinishedError(
                f"another process has kept {path} busy for {_BUSY_S:g} s",
                hint="run the same command again",
            ) from error
        if code in _ERRNO:
            said = OSError(_number_of(code, path.parent), str(error))
            raise disk.refusal(said, "write the journal", opening=opening) from error
        if code in _DAMAGED or opening:
            raise damaged(path, str(error)) from error
        raise InternalError(f"the journal refused an entry: {error}") from error
