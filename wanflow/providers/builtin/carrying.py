"""The marks of what went in, carried over to what comes out.

Packing pixels anew drops every text in a file, so they are carried by intent or not at all.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wanflow.imaging.metadata.marks import Marks, marked_first, marks_of, with_marks
from wanflow.imaging.source import file_bytes
from wanflow.model.values import Note

_MANIFEST = Note(
    code="manifest_left_behind",
    text="a C2PA manifest vouches for the bytes of the picture that it came with, so it stays"
    " with that one",
)


def carried(pictures: Sequence[Path], result: Path) -> tuple[Note, ...]:
    """Write the marks of a machine's making from the pictures into the result.

    Args:
        pictures: what went in, in its order.
        result: what came out, a file without metadata; it is written anew if there are marks.

    Returns:
        What the reader should know of what could not be carried.

    Raises:
        ImageError: a picture cannot be read.
    """
    found = [marks_of(file_bytes(path), path.name) for path in pictures]
    first = marked_first(found)
    if first.some:
        result.write_bytes(with_marks(result.read_bytes(), first))
    return tuple(_notes(found, first))


def _notes(found: Sequence[Marks], first: Marks) -> Iterator[Note]:
    others = {marks.packet or marks.chunks for marks in found if marks.some and marks != first}
    if others:
        text = (
            f"{len(others) + 1} of the pictures bear different marks of how they were made;"
            " the first one's are written here, the others stay with their pictures"
        )
        yield Note(code="marks_of_first", text=text)
    if any(marks.manifest for marks in found):
        yield _MANIFEST
