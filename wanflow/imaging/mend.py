"""Mended copies of pictures, made with Pillow; `apply_fit` is the way in."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image

from wanflow.errors import ImageError
from wanflow.imaging.decode import decoded
from wanflow.imaging.limits import WRITABLE
from wanflow.imaging.pixels import flattened, in_srgb, straight, upright
from wanflow.model.card import ImageLimits
from wanflow.model.values import Size

_QUALITIES = (95, 90, 85, 80, 70, 60, 50)
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


def mended(path: Path, size: Size, *, limits: ImageLimits, out: Path) -> Path:
    """Write an upright copy of a picture in sRGB, `size` large, in a format and length taken."""
    image, found = decoded(path)
    picture = in_srgb(upright(straight(image), found.exif_orientation))
    if not limits.alpha:
        picture = flattened(picture)
    wanted = (size.width_px, size.height_px)
    if picture.size != wanted:
        picture = picture.resize(wanted, Image.Resampling.LANCZOS)
    for kind, packed in _packings(picture, _kinds(found.media_type, limits)):
        if len(packed) <= limits.max_bytes:
            copy = out.with_suffix(_SUFFIXES[kind])
            copy.write_bytes(packed)
            return copy
    raise ImageError(
        "image-too-many-bytes",
        f"{path.name} cannot be packed into {limits.max_bytes} bytes at {size} pixels",
        hint="make it smaller first, with `use: resize`",
    )


def _kinds(given: str, limits: ImageLimits) -> tuple[str, ...]:
    # A JPEG has lost what PNG could keep, and as PNG it would be many times as large to send.
    if given == "image/jpeg" and given in limits.media_types:
        return (given,)
    return tuple(kind for kind in WRITABLE if kind in limits.media_types)


def _packings(picture: Image.Image, kinds: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for kind in kinds:
        if kind == "image/png":
            yield kind, _packed(picture, "PNG", compress_level=6)
            continue
        opaque = flattened(picture)
        for quality in _QUALITIES:
            yield kind, _packed(opaque, "JPEG", quality=quality, subsampling=0)


def _packed(picture: Image.Image, form: str, **how: int) -> bytes:
    out = BytesIO()
    picture.save(out, format=form, **how)
    return out.getvalue()
