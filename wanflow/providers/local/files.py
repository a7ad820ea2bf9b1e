"""Pictures from files and into files."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from wanflow.errors import ImageError
from wanflow.imaging.pixels import flattened, in_srgb, straight
from wanflow.providers.local.pixels import Pixels

_FORMATS = ("PNG", "JPEG", "BMP", "WEBP")


def read(path: Path) -> Pixels:
    """Read a picture in sRGB, as it is shown; what is transparent stands on white.

    Raises:
        ImageError: the file is gone, or it is no complete picture of a known format.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            image.load()
            return np.array(flattened(in_srgb(straight(image))))
    except FileNotFoundError:
        raise ImageError("image-missing", f"there is no picture {path.name}") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ImageError(
            "image-unreadable",
            f"{path.name} is not a complete PNG, JPEG, BMP or WEBP picture",
            hint="open it in an image program and save it again as PNG",
        ) from None


def write(pixels: Pixels, path: Path) -> None:
    """Write a picture as PNG: 8 bits RGB, no metadata, equal bytes for equal pixels."""
    Image.fromarray(pixels).save(path, format="PNG", compress_level=6)
