"""Locks that die with their holder.

`flock` on an open file: the kernel frees it when the process ends, however it ends. So there is
no stale lock and nothing to delete; what is written into the file is for the message alone.
"""

import contextlib
import errno
import fcntl
import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_PAUSE_S = 0.05
_NO_LOCKS = {errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL}
_HOLDER_MAX_BYTES = 4096

_held: set[int] = set()


class HeldError(Exception):
    """Somebody else has the lock; the text says who, as far as it is known."""


class Lock:
    """A lock held by this process until `release`, or until the process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        _held.add(descriptor)

    @classmethod
    def take(
        cls,
        name: Path | str,
        *,
        at: int | None = None,
        patience_s: float = 0.5,
        unsafe: bool = False,
    ) -> "Lock":
        """Take the lock on a file, made if it is not there, and write down who we are.

        Another process that only looks (`is_held`) has the lock for an instant, so this asks again
        for a while.

        Args:
            name: of the file, relative to the folder `at` if that is given.
            at: descriptor of a folder.
            patience_s: how long to ask again.
            unsafe: go on without a lock where the file system has none.

        Raises:
            HeldError: somebody else has it.
            OSError: the file cannot be opened, or the file system cannot lock.
        """
        descriptor = os.open(name, _OPEN, 0o600, dir_fd=at)
        try:
            try:
                _await(descriptor, patience_s)
            except OSError as error:
                if not unsafe or error.errno not in _NO_LOCKS:
                    raise
            with contextlib.suppress(OSError):  # a full disk: the lock holds without a signature
                _sign(descriptor)
            return cls(descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def still_names(self, path: Path) -> bool:
        """Say whether the locked file is the one that stands under the path now."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), path.lstat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        if self._descriptor is not None:
            _held.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """Say whether some process, this one included, holds the lock on a file.

    A file that is not there, or that nobody can lock, is not held.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return False
        raise
    finally:
        os.close(descriptor)


def _await(descriptor: int, patience_s: float) -> None:
    deadline_s = time.monotonic() + patience_s
    while not _locked(descriptor, fcntl.LOCK_EX):
        if time.monotonic() >= deadline_s:
            raise HeldError(_holder(descriptor))
        time.sleep(_PAUSE_S)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, _HOLDER_MAX_BYTES, 0))
        return f"process {holder['pid']:d} on {holder['host']!s}, since {holder['since']!s}"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _forget_in_child() -> None:
    # A forked child shares the open file, and with it the lock: it would outlive the holder.
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
