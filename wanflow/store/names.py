"""Names of runs and of files in a run directory: which are allowed, and how they are made."""

import re
import unicodedata
from datetime import datetime

from wanflow.errors import UsageError
from wanflow.model.values import RunId

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_FORBIDDEN = frozenset('/\\:*?"<>|')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: such names open a device, with
# any extension; a run directory may be copied to a machine where that matters.
_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}
_NAME_MAX_BYTES = 200  # of the 255 that file systems take; the rest is for an extension


def new_run_id(recipe: str, now: datetime, entropy: bytes) -> RunId:
    """Make the name of a run: `<recipe>-<yyyymmdd>-<hhmmss>-<4 hex digits>`.

    Args:
        recipe: the recipe's name.
        now: the time that is shown, in whatever zone the caller means.
        entropy: at least two random bytes; the first two are shown.

    Raises:
        UsageError: the recipe's name is none.
        ValueError: there are fewer than two bytes.
    """
    if len(entropy) < 2:
        raise ValueError("a run id needs two random bytes")
    return RunId(f"{checked_id(recipe)}-{now:%Y%m%d-%H%M%S}-{entropy[:2].hex()}")


def checked_id(text: str) -> str:
    """Give an id back if it is one: a letter, then at most 63 of letters, digits, `_` and `-`.

    Raises:
        UsageError: it is not.
    """
    if not _ID.fullmatch(text):
        raise UsageError(
            f"{_shown(text)} is no name for a recipe or a step",
            hint="begin with a letter; then letters, digits, _ and -, at most 64 in all",
        )
    return text


def checked_file_name(text: str) -> str:
    """Give a file name in composed form (NFC) if it is safe on every usual file system.

    Letters of any script are; separators, `..`, hidden names, invisible characters and names of
    devices are not.

    Raises:
        UsageError: it is not safe; says why.
    """
    name = unicodedata.normalize("NFC", text)
    why = _why_unsafe(name)
    if why:
        raise UsageError(f"{_shown(text)} cannot be a file name: {why}", hint="choose another name")
    return name


def checked_path(text: str) -> tuple[str, ...]:
    """Split a relative path with forward slashes into checked file names.

    Raises:
        UsageError: a part of it is not safe.
    """
    return tuple(checked_file_name(part) for part in text.split("/"))


def _why_unsafe(name: str) -> str | None:
    if not name or name[0] in ". " or name[-1] in ". ":
        return "it is empty, or begins or ends with a dot or a space"
    unseen = next((one for one in name if unicodedata.category(one) in _UNSEEN), None)
    if unseen is not None:
        return f"it holds the invisible character U+{ord(unseen):04X}"
    if bad := sorted(_FORBIDDEN.intersection(name)):
        return f"it holds {bad[0]}"
    if name.partition(".")[0].rstrip().lower() in _DEVICES:
        return "it is the name of a device on Windows"
    if len(name.encode()) > _NAME_MAX_BYTES:
        return f"it is longer than {_NAME_MAX_BYTES} bytes"
    return None


def _shown(text: str) -> str:
    return (
        ascii(text[:80]) if any(unicodedata.category(c) in _UNSEEN for c in text) else f"'{text}'"
    )
