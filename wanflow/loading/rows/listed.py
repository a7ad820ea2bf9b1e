"""Rows of a yaml or json file, and rows that stand in the campaign itself."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from wanflow.errors import Problem, Span
from wanflow.loading.parse import Draft, drafted, escaped
from wanflow.loading.rows.raw import Opener, RawRow
from wanflow.loading.text import MAX_FILE_BYTES
from wanflow.loading.texts import text_pointers
from wanflow.model.document import Document
from wanflow.model.values import JsonValue


@dataclass(slots=True, kw_only=True)
class ListedRows:
    """Rows that stand in a document as a list of mappings, at the pointer `base`."""

    document: Document
    base: str = ""
    texts: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[RawRow | Problem]:
        rows = _at(self.document.value, self.base)
        for at, value in enumerate(rows if isinstance(rows, list) else ()):
            span = self.document.span(f"{self.base}/{at}")
            if isinstance(value, Mapping) and value:
                yield RawRow(number=at + 1, line=span.line, values=value)
            else:
                message = f"row {at + 1} must be a mapping of columns to values"
                hint = "write `- {title: 星辰大海}`"
                yield Problem(code="not-a-mapping", message=message, span=span, hint=hint)

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a value, or of the row."""
        pointer = f"{self.base}/{row.number - 1}"
        return self.document.span(pointer if column is None else f"{pointer}/{escaped(column)}")


@dataclass(slots=True, kw_only=True)
class YamlRows:
    """The rows of a yaml or json file: a list of mappings, or a mapping with `rows`.

    Scalars without quotes are what their input wants: text as it is written where that is text,
    or where there is no input of that name; `typed` names the inputs that want something else.
    """

    opened: Opener
    file: str
    typed: Collection[str] = ()
    texts: bool = field(default=False, init=False)
    _read: ListedRows | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[RawRow | Problem]:
        if self._read is None:
            with self.opened() as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
            problems, self._read = self._rows(data)
            yield from problems
        yield from self._read

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a value, or of the row."""
        rows = self._read
        return rows.span(row, column) if rows else Span(file=self.file, line=row.line, column=1)

    def _rows(self, data: bytes) -> tuple[list[Problem], ListedRows]:
        draft = drafted(data, file=self.file, lists=True)
        base = "/rows" if isinstance(draft.value, Mapping) else ""
        rows = _at(draft.value, base)
        if draft.readable:
            take_texts(draft, rows, base, typed=self.typed)
        problems = [_larger(problem) for problem in draft.all_problems()]
        if not problems and not (isinstance(rows, list) and rows):
            problems = [self._no_rows()]
        empty = Document(file=self.file, source="", value=[], spans={}, keys={}, scalars={})
        if problems:
            return problems, ListedRows(document=empty)
        return problems, ListedRows(document=draft.document(), base=base)

    def _no_rows(self) -> Problem:
        return Problem(
            code="no-rows",
            message="there is no list of rows here",
            span=Span(file=self.file, line=1, column=1),
            hint="write `- {title: 星辰大海}` for each row",
        )


def take_texts(draft: Draft, rows: JsonValue, base: str, *, typed: Collection[str]) -> None:
    """Take plain scalars of rows as the text that is written, but for the `typed` columns."""
    columns = {
        "properties": {name: {} for name in typed},
        "additionalProperties": {"type": "string"},
    }
    for pointer in list(text_pointers(rows, {"items": columns}, base=base)):
        draft.as_text(pointer)


def _larger(problem: Problem) -> Problem:
    """Say what holds more rows than a yaml file may."""
    if problem.code not in ("file-too-large", "too-many-nodes"):
        return problem
    hint = "write the rows as csv or jsonl, which are read row by row"
    return Problem(code=problem.code, message=problem.message, span=problem.span, hint=hint)


def _at(value: JsonValue, base: str) -> JsonValue:
    if not base:
        return value
    return value.get(base[1:]) if isinstance(value, Mapping) else None
