"""One row as its file has it, before anybody knows what its values mean."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

from wanflow.errors import Problem, Span
from wanflow.model.values import JsonValue

# A row is one set of inputs; what is longer is another kind of file, or a quote never closed.
MAX_ROW_CHARS = 1_000_000
# The longest text that a recipe may hold, twice; far above what a model reads.
MAX_CELL_CHARS = 131_072

# Gives a file of rows, open at its beginning; any number of times, one after the other.
Opener: TypeAlias = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """The values of one row by column; `number` counts from 1, `line` is where it begins.

    `source` is the row's own text, from which the place of a value can be worked out.
    """

    number: int
    line: int
    values: Mapping[str, JsonValue]
    source: str = ""


class Rows(Protocol):
    """The rows of one source; they can be gone through any number of times.

    `texts` says that every value is text, to be read by the type of the input that it is for.
    """

    @property
    def texts(self) -> bool:
        """Whether all values are text."""
        ...

    def __iter__(self) -> Iterator[RawRow | Problem]:
        """Go through the rows; a problem stands in the place of a row that cannot be read."""
        ...

    def span(self, row: RawRow, column: str | None) -> Span:
        """Give the place of a row's value, or of the row."""
        ...


class RowsError(Exception):
    """The rows cannot be read on from here; never leaves this room."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
