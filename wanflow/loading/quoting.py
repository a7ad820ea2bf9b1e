"""Texts written as YAML: with quotes where they need some."""

import re

from wanflow.errors import Edit
from wanflow.loading.scalars import plain_value
from wanflow.loading.text import Lines

# What stays a text, and the same text, without quotes, also within brackets.
_PLAIN = re.compile(r"\w[\w.*/+-]*(?::\w[\w.*/+-]*)?")
_BREAK = re.compile(r"[\n\r\x85\u2028\u2029]")
_OWN_LINE = re.compile(r"[ \t]*(?:- +)*(?:[\w.-]+|'[^']*'|\"[^\"\\]*\"):[ \t]+")


def quoted(text: str, *, like: str) -> str:
    """Write a text as a scalar, in the quotes that another has, without any if it needs none."""
    quote = like[:1]
    if quote == '"' and not set(text) & set('"\\') and text.isprintable():
        return f'"{text}"'
    if quote not in ("'", '"') and _PLAIN.fullmatch(text) and plain_value(text) == text:
        return text
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def quoted_line(source: str, index: int, lines: Lines) -> tuple[Edit, ...]:
    """Put quotes around what begins at an index and goes to the end of its line."""
    start = lines.start_of_line(index)
    if not _OWN_LINE.fullmatch(source, start, index):
        return ()
    broken = _BREAK.search(source, index)
    end = broken.start() if broken else len(source)
    old = source[index:end].rstrip(" \t")
    indent = len(source[start:index]) - len(source[start:index].lstrip(" \t-"))
    after = re.compile(r"\s*?([ \t]*)(?=\S)").match(source, end)
    goes_on = after is not None and len(after[1]) > indent
    if "#" in old or "\t" in old or goes_on:
        return ()
    doubled = old.replace("'", "''")
    return (Edit(span=lines.span(index), old=old, new=f"'{doubled}'"),)
