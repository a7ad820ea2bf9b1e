"""Pictures for a page: small copies as data, within a budget for the whole page."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from wanflow.errors import WanflowError
from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.run import PictureRecord
from wanflow.model.values import Sha256
from wanflow.report.words import WORDS, Text, filled

# Bytes before base64, which makes three into four: they leave a page below 3 MiB, with 15 maps of
# what changed.
_ALL_LARGE_BYTES = 1_650_000
_ALL_SMALL_BYTES = 300_000
_LARGE_BYTES = 150 * 1024
_SMALL_BYTES = 12 * 1024
_LARGE_PX = 1280
_SMALL_PX = 320
# Below so many bytes a picture of the size beside it is only noise, so it gets smaller instead.
_STEPS_PX = ((60_000, 1280), (28_000, 960), (14_000, 640), (6_000, 448))


class Thumbnail(Protocol):
    """Makes a small copy of a picture as WebP."""

    def __call__(self, path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
        """Give the bytes, at most `max_bytes` of them if that can be had."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture as a page shows it.

    `large` and `small` are data URIs, or None where `lacks` says why there is nothing to see.
    `href` leads from the page to the original.
    """

    large: str | None
    small: str | None
    href: str | None
    lacks: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one picture may take: large copies stand once in a page, small ones at every use."""

    large_px: int
    large_bytes: int
    small_px: int
    small_bytes: int


def budget(*, pictures: int, uses: int) -> Budget:
    """Share out the bytes of a page.

    Up to 15 pictures have 1280 px and 110 kB or more each; more pictures get fewer bytes and
    then fewer pixels, so that the page stays below 3 MiB up to about 300 pictures.
    """
    each = min(_LARGE_BYTES, max(_ALL_LARGE_BYTES // max(pictures, 1), 6_000))
    small = min(_SMALL_BYTES, max(_ALL_SMALL_BYTES // max(uses, 1), 1_500))
    px = next((px for least, px in _STEPS_PX if each >= least), 320)
    return Budget(
        large_px=min(px, _LARGE_PX),
        large_bytes=each,
        small_px=_SMALL_PX if small >= 5_000 else 160,
        small_bytes=small,
    )


def shown(
    pictures: Iterable[PictureRecord], folder: Path, thumbnail: Thumbnail = make_thumbnail
) -> dict[Sha256, Shown]:
    """Make what a page needs of every picture, each once however often it is used.

    Args:
        pictures: all uses of pictures in the page.
        folder: the run's folder, where their files lie.
        thumbnail: makes the copies.
    """
    uses = tuple(pictures)
    first: dict[Sha256, PictureRecord] = {}
    for picture in uses:
        known = first.get(picture.artifact.sha256)
        if known is None or (known.file is None and picture.file is not None):
            first[picture.artifact.sha256] = picture
    share = budget(pictures=len(first), uses=len(uses))
    return {key: _shown(picture, folder, thumbnail, share=share) for key, picture in first.items()}


def href(file: str) -> str | None:
    """Give the relative link to a file of the run; None if it lies outside the run's folder."""
    parts = file.split("/")
    leaves = parts[0] == "" or ".." in file.replace("\\", "/").split("/") or ":" in parts[0]
    if leaves or "\x00" in file:
        return None
    return "./" + "/".join(quote(part, safe="", errors="replace") for part in parts)


def _shown(picture: PictureRecord, folder: Path, thumbnail: Thumbnail, *, share: Budget) -> Shown:
    if picture.file is None:
        return _nothing(WORDS["not_kept"])
    link = href(picture.file)
    if link is None:
        return _nothing(filled(WORDS["outside"], file=picture.file))
    file = folder / picture.file
    if not file.is_file():
        return _nothing(filled(WORDS["missing"], file=picture.file))
    try:
        large = thumbnail(file, longest_px=share.large_px, max_bytes=share.large_bytes)
        small = thumbnail(file, longest_px=share.small_px, max_bytes=share.small_bytes)
    except (WanflowError, OSError):
        return Shown(
            large=None,
            small=None,
            href=link,
            lacks=filled(WORDS["unreadable"], file=picture.file),
        )
    return Shown(large=_data(large), small=_data(small), href=link, lacks=None)


def _nothing(why: Text) -> Shown:
    return Shown(large=None, small=None, href=None, lacks=why)


def _data(webp: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(webp).decode("ascii")
