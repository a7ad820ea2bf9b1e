"""What a schema error means, in the words of somebody who never saw the schema."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from jsonschema import ValidationError

from wanflow.loading.near import did_you_mean, listed, only_near
from wanflow.loading.scalars import plain_value
from wanflow.loading.schema import Finding, pointer_to
from wanflow.loading.shape import fits, kind_of

KIND_WORDS: Mapping[str, str] = {
    "object": "a mapping ('key: value' lines)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_SHOWN = 60
# How people write the two truths elsewhere.
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on"), "true"),
    **dict.fromkeys(("false", "no", "off"), "false"),
}


def explained(error: ValidationError) -> Iterator[Finding]:
    """Explain one error of the validator; one error may be several mistakes."""
    if error.validator in ("anyOf", "oneOf"):
        yield from _alternatives(error)
    elif error.validator == "additionalProperties":
        yield from _unknown_keys(error)
    elif error.validator == "required":
        yield from _missing(error)
    elif "propertyNames" in list(error.relative_schema_path)[-2:]:
        yield _bad_key(error)
    else:
        yield _simple(error)


def shown(value: object) -> str:
    """Show a value in a message, cut to a readable length."""
    text = str(value)
    if isinstance(value, bool):
        text = text.lower()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def name_of(path: list[str | int]) -> str:
    """Call a place by its key, or by its number in a list."""
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, str):
        return f"`{last}`"
    owner = f" of `{path[-2]}`" if len(path) > 1 else ""
    return f"item {last + 1}{owner}"


def _path(error: ValidationError) -> list[str | int]:
    return list(error.absolute_path)


def _simple(error: ValidationError) -> Finding:
    path = _path(error)
    explain = _EXPLAINERS.get(str(error.validator), _anything)
    code, message, hint = explain(error, name_of(path))
    right, meant = _right(error)
    return Finding(
        pointer=pointer_to(path), code=code, message=message, hint=hint, right=right, meant=meant
    )


def _right(error: ValidationError) -> tuple[str | None, Literal["text", "raw", "list"]]:
    """Give the one right answer, if there is one, and how it is meant."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "enum" and isinstance(value, str):
        return only_near(value, [one for one in wanted if isinstance(one, str)]), "text"
    if error.validator != "type" or value is None:
        return None, "text"
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if "array" in kinds and isinstance(value, str | int | float):
        return None, "list"
    return _right_scalar(value, kinds), "raw"


def _right_scalar(value: object, kinds: list[str]) -> str | None:
    if isinstance(value, float) and value.is_integer() and "integer" in kinds:
        return str(int(value))
    if not isinstance(value, str):
        return None
    if "boolean" in kinds:
        return _TRUTHS.get(value.casefold())
    plain = plain_value(value)
    fitting = isinstance(plain, int | float) and fits(kind_of(plain), frozenset(kinds))
    return value if fitting else None


_Said = tuple[str, str, str | None]


def _type(error: ValidationError, name: str) -> _Said:
    wanted: Any = error.validator_value
    kinds = wanted if isinstance(wanted, list) else [wanted]
    value: Any = error.instance
    if value is None:
        return "empty-value", f"{name} has no value", "write one, or remove the line"
    found = kind_of(value)
    words = " or ".join(KIND_WORDS[kind] for kind in kinds)
    message = f"{name} must be {words}; here is {KIND_WORDS[found]}"
    return "wrong-type", message, _type_hint(error, kinds)


def _type_hint(error: ValidationError, kinds: list[str]) -> str | None:
    value: Any = error.instance
    if isinstance(value, str) and {"integer", "number"} & set(kinds):
        try:
            float(value)
        except ValueError:
            return None
        return f"write {shown(value)} without quotes"
    if isinstance(value, float) and value.is_integer():
        return f"write {int(value)}"
    if "boolean" in kinds:
        return "write true or false"
    if "array" in kinds and not isinstance(value, Mapping | list):
        plain = isinstance(value, int | float) or str(value).replace("-", "_").isidentifier()
        return f"write [{shown(value)}]" if plain else f"write ['{shown(value)}']"
    return _like(error)


def _enum(error: ValidationError, name: str) -> _Said:
    values: Any = error.validator_value
    allowed = [shown(value) for value in values]
    found = shown(error.instance)
    hint = did_you_mean(found, allowed) or f"write one of {listed(allowed, most=20)}"
    return "unknown-value", f"{name} cannot be '{found}'", hint


def _const(error: ValidationError, name: str) -> _Said:
    found = shown(error.instance)
    return "unknown-value", f"{name} cannot be '{found}'", f"write {shown(error.validator_value)}"


def _limit(words: str) -> Callable[[ValidationError, str], _Said]:
    def say(error: ValidationError, name: str) -> _Said:
        limit = shown(error.validator_value)
        message = f"{name} must be {words} {limit}; here is {shown(error.instance)}"
        return "out-of-range", message, None

    return say


def _length(words: str, unit: str) -> Callable[[ValidationError, str], _Said]:
    def say(error: ValidationError, name: str) -> _Said:
        value: Any = error.instance
        limit, count = error.validator_value, len(value)
        if count == 0:
            return "wrong-length", f"{name} is empty", _like(error)
        message = f"{name} may have {words} {limit} {unit}; here are {count}"
        return "wrong-length", message, None

    return say


def _pattern(error: ValidationError, name: str) -> _Said:
    message = f"{name} cannot be written as '{shown(error.instance)}'"
    return "wrong-form", message, _like(error)


def _repeated(_error: ValidationError, name: str) -> _Said:
    return "repeated-item", f"{name} stands in the list before", "remove it"


def _together(_error: ValidationError, name: str) -> _Said:
    message = f"{name} does not go together with what else is given here"
    return "not-allowed", message, "remove one of them"


def _anything(error: ValidationError, name: str) -> _Said:
    return "not-allowed", f"{name} is not as it should be", _like(error)


_EXPLAINERS: Mapping[str, Callable[[ValidationError, str], _Said]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _limit("at least"),
    "maximum": _limit("at most"),
    "exclusiveMinimum": _limit("more than"),
    "exclusiveMaximum": _limit("less than"),
    "multipleOf": _limit("a multiple of"),
    "minLength": _length("no fewer than", "characters"),
    "maxLength": _length("at most", "characters"),
    "minItems": _length("no fewer than", "items"),
    "maxItems": _length("at most", "items"),
    "minProperties": _length("no fewer than", "entries"),
    "maxProperties": _length("at most", "entries"),
    "pattern": _pattern,
    "uniqueItems": _repeated,
    "properties": _together,
}


def _like(error: ValidationError) -> str | None:
    """Say what a right value looks like, by the schema's own examples."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    examples = schema.get("examples", ())
    texts = [str(example) for example in examples if isinstance(example, str | int | float)]
    return f"write it like {listed(texts, most=3)}" if texts else None


def _missing(error: ValidationError) -> Iterator[Finding]:
    path = _path(error)
    properties = _properties(error)
    required: Any = error.validator_value
    instance: Any = error.instance
    for key in required:
        if key not in instance:
            owner = f" in {name_of(path)}" if path else ""
            example = properties.get(key, {}).get("examples", ())
            hint = f"write `{key}: {_inline(example[0])}`" if example else f"write `{key}: ...`"
            yield Finding(
                pointer=pointer_to(path),
                code="missing-key",
                message=f"`{key}` is missing{owner}",
                hint=hint,
                at="key",
                missing=key,
            )


def _inline(value: object) -> str:
    """Write an example as YAML in one line."""
    if isinstance(value, str):
        return shown(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else "..."


def _properties(error: ValidationError) -> Mapping[str, Any]:
    schema = error.schema
    found = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _unknown_keys(error: ValidationError) -> Iterator[Finding]:
    path = _path(error)
    known = _properties(error)
    instance: Any = error.instance
    unused = [key for key in known if key not in instance]
    for key in instance:
        if key not in known:
            hint = did_you_mean(key, unused) or (
                f"it may have {listed(known, most=30)}" if known else "remove it"
            )
            owner = f"{name_of(path)} has" if path else "the file has"
            yield Finding(
                pointer=pointer_to([*path, key]),
                code="unknown-key",
                message=f"{owner} no '{shown(key)}'",
                hint=hint,
                at="key",
                right=only_near(key, unused),
            )


def _bad_key(error: ValidationError) -> Finding:
    return Finding(
        pointer=pointer_to([*_path(error), str(error.instance)]),
        code="bad-name",
        message=f"'{shown(error.instance)}' cannot be a name",
        hint="use ASCII letters, digits, - and _, beginning with a letter, at most 64 of them",
        at="key",
    )


def _alternatives(error: ValidationError) -> Iterator[Finding]:
    """Explain the one alternative that was meant, if that can be told."""
    by_branch: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        by_branch.setdefault(inner.schema_path[0], []).append(inner)
    meant = [
        group
        for group in by_branch.values()
        if not any(
            inner.validator in ("type", "enum", "const") and not inner.path for inner in group
        )
    ]
    if len(meant) == 1:
        for inner in meant[0]:
            yield from explained(inner)
        return
    path = _path(error)
    message = f"{name_of(path)} has none of the forms that it may have"
    yield Finding(
        pointer=pointer_to(path), code="wrong-form", message=message, hint=_forms(error, by_branch)
    )


def _forms(error: ValidationError, by_branch: Mapping[object, list[ValidationError]]) -> str | None:
    for group in by_branch.values():
        for inner in group:
            if inner.validator == "enum" and isinstance(error.instance, str):
                values: Any = inner.validator_value
                allowed = [shown(value) for value in values]
                return did_you_mean(error.instance, allowed) or f"write one of {listed(allowed)}"
    return _like(error)
