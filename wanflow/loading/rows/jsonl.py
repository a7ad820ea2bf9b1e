"""Rows of a jsonl file: one JSON mapping a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from wanflow.errors import Problem, Span
from wanflow.loading.rows.lines import lines_of
from wanflow.loading.rows.raw import MAX_CELL_CHARS, Opener, RawRow, RowsError
from wanflow.model.values import JsonValue

_MAX_DEPTH = 16


class _RefusedError(ValueError):
    """A line that is JSON to some, and cannot be a row."""


@dataclass(slots=True, kw_only=True)
class JsonRows:
    """The rows of a jsonl file; `opened` gives it anew, at its beginning."""

    opened: Opener
    file: str
    encoding: str = "utf-8"
    texts: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[RawRow | Problem]:
        number = 0
        with self.opened() as stream:
            try:
                lines = lines_of(stream, file=self.file, encoding=self.encoding)
                for at, line in enumerate(lines, start=1):
                    if line.strip():
                        number += 1
                        yield self._row(line, number, at)
            except RowsError as error:
                yield error.problem
                return
        if not number:
            span = Span(file=self.file, line=1, column=1)
            hint = "write one JSON mapping a line"
            yield Problem(code="empty-file", message="the file is empty", span=span, hint=hint)

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a value, or of the row."""
        at = 0 if column is None else _value_at(row.source, column)
        return Span(file=self.file, line=row.line, column=at + 1)

    def _row(self, line: str, number: int, at: int) -> RawRow | Problem:
        span = Span(file=self.file, line=at, column=1)
        try:
            value = _DECODER.decode(line)
        except json.JSONDecodeError as error:
            where = Span(file=self.file, line=at, column=error.colno)
            message = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            hint = 'write one JSON mapping a line, such as {"title": "星辰大海"}'
            return Problem(code="bad-json", message=message, span=where, hint=hint)
        except RecursionError:
            return _too_deep(span)
        except ValueError as error:
            return Problem(code="bad-json", message=str(error), span=span)
        if not isinstance(value, dict):
            message = "a line must hold a mapping ({...})"
            return Problem(code="not-a-mapping", message=message, span=span)
        wrong = _unfit(value)
        if wrong is not None:
            where = self.span(RawRow(number=number, line=at, values=value, source=line), wrong[0])
            return Problem(code=wrong[1], message=wrong[2], span=where)
        return RawRow(number=number, line=at, values=value, source=line)


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RefusedError(f"'{twice[:80]}' stands twice in this mapping")
    return made


def _no_constant(name: str) -> JsonValue:
    raise _RefusedError(f"{name} is no number that can be used here")


def _whole(text: str) -> int:
    if len(text) > 300:
        raise _RefusedError(f"a number of {len(text):,} digits cannot be meant")
    return int(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole)


def _too_deep(span: Span) -> Problem:
    message = f"lists and mappings are nested more than {_MAX_DEPTH} deep here"
    return Problem(code="nested-too-deep", message=message, span=span)


def _unfit(row: dict[str, JsonValue]) -> tuple[str, str, str] | None:
    """Find what can be written in JSON and not be used: (column, code, message)."""
    for name, value in row.items():
        wrong = _unfit_value(value, _MAX_DEPTH)
        if wrong is not None:
            return (name, *wrong)
    return None


def _unfit_value(value: JsonValue, depth: int) -> tuple[str, str] | None:
    if isinstance(value, str):
        if len(value) > MAX_CELL_CHARS:
            return "cell-too-long", f"a text has more than {MAX_CELL_CHARS:,} characters"
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            return "control-character", "this text holds a NUL or half of a character"
        return None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "number-too-large", "this number is too large"
    if depth == 0 and isinstance(value, dict | list):
        return "nested-too-deep", f"lists and mappings are nested more than {_MAX_DEPTH} deep here"
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_unfit_value(item, depth - 1) for item in inner)), None)


def _value_at(source: str, column: str) -> int:
    """Find where the value of a key of the row itself is written; the key if it has no value."""
    at = _blank(source, source.find("{") + 1)
    while source[at : at + 1] == '"':
        name, at = _DECODER.raw_decode(source, at)
        at = _blank(source, _blank(source, at) + 1)
        if name == column:
            return at
        _, at = _DECODER.raw_decode(source, at)
        at = _blank(source, _blank(source, at) + 1)
    return 0


def _blank(source: str, at: int) -> int:
    return at + len(source[at:]) - len(source[at:].lstrip(" \t\r\n"))
