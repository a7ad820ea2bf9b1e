"""Which ending a picture's file has: decided by its bytes, never by its name."""

from wanflow.errors import ImageError
from wanflow.model.values import Artifact

_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/bmp": "bmp",
    "image/webp": "webp",
}
_ALIASES = {"jpeg": "jpg"}


def extension_of(artifact: Artifact) -> str:
    """Give the ending for a picture's media type, without the dot.

    Raises:
        ImageError: it is no kind of picture that is kept.
    """
    try:
        return _EXTENSIONS[artifact.media_type]
    except KeyError:
        raise ImageError(
            "media-type", f"{artifact.media_type} is no picture that can be kept"
        ) from None


def named_for(name: str, extension: str) -> str:
    """Give a name the ending that the picture's kind asks for.

    The ending of another kind of picture is replaced, any other text after a dot is kept:
    `a.png` becomes `a.jpg` for a JPEG, and `poster-v1.2` becomes `poster-v1.2.jpg`.
    """
    stem, dot, ending = name.rpartition(".")
    ending = ending.lower()
    ending = _ALIASES.get(ending, ending)
    if not dot or ending not in _EXTENSIONS.values():
        return f"{name}.{extension}"
    return name if ending == extension else f"{stem}.{extension}"
