"""Which kind of picture some bytes are, taken apart accordingly."""

from typing import TypeAlias

from wanflow.imaging import jpeg, png, webp
from wanflow.imaging.metadata.jpeg_segments import JpegFile, jpeg_file
from wanflow.imaging.metadata.png_chunks import PngFile, png_file
from wanflow.imaging.metadata.webp_chunks import WebpFile, webp_file

File: TypeAlias = PngFile | JpegFile | WebpFile


def container_of(data: bytes, name: str) -> File | None:
    """Take a picture apart; None for a kind that holds no metadata, such as BMP.

    Args:
        data: the whole file.
        name: for messages.

    Raises:
        ImageError: `image-truncated` or `image-damaged`.
    """
    if data.startswith(png.SIGNATURE):
        return png_file(data, name)
    if data.startswith(jpeg.SIGNATURE):
        return jpeg_file(data, name)
    if webp.looks_like_webp(data):
        return webp_file(data, name)
    return None
