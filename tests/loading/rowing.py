"""Rows for tests: read from bytes, and told in short."""

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO

from wanflow.errors import Problem
from wanflow.loading.rows.delimited import DELIMITERS, DelimitedRows
from wanflow.loading.rows.jsonl import JsonRows
from wanflow.loading.rows.listed import YamlRows
from wanflow.loading.rows.raw import Opener, RawRow, Rows
from wanflow.model.values import JsonValue


def opener(data: bytes) -> Opener:
    def opened() -> AbstractContextManager[BinaryIO]:
        return io.BytesIO(data)

    return opened


def csv_rows(
    data: str | bytes, *, encoding: str = "utf-8", delimiter: str | None = None
) -> DelimitedRows:
    raw = data.encode() if isinstance(data, str) else data
    char = None if delimiter is None else DELIMITERS[delimiter]
    return DelimitedRows(opened=opener(raw), file="rows.csv", encoding=encoding, delimiter=char)


def json_rows(data: str | bytes) -> JsonRows:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return JsonRows(opened=opener(raw), file="rows.jsonl")


def yaml_rows(data: str | bytes, *, typed: tuple[str, ...] = ()) -> YamlRows:
    raw = data.encode() if isinstance(data, str) else data
    return YamlRows(opened=opener(raw), file="rows.yaml", typed=typed)


def values(rows: Rows) -> list[dict[str, JsonValue]]:
    return [dict(row.values) for row in rows if isinstance(row, RawRow)]


def problems(rows: Iterable[object]) -> list[Problem]:
    return [row for row in rows if isinstance(row, Problem)]


def told(rows: Iterable[object]) -> list[str]:
    """Say what is wrong as line:column: code."""
    return [
        f"{found.span.line}:{found.span.column}: {found.code}" if found.span else found.code
        for found in problems(rows)
    ]
