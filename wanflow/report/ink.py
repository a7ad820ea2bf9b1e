"""Colours of a terminal. What colour says is always said by a word or a mark, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Colour = Literal["bold", "dim", "red", "green", "yellow", "cyan"]
_CODES: Mapping[Colour, str] = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Paints, or leaves text as it is."""

    on: bool

    def __call__(self, text: str, colour: Colour) -> str:
        """Give the text in a colour."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.on and text else text
