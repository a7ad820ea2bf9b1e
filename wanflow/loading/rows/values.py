"""What an input takes, asked a hundred thousand times: quick to say yes, slow to say why not."""

from collections.abc import Callable, Mapping
from typing import Any

from wanflow.loading.bind import converted
from wanflow.loading.rules import value_findings
from wanflow.loading.schema import Finding
from wanflow.model.recipe import Input
from wanflow.model.values import JsonValue

Fits = Callable[[Any], bool]
_TEXT_RULES = frozenset({"enum", "minLength", "maxLength"})
_NUMBER_RULES = frozenset({"enum", "minimum", "maximum"})
_PATH_CHARS = 4096


def quick_fit(one: Input) -> Fits:
    """Make a check that only says yes where the slow one would; no may mean anything."""
    rules = one.rules
    if one.type == "string" and rules.keys() <= _TEXT_RULES:
        return _text_fit(rules)
    if one.type in ("integer", "number") and rules.keys() <= _NUMBER_RULES:
        return _number_fit(rules, whole=one.type == "integer")
    if one.type == "boolean" and not rules:
        return lambda value: isinstance(value, bool)
    if one.type == "image" and not rules:
        return lambda value: isinstance(value, str) and 1 <= len(value) <= _PATH_CHARS
    return lambda _value: False


def why_not(one: Input, value: JsonValue) -> tuple[Finding, ...]:
    """Say what is wrong with a value; nothing if it fits."""
    return value_findings(one.type, one.rules, value)


def reader(one: Input) -> Callable[[str], JsonValue]:
    """Make what reads a text as the type of an input."""
    if one.type in ("string", "image"):
        return str
    return lambda text: converted(one, text)


def _text_fit(rules: Mapping[str, JsonValue]) -> Fits:
    values = rules.get("enum")
    least, most = _number(rules, "minLength", 0), _number(rules, "maxLength", float("inf"))
    if isinstance(values, list):
        allowed = frozenset(value for value in values if isinstance(value, str))
        return lambda value: (
            isinstance(value, str) and value in allowed and (least <= len(value) <= most)
        )
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _number_fit(rules: Mapping[str, JsonValue], *, whole: bool) -> Fits:
    kinds = (int,) if whole else (int, float)
    least, most = _number(rules, "minimum", float("-inf")), _number(rules, "maximum", float("inf"))
    values = rules.get("enum")
    allowed = (
        frozenset(v for v in values if isinstance(v, kinds)) if isinstance(values, list) else None
    )

    def fits(value: Any) -> bool:  # noqa: ANN401 # any JSON
        if not isinstance(value, kinds) or isinstance(value, bool):
            return False
        return least <= value <= most and (allowed is None or value in allowed)

    return fits


def _number(rules: Mapping[str, JsonValue], name: str, without: float) -> float:
    """Give a limit; one that is no number lets nothing through quickly."""
    found = rules.get(name, without)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return float("nan")
    return found
