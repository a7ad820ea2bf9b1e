"""Files that are whole or not there at all: hash, copy, sync, in a fixed order.

Every function raises OSError; `Disk.used` turns that into words.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wanflow.model.values import Sha256
from wanflow.store.disk import SyncError

_CHUNK_BYTES = 1 << 20
_PART = ".part-"  # how the name of an unfinished file begins
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO in the place of a picture must not make us wait for its writer.
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def opened(path: Path | str, *, at: int | None = None, follow: bool = False) -> Iterator[int]:
    """Open a regular file for reading; anything else raises OSError."""
    flags = _READ if follow else _READ | os.O_NOFOLLOW
    descriptor = os.open(path, flags, dir_fd=at)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def folder(path: Path | str, *, at: int | None = None, make: bool = False) -> Iterator[int]:
    """Open a folder that is no symbolic link, and make it first if `make`."""
    if make:
        make_folder(path, at=at)
    descriptor = open_folder(path, at=at)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def has(name: str, *, at: int) -> bool:
    """Say whether a folder holds a name, whatever it names."""
    try:
        os.stat(name, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def open_folder(path: Path | str, *, at: int | None = None) -> int:
    """Give a descriptor of a folder that is no symbolic link; the caller closes it."""
    return os.open(path, _FOLDER | os.O_NOFOLLOW, dir_fd=at)


def make_folder(path: Path | str, *, at: int | None = None, mode: int = 0o777) -> bool:
    """Make a folder unless it is there, and make its name durable; say whether it was made."""
    try:
        os.mkdir(path, mode, dir_fd=at)
    except FileExistsError:
        return False
    if at is None:
        sync_folder(Path(path).parent)
    else:
        sync(at)
    return True


def make_folders(path: Path) -> None:
    """Make a folder and all that it stands in, each name durable."""
    if not path.is_dir():
        make_folders(path.parent)
        make_folder(path)


def sync(descriptor: int) -> None:
    """Bring a file or a folder to the disk.

    Raises:
        SyncError: the disk refused; what was written may be lost.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder and say so: nothing was lost by that.
        if error.errno == errno.EINVAL and stat.S_ISDIR(os.fstat(descriptor).st_mode):
            return
        raise SyncError(error.errno, error.strerror) from error


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, _FOLDER)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(descriptor: int) -> Sha256:
    """Give the SHA-256 of a file from where it stands to its end."""
    digest = hashlib.sha256()
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        digest.update(chunk)
    return Sha256(digest.hexdigest())


def read_all(descriptor: int, *, at_most: int) -> bytes:
    """Give the content of a file, or its first `at_most` bytes."""
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(at_most)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of the content, also where the kernel takes only a part at once."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def copy(source: int, target: int) -> Sha256:
    """Copy a file from where it stands to its end, and give the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while chunk := os.read(source, _CHUNK_BYTES):
        digest.update(chunk)
        write_all(target, chunk)
    return Sha256(digest.hexdigest())


def write_whole(name: str, fill: Callable[[int], None], *, at: int, within: int) -> None:
    """Put a complete file under a name, replacing what stands there, in one step.

    The order is: new file with a random name, content, fsync, rename, fsync of the folder. A
    failure on the way takes the unfinished file away again.

    Args:
        name: a name in the folder `within`.
        fill: writes the content into the descriptor that it is given.
        at: descriptor of the folder for the unfinished file, on the same file system.
        within: descriptor of the folder for the finished one.
    """
    part = f"{_PART}{secrets.token_hex(8)}"
    # Made with the final mode while still empty: only the kernel knows what the umask leaves of it.
    descriptor = os.open(part, _NEW, 0o644, dir_fd=at)
    try:
        final_mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.fchmod(descriptor, 0o600)
        fill(descriptor)
        os.fchmod(descriptor, final_mode)
        sync(descriptor)
        os.rename(part, name, src_dir_fd=at, dst_dir_fd=within)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part, dir_fd=at)
        raise
    finally:
        os.close(descriptor)
    sync(within)


def write_text(name: str, text: str, *, at: int) -> None:
    """Put a complete UTF-8 file under a name in a folder."""
    write_whole(name, lambda file: write_all(file, text.encode()), at=at, within=at)


def sweep_parts(at: int) -> None:
    """Take away unfinished files; only for who holds the lock of the folder."""
    for name in os.listdir(at):
        if name.startswith(_PART):
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=at)
