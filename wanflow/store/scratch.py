"""Folders for work in progress, and who cleans up after whom."""

import contextlib
import itertools
import secrets
import shutil
import threading
from pathlib import Path

from wanflow.store.disk import Disk
from wanflow.store.locks import HeldError, Lock

_SUFFIX = ".lock"


class Scratch:
    """Empty folders on demand below `folder`, those of this process in one of its own.

    The lock file `<owner>.lock` is held for life and stands before the folder `<owner>` does; so a
    folder whose lock can be taken belongs to a process that is gone.
    """

    def __init__(self, folder: Path, *, disk: Disk, unsafe_fs: bool = False) -> None:
        self._folder = folder
        self._disk = disk
        self._unsafe_fs = unsafe_fs
        self._own: Path | None = None
        self._lock: Lock | None = None
        self._numbers = itertools.count(1)
        self._settling = threading.Lock()

    def new(self) -> Path:
        """Make a new empty folder.

        Raises:
            UnfinishedError: the disk is full or broken.
        """
        with self._disk.used("make a folder for work in progress"):
            with self._settling:
                if self._own is None:
                    self._own = self._settle()
                made = self._own / str(next(self._numbers))
            made.mkdir(mode=0o700)
        return made

    def sweep(self) -> None:
        """Remove what processes that are gone have left; what cannot be removed stays."""
        with contextlib.suppress(OSError):
            for entry in sorted(self._folder.iterdir()):
                if entry.suffix == _SUFFIX:
                    _remove_if_left(entry)
                elif not entry.with_name(entry.name + _SUFFIX).exists():
                    _remove(entry)

    def close(self) -> None:
        """Remove the folders of this process."""
        if self._own is not None and self._lock is not None:
            _remove(self._own)
            with contextlib.suppress(OSError):
                self._own.with_name(self._own.name + _SUFFIX).unlink()
            self._lock.release()
        self._own = self._lock = None

    def _settle(self) -> Path:
        while True:
            own = self._folder / secrets.token_hex(8)
            guard = own.with_name(own.name + _SUFFIX)
            try:
                lock = Lock.take(guard, unsafe=self._unsafe_fs)
            except HeldError:
                continue
            # Another process may have swept the file between its making and its locking.
            if lock.still_names(guard):
                break
            lock.release()
        self._lock = lock
        own.mkdir(mode=0o700)
        return own


def _remove_if_left(guard: Path) -> None:
    with contextlib.suppress(OSError, HeldError):
        lock = Lock.take(guard)
        try:
            if lock.still_names(guard):
                _remove(guard.with_suffix(""))
                guard.unlink()
        finally:
            lock.release()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
