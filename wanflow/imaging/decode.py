"""The one door to Pillow: only what passed the probe goes through, and only in its own format."""

from io import BytesIO
from pathlib import Path

from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from wanflow.errors import ImageError
from wanflow.imaging.header import damaged
from wanflow.imaging.limits import MOST_PIXELS
from wanflow.imaging.probe import Probe, probe_bytes
from wanflow.imaging.source import file_bytes

# Named here so that Pillow does not load all its readers to find one.
_FORMATS = {
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/bmp": BmpImagePlugin.BmpImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
}


def open_picture(path: Path, *, most_pixels: int = MOST_PIXELS) -> Image.Image:
    """Decode a picture, the first frame of one that moves; EXIF turns are not applied.

    Pillow's guessing of formats is the common door of its security holes, so the format is that
    of our own header parser. The number of pixels is held against the header before anything is
    decoded, and again against what Pillow read; Pillow's own limit is a global that other threads
    may have set otherwise.

    Args:
        path: a PNG, JPEG, BMP or WEBP file.
        most_pixels: width times height at most.

    Raises:
        ImageError: as `probe`, and `image-too-many-pixels`; `image-damaged` also for what is
            wrong in its packed pixels.
    """
    return decoded(path, most_pixels=most_pixels)[0]


def decoded(
    path: Path, *, most_pixels: int = MOST_PIXELS, longest_px: int | None = None
) -> tuple[Image.Image, Probe]:
    """Decode a picture as `open_picture` does, with what the probe says of it.

    Args:
        path: a PNG, JPEG, BMP or WEBP file.
        most_pixels: width times height at most.
        longest_px: the longer side that is needed at least; JPEG can then be decoded smaller,
            several times as fast.
    """
    data = file_bytes(path)
    found = probe_bytes(data, path.name)
    _refuse_too_many(path.name, found.width_px, found.height_px, most_pixels)
    try:
        image = Image.open(BytesIO(data), formats=[_FORMATS[found.media_type]])
        same = image.size == (found.width_px, found.height_px)
        if same:
            if longest_px is not None:
                image.draft(None, (longest_px, longest_px))
            image.load()
    except Exception as error:  # noqa: BLE001 Pillow's readers raise whatever hostile bytes lead to
        raise damaged(path.name, f"its pixels cannot be decoded ({error})") from None
    if not same:
        raise damaged(path.name, "its parts disagree on how large it is")
    return image, found


def _refuse_too_many(name: str, width_px: int, height_px: int, most: int) -> None:
    if width_px * height_px > most:
        raise ImageError(
            "image-too-many-pixels",
            f"{name} has {width_px}*{height_px} pixels; at most {most // 10**6} million are read",
            hint="make it smaller in an image program",
        )
