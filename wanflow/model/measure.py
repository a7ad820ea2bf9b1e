"""What was measured on a picture; whether that is good enough is not said here."""

from dataclasses import dataclass
from typing import Literal

# size       how far the longer side is off what was asked for, in percent
# flat       how much of it is one colour, in percent; only told of a picture that is
# identical  told of a picture that is the very one it was made from
# shift      how far everything has moved, in pixels of the result
# zoom       how much larger everything has become, in percent; negative is smaller
# kept       how much of what was to stay has stayed, in percent of its pixels
# changed    how much of what was to change has changed, in percent of its pixels
# text       lines of letters found where the picture was meant to change
# count      boxes, patches or panels found
# border     how much of the border is white, in percent
Check = Literal[
    "size", "flat", "identical", "shift", "zoom", "kept", "changed", "text", "count", "border"
]
Unit = Literal["px", "%", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number about one picture that a step made.

    `picture` counts from 1. `value` is None where nothing could be measured; `note` says why.
    `against` names the picture that it was compared with, empty where it was looked at alone;
    `first` says that this is the first picture of the chain and not the step's own.
    """

    picture: int
    check: Check
    value: float | None
    unit: Unit = ""
    against: str = ""
    first: bool = False
    note: str = ""
