"""A recipe as far as it can be understood: what the lints look at, right or wrong."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from wanflow.errors import Edit, Problem, Span
from wanflow.loading.edits import Editor
from wanflow.loading.near import did_you_mean, only_near
from wanflow.loading.parse import escaped
from wanflow.loading.references import NAME, Reference, implied, reference
from wanflow.loading.templated import in_template
from wanflow.model.card import ModelCard
from wanflow.model.catalogue import Catalogue
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.values import JsonValue

# After so many misses in one file, near names are no longer searched for.
_MOST_SEARCHES = 100


def mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    """Take a value as a mapping; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}


def whole(value: JsonValue) -> int | None:
    """Take a value as a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words(value: JsonValue) -> str | None:
    """Take a value as text."""
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputView:
    """One input as written; `type` is None if it cannot be told."""

    name: str
    type: str | None
    pointer: str
    value: Mapping[str, JsonValue]

    @property
    def is_image(self) -> bool:
        """Say whether pictures are given for it; a type that nobody knows may mean that."""
        return self.type not in ("string", "integer", "number", "boolean", "list")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step as written, with the names that were found for it."""

    number: int
    pointer: str
    id: str
    named: bool
    use: str | None
    operation: Operation | None
    value: Mapping[str, JsonValue]
    defaults: Mapping[str, JsonValue]
    images: tuple[Reference, ...]
    implied: bool

    def get(self, key: str) -> JsonValue:
        """Give a parameter, from the defaults where the step does not say it."""
        return self.value[key] if key in self.value else self.defaults.get(key)

    def place(self, key: str) -> str:
        """Give the pointer at which a parameter is written."""
        return f"{self.pointer}/{key}" if key in self.value else f"/defaults/{key}"

    @property
    def n(self) -> int:
        """How many pictures it makes."""
        return max(whole(self.get("n")) or 1, 1)

    @property
    def by_model(self) -> bool:
        """Say whether a model does it, so that it costs and redraws."""
        return self.operation is not None and self.operation.kind == "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputView:
    """One output as written; `template` is that of its file name."""

    name: str
    pointer: str
    source: Reference | None
    template: str | None = None


@dataclass(kw_only=True)
class RecipeView:
    """A recipe as far as it can be understood, and the ways to say what is wrong with it."""

    document: Document
    catalogue: Catalogue
    provider: str
    region: str | None
    own: Mapping[str, Operation] = field(default_factory=dict)
    _searches: int = 0

    @cached_property
    def value(self) -> Mapping[str, JsonValue]:
        """The recipe's own keys."""
        return mapping(self.document.value)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """All operations that a step may use: the recipe's own over the catalogue's."""
        return {**self.catalogue.operations, **self.own}

    @cached_property
    def inputs(self) -> Mapping[str, InputView]:
        """The inputs by name."""
        return {one.name: one for one in self._inputs()}

    @cached_property
    def vars(self) -> Mapping[str, JsonValue]:
        """The constants by name."""
        return mapping(self.value.get("vars"))

    @cached_property
    def steps(self) -> tuple[StepView, ...]:
        """The steps in their order."""
        return tuple(self._steps())

    @cached_property
    def by_id(self) -> Mapping[str, StepView]:
        """The steps by name; of two with one name, the first."""
        found: dict[str, StepView] = {}
        for step in self.steps:
            found.setdefault(step.id, step)
        return found

    @cached_property
    def outputs(self) -> tuple[OutputView, ...]:
        """The outputs in their order."""
        return tuple(self._outputs())

    @cached_property
    def sources(self) -> tuple[tuple[Reference, StepView], ...]:
        """Every picture of a step that another step takes, with the step that makes it."""
        return tuple(
            (one, self.by_id[one.name])
            for step in self.steps
            for one in step.images
            if one.form == "name" and one.name in self.by_id
        )

    def card(self, step: StepView) -> ModelCard | None:
        """Find the model card for a step that a model does."""
        if not step.by_model:
            return None
        name = words(step.get("model")) or self.catalogue.default_model
        return self.catalogue.models.get(name)

    @cached_property
    def picture_names(self) -> tuple[str, ...]:
        """What an entry of `images` may be called."""
        return (*(one.name for one in self.inputs.values() if one.is_image), *self.by_id)

    def near(self, word: str, names: Iterable[str]) -> str | None:
        """Ask after the nearest name, for the first misses of a file."""
        self._searches += 1
        return did_you_mean(word, names) if self._searches <= _MOST_SEARCHES else None

    def only(self, word: str, names: Iterable[str]) -> str | None:
        """Give the one name that is near, for the first misses of a file."""
        self._searches += 1
        return only_near(word, names) if self._searches <= _MOST_SEARCHES else None

    @cached_property
    def edit(self) -> Editor:
        """Writes changes to the recipe's text."""
        return Editor(document=self.document)

    def problem(  # noqa: PLR0913 # a problem has that many parts
        self,
        code: str,
        message: str,
        pointer: str,
        *,
        hint: str | None = None,
        at: Literal["value", "key"] = "value",
        offset: int | None = None,
        severity: Literal["error", "warning"] = "error",
        related: tuple[tuple[str, str], ...] = (),
        fix: tuple[Edit, ...] = (),
    ) -> Problem:
        """Say that something is wrong at a pointer, at its key, or within its text."""
        return Problem(
            code=code,
            message=message,
            span=self._span(pointer, at, offset),
            hint=hint,
            severity=severity,
            related=tuple((self.document.span(place), said) for place, said in related),
            fix=fix,
        )

    def _span(self, pointer: str, at: str, offset: int | None) -> Span:
        if offset is not None:
            return self.document.span_within(pointer, offset)
        return self.document.key_span(pointer) if at == "key" else self.document.span(pointer)

    def _inputs(self) -> Iterator[InputView]:
        given = self.value.get("inputs")
        if isinstance(given, list):
            for at, name in enumerate(given):
                if isinstance(name, str):
                    yield InputView(name=name, type="image", pointer=f"/inputs/{at}", value={})
        for name, described in mapping(given).items():
            inner = mapping(described)
            kind = described if isinstance(described, str) else words(inner.get("type"))
            pointer = f"/inputs/{escaped(name)}"
            yield InputView(name=name, type=kind, pointer=pointer, value=inner)

    def _steps(self) -> Iterator[StepView]:
        given = self.value.get("steps")
        raw = [mapping(step) for step in given] if isinstance(given, list) else []
        explicit = [words(step.get("id")) for step in raw]
        taken = {in_template(name) for name in explicit if name}
        taken |= {in_template(name) for name in (*self.inputs, *self.vars)}
        counts: dict[str, int] = {}
        before: str | None = None
        for number, (step, name) in enumerate(zip(raw, explicit, strict=True)):
            made = name or _free_name(words(step.get("use")) or f"step-{number + 1}", taken, counts)
            yield self._step(step, number, name=made, before=before)
            before = made

    def _step(
        self, step: Mapping[str, JsonValue], number: int, *, name: str, before: str | None
    ) -> StepView:
        pointer = f"/steps/{number}"
        use = words(step.get("use"))
        images, is_implied = self._images(step, pointer, before)
        return StepView(
            number=number,
            pointer=pointer,
            id=name,
            named=words(step.get("id")) is not None,
            use=use,
            operation=self.operations.get(use) if use else None,
            value=step,
            defaults=mapping(self.value.get("defaults")),
            images=images,
            implied=is_implied,
        )

    def _images(
        self, step: Mapping[str, JsonValue], pointer: str, before: str | None
    ) -> tuple[tuple[Reference, ...], bool]:
        given = step.get("images")
        base = f"{pointer}/images"
        if "images" not in step:
            names = [one.name for one in self.inputs.values() if one.is_image]
            chain = [before] if before is not None else names
            return tuple(implied(name, pointer=pointer) for name in chain), True
        if isinstance(given, str):  # wrong, and what it means is clear
            return (reference(given, pointer=base),), False
        if isinstance(given, list):
            texts: list[tuple[str, JsonValue, str | None]] = [
                (str(at), text, None) for at, text in enumerate(given)
            ]
        else:
            texts = [(role, text, role) for role, text in mapping(given).items()]
        return tuple(
            reference(text, pointer=f"{base}/{escaped(key)}", role=role)
            for key, text, role in texts
            if isinstance(text, str)
        ), False

    def _outputs(self) -> Iterator[OutputView]:
        for name, given in mapping(self.value.get("outputs")).items():
            pointer = f"/outputs/{escaped(name)}"
            inner = mapping(given)
            text = given if isinstance(given, str) else words(inner.get("from"))
            place = pointer if isinstance(given, str) else f"{pointer}/from"
            source = reference(text, pointer=place) if text is not None else None
            template = words(inner.get("name"))
            yield OutputView(name=name, pointer=pointer, source=source, template=template)


def _free_name(use: str, taken: set[str], counts: dict[str, int]) -> str:
    """Name a step by its operation: `outpaint`, then `outpaint-2`, past names that are taken."""
    stem = use[:58] if NAME.fullmatch(use[:58]) else "step"
    while True:
        count = counts[stem] = counts.get(stem, 0) + 1
        name = stem if count == 1 else f"{stem}-{count}"
        if in_template(name) not in taken:
            taken.add(in_template(name))
            return name
