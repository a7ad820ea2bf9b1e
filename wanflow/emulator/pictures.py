"""Input pictures: opened, looked at, held against the limits of a model."""

import hashlib
import io
import struct
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError

from wanflow.emulator.geometry import Size
from wanflow.emulator.models import Model
from wanflow.emulator.refusals import Refusal, refusal

CheckImages = Literal["off", "strict", "ratio"]

THUMBNAIL_PX = 128
_REMEMBERED = 256
# What Pillow raises for damaged files, seen or documented.
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
)
# Pillow opens as JPEG what many phones write and then calls it MPO; to the service it is JPEG.
_SAME_FORMAT = {"MPO": "JPEG"}
_OPENED = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
# What may be decoded at all, whatever the checks: 10,000 pixels square.
_DECODED_MOST_PX = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the emulator keeps of an input picture: its size and a small JPEG of it.

    A picture behind an outside address was never seen: it has neither.
    """

    size: Size | None = None
    thumbnail: bytes | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a picture is, before anybody asks whether it fits a model."""

    label: str
    format: str
    size: Size
    size_bytes: int
    alpha: bool
    thumbnail: bytes


class Viewer:
    """Opens pictures; remembers the last few by their bytes, because campaigns repeat them."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Look] = OrderedDict()

    def look(self, content: bytes) -> Look:
        """Open a picture and make its thumbnail.

        Raises:
            Refusal: it is in no format that the service knows, damaged, or far too large.
        """
        label = hashlib.sha256(content).hexdigest()
        look = self._known.pop(label, None) or _look_at(content, label)
        self._known[label] = look
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return look


def fitting(look: Look, model: Model, check: CheckImages) -> Picture:
    """Hold a picture against the limits of a model.

    Raises:
        Refusal: it is outside a limit; the code says which.
    """
    if check != "off":
        _check(look, model)
    if check == "ratio" and model.disputed_ratio_most is not None:
        _check_ratio(look.size, model.disputed_ratio_most)
    return Picture(size=look.size, thumbnail=look.thumbnail, label=look.label)


def _look_at(content: bytes, label: str) -> Look:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits are checked below
            return _decoded(content, label)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise refusal("InvalidImage.FileFormat") from None
    except _DAMAGED:
        raise refusal("InvalidFile.Openerror") from None


def small_jpeg(picture: Image.Image) -> bytes:
    """Make the thumbnail of a picture: RGB, no side above 128 pixels."""
    small = picture.convert("RGB")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), reducing_gap=2.0)
    jpeg = io.BytesIO()
    small.save(jpeg, "JPEG", quality=85)
    return jpeg.getvalue()


def _decoded(content: bytes, label: str) -> Look:
    with Image.open(io.BytesIO(content), formats=_OPENED) as opened:
        size = Size(width_px=opened.width, height_px=opened.height)
        if size.area_px > _DECODED_MOST_PX:
            raise refusal("InvalidImageResolution")
        transparent = "transparency" in opened.info
        alpha = transparent or opened.mode in {"RGBA", "LA", "PA"}
        name = str(opened.format)
        opened.draft("RGB", (THUMBNAIL_PX, THUMBNAIL_PX))
        thumbnail = small_jpeg(opened)
    return Look(
        label=label,
        format=_SAME_FORMAT.get(name, name),
        size=size,
        size_bytes=len(content),
        alpha=alpha,
        thumbnail=thumbnail,
    )


def _check(look: Look, model: Model) -> None:
    if look.format not in model.formats:
        message = "The image format must be one of " + ", ".join(model.formats)
        raise refusal("InvalidImage.FileFormat", message)
    if look.format == "PNG" and look.alpha:
        raise refusal("InvalidImage.FileFormat", "PNG with a transparent channel is not supported.")
    if look.size_bytes > model.bytes_most:
        raise refusal("InvalidFile.Size", f"The image is larger than {model.bytes_most} bytes.")
    _check_sides(look.size, model)
    if model.ratio_most is not None:
        _check_ratio(look.size, model.ratio_most)


def _check_sides(size: Size, model: Model) -> None:
    least, most = model.side_least_px, model.side_most_px
    if not all(least <= side <= most for side in (size.width_px, size.height_px)):
        message = f"The image is {size}; width and height must be {least} to {most} pixels."
        raise refusal("InvalidImageResolution", message)


def _check_ratio(size: Size, most: float) -> None:
    if not 1 / most <= size.ratio <= most:
        message = f"The aspect ratio of the image must be between 1:{most:g} and {most:g}:1."
        raise refusal("InvalidFile.AspectRatio", message)


def check_mask(base: Picture, mask: Picture) -> Refusal | None:
    """Say no when a mask differs in size from its picture; unseen pictures pass."""
    if base.size is None or mask.size is None or base.size == mask.size:
        return None
    message = f"The mask is {mask.size}, the image {base.size}; they must be the same."
    return refusal("InvalidImageResolution", message)
