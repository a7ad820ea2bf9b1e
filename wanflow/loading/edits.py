"""Changes to the text of a file, for mistakes that have one right answer.

Where it is not certain how something is written (anchors, aliases, texts of several lines), there
is no change: a person mends that better.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from wanflow.errors import Edit, Span
from wanflow.loading.quoting import quoted
from wanflow.loading.scalars import plain_value
from wanflow.loading.schema import Finding
from wanflow.loading.text import Lines
from wanflow.model.document import Document
from wanflow.model.values import Pointer

_UNCERTAIN = "&*!|>"
_BREAKS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
Edits = tuple[Edit, ...]


@dataclass(kw_only=True)
class Editor:
    """Writes changes for one document."""

    document: Document

    def key(self, pointer: str, new: str) -> Edits:
        """Give another name to the key that leads to a value."""
        name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        span = self.document.key_span(pointer)
        written = (f"{quote}{name}{quote}" for quote in ("", "'", '"'))
        return tuple(
            Edit(span=span, old=old, new=old.replace(name, new))
            for old in written
            if self.document.source.startswith(old, self._lines.index(span))
        )

    def text(self, pointer: str, new: str) -> Edits:
        """Write another text in the place of one, in its quotes if it has some."""
        span, old = self._raw(pointer)
        if old is None:
            return ()
        return (Edit(span=span, old=old, new=quoted(new, like=old)),)

    def raw(self, pointer: str, new: str) -> Edits:
        """Write something else, such as a number, in the place of a scalar and its quotes."""
        span, old = self._raw(pointer)
        return (Edit(span=span, old=old, new=new),) if old is not None else ()

    def listed(self, pointer: str) -> Edits:
        """Make a list of one scalar."""
        span, old = self._raw(pointer)
        if old is None:
            return ()
        inner = old if old[0] in "'\"" else quoted(old, like="")
        if isinstance(plain_value(old), int | float) and old[0] not in "'\"":
            inner = old
        return (Edit(span=span, old=old, new=f"[{inner}]"),)

    def first(self, line: str) -> Edits:
        """Write a line before the first key of a file of lines."""
        source = self.document.source
        spans = (span for pointer, span in self.document.keys.items() if pointer.count("/") == 1)
        first = min(spans, key=lambda span: (span.line, span.column), default=None)
        if first is None:
            return ()
        index = self._lines.index(first)
        if source[index - first.column + 1 : index].strip(" "):
            return ()
        broken = _BREAKS.search(source)
        end = broken.group() if broken else "\n"
        indent = " " * (first.column - 1)
        return (Edit(span=first, old="", new=f"{line}{end}{indent}"),)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.document.source, self.document.file)

    def _raw(self, pointer: str) -> tuple[Span, str | None]:
        """Give how a scalar is written, with its quotes; None where that is not certain."""
        span = self.document.span(pointer)
        scalar = self.document.scalars.get(Pointer(pointer))
        if scalar is None:
            return span, None  # a value that a campaign gave, and that nobody wrote here
        line, column = scalar.offsets[-1]
        begin = self._lines.index(span)
        end = self._lines.index(Span(file=span.file, line=line, column=column))
        source = self.document.source
        old = source[begin : end + (source[begin] in "'\"")]
        if not old or old[0] in _UNCERTAIN or _BREAKS.search(old):
            return span, None
        return span, old


def fix_of(edit: Editor, finding: Finding, pointer: str) -> Edits:
    """Mend what does not fit a schema, if it has one right answer.

    Args:
        edit: of the document.
        finding: what does not fit.
        pointer: of it within the document.
    """
    if finding.missing == "wanflow" and not finding.pointer:
        return edit.first("wanflow: 1")
    if finding.meant == "list":
        return edit.listed(pointer)
    if finding.right is None:
        return ()
    if finding.at == "key":
        return edit.key(pointer, finding.right)
    if finding.meant == "raw":
        return edit.raw(pointer, finding.right)
    return edit.text(pointer, finding.right)
