"""Folders into which somebody else could put a file of ours, or take one away."""

import os
import shlex
import stat
from pathlib import Path

from wanflow.errors import WorkspaceError


def refuse_foreign(path: Path, status: os.stat_result) -> None:
    """Refuse a folder that belongs to another user, or that everybody may write to.

    Raises:
        WorkspaceError: it is one.
    """
    if status.st_uid != os.geteuid():
        raise WorkspaceError(
            f"{path} belongs to another user",
            hint="name a folder of your own with --workspace or --out",
        )
    refuse_open_to_all(path, status)


def refuse_open_to_all(path: Path, status: os.stat_result) -> None:
    """Refuse a folder in which everybody may rename what is not theirs.

    Raises:
        WorkspaceError: everybody may write to it, and it has no sticky bit.
    """
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        raise WorkspaceError(
            f"everybody may write to {path}, so anybody could exchange its files",
            hint=shlex.join(["chmod", "o-w", str(path)]),
        )
