"""A campaign as far as it can be understood, beside its recipe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

from wanflow.loading.parse import escaped
from wanflow.loading.rules import input_types
from wanflow.loading.schema import contract
from wanflow.loading.view import mapping
from wanflow.model.document import Document
from wanflow.model.recipe import Input, Recipe
from wanflow.model.values import JsonValue

MAX_COMBINATIONS = 10_000


@cache
def parameters() -> Mapping[str, Any]:
    """Give the schema of each parameter of a step that a matrix can go through."""
    found: Mapping[str, Any] = contract("recipe")["properties"]["defaults"]["properties"]
    return found


def input_schema(one: Input) -> Mapping[str, Any]:
    """Give the schema of an input's values, by its type alone."""
    return input_types()[one.type]


@dataclass(kw_only=True)
class CampaignView:
    """A campaign's document beside its recipe."""

    document: Document
    recipe: Recipe
    recipe_document: Document

    @cached_property
    def value(self) -> Mapping[str, JsonValue]:
        """The campaign's own keys."""
        return mapping(self.document.value)

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The recipe's inputs by name."""
        return {one.name: one for one in self.recipe.inputs}

    @cached_property
    def given(self) -> Mapping[str, JsonValue]:
        """What the campaign gives to every row."""
        return mapping(self.value.get("inputs"))

    @cached_property
    def matrix(self) -> Mapping[str, list[JsonValue]]:
        """The values of the matrix by key."""
        found = mapping(self.value.get("matrix"))
        return {key: values for key, values in found.items() if isinstance(values, list)}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What a key of the matrix may be."""
        return (*self.inputs, *parameters())

    def entries(self, name: str) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
        """List the entries of `exclude` or `include` with their pointers."""
        found = self.value.get(name)
        for at, entry in enumerate(found if isinstance(found, list) else ()):
            if isinstance(entry, Mapping):
                yield f"/{name}/{at}", entry

    def matrix_values(self) -> Iterator[tuple[str, str, JsonValue]]:
        """List (pointer, key, value) of everything that a combination may hold."""
        for key, values in self.matrix.items():
            for at, value in enumerate(values):
                yield f"/matrix/{escaped(key)}/{at}", key, value
        for pointer, entry in self.entries("include"):
            for key, value in entry.items():
                yield f"{pointer}/{escaped(key)}", key, value

    @property
    def size(self) -> int:
        """How many combinations the matrix has, before any is left out."""
        count = 1
        for values in self.matrix.values():
            count *= len(values)
        return count


def combinations(
    matrix: Mapping[str, tuple[JsonValue, ...]],
    exclude: tuple[Mapping[str, JsonValue], ...],
    include: tuple[Mapping[str, JsonValue], ...],
) -> tuple[Mapping[str, JsonValue], ...]:
    """List the combinations that each row is made for, the last key of the matrix changing first.

    A combination of `include` that is there already is not made twice; without a matrix there is
    one combination, of nothing.
    """
    made = [dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())]
    kept = [one for one in made if not any(excluded(one, entry) for entry in exclude)]
    for entry in include:
        if dict(entry) not in kept:
            kept.append(dict(entry))
    return tuple(kept)


def excluded(combination: Mapping[str, JsonValue], entry: Mapping[str, JsonValue]) -> bool:
    """Say whether a combination has all values of an entry."""
    missing = object()
    return all(combination.get(key, missing) == value for key, value in entry.items())
