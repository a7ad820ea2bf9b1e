"""Small pictures for reports."""

from pathlib import Path


def thumbnail(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
    """Make a small WEBP of a picture, upright and in sRGB, transparency kept.

    Args:
        path: a picture of at most 40 million pixels; of a moving one the first frame is shown.
        longest_px: longer side of the result at most; a smaller picture is not enlarged.
        max_bytes: the result is packed harder, and then made smaller, until it fits. What is
            down to some 16 pixels is given as it is.

    Returns:
        The bytes of a WEBP file; equal pictures give equal bytes.

    Raises:
        ImageError: as `open_picture`.
        ValueError: `longest_px` is below 1.
    """
    if longest_px < 1:
        raise ValueError(f"a thumbnail of {longest_px} pixels cannot be made")
    from wanflow.imaging.shrink import shrunk  # noqa: PLC0415 Pillow loads when it is needed

    return shrunk(path, longest_px=longest_px, max_bytes=max_bytes)
