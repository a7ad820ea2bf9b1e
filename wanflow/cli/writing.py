"""Files that a person asked for by name."""

from pathlib import Path

from wanflow.errors import UsageError
from wanflow.store.durable import folder, write_text


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all; what stood there is replaced.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        with folder(path.parent) as place:
            write_text(path.name, text, at=place)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}") from None
