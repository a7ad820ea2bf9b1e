"""Held against a JSON Schema: compiled once, explained in the reader's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from wanflow.contract import schema as schema_text
from wanflow.loading.parse import escaped
from wanflow.model.values import JsonValue

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

# A file of ten thousand equal mistakes is told of the first ones only.
MOST_FINDINGS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not fit, by pointer; `at` says whether its key or its value is meant.

    `right` is the one right answer where there is one: another name for the key, or another value
    (as `meant` says: a text, something without quotes, or a list of what is there). `missing` is
    the key that is not there.
    """

    pointer: str
    code: str
    message: str
    hint: str | None = None
    at: Literal["key", "value"] = "value"
    right: str | None = None
    meant: Literal["text", "raw", "list"] = "text"
    missing: str = ""


@cache
def contract(name: str) -> Mapping[str, Any]:
    """Give one of wanflow's own schemas with its references written out."""
    import json  # noqa: PLC0415  # only for validation

    whole = json.loads(schema_text(name))
    definitions = whole.pop("$defs", {})
    if name == "recipe":
        # What the catalogue says of a step is for editors; the lints say it in better words.
        del whole["allOf"]
    inlined: Mapping[str, Any] = _inlined(whole, definitions)
    return inlined


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any JSON
    """Write references out: looking one up costs more than validating what it leads to."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    inner = {key: _inlined(value, definitions) for key, value in part.items() if key != "$ref"}
    if "$ref" in part:
        target = _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
        inner = {**target, **inner}
    return inner


def findings(schema: Mapping[str, Any], value: JsonValue) -> tuple[Finding, ...]:
    """Hold a value against a schema.

    Returns:
        What does not fit, each thing once, the first 500 of them.
    """
    from wanflow.loading.explain import explained  # noqa: PLC0415  # jsonschema loads slowly

    errors: Iterator[ValidationError] = _validator(schema).iter_errors(value)
    found = (finding for error in errors for finding in explained(error))
    return tuple(dict.fromkeys(islice(found, MOST_FINDINGS)))


def schema_findings(schema: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Hold a schema that somebody wrote against JSON Schema itself."""
    import jsonschema  # noqa: PLC0415  # loads slowly

    from wanflow.loading.explain import explained  # noqa: PLC0415  # jsonschema loads slowly

    meta = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    found = (finding for error in meta.iter_errors(schema) for finding in explained(error))
    return tuple(dict.fromkeys(islice(found, MOST_FINDINGS)))


def pointer_to(path: Iterator[str | int] | list[str | int]) -> str:
    """Write a path of keys as a JSON pointer."""
    return "".join(f"/{escaped(str(key))}" for key in path)


@cache
def _validator_class() -> type["Validator"]:
    import jsonschema  # noqa: PLC0415  # loads slowly, and only validation needs it

    checker = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    extend: Any = jsonschema.validators.extend  # untyped
    made: type[Validator] = extend(
        jsonschema.Draft202012Validator,
        {"uniqueItems": _unique_items, "properties": _properties},
        type_checker=checker,
    )
    return made


def _validator(schema: Mapping[str, Any]) -> "Validator":
    return _validator_class()(schema)


def _properties(
    validator: Any,  # noqa: ANN401  # jsonschema gives its own class
    properties: Mapping[str, Any],
    instance: object,
    _schema: object,
) -> Iterator["ValidationError"]:
    """Look at the keys that are there; the stock check loses the place of a forbidden one."""
    from jsonschema import ValidationError  # noqa: PLC0415  # loads slowly

    if not isinstance(instance, dict):
        return
    for key, value in instance.items():
        inner = properties.get(key, True)
        if inner is False:
            yield ValidationError("forbidden", path=[key])
        elif inner is not True:
            yield from validator.descend(value, inner, path=key, schema_path=key)


def _unique_items(
    _validator: object, unique: object, instance: object, _schema: object
) -> Iterator["ValidationError"]:
    """Find repeated items in linear time; the stock check compares every pair."""
    import json  # noqa: PLC0415  # only for validation

    from jsonschema import ValidationError  # noqa: PLC0415  # loads slowly

    if unique is not True or not isinstance(instance, list):
        return
    seen: set[str] = set()
    for at, item in enumerate(instance):
        form = json.dumps(item, sort_keys=True)
        if form in seen:
            yield ValidationError("repeated", path=[at])
        seen.add(form)
