"""A template and its prompt side by side: which characters came from values."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


class Piece(NamedTuple):
    """Some characters; `value` says that they stand for, or came from, a value."""

    text: str
    value: bool = False


def marked_template(template: str) -> tuple[Piece, ...]:
    """Split a template into plain text and tags; the texts together are the template."""
    pieces: list[Piece] = []
    end = 0
    for tag in _TAG.finditer(template):
        pieces += [Piece(template[end : tag.start()]), Piece(tag.group(), value=True)]
        end = tag.end()
    pieces.append(Piece(template[end:]))
    return tuple(piece for piece in pieces if piece.text)


def marked_prompt(template: str, prompt: str) -> tuple[Piece, ...]:
    """Split a prompt into what the template says itself and what values put there.

    The plain parts of the template are looked for in their order; what lies between two found
    ones came from a value. A part that is not found stands in a branch that was not taken. The
    texts together are the prompt. Takes O(len(prompt)) a part.
    """
    plain = [piece.text for piece in marked_template(template) if not piece.value]
    if not plain or "".join(plain) == template:
        return (Piece(prompt, value=bool(template) and template != prompt),) if prompt else ()
    pieces: list[Piece] = []
    end = 0
    for start, stop in _found(template, plain, prompt):
        pieces += [Piece(prompt[end:start], value=True), Piece(prompt[start:stop])]
        end = stop
    pieces.append(Piece(prompt[end:], value=True))
    return tuple(piece for piece in pieces if piece.text)


def _found(template: str, plain: list[str], prompt: str) -> Iterator[tuple[int, int]]:
    # The last part of a template that does not end in a tag stands at the very end.
    last = plain[-1] if template.endswith(plain[-1]) and prompt.endswith(plain[-1]) else None
    tail = len(prompt) - len(last) if last is not None else len(prompt)
    end = 0
    for part in plain[:-1] if last is not None else plain:
        start = prompt.find(part, end, tail)
        if start >= 0:
            end = start + len(part)
            yield start, end
    if last is not None:
        yield tail, len(prompt)
