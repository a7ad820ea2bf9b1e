"""The named results of a recipe: which picture each is, and what its file is called."""

import re
import unicodedata
from collections.abc import Mapping

from wanflow.errors import Problem
from wanflow.expand.problem import TemplateError
from wanflow.expand.templates import check_template, render
from wanflow.model.concrete import ConcreteStep
from wanflow.model.document import Document
from wanflow.model.plan import PlannedOutput
from wanflow.model.recipe import Output, Recipe
from wanflow.model.values import JobKey, JsonValue

# Characters that a file name must not have on one of the systems that a report may travel to.
_FORBIDDEN = frozenset('/\\:*?"<>|')
_LONGEST_CHARS = 120
# Letters, digits and _ of any script, with dashes between them.
_PLAIN = re.compile(r"\w[\w-]{0,119}")


def outputs_of(
    recipe: Recipe,
    document: Document,
    *,
    values: Mapping[str, JsonValue],
    steps: Mapping[str, ConcreteStep],
    row: Mapping[str, JsonValue] | None = None,
) -> tuple[tuple[PlannedOutput, ...], tuple[Problem, ...]]:
    """Name the results.

    Returns:
        One entry a result, those of left out steps dropped; and a problem for each name that does
        not render, that no file can have, or that two results would share.
    """
    context: dict[str, JsonValue] = {
        name.replace("-", "_"): value
        for name, value in {**recipe.vars, **values}.items()
        if isinstance(value, str | int | float)
    }
    if row is not None:
        context["row"] = row
    outputs: list[PlannedOutput] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for output in recipe.outputs:
        name, problem = _file_name(output, document, context)
        if problem is None and _folded(name) in taken:
            problem = _problem(
                output,
                document,
                f"'{output.name}' and '{taken[_folded(name)]}' would be the same file '{name}.png'",
            )
        if problem is not None:
            problems.append(problem)
            continue
        taken[_folded(name)] = output.name
        outputs += _planned(output, name, steps[output.source.name])
    return tuple(outputs), tuple(problems)


def _file_name(
    output: Output, document: Document, context: Mapping[str, JsonValue]
) -> tuple[str, Problem | None]:
    pointer = f"{output.pointer}/name"
    found = check_template(output.file_name, names=context)
    if not found:
        try:
            name = unicodedata.normalize("NFC", render(output.file_name, context).strip())
        except TemplateError as error:
            found = error.problems
    if found:
        first = found[0]
        span = document.span_within(pointer, first.offset)
        return "", Problem(code=first.code, message=first.message, span=span, hint=first.hint)
    wrong = unusable(name)
    if wrong is None:
        return name, None
    return "", _problem(output, document, f"'{name}' cannot be a file name: {wrong}")


def unusable(name: str) -> str | None:
    """Say why a text cannot be a file name anywhere, or None if it can."""
    if _PLAIN.fullmatch(name):
        return None  # by far the most
    if not name or name.startswith(".") or name.endswith((".", " ")):
        return "it is empty, or begins or ends with a dot"
    if len(name) > _LONGEST_CHARS:
        return f"it has {len(name)} characters, at most {_LONGEST_CHARS} fit everywhere"
    for char in name:
        if char in _FORBIDDEN or unicodedata.category(char).startswith("C"):
            return f"it has the character {char!r}"
    return None


def _problem(output: Output, document: Document, message: str) -> Problem:
    return Problem(
        code="bad-output-name", message=message, span=document.span(f"{output.pointer}/name")
    )


def _planned(output: Output, name: str, step: ConcreteStep) -> list[PlannedOutput]:
    if not step.applies:
        return []
    index = output.source.index or step.step.pick
    return [PlannedOutput(name=output.name, file_name=name, job=JobKey(step.id), index=index)]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
