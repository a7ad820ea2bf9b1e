"""Small copies of a campaign's pictures, each made once and kept beside the report."""

import base64
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Literal

from wanflow.errors import WanflowError
from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.run import PictureRecord
from wanflow.model.values import Sha256
from wanflow.report.thumbnails import Thumbnail, href

FOLDER = "report/thumbs"
# Up to so many rows, their final pictures stand in the page itself.
MOST_INLINE_ROWS = 500
# What all of them may take there before base64 makes four bytes of three: with the words of 500
# rows the page stays below 6 MiB.
_INLINE_BYTES = 3_900_000
_DIGEST = re.compile("[0-9a-f]{64}")
# Pictures are decoded outside of the interpreter's lock, so some threads help.
_AT_ONCE = min(4, os.cpu_count() or 1)

Lack = Literal["not_kept", "outside", "missing", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How large the small copies are, for a campaign of a size; `name` is part of their names."""

    longest_px: int
    max_bytes: int

    @property
    def name(self) -> str:
        """Tell grades apart in the names of files."""
        return f"{self.longest_px}-{self.max_bytes // 100}"


def grade(rows: int) -> Grade:
    """Choose the copies for so many rows: few rows get more pixels, many only so many bytes.

    Bytes go in steps, so that a campaign that grows by a row keeps its copies.
    """
    if rows > MOST_INLINE_ROWS:
        return Grade(longest_px=320, max_bytes=16_000)
    share = _INLINE_BYTES // max(rows, 1)
    if share >= 60_000:
        return Grade(longest_px=640, max_bytes=60_000)
    fits = next(most for most in (30_000, 15_000, 10_000, 7_800) if share >= most)
    return Grade(longest_px=320, max_bytes=fits)


class Thumbs:
    """The small copies of a run's folder, by the digest of the picture."""

    def __init__(self, folder: Path, made: Grade, *, thumbnail: Thumbnail = make_thumbnail) -> None:
        self._folder = folder
        self._grade = made
        self._thumbnail = thumbnail
        self._lacks: dict[Sha256, Lack] = {}
        self._there: set[Sha256] = set()

    def make(self, pictures: Iterable[PictureRecord]) -> None:
        """Make the copies that are not there yet.

        They lie in `report/thumbs/` of the run's folder and are found again by the digest, so that
        only new pictures take time. What cannot be read has none; `why` says so.
        """
        wanted: dict[Sha256, PictureRecord] = {}
        for picture in pictures:
            sha256 = picture.artifact.sha256
            known = sha256 in wanted or sha256 in self._lacks
            if not known and self.why(picture) is None and not self.file(sha256).is_file():
                wanted[sha256] = picture
        if not wanted:
            return
        (self._folder / FOLDER).mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            made = threads.map(self._make, wanted.values())
            for sha256, done in zip(wanted, made, strict=True):
                if not done:
                    self._lacks[sha256] = "unreadable"

    def why(self, picture: PictureRecord) -> Lack | None:
        """Say why a picture cannot be shown; None if it can. Looks for its file once."""
        sha256 = picture.artifact.sha256
        if self._lacks.get(sha256) is None and sha256 not in self._there:
            lack = self._lack(picture)
            if lack is None:
                self._there.add(sha256)
            return lack
        return self._lacks.get(sha256)

    def _lack(self, picture: PictureRecord) -> Lack | None:
        if picture.file is None:
            return "not_kept"
        if href(picture.file) is None or not _DIGEST.fullmatch(picture.artifact.sha256):
            return "outside"
        return None if (self._folder / picture.file).is_file() else "missing"

    def file(self, sha256: Sha256) -> Path:
        """Say where the small copy of a picture lies, made or not."""
        return self._folder / self.link(sha256)

    def link(self, sha256: Sha256) -> str:
        """Give the link to a small copy, relative to the run's folder."""
        return self.pattern.replace("*", sha256[:20])

    @property
    def pattern(self) -> str:
        """Give the link to any small copy: a star stands for the digest's first 20 digits."""
        return f"{FOLDER}/*-{self._grade.name}.webp"

    def inline(self, picture: PictureRecord) -> str | None:
        """Give a small copy as a data URI, None if the picture cannot be read.

        While a campaign runs, a picture may get its file after the copies were made.
        """
        target = self.file(picture.artifact.sha256)
        if not target.is_file():
            self.make([picture])
        if not target.is_file():
            return None
        data = target.read_bytes()
        return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")

    def _make(self, picture: PictureRecord) -> bool:
        target = self.file(picture.artifact.sha256)
        try:
            small = self._thumbnail(
                self._folder / (picture.file or ""),
                longest_px=self._grade.longest_px,
                max_bytes=self._grade.max_bytes,
            )
        except (WanflowError, OSError):
            return False
        # Under a name of its own first: a reader never finds half a picture.
        part = target.with_name(f".{target.name}.{token_hex(4)}")
        part.write_bytes(small)
        part.replace(target)
        return True
