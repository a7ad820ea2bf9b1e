"""How a picture is named: by an input or step, by a path, or by a URL."""

import re
from dataclasses import dataclass
from typing import Literal

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63})(?:\[(\*|[1-9][0-9]{0,3})\])?")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of `images`, or the source of an output, as far as it can be read.

    `form` is `other` for what is neither a name nor a path; `implied` if the chain gave it.
    """

    text: str
    pointer: str
    form: Literal["name", "path", "other"]
    name: str = ""
    index: int | None = None
    every: bool = False
    role: str | None = None
    implied: bool = False


def reference(text: str, *, pointer: str, role: str | None = None) -> Reference:
    """Read one entry."""
    if "/" in text or text.lower().endswith(PICTURES):
        return Reference(text=text, pointer=pointer, form="path", role=role)
    found = _NAMED.fullmatch(text)
    if found is None:
        return Reference(text=text, pointer=pointer, form="other", role=role)
    number = found[2]
    return Reference(
        text=text,
        pointer=pointer,
        form="name",
        name=found[1],
        index=int(number) if number and number != "*" else None,
        every=number == "*",
        role=role,
    )


def implied(name: str, *, pointer: str) -> Reference:
    """Make the entry that the chain gives to a step without `images`."""
    return Reference(text=name, pointer=pointer, form="name", name=name, implied=True)
