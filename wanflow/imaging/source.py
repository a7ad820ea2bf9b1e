"""Bytes from files that may be anything."""

import os
import stat
from pathlib import Path

from wanflow.errors import ImageError

MOST_BYTES = 64 * 2**20
_NOT_FILES = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
# A pipe without a writer must not hang the opening; Windows knows neither word and needs another.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def file_bytes(path: Path) -> bytes:
    """Read a regular file of at most 64 MB; what it is, is asked of the open file.

    Raises:
        ImageError: `image-missing`, `image-unreadable`, `not-a-file` or `image-too-large-bytes`.
    """
    _refuse_what_is_no_file(path, _stat(path))
    try:
        opened = os.open(path, _FLAGS)
        with os.fdopen(opened, "rb") as file:
            about = os.fstat(opened)
            _refuse_what_is_no_file(path, about)
            # Files of /proc say 0 and give something, without end even.
            data = file.read(MOST_BYTES + 1) if 0 < about.st_size <= MOST_BYTES else b""
    except OSError as error:
        raise _unreadable(path, error) from None
    if about.st_size > MOST_BYTES or len(data) > MOST_BYTES:
        raise ImageError(
            "image-too-large-bytes",
            f"{path.name} has {max(about.st_size, len(data))} bytes; at most {MOST_BYTES} are read",
            hint="save it smaller, or as JPEG",
        )
    return data


def _stat(path: Path) -> os.stat_result:
    # Looked at before it is opened: opening a device can do something.
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _refuse_what_is_no_file(path: Path, about: os.stat_result) -> None:
    if stat.S_ISREG(about.st_mode):
        return
    kind = next((name for test, name in _NOT_FILES if test(about.st_mode)), "no regular file")
    raise ImageError("not-a-file", f"{path} is {kind}, not a picture file")


def _unreadable(path: Path, error: OSError | ValueError) -> ImageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return ImageError("image-missing", f"there is no picture {path}")
    return ImageError("image-unreadable", f"{path} cannot be read: {error.strerror}")
