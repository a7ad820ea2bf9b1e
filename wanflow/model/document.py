"""A file after reading: its values, and the place of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from wanflow.errors import Span
from wanflow.model.values import JsonValue, Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """Where the characters of one text value stand in the file.

    `offsets[i]` is the (line, column), both from 1, at which character i of the value is written;
    one more entry stands for the end.
    """

    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """JSON values plus a source map from every pointer to its span.

    `spans` holds the place of each value; `keys` that of each mapping key, under the pointer of
    the value it leads to. `scalars` holds the characters of the text values.
    """

    file: str
    source: str
    value: JsonValue
    spans: Mapping[Pointer, Span]
    keys: Mapping[Pointer, Span]
    scalars: Mapping[Pointer, Scalar]

    def span(self, pointer: str) -> Span:
        """Give the place of a value, or of the nearest value around it that has one."""
        while True:
            found = self.spans.get(Pointer(pointer))
            if found is not None:
                return found
            if not pointer:
                return Span(file=self.file, line=1, column=1)
            pointer = pointer.rpartition("/")[0]

    def key_span(self, pointer: str) -> Span:
        """Give the place of the key that leads to a value; for a list's item, the item's own."""
        return self.keys.get(Pointer(pointer)) or self.span(pointer)

    def span_within(self, pointer: str, offset: int) -> Span:
        """Give the place of character `offset` (from 0) of a text value."""
        scalar = self.scalars.get(Pointer(pointer))
        if scalar is None or not scalar.offsets:
            return self.span(pointer)
        line, column = scalar.offsets[min(max(offset, 0), len(scalar.offsets) - 1)]
        return Span(file=self.file, line=line, column=column)
