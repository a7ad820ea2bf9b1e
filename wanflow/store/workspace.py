"""The workspace: one folder with everything that outlives a run."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from wanflow.errors import WorkspaceError
from wanflow.model.values import Artifact
from wanflow.store import durable
from wanflow.store.database import Database, damaged
from wanflow.store.disk import Disk
from wanflow.store.filesystem import probe_filesystem
from wanflow.store.journal import Journal
from wanflow.store.ledger import SqliteLedger
from wanflow.store.locks import HeldError, Lock
from wanflow.store.objects import ObjectStore
from wanflow.store.trust import refuse_foreign

NAME = ".wanflow"
_JOURNAL = "journal.sqlite"
_CREATING = ".creating.lock"
_PATIENCE_S = 10.0
_READ_ME = "README.txt"
_TEXT = """\
This folder is a workspace of wanflow. It holds every picture that was made or used here
(objects/, by the SHA-256 of its bytes) and the record of what was asked for (journal.sqlite).

Pictures in it may have been paid for. It can be moved, backed up and copied as a whole while
nothing runs. Deleting it deletes no run directory, but everything would be made, and paid for,
again. Only scratch/ can be emptied at any time when nothing runs.
"""


class Workspace:
    """An open workspace; a context manager. `root` is the `.wanflow` folder."""

    def __init__(self, root: Path, *, objects: ObjectStore, journal: Journal) -> None:
        self.root = root
        self.objects = objects
        self.journal = journal
        self._ledger: SqliteLedger | None = None

    @property
    def ledger(self) -> SqliteLedger:
        """What was bought; opened when it is first asked for, closed with the workspace.

        Raises:
            WorkspaceError: the journal, in whose file it is, cannot be opened.
        """
        if self._ledger is None:
            self._ledger = SqliteLedger(self.root / _JOURNAL)
        return self._ledger

    @classmethod
    def open(
        cls, root: Path, *, probe: Callable[[Path], Artifact], unsafe_fs: bool = False
    ) -> "Workspace":
        """Open a workspace, and make it first if it is not there.

        When it is made, its file system is tried once: a lock held by another process must be
        refused, and a rename must be seen.

        Args:
            root: the `.wanflow` folder itself.
            probe: says what a picture is; see `ObjectStore`.
            unsafe_fs: go on where the file system is unfit.

        Raises:
            UnfinishedError: the disk is full or broken; nothing half-made stays.
            WorkspaceError: it cannot be written, belongs to somebody else, is damaged, or its file
                system is unfit.
        """
        root = root.absolute()
        disk = Disk(root)
        with disk.used("open the workspace", opening=True):
            if not (root / _READ_ME).is_file():
                _make(root, disk, unsafe_fs=unsafe_fs)
            refuse_foreign(root, root.stat())
        journal = Journal.open(root / _JOURNAL, disk=disk)
        objects = ObjectStore(root, probe=probe, disk=disk, unsafe_fs=unsafe_fs)
        objects.sweep()
        return cls(root, objects=objects, journal=journal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close journal and objects; a second time does nothing."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
        self.objects.close()
        self.journal.close()


def find_workspace(start: Path) -> Path:
    """Give the nearest `.wanflow` folder from `start` upwards, else the place for a new one."""
    start = start.absolute()
    around = (folder / NAME for folder in (start, *start.parents))
    return next((root for root in around if root.is_dir()), start / NAME)


def _make(root: Path, disk: Disk, *, unsafe_fs: bool) -> None:
    made: list[Path] = []
    try:
        for folder in (*_missing(root.parent), root):
            private = folder == root
            if durable.make_folder(folder, mode=0o700 if private else 0o777):
                made.append(folder)
        refuse_foreign(root, root.stat())
        if not unsafe_fs:
            probe_filesystem(root)
        with _alone(root, unsafe_fs=unsafe_fs):
            try:
                _furnish(root, disk)
            except BaseException:
                if root in made and not (root / _READ_ME).exists():
                    shutil.rmtree(root, ignore_errors=True)
                raise
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


@contextlib.contextmanager
def _alone(root: Path, *, unsafe_fs: bool) -> Iterator[None]:
    try:
        lock = Lock.take(root / _CREATING, patience_s=_PATIENCE_S, unsafe=unsafe_fs)
    except HeldError as error:
        raise WorkspaceError(
            f"{root} is being made by {error}", hint="run the same command again"
        ) from error
    try:
        yield
    finally:
        # Nobody needs the file any more: who waits for it will find the workspace whole, or gone.
        (root / _CREATING).unlink(missing_ok=True)
        lock.release()


def _furnish(root: Path, disk: Disk) -> None:
    with durable.folder(root) as at:
        if durable.has(_READ_ME, at=at):
            return  # another process was quicker
        durable.sweep_parts(at)
        durable.make_folder("scratch", at=at, mode=0o700)
        used = not durable.make_folder("objects", at=at, mode=0o700) and any(
            (root / "objects").iterdir()
        )
        durable.write_text(".gitignore", "*\n", at=at)
        if not durable.has(_JOURNAL, at=at):
            # A log without its file would be taken for the new file's own.
            if used or durable.has(f"{_JOURNAL}-wal", at=at):
                raise damaged(root / _JOURNAL, "it is gone, but the workspace is there")
            Database.create(root / _JOURNAL, disk=disk)
        # The last one: it says that the workspace is whole, and a missing journal a loss.
        durable.write_text(_READ_ME, _TEXT, at=at)


def _missing(folder: Path) -> tuple[Path, ...]:
    missing = (one for one in (folder, *folder.parents) if not one.exists())
    return tuple(reversed(tuple(missing)))
