"""What can be done to pictures, after validation of the catalogue's file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.values import JsonValue

# How the size of a result follows from the picture and the arguments, for engines on this machine.
# Each is a function in planning/geometry.py.
SizeRule = Literal[
    "same",
    "extended",
    "cropped",
    "resized",
    "padded",
    "turned",
    "overlaid",
    "gridded",
    "upscaled",
]
ProviderKind = Literal["model", "builtin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be done to pictures, with typed parameters.

    `roles` name the images in their order; with fewer images than roles, the first ones are left
    out, with more, the first role repeats (`subject, scene` of three is subject, subject, scene).
    `params` is a JSON Schema for what a step writes under `with`.
    `prompt` holds a template a language, empty for builtins and for `edit`.
    `local` names the algorithm of the embedded engine; None if only a model can do it.
    `paints` says that the result carries boxes or masks that a next edit would take for content.
    `seeded` says that the local algorithm draws another picture for another seed.
    """

    name: str
    version: str
    summary: Mapping[str, str]
    kind: ProviderKind
    images_min: int
    images_max: int
    roles: tuple[str, ...]
    params: Mapping[str, JsonValue]
    prompt: Mapping[str, str] = field(default_factory=dict)
    local: str | None = None
    size_rule: SizeRule = "same"
    size_of: Literal["first", "last"] = "last"
    paints: bool = False
    seeded: bool = False
    example: str = ""
    builtin: bool = True  # from the catalogue; False for a recipe's own
