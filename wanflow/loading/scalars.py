"""What a plain YAML scalar means: the core types of YAML 1.2, decimal numbers only.

`yes`, `no`, `on`, `2026-11-23`, `0x1f`, `0o17`, `1_000` and `16:9` are text.
"""

import math
import re
from dataclasses import dataclass

# More digits than any quantity has; reading thousands of them takes quadratic time.
MAX_DIGITS = 300

_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_STARTS_NUMBER = frozenset("0123456789+-.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A plain scalar that is a number by its form and cannot be one here."""

    code: str
    message: str
    hint: str


def plain_value(text: str) -> str | int | float | bool | Unreadable | None:
    """Give the value of a plain (unquoted) scalar."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _STARTS_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        return Unreadable(
            code="not-a-number",
            message=f"'{text}' is no number that can be used here",
            hint="write a decimal number, or put it in quotes if it is text",
        )
    return text


def _integer(text: str) -> int | Unreadable:
    if len(text) > MAX_DIGITS:
        return _too_long(len(text))
    return int(text)


def _float(text: str) -> float | Unreadable:
    if len(text) > MAX_DIGITS:
        return _too_long(len(text))
    value = float(text)
    if math.isinf(value):
        return Unreadable(
            code="number-too-large",
            message=f"the number {text} is too large",
            hint="put it in quotes if it is text",
        )
    return value


def _too_long(digits: int) -> Unreadable:
    return Unreadable(
        code="number-too-long",
        message=f"a number of {digits:,} characters cannot be meant",
        hint="put it in quotes if it is text",
    )
