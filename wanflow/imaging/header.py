"""What the header of a picture says, whatever its format, and what can be wrong with it."""

from dataclasses import dataclass
from typing import Literal

from wanflow.errors import ImageError

Mode = Literal["rgb", "gray", "cmyk", "palette"]

_AGAIN = "fetch or copy the file again, or save the picture again as PNG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A complete picture as its own bytes describe it; sides are those before any EXIF turn.

    `alpha` says that the file can hold transparency, not that a pixel is transparent.
    `exif` is the TIFF structure of its EXIF data, empty without any.
    """

    media_type: str
    width_px: int
    height_px: int
    mode: Mode
    alpha: bool = False
    frames: int = 1
    exif: bytes = b""
    has_icc: bool = False


def cut_off(name: str, has: int, needs: int | None = None) -> ImageError:
    """Say that a picture ends too early: after `has` bytes, of at least `needs` where known."""
    if needs is None:
        text = f"{name} is cut off: it ends after {has} bytes without its end mark"
    else:
        text = f"{name} is cut off: it ends after {has} of at least {needs} bytes"
    return ImageError("image-truncated", text, hint=_AGAIN)


def damaged(name: str, what: str) -> ImageError:
    """Say that a picture is complete in length but wrong inside."""
    return ImageError("image-damaged", f"{name} is damaged: {what}", hint=_AGAIN)
