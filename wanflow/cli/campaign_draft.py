"""A campaign as far as it could be understood, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from wanflow.cli.compose import Ask
from wanflow.errors import InternalError, Problem
from wanflow.expand.row_keys import RowNames, row_names
from wanflow.expand.templates import is_template
from wanflow.loading import Rows
from wanflow.model.campaign import Campaign
from wanflow.model.document import Document
from wanflow.model.recipe import Input, Recipe
from wanflow.model.values import JsonValue

STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The recipe with some parameters of its `defaults` replaced by a combination's."""

    recipe: Recipe
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One combination of the matrix: `inputs` of the recipe, and the variant with the rest."""

    number: int
    values: Mapping[str, JsonValue]
    inputs: Mapping[str, JsonValue]
    variant: Variant
    suffix: str


@dataclass(kw_only=True)
class CampaignDraft:
    """A campaign as far as it could be understood, and everything that is wrong but for its rows.

    `ask` names the campaign's file; `recipe_ask` the recipe's. `names` names the rows. `columns`
    are those that templates use as `row.x`, None if they may use any.
    """

    ask: Ask
    source: bytes
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    recipe_ask: Ask | None = None
    recipe_source: bytes = b""
    campaign: Campaign | None = None
    document: Document | None = None
    combinations: tuple[Combination, ...] = ()
    rows: Rows | None = None
    names: RowNames = field(default_factory=lambda: row_names(None))

    @property
    def folder(self) -> Path:
        """The folder of the campaign."""
        return self.ask.recipe.resolve().parent

    @cached_property
    def rows_folder(self) -> Path:
        """The folder to which paths in rows are relative: that of their file."""
        source = self.sound.rows
        if source.pattern == STDIN:
            return Path.cwd()
        if source.form in ("list", "glob"):
            return self.folder
        return (self.folder / str(source.pattern)).resolve().parent

    @property
    def sound(self) -> Campaign:
        """The campaign itself, if nothing is wrong with it."""
        if self.campaign is None:
            raise InternalError("a campaign was used that is not sound")
        return self.campaign

    @property
    def recipe(self) -> Recipe:
        """The recipe, as it is for the first combination."""
        return self.combinations[0].variant.recipe

    @cached_property
    def by_identity(self) -> Mapping[int, Combination]:
        """The combinations by the identity of their values, which rows share."""
        return {id(one.values): one for one in self.combinations}

    @cached_property
    def input_names(self) -> Mapping[str, Input]:
        """The inputs of the recipe by name."""
        return {one.name: one for one in self.recipe.inputs}

    @cached_property
    def templates(self) -> frozenset[str]:
        """The names of the campaign's own inputs that are templates over the row."""
        given = self.sound.inputs.items()
        return frozenset(
            name
            for name, value in given
            if isinstance(value, str) and name not in self.ask.inputs and is_template(value)
        )

    @cached_property
    def picture(self) -> str | None:
        """The input that takes the picture of a row, where rows are pictures."""
        if self.sound.rows.form != "glob":
            return None
        return self.free_pictures[0] if len(self.free_pictures) == 1 else None

    @cached_property
    def free_pictures(self) -> tuple[str, ...]:
        """The inputs for one picture that nothing but a row can give."""
        given = {*self.sound.inputs, *self.ask.inputs, *self.combinations[0].inputs}
        free = [one for one in self.recipe.inputs if one.type == "image" and one.name not in given]
        required = tuple(one.name for one in free if one.required)
        return required or tuple(one.name for one in free)
