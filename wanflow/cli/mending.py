"""`wanflow check --fix`: changes that have one right answer, made round by round, written once."""

import os
import stat
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from secrets import token_hex

from wanflow.cli.compose import Draft, drafted
from wanflow.errors import Problem, UsageError
from wanflow.loading.mending import mended
from wanflow.store.durable import sync, sync_folder, write_all

# A mistake that hides the rest of the file is mended by itself, so one round may end with the next.
_MOST_ROUNDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A recipe after all rounds; `count` problems were mended."""

    draft: Draft
    count: int


def mend(made: Draft, wanted: Callable[[Problem], bool]) -> Mended:
    """Make the changes that mend what is wanted, until there is nothing left to mend.

    What mends one thing may show the next: a file that is no YAML at first, a renamed key whose
    value is out of range.
    """
    seen, result = {made.source}, Mended(draft=made, count=0)
    while len(seen) <= _MOST_ROUNDS:
        problems = [one for one in result.draft.problems if one.fix and wanted(one)]
        after = _round(result, problems, seen)
        if after is None:
            break
        seen.add(after.draft.source)
        result = after
    return result


def _round(before: Mended, problems: Sequence[Problem], seen: Container[bytes]) -> Mended | None:
    """Mend all at once; if that makes something worse, half as many, and so on."""
    for first in range(len(problems)):
        chosen = problems[first:]
        while chosen:
            after = _tried(before, chosen, seen)
            if after is not None:
                return after
            chosen = chosen[: len(chosen) // 2]
    return None


def _tried(before: Mended, chosen: Sequence[Problem], seen: Container[bytes]) -> Mended | None:
    made = before.draft
    source, count = mended(made.source, chosen, file=str(made.ask.recipe))
    if not count or source in seen:
        return None
    after = drafted(made.ask, source)
    if made.document is not None and _worse(after, made):
        return None
    return Mended(draft=after, count=before.count + count)


def _worse(after: Draft, before: Draft) -> bool:
    """Say whether a file can no longer be read, or two words have become one key."""
    return after.document is None or _doubles(after) > _doubles(before)


def _doubles(made: Draft) -> int:
    return sum(problem.code == "duplicate-key" for problem in made.problems)


def difference(before: bytes, after: bytes, *, file: str) -> str:
    """Show what changes as a patch, with the line ends as they are."""
    texts = (data.decode("utf-8", "replace") for data in (before, after))
    old, new = ([f"{line}\n" for line in text.split("\n")] for text in texts)
    for lines in (old, new):
        lines[-1] = lines[-1].removesuffix("\n")
        if not lines[-1]:
            lines.pop()
    names = (file, file) if file.startswith("/") else (f"a/{file}", f"b/{file}")
    return "".join(_complete(unified_diff(old, new, *names)))


def _complete(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def write(path: Path, data: bytes, *, instead_of: bytes) -> None:
    """Put new content in the place of a file's old one, whole or not at all, with its mode.

    Raises:
        UsageError: it cannot be written, or it is no longer what was read.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}.{token_hex(8)}")
    try:
        if target.read_bytes() != instead_of:
            raise UsageError(
                f"'{path}' was changed while it was checked", hint="run the same command again"
            )
        _write_beside(part, data, mode=stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError(f"'{path}' cannot be written: {error.strerror}") from None


def _write_beside(part: Path, data: bytes, *, mode: int) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, data)
        os.fchmod(descriptor, mode)
        sync(descriptor)
    finally:
        os.close(descriptor)
