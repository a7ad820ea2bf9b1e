"""Bodies with pictures in them, sent piece by piece: a 30 MB body needs no 30 MB of memory."""

import base64
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import anyio.lowlevel

from wanflow.model.values import JsonValue

# A multiple of 3 bytes: only then do the pieces' base64 texts stand one after the other.
_PIECE_BYTES = 3 * 64 * 1024


class PictureChangedError(Exception):
    """A picture file is not what it was when the request was made; its body was not completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePicture:
    """A picture that travels inside the request, as a data URI."""

    path: Path
    media_type: str
    size_bytes: int
    sha256: str

    @property
    def prefix(self) -> bytes:
        """What stands before the picture's base64."""
        return f"data:{self.media_type};base64,".encode("ascii")

    @property
    def length_bytes(self) -> int:
        """Length of the whole data URI."""
        return len(self.prefix) + 4 * -(-self.size_bytes // 3)


# JSON in which a picture may stand for a text.
Tree: TypeAlias = "JsonValue | InlinePicture | Mapping[str, Tree] | Sequence[Tree]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body in parts: text as bytes, pictures by file. `sha256` names it, pictures by theirs."""

    parts: tuple[bytes | InlinePicture, ...]
    sha256: str
    media_type: str = "application/json; charset=utf-8"

    @property
    def length_bytes(self) -> int:
        """The Content-Length."""
        return sum(
            len(part) if isinstance(part, bytes) else part.length_bytes for part in self.parts
        )

    async def stream(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece.

        Raises:
            PictureChangedError: a file has become shorter, longer or unreadable.
        """
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
                continue
            yield part.prefix
            for piece in _pieces(part):
                yield base64.b64encode(piece)
                await anyio.lowlevel.checkpoint()


def encode(tree: Tree) -> Body:
    """Write a tree as JSON in UTF-8, each picture as a data URI."""
    pictures: list[InlinePicture] = []
    # Nobody can write this into a prompt beforehand.
    mark = secrets.token_hex(16)

    def stand_in(picture: object) -> str:
        if not isinstance(picture, InlinePicture):
            raise TypeError(f"{type(picture).__name__} is no JSON")
        pictures.append(picture)
        return mark

    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), default=stand_in)
    texts = [part.encode("utf-8", "replace") for part in text.split(mark)]
    parts: list[bytes | InlinePicture] = [texts[0]]
    digest = sha256(texts[0])
    for picture, after in zip(pictures, texts[1:], strict=True):
        parts += (picture, after)
        digest.update(picture.sha256.encode("ascii") + after)
    return Body(parts=tuple(parts), sha256=digest.hexdigest())


def _pieces(picture: InlinePicture) -> Iterator[bytes]:
    left_bytes = picture.size_bytes
    try:
        with picture.path.open("rb") as file:
            while left_bytes:
                piece = file.read(min(_PIECE_BYTES, left_bytes))
                # A short read in the middle would shift everything after it.
                while piece and len(piece) < min(_PIECE_BYTES, left_bytes):
                    more = file.read(min(_PIECE_BYTES, left_bytes) - len(piece))
                    if not more:
                        break
                    piece += more
                if len(piece) < min(_PIECE_BYTES, left_bytes):
                    raise PictureChangedError(f"'{picture.path.name}' has become shorter")
                left_bytes -= len(piece)
                yield piece
            if file.read(1):
                raise PictureChangedError(f"'{picture.path.name}' has become longer")
    except OSError as error:
        raise PictureChangedError(
            f"'{picture.path.name}' cannot be read: {error.strerror}"
        ) from None
