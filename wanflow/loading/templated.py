"""Which names a template uses, without rendering it."""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAMES = re.compile(r"(\.\s*)?\b([^\W\d]\w*)(?:\s*\.\s*([^\W\d]\w*))?")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENS = re.compile(r"\{[{%#]")


def code_parts(text: str) -> Iterator[tuple[int, int]]:
    """List where expressions and statements stand, as (begin, end); an unclosed one ends all."""
    at = 0
    while opened := _OPENS.search(text, at):
        closed = text.find(_CLOSES[opened.group()], opened.end())
        if closed < 0:
            yield opened.start(), len(text)
            return
        yield opened.start(), closed + 2
        at = closed + 2


def constant_text(text: str) -> str:
    """Blank out expressions and statements, so that what is left stands where it stood."""
    parts: list[str] = []
    at = 0
    for begin, end in code_parts(text):
        parts.append(text[at:begin])
        parts.append("\0" * (end - begin))
        at = end
    return "".join([*parts, text[at:]])


def names_in(text: str) -> frozenset[str]:
    """Collect the names that a template uses; `fig.scene` counts as such."""
    found: set[str] = set()
    for begin, end in code_parts(text):
        if text[begin : begin + 2] != "{#":
            found |= names_in_expression(text[begin + 2 : end])
    return frozenset(found)


def names_in_expression(code: str) -> frozenset[str]:
    """Collect the names that an expression uses, attributes left out except those of `fig`."""
    found: set[str] = set()
    for match in _NAMES.finditer(_QUOTED.sub("''", code)):
        if match[1] is None:
            found.add(match[2])
            if match[2] == "fig" and match[3]:
                found.add(f"fig.{match[3]}")
    return frozenset(found)


def in_template(name: str) -> str:
    """Write a name as a template does: a dash reads as an underscore."""
    return name.replace("-", "_")
