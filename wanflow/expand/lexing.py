"""Jinja's lexer, with places in characters where Jinja counts lines.

Everything that Jinja builds from a token carries the token's line on. Here that number is the
token's offset, so that every node, syntax error and failing statement knows its column.
"""

import re
from collections.abc import Iterator
from math import isinf

from jinja2 import TemplateSyntaxError
from jinja2.lexer import Lexer

MAX_NUMBER_CHARS = 20
_ESCAPES = re.compile(
    r"(?:[^\\]|\\[\\'\"nt]|\\x[0-9a-fA-F]{2}|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"
)
_PLACE = re.compile(r" at \d+$")

Token = tuple[int, str, str]


class OffsetLexer(Lexer):
    """Gives the offset of each token in the source in the place of its line.

    The source must have no other line break than a line feed.
    """

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[Token]:
        """Split a source into tokens.

        Raises:
            TemplateSyntaxError: with the offset as its line.
        """
        at = start = 0
        try:
            for _, kind, text in super().tokeniter(source, name, filename, state):
                # A tag with a minus swallows the spaces before it: they are in no token.
                start = source.index(text, at)
                _check(kind, text, start)
                yield start, kind, text
                at = start + len(text)
        except TemplateSyntaxError as error:
            message = _PLACE.sub("", error.message or "")
            offset = start if message.startswith("Missing end") else at + _spaces(source, at)
            if error.name == _OURS:
                offset = error.lineno
            raise TemplateSyntaxError(message, offset) from None


_OURS = "(checked)"


def _check(kind: str, text: str, offset: int) -> None:
    """Refuse what Jinja would fail on or warn of when it reads the token's value."""
    if kind in ("integer", "float") and len(text) > MAX_NUMBER_CHARS:
        raise TemplateSyntaxError("this number is too long", offset, _OURS)
    if kind == "float" and isinf(float(text.replace("_", ""))):
        raise TemplateSyntaxError("this number is too large", offset, _OURS)
    if kind == "string" and not _ESCAPES.fullmatch(text):
        raise TemplateSyntaxError("there is an unknown escape after a backslash", offset, _OURS)


def _spaces(source: str, at: int) -> int:
    rest = source[at:]
    return len(rest) - len(rest.lstrip())
