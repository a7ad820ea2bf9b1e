"""Whether a file system keeps the promises that the workspace is built on.

Some network and user-space file systems take a lock and give it to everybody, or show an old
file after a rename. On such a one two processes would pay for the same picture.
"""

import contextlib
import fcntl
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from wanflow.errors import WorkspaceError
from wanflow.store import durable

# Holds a lock until its standard input ends. A child with an empty environment and no site
# packages: it starts in ten milliseconds and knows no secret.
_CHILD = """
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""
_CHILD_S = 10.0


def probe_filesystem(folder: Path) -> None:
    """Try locks and renames in a folder, leaving nothing behind.

    Raises:
        OSError: the disk is full, read-only or broken.
        WorkspaceError: the file system does not do what is needed; says what.
    """
    name = f".probe-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        for one in (folder / name, folder / f"{name}-new"):
            stack.callback(one.unlink, missing_ok=True)
            one.write_text(one.name)
        _see_rename_over(folder / f"{name}-new", folder / name)
        _see_lock_refused(folder / name)


def _see_rename_over(new: Path, old: Path) -> None:
    with durable.opened(new) as file:
        durable.sync(file)
    new.replace(old)
    durable.sync_folder(old.parent)
    if old.read_text() != new.name or new.exists():
        raise _unfit(old.parent, "a renamed file is not seen under its new name")


def _see_lock_refused(path: Path) -> None:
    with path.open("rb+") as file:
        with _held_by_child(path):
            if _locks(path, file.fileno()):
                raise _unfit(path.parent, "a lock held by another process is given a second time")
        if not _locks(path, file.fileno()):
            raise _unfit(path.parent, "a lock outlives the process that held it")


def _locks(path: Path, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _unfit(path.parent, f"files cannot be locked ({error.strerror})") from error
    return True


@contextlib.contextmanager
def _held_by_child(path: Path) -> Iterator[None]:
    command = [sys.executable, "-I", "-S", "-c", _CHILD, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env={}) as child:  # noqa: S603 - our own program
        try:
            if child.stdout is None or child.stdout.readline() != b"held\n":
                raise _unfit(path.parent, "a second process cannot lock a file")
            yield
        finally:
            child.communicate(timeout=_CHILD_S)


def _unfit(folder: Path, why: str) -> WorkspaceError:
    return WorkspaceError(
        f"the file system of {folder} is not fit for a workspace: {why}",
        hint="name a folder on a local disk with --workspace, or accept the risk with --unsafe-fs",
    )
