"""The recipe language, after validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.operation import Operation
from wanflow.model.values import NOWHERE, JsonValue, Pointer, Size, StepId

Language = Literal["zh", "en"]
InputType = Literal["string", "integer", "number", "boolean", "image", "images", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a recipe. `rules` are the JSON Schema keywords that its values must fit."""

    name: str
    type: InputType
    required: bool
    default: JsonValue = None
    description: str = ""
    rules: Mapping[str, JsonValue] = field(default_factory=dict)
    pointer: Pointer = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRef:
    """A picture by name: an image input, or the output of an earlier step.

    `index` counts from 1; None is the picked one of a step; `every` stands for `name[*]`.
    """

    name: str
    index: int | None = None
    every: bool = False
    role: str | None = None
    pointer: Pointer = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRef:
    """A picture by its path, relative to the recipe's folder, or by an https URL."""

    path: str
    role: str | None = None
    pointer: Pointer = NOWHERE


ImageRef = NameRef | PathRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of width to height, as written: `16:9`."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A size by the model's own name for it: `2K`."""

    name: str

    def __str__(self) -> str:
        return self.name


SizeWish = Size | Ratio | Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a step's pictures must fulfil to count as done.

    `shift_px` and `zoom_percent` are the most, up or down; `kept_percent`, `changed_percent` and
    `border_percent` the least. `text` says whether there may be letters where the picture was
    meant to change; `count` is exact.
    """

    ratio: Ratio | None = None
    size: Size | None = None
    min_width_px: int | None = None
    min_height_px: int | None = None
    shift_px: float | None = None
    zoom_percent: float | None = None
    kept_percent: float | None = None
    changed_percent: float | None = None
    border_percent: float | None = None
    text: Literal["none", "some"] | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as written, defaults merged in; templates not yet rendered.

    `images` is resolved: a step that names none has here what the chain gives it.
    `implicit_images` says that it named none. `arguments` is what stands under `with`.
    """

    id: StepId
    use: str
    images: tuple[ImageRef, ...]
    implicit_images: bool
    prompt: str | None = None
    negative_prompt: str | None = None
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    model: str | None = None
    n: int | None = None
    size: SizeWish | None = None
    seed: int | None = None
    prompt_extend: bool | None = None
    watermark: bool | None = None
    language: Language | None = None
    figure: str | None = None
    when: str | None = None
    pick: int = 1
    take: int = 1
    fit: Literal["auto", "strict"] = "auto"
    expect: Expect | None = None
    timeout_s: float | None = None
    on_error: Literal["stop", "continue"] = "continue"
    pointer: Pointer = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A result with a name: written as `outputs/<file name>.png` of the run.

    `file_name` is a template; it is the output's own name unless the recipe gives another.
    """

    name: str
    source: NameRef
    file_name: str
    pointer: Pointer = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A recipe after validation: every reference leads somewhere, every value is in range."""

    name: str
    version: str
    description: str
    inputs: tuple[Input, ...]
    vars: Mapping[str, JsonValue]
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    operations: Mapping[str, Operation]  # the catalogue's, and the recipe's own over them
