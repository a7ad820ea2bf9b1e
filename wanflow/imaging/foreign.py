"""What a file is that is none of the pictures taken here: so that the message can say it."""

_MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "a GIF picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypavis", "an AVIF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftyphev", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"JXL ", "a JPEG XL picture"),
    (4, b"jP  ", "a JPEG 2000 picture"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x00\x00\x01\x00", "an icon file"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"version https://git-lfs", "a Git LFS pointer, not the file that it stands for"),
)
_MARKUP = ((b"<svg", "an SVG drawing"), (b"<html", "a web page"), (b"<!doctype html", "a web page"))


def what_it_is(data: bytes) -> str:
    """Name what a file holds, for `... is ...`; from its first kilobyte."""
    start = data[:1024]
    for at, mark, name in _MARKS:
        if start[at : at + len(mark)] == mark:
            return name
    lowered = start.lower()
    for mark, name in _MARKUP:
        if mark in lowered:
            return name
    if lowered.lstrip()[:1] in {b"{", b"["}:
        return "JSON text"
    return "text" if _is_text(start) else "no picture that can be read"


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        # The first kilobyte may end within a character.
        if error.start < len(start) - 3:
            return False
        text = start[: error.start].decode("utf-8")
    return bool(text) and all(char.isprintable() or char.isspace() for char in text)
