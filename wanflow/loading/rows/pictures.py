"""Rows from a pattern of pictures: each file a row with `path`, `stem` and `name`."""

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from wanflow.errors import Problem, Span
from wanflow.loading.references import PICTURES
from wanflow.loading.rows.raw import RawRow

COLUMNS = ("path", "stem", "name")
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(slots=True, kw_only=True)
class PictureRows:
    """The pictures that a pattern finds, in natural order: `cup-2.jpg` before `cup-10.jpg`.

    Args:
        pattern: relative to `folder`; `**` stands for any folders.
        folder: that of the campaign.
        place: where the pattern is written.
    """

    pattern: str
    folder: Path
    place: Span
    texts: bool = field(default=True, init=False)

    def __iter__(self) -> Iterator[RawRow | Problem]:
        found = glob.glob(self.pattern, root_dir=self.folder, recursive=True)  # noqa: PTH207 # hidden files stay out
        pictures = [name for name in found if name.lower().endswith(PICTURES)]
        others = sum(not (self.folder / name).is_dir() for name in found) - len(pictures)
        if others > 0:
            yield self._others(others)
        if not pictures:
            yield self._nothing()
        for number, name in enumerate(sorted(pictures, key=natural), start=1):
            path = PurePosixPath(name)
            values = {"path": str(path), "stem": path.stem, "name": path.name}
            yield RawRow(number=number, line=self.place.line, values=values)

    def span(self, row: RawRow, column: str | None) -> Span:  # noqa: ARG002 # as other forms have it
        """Give the place of the pattern."""
        return self.place

    def _others(self, count: int) -> Problem:
        files = "1 file" if count == 1 else f"{count:,} files"
        return Problem(
            code="not-pictures",
            message=f"'{self.pattern}' also finds {files} without the ending of a picture",
            span=self.place,
            hint="they are left out; end the pattern with .png or .jpg to say so",
            severity="warning",
        )

    def _nothing(self) -> Problem:
        return Problem(
            code="no-rows",
            message=f"'{self.pattern}' finds no pictures",
            span=self.place,
            hint="it is relative to the campaign's folder, such as photos/*.jpg",
        )


def natural(name: str) -> tuple[tuple[int | str, ...], str]:
    """Give what sorts names as people count: numbers by their value, letters without case."""
    parts = _DIGITS.split(name)
    return tuple(int(p) if at % 2 else p.casefold() for at, p in enumerate(parts)), name
