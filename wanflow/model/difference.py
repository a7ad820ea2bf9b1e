"""What is different between two runs, or between two versions of a recipe."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wanflow.model.run import PictureRecord
from wanflow.model.values import JobKey

Part = Literal["recipe", "input", "step", "output"]
# same      the same bytes
# alike     other bytes, and nobody who looks at one after the other would tell
# differs   other bytes, and it shows
# unknown   a file is missing or cannot be read, so that only the bytes are known to differ
# only-a    only the first has it
# only-b    only the second has it
Verdict = Literal["same", "alike", "differs", "unknown", "only-a", "only-b"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that was changed: a field of a part of the recipe or of the run.

    `name` is the input's, step's or output's, empty for the recipe itself. Without `field` the
    whole part is there on one side only. `before` and `after` are None where there is nothing.
    """

    part: Part
    name: str
    field: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePair:
    """One picture of a step on both sides; `percent` is how far apart they look, if they do."""

    step: JobKey
    index: int
    verdict: Verdict
    percent: float | None
    before: PictureRecord | None
    after: PictureRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two that are compared: how it was called, and the run's folder if it is one."""

    name: str
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that is different between two sides, in the order of the recipe."""

    before: Side
    after: Side
    changes: tuple[Change, ...]
    pictures: tuple[PicturePair, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing at all is different."""
        return not self.changes and all(pair.verdict == "same" for pair in self.pictures)
