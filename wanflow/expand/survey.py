"""A first look at every template of a recipe, before any input has a value."""

from collections.abc import Collection, Iterator, Mapping

from wanflow.errors import Edit, Problem, Span
from wanflow.expand.problem import TemplateProblem
from wanflow.expand.templates import check_expression, check_template, used_attributes
from wanflow.model.document import Document
from wanflow.model.values import JsonValue

_TEXTS = ("prompt", "negative_prompt")


def survey(document: Document, *, further: Collection[str] = ()) -> tuple[Problem, ...]:
    """Check all templates of a recipe file that may have other mistakes in it.

    A name counts as known when any input, variable or step has it, or when it is one of the
    `further` names (`row` in a campaign); whether it may stand in just that template is seen when
    the recipe is expanded.
    """
    root = document.value if isinstance(document.value, Mapping) else {}
    names = _names(root) | frozenset(further)
    problems: list[Problem] = []
    for pointer, text in _templates(root):
        check = check_expression if pointer.endswith("/when") else check_template
        problems += [
            Problem(
                code=found.code,
                message=found.message,
                span=document.span_within(pointer, found.offset),
                hint=found.hint,
                fix=_fix(found, document.span_within(pointer, found.offset)),
            )
            for found in check(text, names=names)
        ]
    return tuple(problems)


def _fix(found: TemplateProblem, span: Span) -> tuple[Edit, ...]:
    if found.right is None:
        return ()
    return (Edit(span=span, old=found.written, new=found.right),)


def used_columns(document: Document) -> frozenset[str] | None:
    """Say which columns the templates of a recipe name as `row.x`; None if they may use any."""
    root = document.value if isinstance(document.value, Mapping) else {}
    found: set[str] = set()
    for pointer, text in (*_templates(root), *_output_names(root)):
        columns = used_attributes(text, "row", expression=pointer.endswith("/when"))
        if columns is None:
            return None
        found |= columns
    return frozenset(found)


def _output_names(root: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    outputs = root.get("outputs")
    for name, given in outputs.items() if isinstance(outputs, Mapping) else ():
        if isinstance(given, Mapping):
            yield from _strings(given.get("name"), f"/outputs/{name}/name")


def _names(root: Mapping[str, JsonValue]) -> frozenset[str]:
    names = {"fig"}
    for key in ("inputs", "vars"):
        given = root.get(key)
        if isinstance(given, Mapping | list | tuple):
            names |= {name for name in given if isinstance(name, str)}
    for _, step in _steps(root):
        for key in ("id", "use"):
            name = step.get(key)
            if isinstance(name, str):
                names.add(name)
    return frozenset(name.replace("-", "_") for name in names)


def _steps(root: Mapping[str, JsonValue]) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    steps = root.get("steps")
    for at, step in enumerate(steps if isinstance(steps, list | tuple) else ()):
        if isinstance(step, Mapping):
            yield f"/steps/{at}", step


def _templates(root: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    defaults = root.get("defaults")
    if isinstance(defaults, Mapping):
        yield from _strings(defaults.get("negative_prompt"), "/defaults/negative_prompt")
    for pointer, step in _steps(root):
        for key in _TEXTS:
            yield from _strings(step.get(key), f"{pointer}/{key}")
        yield from _strings(step.get("when"), f"{pointer}/when")
        yield from _strings(step.get("with"), f"{pointer}/with")


def _strings(value: JsonValue, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from _strings(item, f"{pointer}/{escaped}")
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _strings(item, f"{pointer}/{at}")
