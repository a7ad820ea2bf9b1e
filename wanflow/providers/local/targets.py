"""What the engine finds in a picture by itself, by the names that people give to it."""

from typing import Literal, TypeAlias

from wanflow.model.values import Note
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.faces import faces
from wanflow.providers.local.lettering import lines
from wanflow.providers.local.pixels import Pixels, size_of
from wanflow.providers.local.subject import rough_subject

Kind: TypeAlias = Literal["face", "text", "subject"]

KNOWN = "face, text and subject (人脸, 文字, 主体)"
_WORDS: dict[Kind, tuple[str, ...]] = {
    "face": ("face", "faces", "human face", "脸", "人脸", "面部", "面孔", "脸部"),
    "text": ("text", "texts", "lettering", "letters", "words", "文字", "文本", "字", "字幕"),
    "subject": ("subject", "main subject", "主体", "主物体", "主角"),
}
_KIND: dict[str, Kind] = {word: kind for kind, words in _WORDS.items() for word in words}


def kind_of(name: str) -> Kind | None:
    """Say which of the things that the engine knows a name means; None if it is none of them."""
    return _KIND.get(name.strip().lower())


def boxes_of(picture: Pixels, kind: Kind | None) -> tuple[Box, ...]:
    """Give a box around each thing of a kind: every face, every line of text, the main subject.

    Raises:
        StepError: a network cannot be used here.
    """
    if kind == "face":
        return faces(picture)
    if kind == "text":
        return tuple(line.box.grown(0, size_of(picture)) for line in lines(picture))
    if kind == "subject":
        inside = rough_subject(picture)
        box = None if inside is None else around(inside)
        return () if box is None else (box,)
    return ()


def not_found(name: str) -> Note:
    """Say that there is no such thing in the picture, as far as the engine sees."""
    return Note(code=f"not_found: {name}", text=f"the local engine found no {name} in the picture")


def took_subject(name: str) -> Note:
    """Say that the main subject was taken for something that the engine does not know by name."""
    return Note(
        code=f"took_subject: {name}",
        text=f"the local engine cannot name things: it took the main subject for {name}",
    )
