"""Smaller pictures by Pillow: for reports, where `thumbnail` is the way in, and for checks."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from wanflow.imaging.decode import decoded
from wanflow.imaging.limits import MOST_OWN_PIXELS
from wanflow.imaging.pixels import flattened, in_srgb, straight, upright

_QUALITIES = (80, 70, 60, 50, 40, 30, 20)
_SMALLEST_PX = 16
# A JPEG is decoded at no less than this many times the wanted size, so that it stays sharp.
_SPARE = 2


def shrunk(path: Path, *, longest_px: int, max_bytes: int | None) -> bytes:
    """Make a small WEBP of a picture; see `thumbnail`."""
    image, found = decoded(path, most_pixels=MOST_OWN_PIXELS, longest_px=longest_px * _SPARE)
    small = in_srgb(_within(upright(straight(image), found.exif_orientation), longest_px))
    while True:
        for quality in _QUALITIES:
            packed = _packed(small, quality)
            if max_bytes is None or len(packed) <= max_bytes:
                return packed
        longest = max(small.size) * 3 // 4
        if longest < _SMALLEST_PX:
            return packed
        small = _within(small, longest)


def shown(path: Path, *, longest_px: int) -> tuple[bytes, int, int]:
    """Decode a picture as it is seen, no larger than asked for.

    Args:
        path: a picture of at most 40 million pixels.
        longest_px: longer side of the result at most; a smaller picture is not enlarged.

    Returns:
        Its rows from top to bottom, 3 bytes a pixel (red, green, blue), upright, in sRGB and on
        white; its width and its height.

    Raises:
        ImageError: as `open_picture`.
    """
    image, found = decoded(path, most_pixels=MOST_OWN_PIXELS, longest_px=longest_px)
    upward = upright(straight(image), found.exif_orientation)
    seen = flattened(in_srgb(_within(upward, longest_px)))
    return seen.tobytes(), seen.width, seen.height


def _within(image: Image.Image, longest_px: int) -> Image.Image:
    width, height = image.size
    longest = max(width, height)
    if longest <= longest_px:
        return image
    size = (
        max(1, round(width * longest_px / longest)),
        max(1, round(height * longest_px / longest)),
    )
    small = image.resize(size, Image.Resampling.LANCZOS)
    small.info = image.info  # the colour profile
    return small


def _packed(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, format="WEBP", quality=quality, method=4)
    return out.getvalue()
