"""Maps of what changed for a page: measured on the files themselves, packed as small PNGs."""

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wanflow.errors import WanflowError
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Sha256
from wanflow.report.thumbnails import href
from wanflow.report.view_checks import MAPPED

# Of an RGBA palette: nothing where nothing changed, yellow to red, grey where nothing compares.
# They are laid on the grey picture by multiplication.
_PALETTE = (
    (255, 255, 255, 0),
    (255, 240, 140, 255),
    (255, 213, 90, 255),
    (252, 171, 62, 255),
    (240, 118, 45, 255),
    (214, 60, 38, 255),
    (150, 15, 32, 255),
    (120, 124, 130, 200),
)
_MOST_BYTES = 14_000  # of what is noise all over there is half as much to see
_LONGEST_PX = 1280  # as the checks open their pictures
_MOST = 24  # maps in a page: each takes some tenths of a second and some kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatView:
    """A map of what changed from one picture to another; `src` is a data URI."""

    before: Sha256
    src: str
    percent: float
    width_px: int
    height_px: int


def heats(record: RunRecord, folder: Path) -> Mapping[Sha256, HeatView]:
    """Map what changed on every picture of a run that was measured against another.

    Nothing is mapped where numpy is not installed, or where a file is missing.

    Args:
        record: of the run.
        folder: the run's folder, where the pictures lie.

    Returns:
        By the digest of the later picture; of many, the first 24.
    """
    if find_spec("numpy") is None:
        return {}
    found: dict[Sha256, HeatView] = {}
    for before, after in _pairs(record):
        digest = after.artifact.sha256
        if len(found) < _MOST and digest not in found:
            view = _mapped(before, after, folder)
            if view is not None:
                found[digest] = view
    return found


def _pairs(record: RunRecord) -> Iterator[tuple[PictureRecord, PictureRecord]]:
    for step in record.steps:
        for picture in step.pictures:
            before = _compared_with(step, picture)
            if before is not None:
                yield before, picture


def _compared_with(step: StepRecord, picture: PictureRecord) -> PictureRecord | None:
    names = {
        one.against
        for one in step.checks
        if one.picture == (picture.index or 1)
        and one.check in MAPPED
        and one.value is not None
        and not one.first
    }
    return next((image for image in step.images if image.name in names), None)


def _mapped(before: PictureRecord, after: PictureRecord, folder: Path) -> HeatView | None:
    from wanflow.checks.heat import heat  # noqa: PLC0415 - numpy, only where it is installed
    from wanflow.checks.sampling import Pixels, from_bytes  # noqa: PLC0415 - the same
    from wanflow.imaging.shrink import shown  # noqa: PLC0415 - Pillow loads when it is needed

    def opened(picture: PictureRecord) -> Pixels | None:
        if picture.file is None or href(picture.file) is None:
            return None
        data, wide, tall = shown(folder / picture.file, longest_px=_LONGEST_PX)
        return from_bytes(data, width_px=wide, height_px=tall)

    try:
        one, other = opened(before), opened(after)
    except (WanflowError, OSError):
        return None
    found = None if one is None or other is None else heat(one, other)
    if found is None:
        return None
    png = _png(found.levels, found.width_px, found.height_px)
    if len(png) > _MOST_BYTES:
        png = _png(*_halved(found.levels, found.width_px, found.height_px))
    return HeatView(
        before=before.artifact.sha256,
        src="data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        percent=found.percent,
        width_px=found.width_px,
        height_px=found.height_px,
    )


def _halved(levels: bytes, width: int, height: int) -> tuple[bytes, int, int]:
    """Give the hottest of four for each pixel of half the size."""
    rows = [levels[at : at + width] for at in range(0, width * height, width)]
    small = [
        bytes(map(max, upper[::2], upper[1::2], lower[::2], lower[1::2]))
        for upper, lower in zip(rows[::2], rows[1::2], strict=False)
    ]
    return b"".join(small), width // 2, height // 2


def _png(levels: bytes, width: int, height: int) -> bytes:
    """Write a PNG of 4 bits a pixel with the palette above, so that it is its own drawing.

    Source:
        https://www.w3.org/TR/png-3/
    """
    odd = bytes(width % 2)
    rows = []
    for at in range(0, width * height, width):
        row = levels[at : at + width] + odd
        pairs = zip(row[::2], row[1::2], strict=True)
        rows.append(b"\0" + bytes(left << 4 | right for left, right in pairs))
    colours = b"".join(bytes(colour[:3]) for colour in _PALETTE)
    opacity = bytes(colour[3] for colour in _PALETTE)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)),
            (b"PLTE", colours),
            (b"tRNS", opacity),
            (b"IDAT", zlib.compress(b"".join(rows), 9)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
