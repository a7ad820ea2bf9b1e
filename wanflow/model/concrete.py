"""A recipe with its inputs filled in: steps whose every template is rendered, not yet in jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanflow.model.operation import Operation
from wanflow.model.plan import PlannedOutput, SourceImage
from wanflow.model.recipe import Language, Step
from wanflow.model.values import JsonValue, Size, StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcreteStep:
    """One step as it will be asked for.

    `applies` is what its `when` came to. `size` is the wish in pixels, a ratio made a legal size.
    `result_size` is the predicted size of each of its pictures, None where only the model knows.
    """

    step: Step
    operation: Operation
    applies: bool
    model: str | None
    images: tuple[SourceImage, ...]
    prompt: str
    template: str
    language: Language
    arguments: Mapping[str, JsonValue]
    parameters: Mapping[str, JsonValue]
    size: Size | None
    result_size: Size | None

    @property
    def id(self) -> StepId:
        """The step's id."""
        return self.step.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Concrete:
    """A whole recipe after expansion, for one set of inputs."""

    steps: tuple[ConcreteStep, ...]
    outputs: tuple[PlannedOutput, ...]
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
