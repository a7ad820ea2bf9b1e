"""Which templates of a recipe can be rendered anew for a row while all else stays as it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wanflow.expand.templates import is_template, used_attributes, used_names
from wanflow.expand.wording import follows_words
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue, StepId

_PICTURES = ("image", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What of a recipe changes with a row in nothing but words.

    `prompts` are the prompts that mention an input or the row, by step. `loose` are inputs that
    stand in nothing else (and in names of results); whatever value they have, the steps are the
    same but for those prompts. `tight` are all others, and `columns` those of the row that stand
    elsewhere, None if any may. `spoken` says that the language of a step follows the words that
    the inputs have.
    """

    prompts: Mapping[StepId, str]
    loose: frozenset[str]
    tight: tuple[str, ...]
    columns: tuple[str, ...] | None
    spoken: bool
    named: bool


def slots_of(recipe: Recipe) -> Slots:
    """Look at every template of a recipe once."""
    held = frozenset(
        name
        for text, expression in _tight_texts(recipe)
        for name in used_names(text, expression=expression)
    )
    readable = {one.name: one.name.replace("-", "_") for one in recipe.inputs}
    tight = tuple(
        one.name for one in recipe.inputs if one.type in _PICTURES or readable[one.name] in held
    )
    return Slots(
        prompts={
            step.id: step.prompt
            for step in recipe.steps
            if step.prompt is not None and is_template(step.prompt)
        },
        loose=frozenset(readable) - frozenset(tight),
        tight=tight,
        columns=_columns(recipe),
        spoken=any(follows_words(step) for step in recipe.steps),
        named=any(is_template(output.file_name) for output in recipe.outputs),
    )


def _tight_texts(recipe: Recipe) -> Iterator[tuple[str, bool]]:
    """List the templates outside of prompts, and whether each is an expression."""
    for step in recipe.steps:
        if step.when is not None:
            yield step.when, True
        if step.negative_prompt is not None:
            yield step.negative_prompt, False
        for text in _texts(step.arguments):
            yield text, False


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _columns(recipe: Recipe) -> tuple[str, ...] | None:
    found: set[str] = set()
    for text, expression in _tight_texts(recipe):
        columns = used_attributes(text, "row", expression=expression)
        if columns is None:
            return None
        found |= columns
    return tuple(sorted(found))
