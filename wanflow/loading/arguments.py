"""What a step writes under `with`, held against the parameters of its operation."""

from collections.abc import Mapping
from typing import Any

from wanflow.loading.near import did_you_mean
from wanflow.loading.scalars import Unreadable, plain_value
from wanflow.loading.schema import Finding, findings
from wanflow.loading.shape import Schemas, below, branches, entries, fits, kind_of, wanted_kinds
from wanflow.model.operation import Operation
from wanflow.model.values import JsonValue

# Keys of a step that somebody may look for under `with`.
_ON_THE_STEP = frozenset(
    [
        "figure",
        "images",
        "language",
        "model",
        "n",
        "negative_prompt",
        "pick",
        "prompt",
        "prompt_extend",
        "seed",
        "size",
        "take",
        "timeout",
        "watermark",
    ]
)
_RENDERED = frozenset({"string", "integer", "number", "boolean"})


def argument_problems(
    operation: Operation, arguments: JsonValue
) -> tuple[tuple[str, str, str | None], ...]:
    """Hold rendered arguments against an operation.

    Returns:
        For each thing that does not fit its pointer within the arguments, a message and a hint.
    """
    found = argument_findings(operation, arguments, templates=False)
    said = ((finding.pointer, *worded(finding, operation)) for finding in found)
    return tuple((pointer, message, hint) for pointer, _, message, hint in said)


def argument_findings(
    operation: Operation, arguments: JsonValue, *, templates: bool
) -> tuple[Finding, ...]:
    """Hold arguments against an operation; with `templates`, text to be rendered may be anything.

    A template gives text, of which a number or a boolean can be made, but no list or mapping.
    """
    found = findings(operation.params, arguments)
    if not templates:
        return found
    return tuple(finding for finding in found if not _open(finding, operation, arguments))


def worded(finding: Finding, operation: Operation) -> tuple[str, str, str | None]:
    """Say (code, message, hint) of what does not fit, in the words of operations."""
    top_level = finding.pointer.count("/") <= 1
    key = finding.pointer.rpartition("/")[2]
    if finding.code == "unknown-key" and top_level:
        hint, meant = finding.hint, did_you_mean(key, _ON_THE_STEP)
        if key in _ON_THE_STEP:
            hint = f"write `{key}` on the step itself, not under `with`"
        elif meant and not (hint or "").startswith("did you mean"):
            hint = f"{meant} That stands on the step itself, not under `with`"
        elif not operation.params.get("properties"):
            hint = "remove it; say it in the prompt"
        return "unknown-parameter", f"'{operation.name}' has no parameter '{key}'", hint
    if finding.code == "missing-key":
        message = finding.message.replace(" in the file", "")
        if not finding.pointer:
            message = f"'{operation.name}' needs {message.split(' ')[0]} under `with`"
            written = (finding.hint or "").removeprefix("write `").removesuffix("`")
            return "missing-parameter", message, f"write `with: {{{written}}}`"
        return "missing-parameter", message, finding.hint
    return "wrong-parameter", finding.message.replace("the file", "`with`"), finding.hint


def is_template(text: str) -> bool:
    """Say whether a text has anything to render in it."""
    return "{{" in text or "{%" in text or "{#" in text


def _open(finding: Finding, operation: Operation, arguments: JsonValue) -> bool:
    if finding.at == "key":
        return False
    value: Any = arguments
    schemas = branches(operation.params)
    for part in finding.pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        key: str | int = int(name) if isinstance(value, list) else name
        value = value[key]
        schemas = below(schemas, key)
    if not (isinstance(value, str) and is_template(value)):
        return False
    wanted = wanted_kinds(schemas)
    return not wanted or bool(wanted & _RENDERED)


def with_defaults(operation: Operation, arguments: JsonValue) -> dict[str, JsonValue]:
    """Fill in the defaults that an operation's parameters name, also within given mappings."""
    given = arguments if isinstance(arguments, Mapping) else {}
    return _filled(operation.params, given)


def _filled(schema: Mapping[str, Any], given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Fill one level; the depth of a schema is limited by that of its file."""
    filled = dict(given)
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        if not isinstance(inner, Mapping):
            continue
        value = filled.get(name)
        if isinstance(value, Mapping):
            filled[name] = _filled(inner, value)
        elif name not in filled and "default" in inner:
            filled[name] = inner["default"]
    return filled


def coerced(operation: Operation, arguments: JsonValue) -> JsonValue:
    """Make numbers and booleans of rendered texts where the operation wants such.

    A text becomes what it would be as a plain YAML scalar, if the place wants that type and takes
    no text. Everything else stays.
    """
    return _coerced(arguments, branches(operation.params))


def _coerced(value: JsonValue, schemas: Schemas) -> JsonValue:
    if isinstance(value, str):
        return _from_text(value, wanted_kinds(schemas))
    if isinstance(value, Mapping):
        return {key: _coerced(item, below(schemas, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_coerced(item, below(schemas, at)) for at, item in entries(value)]
    return value


def _from_text(text: str, wanted: frozenset[str]) -> JsonValue:
    if not wanted or "string" in wanted:
        return text
    value = plain_value(text.strip())
    if isinstance(value, Unreadable) or value is None:
        return text
    return value if fits(kind_of(value), wanted) else text
