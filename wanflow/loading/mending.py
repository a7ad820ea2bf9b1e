"""Changes made to a file's text: only what they name, so that all else stays as it was written."""

from bisect import bisect_left, insort
from collections.abc import Sequence

from wanflow.errors import Edit, Problem
from wanflow.loading.text import Lines

_Change = tuple[int, int, str]  # from, to, what stands there then

_UTF8_MARK = b"\xef\xbb\xbf"


def mended(data: bytes, problems: Sequence[Problem], *, file: str) -> tuple[bytes, int]:
    """Make the changes that mend problems; of two that get in each other's way, the first.

    Args:
        data: the file's bytes, which the problems were found in.
        problems: what to mend; those without a fix are left.
        file: its name in the problems; changes to other files are not made.

    Returns:
        The new bytes, with the byte order mark and the line ends that there were, and how many
        problems were mended.
    """
    mark = _UTF8_MARK if data.startswith(_UTF8_MARK) else b""
    try:
        source = data[len(mark) :].decode("utf-8")
    except UnicodeDecodeError:
        return data, 0
    lines = Lines(source, file)
    made: list[_Change] = []
    count = 0
    for problem in problems:
        changes = _changes(problem.fix, source, lines)
        if changes and not any(_in_the_way(change, made) for change in changes):
            for change in changes:
                insort(made, change)
            count += 1
    return mark + _applied(source, made).encode("utf-8"), count


def _changes(fix: Sequence[Edit], source: str, lines: Lines) -> list[_Change]:
    """Place the edits of one problem: all of them, or none if one means nothing any more."""
    changes: list[_Change] = []
    for edit in fix:
        index = lines.index(edit.span) if edit.span.file == lines.file else -1
        if index < 0 or not source.startswith(edit.old, index) or edit.old == edit.new:
            return []
        changes.append((index, index + len(edit.old), edit.new))
    return changes


def _in_the_way(change: _Change, made: list[_Change]) -> bool:
    """Say whether a change touches one of those that are made already, which are in order."""
    at = bisect_left(made, change)
    beside = made[max(at - 1, 0) : at + 1]
    return any(
        (change[0] < other[1] and other[0] < change[1]) or change[:2] == other[:2]
        for other in beside
    )


def _applied(source: str, changes: list[_Change]) -> str:
    parts: list[str] = []
    at = 0
    for begin, end, new in changes:
        parts += (source[at:begin], new)
        at = end
    return "".join([*parts, source[at:]])
