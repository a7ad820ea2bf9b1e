"""What a disk says when it refuses, in words that a person understands."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wanflow.errors import UnfinishedError, WanflowError, WorkspaceError

# Errors that go away by themselves or by making room: the same command goes on afterwards.
_PASSING = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}
_FULL = "make room there, then run the same command again; nothing that was finished is lost"
_WORDS = {
    errno.ENOSPC: ("the disk is full", _FULL),
    errno.EDQUOT: ("your disk quota is used up", _FULL),
    errno.EIO: (
        "the disk reports an input/output error",
        "check the disk, or name a folder on another one; then run the same command again",
    ),
    errno.EROFS: (
        "the file system is read-only",
        "make it writable, or name a folder elsewhere with --workspace or --out",
    ),
    errno.EACCES: (
        "you may not write there",
        "change the folder's permissions, or name another one with --workspace or --out",
    ),
    errno.EMFILE: ("too many files are open", "raise the limit with ulimit -n, then run it again"),
    errno.ENFILE: ("too many files are open on this machine", "wait, then run it again"),
}
_WORDS[errno.EPERM] = _WORDS[errno.EACCES]
_OTHER_HINT = "see to the folder, then run the same command again"


class SyncError(OSError):
    """The kernel could not bring a file to the disk; what it held of it may be gone."""


class Disk:
    """The place below one folder, and whether it can still be trusted.

    After an input/output error or a failed fsync every further use is refused: what the kernel
    holds in memory need no longer be what lies on the disk.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._failure: str | None = None

    @contextmanager
    def used(self, doing: str, *, opening: bool = False) -> Iterator[None]:
        """Turn an OSError inside into an error for people.

        Args:
            doing: what was tried, as in "cannot <doing>".
            opening: nothing has begun yet, so a folder that can never work is unfit
                (exit 5) rather than a reason to come back later (exit 3).

        Raises:
            UnfinishedError: the disk is full, broken, or has been broken before.
            WorkspaceError: `opening`, and the folder is unfit.
        """
        self.check()
        try:
            yield
        except OSError as error:
            raise self.refusal(error, doing, opening=opening) from error

    def check(self) -> None:
        """Refuse if the disk has failed before.

        Raises:
            UnfinishedError: it has.
        """
        if self._failure is not None:
            raise UnfinishedError(
                f"nothing more is written below {self.folder}: {self._failure}",
                hint=_WORDS[errno.EIO][1],
            )

    def fail(self, why: str) -> None:
        """Remember that the disk cannot be trusted any more."""
        self._failure = why

    def refusal(self, error: OSError, doing: str, *, opening: bool = False) -> WanflowError:
        """Say in words what the disk said in a number."""
        number = error.errno or 0
        words, hint = _WORDS.get(number, (os.strerror(number).lower(), _OTHER_HINT))
        if isinstance(error, SyncError) or number == errno.EIO:
            self.fail(words)
        kind = WorkspaceError if opening and number not in _PASSING else UnfinishedError
        return kind(f"cannot {doing} in {self.folder}: {words}", hint=hint)
