"""The lines of a source as spans count them, and columns as other programs count them."""

import re
from functools import lru_cache

# What breaks a line in YAML 1.1, and so what spans count.
BREAKS = ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029")
_BREAK = re.compile("|".join(BREAKS))


@lru_cache(maxsize=8)  # every problem of a file asks for the same
def lines_of(source: str) -> tuple[str, ...]:
    """Split a source into the lines that spans count, without their ends."""
    return tuple(_BREAK.split(source))


def utf16_column(line: str, column: int) -> int:
    """Give a column in UTF-16 code units, from 1, for one in characters.

    Args:
        line: the text of the line.
        column: in characters, from 1; behind the end, what is missing counts one each.
    """
    wide = sum(character > "\uffff" for character in line[: column - 1])
    return column + wide
