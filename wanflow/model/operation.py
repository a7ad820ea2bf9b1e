"""What can be done to pictures, after validation of the catalogue's file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.measure import Check
from wanflow.model.provenance import USUAL_SOURCE_TYPES, SourceTypes
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
# The role of a picture that says where to edit; it is not counted among a model's pictures.
MASK = "mask"
ProviderKind = Literal["model", "builtin"]
# Where an operation may change the picture. Each is a case in planning/frames.py.
Changes = Literal["everywhere", "beyond", "anchor", "region", "at", "mask"]
Counted = Literal["outlines", "areas", "panels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a result is measured by, beside what is technical (its size, and that it is no blank).

    `measures` are always taken; others when a recipe expects something of them. `changes` says
    where the picture is meant to change: everywhere, beyond its edges, about the parameter
    `anchor`, within the parameter `region`, above the foot at the parameter `at`, or where the
    picture in the role `mask` is white. `counts` says what there is to count: rectangular outlines
    or flat patches that were painted on the picture, or the panels of a sheet.
    """

    measures: tuple[Check, ...] = ()
    changes: Changes = "everywhere"
    counts: Counted | None = None


NO_CHECKS = Checks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """Where the value of a model's own parameter comes from.

    From the operation's argument `name`, or from how far the picture is extended on the side
    `extension` (in fractions of its own), or it is always `value`. `values` turns the words of an
    argument into what the model takes; `plus` is added to a number.
    """

    name: str | None = None
    extension: Literal["left", "right", "top", "bottom"] | None = None
    value: JsonValue = None
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    plus: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """How one model does an operation, where it has functions and parameters of its own.

    It is for steps whose arguments `given` are there and whose arguments under `when` have one of
    the values.
    """

    function: str | None = None
    parameters: Mapping[str, Argument] = field(default_factory=dict)
    when: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict)
    given: tuple[str, ...] = ()


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
    `models` says by a model's name how it is asked, where that takes more than the prompt; the
    first use that fits is taken.
    `source` says what kind of picture comes out, in the IPTC's words; a builtin hands on what
    went in.
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
    checks: Checks = NO_CHECKS
    models: Mapping[str, tuple[ModelUse, ...]] = field(default_factory=dict)
    source: SourceTypes = USUAL_SOURCE_TYPES
    builtin: bool = True  # from the catalogue; False for a recipe's own
