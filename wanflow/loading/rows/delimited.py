"""Rows of a csv or tsv file: a header, then one row a record; quotes as in RFC 4180."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from wanflow.errors import Problem, Span
from wanflow.loading.rows.lines import lines_of
from wanflow.loading.rows.raw import MAX_CELL_CHARS, MAX_ROW_CHARS, Opener, RawRow, RowsError

DELIMITERS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_WRITTEN = {written: name for name, written in DELIMITERS.items()}


@dataclass(slots=True, kw_only=True)
class DelimitedRows:
    """The rows of a csv or tsv file; `opened` gives it anew, at its beginning.

    `delimiter` is None where the header shall tell it.
    """

    opened: Opener
    file: str
    encoding: str = "utf-8"
    delimiter: str | None = None
    columns: tuple[str, ...] = field(default=(), init=False)
    texts: bool = field(default=True, init=False)

    def __iter__(self) -> Iterator[RawRow | Problem]:
        with self.opened() as stream:
            feed = _Feed(lines_of(stream, file=self.file, encoding=self.encoding), self.file)
            try:
                yield from self._rows(feed)
            except RowsError as error:
                yield error.problem

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a cell, or of the row."""
        if column is None:
            return Span(file=self.file, line=row.line, column=1)
        index = self.columns.index(column) if column in self.columns else 0
        return self._place(row.source, row.line, index)

    def _rows(self, feed: "_Feed") -> Iterator[RawRow | Problem]:
        header = _header_lines(feed)
        if not "".join(header).strip():
            raise RowsError(self._empty(feed))
        delimiter, said = self._delimiter("".join(header))
        if said is not None:
            yield said
            if said.severity == "error":
                return
        self.delimiter = delimiter
        feed.again(header)
        records = self._records(feed, delimiter)
        self.columns = tuple(next(records)[0])
        wrong = list(self._wrong_columns("".join(header)))
        yield from wrong
        if wrong:
            return
        number = 0
        for cells, line, source in records:
            if not cells:
                continue  # a blank line
            number += 1
            if len(cells) == len(self.columns):
                values = dict(zip(self.columns, cells, strict=True))
                yield RawRow(number=number, line=line, values=values, source=source)
            else:
                yield self._wrong_number(cells, line, source)
        if not number:
            message = "there is a header here and no rows"
            span = Span(file=self.file, line=1, column=1)
            yield Problem(code="no-rows", message=message, span=span, hint="write one row a line")

    def _records(self, feed: "_Feed", delimiter: str) -> Iterator[tuple[list[str], int, str]]:
        """Give each record: its cells, the line at which it begins, and its text."""
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        while True:
            feed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise RowsError(self._torn(str(error), feed, delimiter)) from None
            source = feed.text()
            if len(source) > MAX_CELL_CHARS:
                self._refuse_long(cells, feed, delimiter)
            yield cells, feed.line, source

    def _delimiter(self, header: str) -> tuple[str, Problem | None]:
        if self.delimiter is not None:
            return self.delimiter, None
        found = {char: at for at, char in _outside_quotes(header) if char in _NAMES}
        if len(found) > 1:
            first, second = sorted(found, key=lambda char: found[char])[:2]
            message = f"the header has {_NAMES[first]} and {_NAMES[second]}; either may part cells"
            hint = f"write `delimiter: {_quoted(first)}` or `{_quoted(second)}` in the campaign"
            span = Span(file=self.file, line=1, column=found[second] + 1)
            return "", Problem(code="ambiguous-delimiter", message=message, span=span, hint=hint)
        char = next(iter(found), ",")
        if char == ",":
            return char, None
        return char, Problem(
            code="delimiter-found",
            message=f"the cells are taken to be parted by {_NAMES[char]}: the header has no commas",
            span=Span(file=self.file, line=1, column=found[char] + 1),
            hint=f"write `delimiter: {_quoted(char)}` in the campaign to say so",
            severity="warning",
        )

    def _wrong_columns(self, header: str) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for at, name in enumerate(self.columns):
            span = self._place(header, 1, at)
            if not name.strip():
                message, hint = f"column {at + 1} has no name", "name it, or remove the column"
                yield Problem(code="bad-column", message=message, span=span, hint=hint)
            elif name != name.strip():
                message = f"the name of column {at + 1} begins or ends with a blank"
                hint = f"write '{name.strip()[:80]}'"
                yield Problem(code="bad-column", message=message, span=span, hint=hint)
            elif name in seen:
                before = (self._place(header, 1, seen[name]), "the first one")
                yield Problem(
                    code="duplicate-column",
                    message=f"there are two columns '{name[:80]}'",
                    span=span,
                    hint="name one of them otherwise, or remove it",
                    related=(before,),
                )
            seen.setdefault(name, at)

    def _wrong_number(self, cells: Sequence[str], line: int, source: str) -> Problem:
        have, want = len(cells), len(self.columns)
        said = f"this row has {have} cell{'s' * (have != 1)}, the header {want}"
        if have > want:
            span = self._place(source, line, want)
            hint = f"put a cell in quotes that has a {_name(self.delimiter)} in it"
            return Problem(code="extra-cells", message=said, span=span, hint=hint)
        span = self._place(source, line, have - 1)
        hint = f"'{self.columns[have][:80]}' has no cell; write the {_name(self.delimiter)} for it"
        return Problem(code="missing-cells", message=said, span=span, hint=hint)

    def _torn(self, error: str, feed: "_Feed", delimiter: str) -> Problem:
        """Say what the reader could not make cells of."""
        source = feed.text()
        span = self._last(source, feed.line, delimiter)
        if "field limit" in error:
            return _long_cell(span)
        if "unexpected end" in error:
            message, hint = "a quote opens here and is never closed", 'close it with "'
        else:
            message = "a cell begins with a quote here and goes on after the closing one"
            hint = 'write "" for a quote within a cell, and quotes around the whole of it'
        return Problem(code="csv-quotes", message=message, span=span, hint=hint)

    def _refuse_long(self, cells: Sequence[str], feed: "_Feed", delimiter: str) -> None:
        for at, cell in enumerate(cells):
            if len(cell) > MAX_CELL_CHARS:
                line, column = cell_place(feed.text(), delimiter, at)
                span = Span(file=self.file, line=feed.line + line, column=column)
                raise RowsError(_long_cell(span))

    def _empty(self, feed: "_Feed") -> Problem:
        span = Span(file=self.file, line=1, column=1)
        message = "the file is empty" if not feed.line else "the first line, the header, is blank"
        hint = "begin it with a line of column names"
        return Problem(code="empty-file", message=message, span=span, hint=hint)

    def _place(self, source: str, begin: int, index: int) -> Span:
        line, column = cell_place(source, self.delimiter or ",", index)
        return Span(file=self.file, line=begin + line, column=column)

    def _last(self, source: str, begin: int, delimiter: str) -> Span:
        """Give the place of the last cell of a record that is not at its end."""
        line, column = cell_place(source, delimiter, -1)
        return Span(file=self.file, line=begin + line, column=column)


class _Feed(Iterator[str]):
    """Gives lines to the reader, and remembers those of the record that it is at."""

    def __init__(self, lines: Iterator[str], file: str) -> None:
        self._lines = lines
        self._file = file
        self._taken: list[str] = []
        self._chars = 0
        self.line = 0

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken.append(line)
        self._chars += len(line)
        if self._chars > MAX_ROW_CHARS:
            raise RowsError(_long_row(Span(file=self._file, line=max(self.line, 1), column=1)))
        return line

    def begin(self) -> None:
        """Begin a record."""
        self.line += len(self._taken) if self.line else 1
        self._taken = []
        self._chars = 0

    def again(self, lines: Sequence[str]) -> None:
        """Give these lines once more, before all others."""
        self._lines = chain(lines, self._lines)
        self._taken = []
        self._chars = self.line = 0

    def text(self) -> str:
        """Give the lines of the record."""
        return self._taken[0] if len(self._taken) == 1 else "".join(self._taken)


def _header_lines(feed: _Feed) -> list[str]:
    """Read the header's lines; one that ends within quotes goes on in the next."""
    lines: list[str] = []
    quotes = 0
    for line in feed:
        lines.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            break
    if lines:
        feed.line = 1
    return lines


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    """List the characters of a header that stand outside of quotes; the first of each kind."""
    quoted = False
    seen: set[str] = set()
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and char not in seen:
            seen.add(char)
            yield at, char


def cell_place(source: str, delimiter: str, index: int) -> tuple[int, int]:
    """Find a cell in the text of its record.

    Args:
        source: the record's lines.
        delimiter: between cells.
        index: of the cell, from 0; -1 for the last one. A cell that is not there is at the end.

    Returns:
        (lines before it, column from 1).
    """
    lines, start, places, quoted = 0, 0, [(0, 1)], False
    for at, char in enumerate(source):
        if char == '"':
            quoted = not quoted
        elif char == delimiter and not quoted:
            places.append((lines, at - start + 2))
        elif char == "\n" or (char == "\r" and source[at + 1 : at + 2] != "\n"):
            lines, start = lines + 1, at + 1
    return places[index] if index < len(places) else places[-1]


def _long_cell(span: Span) -> Problem:
    return Problem(
        code="cell-too-long",
        message=f"a cell has more than {MAX_CELL_CHARS:,} characters, or its quote is never closed",
        span=span,
        hint="give pictures by their paths, and close every quote",
    )


def _long_row(span: Span) -> Problem:
    return Problem(
        code="row-too-long",
        message=f"a row has more than {MAX_ROW_CHARS:,} characters, or its quote is never closed",
        span=span,
        hint="give long texts and pictures as files, and close every quote",
    )


def _name(delimiter: str | None) -> str:
    return _NAMES[delimiter or ","].removesuffix("s")


def _quoted(delimiter: str) -> str:
    return f"'{_WRITTEN[delimiter]}'"
