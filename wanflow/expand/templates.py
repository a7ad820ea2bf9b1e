"""Templates: checked before anything runs, rendered in a sandbox, each compiled once.

Text without `{{`, `{%` and `{#` is its own rendering; Jinja is not even loaded for it. What comes
out of a template is text and is never rendered again.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from wanflow.expand.limits import MAX_OUTPUT_BYTES
from wanflow.expand.problem import (
    RefusedError,
    TemplateError,
    TemplateProblem,
    nearest_hint,
    only_near,
)
from wanflow.expand.values import Plain, identifier, plain
from wanflow.model.values import JsonValue

if TYPE_CHECKING:
    from wanflow.expand.compiled import Compiled

__all__ = [
    "TemplateError",
    "TemplateProblem",
    "check_expression",
    "check_template",
    "check_value",
    "evaluate",
    "is_template",
    "render",
    "render_value",
    "used_attributes",
    "used_names",
]

_TAG = re.compile(r"\{[{%#]")


def is_template(source: str) -> bool:
    """Say whether a text has anything to render in it."""
    return _TAG.search(source) is not None


def check_template(source: str, *, names: Collection[str]) -> tuple[TemplateProblem, ...]:
    """Find everything that is wrong with a template, whatever the values.

    Args:
        source: the template.
        names: what it may mention; a dash reads as an underscore. If there are names with a dot
            (`fig.subject`, see `figures.figure_names`), then the name before the dot has these
            attributes and no others.

    Returns:
        All problems, sorted by their offset.
    """
    if not is_template(source):
        return _too_long(source)
    return _checked(_compiled(source), names)


def check_expression(source: str, *, names: Collection[str]) -> tuple[TemplateProblem, ...]:
    """Find everything that is wrong with the expression of a `when`; as `check_template`."""
    return _checked(_compiled_expression(source), names)


def check_value(value: JsonValue, *, names: Collection[str]) -> tuple[TemplateProblem, ...]:
    """Check every text within lists and mappings; each problem has the pointer of its text."""
    found: list[TemplateProblem] = []
    for pointer, text in _texts(value, ""):
        problems = check_template(text, names=names)
        found.extend(replace(problem, pointer=pointer) for problem in problems)
    return tuple(found)


def used_names(source: str, *, expression: bool = False) -> frozenset[str]:
    """Give the names that a template takes from outside; empty if it cannot be read."""
    if expression:
        return _compiled_expression(source).names
    return _compiled(source).names if is_template(source) else frozenset()


def used_attributes(source: str, name: str, *, expression: bool = False) -> frozenset[str] | None:
    """Say which attributes of a name a template uses; None if it uses the name in another way."""
    if not (expression or is_template(source)):
        return frozenset()
    this = _compiled_expression(source) if expression else _compiled(source)
    found = [one.attribute for one in this.references if one.name == name]
    return None if None in found else frozenset(one for one in found if one is not None)


def render(source: str, context: Mapping[str, JsonValue]) -> str:
    """Render a template.

    Args:
        source: the template.
        context: values and figures by name; a dash reads as an underscore. An optional value
            that is not given is there as None.

    Returns:
        Text of at most 64 kB.

    Raises:
        TemplateError: the template has problems, a name or attribute is missing, a value that is
            no text and no number is printed, or a limit is reached.
    """
    if is_template(source):
        return _rendered(_compiled(source), context)
    problems = _too_long(source)
    if problems:
        raise TemplateError(problems)
    return source


def evaluate(source: str, context: Mapping[str, JsonValue]) -> bool:
    """Say whether the expression of a `when` is true.

    Args:
        source: an expression such as `mood == '黄昏'`, or the same within `{{ }}`.
        context: as for `render`.

    Raises:
        TemplateError: as for `render`.
    """
    return _rendered(_compiled_expression(source), context) == "1"


def render_value(value: JsonValue, context: Mapping[str, JsonValue]) -> JsonValue:
    """Render every text within lists and mappings; keys stay as they are.

    Raises:
        TemplateError: as for `render`, with the problems of all texts, each with its pointer.
    """
    problems: list[TemplateProblem] = []
    result = _rendered_within(value, context, ("", problems))
    if problems:
        raise TemplateError(tuple(problems))
    return result


def _rendered_within(
    value: JsonValue, context: Mapping[str, JsonValue], place: tuple[str, list[TemplateProblem]]
) -> JsonValue:
    pointer, problems = place
    if isinstance(value, str):
        try:
            return render(value, context)
        except TemplateError as error:
            problems.extend(replace(problem, pointer=pointer) for problem in error.problems)
            return value
    if isinstance(value, Mapping):
        return {
            key: _rendered_within(item, context, (f"{pointer}/{_escaped(key)}", problems))
            for key, item in value.items()
        }
    if isinstance(value, Sequence):
        return [
            _rendered_within(item, context, (f"{pointer}/{at}", problems))
            for at, item in enumerate(value)
        ]
    return value


def _texts(value: JsonValue, pointer: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(pointer, value)]
    if isinstance(value, Mapping):
        pairs = [(_escaped(key), item) for key, item in value.items()]
    elif isinstance(value, Sequence):
        pairs = [(str(at), item) for at, item in enumerate(value)]
    else:
        return []
    return [text for key, item in pairs for text in _texts(item, f"{pointer}/{key}")]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _compiled(source: str, *, expression: bool = False) -> "Compiled":
    # Loading Jinja takes longer than checking a recipe without templates.
    from wanflow.expand.compiled import compiled  # noqa: PLC0415 - loaded when needed

    return compiled(source, expression=expression)


def _compiled_expression(source: str) -> "Compiled":
    bare = source.strip()
    if bare.startswith("{{") and bare.endswith("}}") and len(bare) >= 4:
        # Spaces in the place of the braces keep every offset.
        source = source.replace("{{", "  ", 1)
        end = source.rindex("}}")
        source = f"{source[:end]}  {source[end + 2 :]}"
    return _compiled(source, expression=True)


def _too_long(source: str) -> tuple[TemplateProblem, ...]:
    # A character is at most four bytes: short texts need no counting.
    if len(source) * 4 <= MAX_OUTPUT_BYTES:
        return ()
    if len(source.encode("utf-8", "surrogatepass")) <= MAX_OUTPUT_BYTES:
        return ()
    message = "this text is longer than 64 kB"
    return (TemplateProblem(offset=0, code="template-limit", message=message),)


def _checked(this: "Compiled", names: Collection[str]) -> tuple[TemplateProblem, ...]:
    problems = [*this.problems, *_unknown(this, names)]
    return tuple(sorted(problems, key=lambda problem: problem.offset))


def _unknown(this: "Compiled", names: Collection[str]) -> list[TemplateProblem]:
    if not this.references:
        return []
    roots, attributes = _known(frozenset(names))
    found: list[TemplateProblem] = []
    for reference in this.references:
        name, attribute_name = reference.name, reference.attribute
        if name not in roots:
            message = f"there is no '{name}' here"
            found.append(_unknown_name(reference.offset, message, name, roots))
        elif attribute_name is not None and attribute_name not in attributes.get(
            name, {attribute_name}
        ):
            message = f"'{name}' has no '{attribute_name}'"
            place = reference.attribute_offset
            found.append(_unknown_name(place, message, attribute_name, attributes[name]))
    return found


@lru_cache(maxsize=64)  # all templates of a file know the same names
def _known(names: frozenset[str]) -> tuple[set[str], Mapping[str, set[str]]]:
    """Give the names that stand alone, and those behind a point by what is before it."""
    known = {identifier(name) for name in names}
    attributes: dict[str, set[str]] = {}
    for name in known:
        owner, dot, attribute = name.partition(".")
        if dot:
            attributes.setdefault(owner, set()).add(attribute)
    return {name for name in known if "." not in name} | set(attributes), attributes


def _unknown_name(offset: int, message: str, word: str, known: set[str]) -> TemplateProblem:
    return TemplateProblem(
        offset=offset,
        code="unknown-name",
        message=message,
        hint=nearest_hint(word, known),
        written=word,
        right=only_near(word, known),
    )


def _rendered(this: "Compiled", context: Mapping[str, JsonValue]) -> str:
    if this.problems:
        raise TemplateError(this.problems)
    from wanflow.expand.compiled import run  # noqa: PLC0415 - loaded when needed

    missing = _unknown(this, context)
    if missing:
        raise TemplateError(tuple(missing))
    return run(this, _values(this, context))


def _values(this: "Compiled", context: Mapping[str, JsonValue]) -> dict[str, Plain]:
    """Copy the values that a template mentions, and no others: rows can be wide."""
    keys = {identifier(key): key for key in context} | {key: key for key in context}
    given = {name: context[keys[name]] for name in this.names}
    if "row" in given:
        given["row"] = _named_columns(this, given["row"])
    try:
        return plain(given)
    except RefusedError as error:
        problem = TemplateProblem(
            offset=this.references[0].offset,
            code=error.code,
            message=error.message,
            hint=error.hint,
        )
        raise TemplateError((problem,)) from None


def _named_columns(this: "Compiled", row: JsonValue) -> JsonValue:
    """Take from a row the columns that a template names; all of it if one is not there."""
    named = {reference.attribute for reference in this.references if reference.name == "row"}
    if not isinstance(row, Mapping) or None in named:
        return row
    found = {key: value for key, value in row.items() if key in named or identifier(key) in named}
    return found if named <= found.keys() | {identifier(key) for key in found} else row
