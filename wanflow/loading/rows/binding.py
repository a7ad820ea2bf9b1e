"""Rows held against the inputs of the recipe, each value read as the type that is wanted."""

from collections.abc import Callable, Collection, Container, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wanflow.errors import Problem
from wanflow.loading.bind import worded
from wanflow.loading.near import did_you_mean, listed
from wanflow.loading.rows.raw import RawRow, Rows
from wanflow.loading.rows.values import Fits, quick_fit, reader, why_not
from wanflow.model.recipe import Input, Recipe
from wanflow.model.values import JsonValue

# Parameters of steps that somebody may look for among the columns.
_OF_STEPS = frozenset({"model", "n", "negative_prompt", "prompt", "seed", "size", "watermark"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the campaign itself gives to the recipe.

    `inputs` and `matrix` are inputs that it gives in the one and the other way, `always` those
    that no row needs to give. `used` are columns that templates name as `row.x`.
    """

    inputs: Collection[str] = ()
    matrix: Collection[str] = ()
    always: Collection[str] = ()
    used: Container[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundRow:
    """A row whose values have the types of the recipe's inputs; None is not given."""

    raw: RawRow
    values: Mapping[str, JsonValue]


@dataclass(slots=True)
class _Column:
    """An input that a column is for, compiled."""

    input: Input
    read: Callable[[str], JsonValue] | None
    fits: Fits


_Layout: TypeAlias = "tuple[tuple[str, _Column], ...]"


@dataclass(slots=True, kw_only=True)
class Binder:
    """Reads the rows of a campaign; what is wrong with columns is said once."""

    recipe: Recipe
    rows: Rows
    given: Given
    picture: str | None = None  # the input that takes `path`, for a pattern of pictures
    _known: "dict[tuple[str, ...], _Layout | None]" = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _columns: Mapping[str, _Column] = field(init=False)

    def __post_init__(self) -> None:
        texts = self.rows.texts
        self._columns = {
            one.name: _Column(one, reader(one) if texts else None, quick_fit(one))
            for one in self.recipe.inputs
        }

    def __iter__(self) -> Iterator[BoundRow | Problem]:
        """Go through the rows; in the place of one that does not fit stand its problems."""
        known = self._known
        for raw in self.rows:
            if isinstance(raw, Problem):
                yield raw
                continue
            names = tuple(raw.values)
            if names not in known:
                known[names] = yield from self._layout(raw, names)
            columns = known[names]
            if columns is None:
                continue
            values, wrong = self._values(raw, columns)
            if wrong:
                yield from wrong
            else:
                yield BoundRow(raw=raw, values=values)

    def _values(self, raw: RawRow, columns: _Layout) -> tuple[dict[str, JsonValue], list[Problem]]:
        values: dict[str, Any] = dict(raw.values)
        if self.picture is not None:
            values[self.picture] = values["path"]
        wrong: list[Problem] = []
        for name, column in columns:
            value = values[name]
            if column.read is not None:
                value = column.read(value) if value else None
                values[name] = value
            if value is None:
                if column.input.required and name not in self.given.always:
                    wrong.append(self._empty(raw, column.input))
            elif not column.fits(value):
                wrong += self._misfits(raw, column.input, value)
        return values, wrong

    def _misfits(self, raw: RawRow, one: Input, value: JsonValue) -> Iterator[Problem]:
        for finding in why_not(one, value):
            yield Problem(
                code="wrong-input",
                message=worded(one, finding.message),
                span=self.rows.span(raw, one.name),
                hint=finding.hint,
            )

    def _empty(self, raw: RawRow, one: Input) -> Problem:
        return Problem(
            code="missing-value",
            message=f"the input '{one.name}' has no value in this row",
            span=self.rows.span(raw, one.name),
            hint=f"write one, or give '{one.name}' a default in the recipe",
        )

    def _layout(
        self, raw: RawRow, names: tuple[str, ...]
    ) -> "Generator[Problem, None, _Layout | None]":
        """Look at columns for the first time; return those that are inputs, None if wrong."""
        wrong = list(self._wrong_columns(raw, names))
        fresh = [problem for key, problem in wrong if key not in self._told]
        self._told.update(key for key, _ in wrong)
        yield from fresh
        if any(problem.severity == "error" for _, problem in wrong):
            return None
        has = [*names, self.picture] if self.picture is not None else names
        return tuple((name, self._columns[name]) for name in has if name in self._columns)

    def _wrong_columns(
        self, raw: RawRow, names: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, str], Problem]]:
        has = {*names, self.picture}
        for name in names:
            found = self._wrong_column(raw, name)
            if found is not None:
                yield (found.code, name), found
        for one in self.recipe.inputs:
            if one.required and one.name not in has and one.name not in self.given.always:
                yield (f"{raw.number} missing", one.name), self._missing(raw, one, names)

    def _wrong_column(self, raw: RawRow, name: str) -> Problem | None:
        shown = name[:80]
        if name in self.given.matrix or name in self.given.inputs:
            where = "matrix" if name in self.given.matrix else "inputs"
            return Problem(
                code="given-twice",
                message=f"'{shown}' is a column here and stands under `{where}` of the campaign",
                span=self.rows.span(raw, name),
                hint="remove it in one of the two places",
            )
        if name in self._columns or name in self.given.used or self.picture is not None:
            return None
        hint = did_you_mean(name, self._columns)
        if name in _OF_STEPS:
            hint = f"to go through values of `{name}`, write it under `matrix`"
        return Problem(
            code="unused-column",
            message=f"the recipe has no input '{shown}', and nothing uses `row.{shown}`",
            span=self.rows.span(raw, name),
            hint=hint or "remove the column, or use it in the key or in a template",
            severity="warning",
        )

    def _missing(self, raw: RawRow, one: Input, names: tuple[str, ...]) -> Problem:
        unused = [name for name in names if name not in self._columns]
        near = did_you_mean(one.name, unused)
        hint = f"call the column '{one.name}': {near}" if near else None
        return Problem(
            code="missing-column",
            message=f"the input '{one.name}' has no column; there are {listed(names)}",
            span=self.rows.span(raw, None),
            hint=hint or f"add a column, or write `{one.name}` under `inputs` of the campaign",
        )
