"""What a picture is, from its bytes and without decoding it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wanflow.errors import ImageError
from wanflow.imaging import bmp, jpeg, png, webp
from wanflow.imaging.exif import exif_facts
from wanflow.imaging.foreign import what_it_is
from wanflow.imaging.header import Header, Mode, cut_off
from wanflow.imaging.source import file_bytes
from wanflow.model.values import Artifact, Note, Sha256, Size

_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, str], Header]], ...] = (
    (lambda data: data.startswith(png.SIGNATURE), png.read_png),
    (lambda data: data.startswith(jpeg.SIGNATURE), jpeg.read_jpeg),
    (webp.looks_like_webp, webp.read_webp),
    (bmp.looks_like_bmp, bmp.read_bmp),
)
# The first bytes of each, for what ends before they do.
_STARTS = (png.SIGNATURE, jpeg.SIGNATURE)
FORMAT_NAMES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/bmp": "BMP",
    "image/webp": "WEBP",
}
_SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jfif": "image/jpeg",
    ".bmp": "image/bmp",
    ".dib": "image/bmp",
    ".webp": "image/webp",
}
_QUARTER_TURNS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A complete picture: every length and check sum in the file is right; nothing is decoded.

    `width_px` and `height_px` are those in the file, before the turn that `exif_orientation`
    (1 to 8, 1 is upright) asks for. `alpha` says that it can hold transparency, `frames` how many
    pictures it plays.
    """

    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    alpha: bool = False
    exif_orientation: int = 1
    mode: Mode = "rgb"
    frames: int = 1
    has_gps: bool = False
    has_icc: bool = False


def probe(path: Path) -> Probe:
    """Read what a picture is. The bytes decide, not the file's name.

    Takes PNG, JPEG, BMP and WEBP in regular files of at most 64 MB.

    Raises:
        ImageError: `image-missing`, `image-unreadable`, `not-a-file`, `image-too-large-bytes`,
            `image-empty`, `not-an-image`, `image-truncated` or `image-damaged`; the message names
            the file and what was found.
    """
    return probe_bytes(file_bytes(path), path.name)


def probe_bytes(data: bytes, name: str) -> Probe:
    """Read what a picture is from its bytes; `name` is for messages.

    Raises:
        ImageError: as `probe` does for what is inside a file.
    """
    header = _header(data, name)
    exif = exif_facts(header.exif)
    return Probe(
        media_type=header.media_type,
        width_px=header.width_px,
        height_px=header.height_px,
        size_bytes=len(data),
        alpha=header.alpha,
        exif_orientation=exif.orientation,
        mode=header.mode,
        frames=header.frames,
        has_gps=exif.has_gps,
        has_icc=header.has_icc,
    )


def probe_artifact(path: Path) -> Artifact:
    """Name a complete picture by its bytes: SHA-256, kind and size as they are in the file.

    Raises:
        ImageError: as `probe`.
    """
    data = file_bytes(path)
    found = probe_bytes(data, path.name)
    return Artifact(
        sha256=Sha256(hashlib.sha256(data).hexdigest()),
        media_type=found.media_type,
        width_px=found.width_px,
        height_px=found.height_px,
        size_bytes=found.size_bytes,
    )


def upright_size(found: Probe) -> Size:
    """Give the size that a viewer shows: sides swapped if EXIF asks for a quarter turn."""
    if found.exif_orientation in _QUARTER_TURNS:
        return Size(width_px=found.height_px, height_px=found.width_px)
    return Size(width_px=found.width_px, height_px=found.height_px)


def remarks(path: Path, found: Probe) -> tuple[Note, ...]:
    """Say what the reader should know about a picture that can be used as it is."""
    notes = []
    promised = _SUFFIXES.get(path.suffix.lower())
    if path.suffix and promised != found.media_type:
        text = f"{path.name} is a {FORMAT_NAMES[found.media_type]} picture, whatever its name says"
        notes.append(Note(code="name_differs", text=text))
    if found.has_gps:
        text = f"{path.name} tells in its metadata where it was taken"
        notes.append(Note(code="tells_place", text=text))
    return tuple(notes)


def _header(data: bytes, name: str) -> Header:
    if not data:
        raise ImageError("image-empty", f"{name} is empty")
    for looks_like, read in _READERS:
        if looks_like(data):
            return read(data, name)
    if any(start.startswith(data) for start in _STARTS):
        raise cut_off(name, len(data))
    raise ImageError(
        "not-an-image",
        f"{name} is {what_it_is(data)}; PNG, JPEG, BMP and WEBP pictures can be used",
        hint="save the picture as PNG or JPEG",
    )
