"""What is given for a recipe's inputs, from a command line or from a program."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence

from wanflow.errors import Problem
from wanflow.loading.near import did_you_mean, listed
from wanflow.loading.parse import drafted
from wanflow.loading.rules import value_findings
from wanflow.loading.scalars import Unreadable, plain_value
from wanflow.model.recipe import Input, Recipe
from wanflow.model.values import JsonValue

Given = Mapping[str, "JsonValue | str"]

_EXAMPLES: Mapping[str, str] = {
    "image": "PATH",
    "images": "PATH",
    "integer": "1",
    "number": "0.5",
    "boolean": "true",
    "string": "TEXT",
    "list": "'[a, b]'",
}


def input_pairs(
    words: Sequence[str], *, read: Callable[[str], str]
) -> tuple[dict[str, JsonValue], tuple[Problem, ...]]:
    """Read the words `name=value` of a command line.

    Args:
        words: such as `photo=cat.jpg`, `note=@note.txt`; a name that comes again gives a list.
        read: gives the text of the file whose path follows an `@`; raises OSError or UnicodeError.

    Returns:
        The values by name, as text or as a list of texts, and what is wrong with the words.
    """
    given: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            message = f"'{word[:80]}' is not of the form name=value"
            problems.append(Problem(code="bad-word", message=message, hint="write photo=cat.jpg"))
            continue
        if value.startswith("@"):
            try:
                value = read(value[1:])  # the text stands for its file from here
            except (OSError, UnicodeError) as error:
                message = f"the file '{value[1:]}' for '{name}' cannot be read: {_why(error)}"
                problems.append(Problem(code="unreadable-file", message=message))
                continue
        given.setdefault(name, []).append(value)
    values: dict[str, JsonValue] = {
        name: texts[0] if len(texts) == 1 else texts for name, texts in given.items()
    }
    return values, tuple(problems)


def bind_inputs(
    recipe: Recipe, given: Given, *, texts: bool
) -> tuple[Mapping[str, JsonValue], tuple[Problem, ...]]:
    """Give every input its value: what is given for it, or its default.

    Args:
        recipe: what the values are for.
        given: values by name.
        texts: whether they are texts of a command line, which become what the inputs' types want.

    Returns:
        The values of all inputs that have one, in the recipe's order, and what is wrong.
    """
    problems = [_unknown(recipe, name) for name in given if name not in _names(recipe)]
    values: dict[str, JsonValue] = {}
    for one in recipe.inputs:
        if one.name not in given:
            if one.required:
                problems.append(_missing(one))
            else:
                values[one.name] = one.default
            continue
        value = converted(one, given[one.name]) if texts else given[one.name]
        found = value_findings(one.type, one.rules, value)
        for finding in found:
            message = worded(one, finding.message)
            problems.append(Problem(code="wrong-input", message=message, hint=finding.hint))
        if not found:
            values[one.name] = value
    return values, tuple(problems)


def _names(recipe: Recipe) -> frozenset[str]:
    return frozenset(one.name for one in recipe.inputs)


def worded(one: Input, message: str) -> str:
    """Say what is wrong with a value in the words of inputs."""
    named = f"the input '{one.name}'"
    if "the file" in message:
        return message.replace("the file", named)
    return f"{named}: {message}"


def converted(one: Input, value: JsonValue) -> JsonValue:
    """Read a text as what an input wants; what cannot be read so stays as it is."""
    if one.type in ("images", "list"):
        return _as_list(one, value)
    if isinstance(value, list) and len(value) > 1:
        return value  # given twice: the type says what is wrong
    if not isinstance(value, str) or one.type in ("string", "image"):
        return value
    plain = plain_value(value.strip())
    if isinstance(plain, Unreadable) or plain is None:
        return value
    if one.type == "integer" and isinstance(plain, float) and plain.is_integer():
        return int(plain)
    return plain


def _as_list(one: Input, value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [value]
    draft = drafted(f"items: {value.strip()}".encode(), file=one.name)
    if draft.problems or not isinstance(draft.value, Mapping):
        return [value]
    if one.type == "images":
        for pointer in list(draft.plain_pointers()):
            draft.as_text(pointer)
    return draft.value["items"]


def _unknown(recipe: Recipe, name: str) -> Problem:
    known = [one.name for one in recipe.inputs]
    hint = did_you_mean(name, known)
    if hint is None:
        hint = f"it has {listed(known)}" if known else "it takes no inputs"
    message = f"the recipe '{recipe.name}' has no input '{name[:80]}'"
    return Problem(code="unknown-input", message=message, hint=hint)


def _missing(one: Input) -> Problem:
    about = f" ({one.description})" if one.description else ""
    enum = one.rules.get("enum")
    example = _EXAMPLES[one.type]
    if isinstance(enum, list) and enum:
        example = enum[0] if isinstance(enum[0], str) else json.dumps(enum[0])
    message = f"the input '{one.name}' is missing{about}"
    return Problem(code="missing-input", message=message, hint=f"add {one.name}={_quoted(example)}")


def _quoted(example: str) -> str:
    return example if example.startswith("'") else shlex.quote(example)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is not UTF-8 text"
