"""Inputs: rules that fit the type, a default that fits the rules."""

from collections.abc import Iterator, Mapping
from typing import get_args

from wanflow.errors import Problem
from wanflow.loading.rules import rules_of, value_findings
from wanflow.loading.view import InputView, RecipeView
from wanflow.model.recipe import InputType
from wanflow.model.values import JsonValue

_ABOUT_NUMBERS = (
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
)
_ABOUT_LISTS = ("minItems", "maxItems")
_RULES: Mapping[str, tuple[str, ...]] = {
    "string": ("enum", "minLength", "maxLength"),
    "integer": _ABOUT_NUMBERS,
    "number": _ABOUT_NUMBERS,
    "boolean": (),
    "image": (),
    "images": _ABOUT_LISTS,
    "list": _ABOUT_LISTS,
}
_WORDS = {"image": "a picture", "images": "pictures", "list": "a list", "string": "text"}


def input_problems(view: RecipeView) -> Iterator[Problem]:
    """Find rules that say nothing about the input's type, and defaults that break the rules."""
    for one in view.inputs.values():
        if one.type in get_args(InputType):
            yield from _misplaced_rules(view, one, str(one.type))
            yield from _wrong_default(view, one, str(one.type))


def _misplaced_rules(view: RecipeView, one: InputView, kind: str) -> Iterator[Problem]:
    known = {rule for rules in _RULES.values() for rule in rules}
    for rule in rules_of(one.value):
        if rule in known and rule not in _RULES[kind]:
            fitting = ", ".join(f"`{name}`" for name in _RULES[kind])
            message = f"`{rule}` says nothing about {_WORDS.get(kind, f'a value of type {kind}')}"
            hint = f"rules for it: {fitting}" if fitting else "remove it"
            yield view.problem(
                "unknown-rule", message, f"{one.pointer}/{rule}", at="key", hint=hint
            )


def _wrong_default(view: RecipeView, one: InputView, kind: str) -> Iterator[Problem]:
    default: JsonValue = one.value.get("default")
    if default is None:
        return
    place = f"{one.pointer}/default"
    for finding in value_findings(kind, one.value, default):
        message = finding.message.replace("the file", "the default")
        yield view.problem("wrong-default", message, place + finding.pointer, hint=finding.hint)
