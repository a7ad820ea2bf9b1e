"""The JSON Schema that an input's values must fit."""

from collections.abc import Mapping
from typing import Any

from wanflow.loading.schema import Finding, findings
from wanflow.model.values import JsonValue

_NO_RULES = ("type", "default", "description")
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "image": {"type": "string", "minLength": 1, "maxLength": 4096},
    "images": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 4096}},
    "list": {"type": "array"},
}


def rules_of(described: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Give what an input's description says about its values."""
    return {key: value for key, value in described.items() if key not in _NO_RULES}


def value_findings(
    kind: str, rules: Mapping[str, JsonValue], value: JsonValue
) -> tuple[Finding, ...]:
    """Hold one value against an input's type and rules.

    Args:
        kind: the input's type.
        rules: its description or only its rules; what is no valid rule is left out.
        value: what is given for it.
    """
    usable = {key: rule for key, rule in rules_of(rules).items() if _usable(key, rule)}
    return findings({**usable, **_TYPES[kind]}, value)


def _usable(key: str, rule: JsonValue) -> bool:
    if key == "enum":
        return isinstance(rule, list)
    if isinstance(rule, bool) or not isinstance(rule, int | float):
        return False
    return key != "multipleOf" or rule > 0


def input_types() -> Mapping[str, Mapping[str, Any]]:
    """Give the schema of each type of input, without rules."""
    return _TYPES
