"""How many columns of a terminal text takes, and text cut or broken to fit them."""

import unicodedata
from collections.abc import Iterable

_CUT = "…"


def width_of(text: str) -> int:
    """Count the columns of a text: Chinese takes two a character, a combining mark none."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def cut(text: str, columns: int) -> str:
    """Shorten a text to at most so many columns, with `…` for what is left out."""
    if width_of(text) <= columns:
        return text
    return _beginning(text, columns - 1) + _CUT


def padded(text: str, columns: int) -> str:
    """Fill a text up with spaces to so many columns."""
    return text + " " * (columns - width_of(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text into lines of at most so many columns.

    Breaks stand at spaces, and between any two characters of a script without spaces. Line
    breaks of the text itself are kept; there is at least one line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_filled(_pieces(paragraph), max(2, columns)))
    return lines


def _filled(pieces: Iterable[str], columns: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if width_of(lines[-1] + piece.rstrip(" ")) <= columns:
            lines[-1] += piece
            continue
        rest = piece
        if lines[-1]:
            lines.append("")
        while width_of(rest.rstrip(" ")) > columns:
            head = _beginning(rest, columns)
            lines[-1] = head
            lines.append("")
            rest = rest[len(head) :]
        lines[-1] = rest
    return [line.rstrip(" ") for line in lines]


def _pieces(text: str) -> list[str]:
    """Split a text where a line may end; spaces stay with the word before them."""
    pieces: list[str] = []
    for at, character in enumerate(text):
        before = text[at - 1] if at else ""
        starts = not at or (before == " " and character != " ") or _wide(character) or _wide(before)
        # A closing mark never begins a line.
        if starts and (
            not at or (character != " " and character not in "，。、；：！？）」』》”’")
        ):
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _beginning(text: str, columns: int) -> str:
    end = 0
    while end < len(text) and _width(text[end]) <= columns:
        columns -= _width(text[end])
        end += 1
    return text[:end]


def _wide(character: str) -> bool:
    return bool(character) and _width(character) == 2


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
