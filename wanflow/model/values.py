"""The plain values that everything is made of: JSON, names, sizes, pictures' identities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NewType, TypeAlias

JsonValue: TypeAlias = (
    "Mapping[str, JsonValue] | Sequence[JsonValue] | str | int | float | bool | None"
)

StepId = NewType("StepId", str)  # as written in the recipe, or the operation's name when left out
JobKey = NewType("JobKey", str)  # names one job within a plan; today a step's id
Fingerprint = NewType("Fingerprint", str)  # 64 hex digits, see planning/fingerprint.py
Sha256 = NewType("Sha256", str)  # 64 lower-case hex digits
RunId = NewType("RunId", str)  # <recipe>-<yyyymmdd>-<hhmmss>-<4 hex digits>
Pointer = NewType("Pointer", str)  # JSON pointer (RFC 6901) into a document: "/steps/0/prompt"
NOWHERE = Pointer("")  # the document itself, or no place at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size of a picture in pixels, each side at least 1."""

    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"{self.width_px}*{self.height_px}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A picture by what it is, not where it lies: the SHA-256 of its bytes names it."""

    sha256: Sha256
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader should know about a picture: `code` is stable, `text` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the service said about one edit: its names for it, and the prompts it really used.

    `actual_prompts` has a place for each picture, None where the prompt was taken as it is.
    """

    task_id: str | None = None
    request_id: str | None = None
    actual_prompts: tuple[str | None, ...] = ()
