"""Two texts word by word: what was taken out, what came in."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# A number with its point, ratio or size, a word of letters that are written together, one character
# of any other script (a Chinese word has no spaces around it), a run of spaces, or one mark.
_WORD = re.compile(r"\d+(?:[.:*]\d+)+|[^\W_\u2e80-\U0010ffff]+|\s+|.", re.DOTALL)
Kind = Literal["kept", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the two texts, as long as nothing changes."""

    kind: Kind
    text: str


def word_difference(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts by words; Chinese by characters.

    Returns:
        Pieces in order. The kept and removed ones together are the text before, the kept and
        added ones the text after.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    return tuple(_joined(_pieces(old, new)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            yield Piece("kept", "".join(old[i:j]))
            continue
        if j > i:
            yield Piece("removed", "".join(old[i:j]))
        if m > k:
            yield Piece("added", "".join(new[k:m]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Take a space that is all that two changes have in common as changed: `a b` to `c d`."""
    held = list(pieces)
    at = 0
    while at < len(held):
        run = [held[at]]
        while at + 1 < len(held) and _goes_on(held, at):
            at += 1
            run.append(held[at])
        at += 1
        if len(run) == 1:
            yield run[0]
            continue
        removed = "".join(p.text for p in run if p.kind != "added")
        added = "".join(p.text for p in run if p.kind != "removed")
        yield from (Piece("removed", removed),) if removed else ()
        yield from (Piece("added", added),) if added else ()


def _goes_on(held: list[Piece], at: int) -> bool:
    now, then = held[at], held[at + 1]
    if now.kind != "kept" and then.kind != "kept":
        return True
    bridge = then if now.kind != "kept" else now
    is_space = bridge.kind == "kept" and bridge.text.isspace()
    if bridge is now:
        return is_space and at > 0 and held[at - 1].kind != "kept"
    return is_space and at + 2 < len(held) and held[at + 2].kind != "kept"
