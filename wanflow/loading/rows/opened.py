"""Which reader is for which rows, and how standard input is read more than once."""

import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from wanflow.loading.rows.delimited import DELIMITERS, DelimitedRows
from wanflow.loading.rows.jsonl import JsonRows
from wanflow.loading.rows.listed import ListedRows, YamlRows
from wanflow.loading.rows.pictures import PictureRows
from wanflow.loading.rows.raw import Opener, Rows
from wanflow.model.campaign import RowSource
from wanflow.model.document import Document

STDIN = "-"
_IN_MEMORY_BYTES = 1_000_000


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class Spool:
    """Standard input, kept so that it can be read again: in memory, or on disk if it is long."""

    stream: BinaryIO
    _kept: BinaryIO | None = field(default=None, init=False)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Give what was read, at its beginning; one reader at a time."""
        if self._kept is None:
            kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 # lives as long as this
            weakref.finalize(self, kept.close)
            self._kept = cast("BinaryIO", kept)
            shutil.copyfileobj(self.stream, self._kept)
        self._kept.seek(0)
        yield self._kept


def file_opener(path: Path) -> Opener:
    """Give what opens a file of rows."""
    return lambda: path.open("rb")


def rows_of(
    source: RowSource,
    document: Document,
    *,
    folder: Path,
    opened: Opener,
    file: str,
    typed: Collection[str],
) -> Rows:
    """Choose the reader for rows.

    Args:
        source: as the campaign says.
        document: the campaign, in which rows in place and a pattern stand.
        folder: that of the campaign.
        opened: gives the file of rows; not used for a list and for a pattern.
        file: what it is called in messages.
        typed: inputs that want something else than text.
    """
    if source.form == "list":
        return ListedRows(document=document, base="/rows")
    if source.form == "glob":
        place = document.span("/rows")
        return PictureRows(pattern=source.pattern or "", folder=folder, place=place)
    if source.form == "yaml":
        return YamlRows(opened=opened, file=file, typed=frozenset(typed))
    if source.form == "jsonl":
        return JsonRows(opened=opened, file=file, encoding=source.encoding)
    delimiter = "tab" if source.form == "tsv" else source.delimiter
    return DelimitedRows(
        opened=opened,
        file=file,
        encoding=source.encoding,
        delimiter=None if delimiter is None else DELIMITERS[delimiter],
    )
