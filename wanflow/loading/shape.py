"""What a JSON Schema says about the types at a place, read without validating."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from wanflow.model.values import JsonValue

Schemas: TypeAlias = "tuple[Mapping[str, Any], ...]"
_BRANCHES = ("allOf", "anyOf", "oneOf")


def kind_of(value: JsonValue) -> str:
    """Name the JSON type of a value; whole numbers are `integer`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) else "number"
    return "object" if isinstance(value, Mapping) else "array"


def fits(kind: str, wanted: frozenset[str]) -> bool:
    """Say whether a value of this type may stand where those types are wanted."""
    return kind in wanted or (kind == "integer" and "number" in wanted)


def branches(schema: object) -> Schemas:
    """List a schema and the alternatives within it that are about the same value."""
    if not isinstance(schema, Mapping):
        return ()
    found: list[Mapping[str, Any]] = []
    todo: list[object] = [schema]
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            found.append(one)
            for key in _BRANCHES:
                more = one.get(key)
                todo.extend(more if isinstance(more, list) else ())
            todo.extend((one.get("then"), one.get("else")))
    return tuple(found)


def wanted_kinds(schemas: Schemas) -> frozenset[str]:
    """Collect the types that a place may have by its schemas; nothing if they do not say."""
    found: set[str] = set()
    for schema in schemas:
        kinds = schema.get("type")
        if isinstance(kinds, str):
            found.add(kinds)
        elif isinstance(kinds, list):
            found.update(kind for kind in kinds if isinstance(kind, str))
        elif isinstance(schema.get("enum"), list):
            found.update(kind_of(value) for value in schema["enum"])
        elif "const" in schema:
            found.add(kind_of(schema["const"]))
    return frozenset(found)


def below(schemas: Schemas, key: str | int) -> Schemas:
    """Give the schemas of what stands under a key, or of a list's item."""
    found: list[Mapping[str, Any]] = []
    for schema in schemas:
        if isinstance(key, int):
            found.extend(branches(schema.get("items")))
            continue
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and key in properties:
            found.extend(branches(properties[key]))
        else:
            found.extend(branches(schema.get("additionalProperties")))
    return tuple(found)


def entries(value: JsonValue) -> Iterator[tuple[str | int, JsonValue]]:
    """List what a list or mapping holds, with its keys or from 0."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from enumerate(value)
