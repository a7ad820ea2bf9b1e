"""The values that a template sees: plain, bounded copies, so that nothing else can be reached."""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from wanflow.expand.figures import Figure
from wanflow.expand.limits import (
    MAX_INTEGER,
    MAX_VALUE_CHARS,
    MAX_VALUE_DEPTH,
    MAX_VALUE_ITEMS,
)
from wanflow.expand.problem import RefusedError

Plain: TypeAlias = "str | int | float | bool | tuple[Plain, ...] | Fields | None"


class Fields(dict[str, "Plain"]):
    """A mapping in which a dash of a key can be read as an underscore."""

    __slots__ = ("_by_identifier",)

    def __init__(self, values: Mapping[str, Plain]) -> None:
        super().__init__(values)
        # A key that is written so wins over one that only reads so.
        self._by_identifier = {identifier(key): key for key in values} | {key: key for key in self}

    def key(self, name: str) -> str | None:
        """Give the key that a name in a template means."""
        return self._by_identifier.get(name)


def identifier(name: str) -> str:
    """Give the form in which a name stands in a template."""
    return name.replace("-", "_")


def plain(values: Mapping[str, object]) -> dict[str, Plain]:
    """Copy what a template is given.

    Args:
        values: JSON values and figures by the name under which a template sees them.

    Raises:
        RefusedError: a value is of another kind, or there is too much of them.
    """
    copier = _Copier()
    return {name: copier.copy(value, 0) for name, value in values.items()}


def printed(value: object) -> str:
    """Turn a value into text as `{{ }}` does.

    Raises:
        RefusedError: it is neither text nor a finite number.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        raise _unprintable("true or false", "write {% if ... %} around the words that depend on it")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return str(value)
        raise _unprintable("a number beyond all bounds", None)
    if value is None:
        raise _unprintable("nothing", "give it a value, or write | default('...', true)")
    if isinstance(value, tuple):
        raise _unprintable("a list", "write | join(', '), or a {% for %} over it")
    if isinstance(value, dict):
        raise _unprintable("a mapping", "name one of its keys, or write a {% for %} over | items")
    return str(value)  # an undefined name: this raises, and says which


def size_of(value: object) -> int:
    """Count the characters of a value, a number or an item as one."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return 1 + sum(size_of(item) for item in value)
    if isinstance(value, dict):
        return 1 + sum(len(key) + size_of(item) for key, item in value.items())
    if value is None or isinstance(value, bool | int | float):
        return 1
    return len(str(value))  # an undefined name: this raises, and says which


def _unprintable(what: str, hint: str | None) -> RefusedError:
    return RefusedError("template-value", f"{what} cannot be printed", hint=hint)


class _Copier:
    """Copies values of one rendering and counts them."""

    def __init__(self) -> None:
        self.chars = MAX_VALUE_CHARS
        self.items = MAX_VALUE_ITEMS

    def copy(self, value: object, depth: int) -> Plain:
        self._count(value, depth)
        if isinstance(value, Figure):
            return value
        if isinstance(value, str):
            return str(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return Fields({str(key): self.copy(item, depth + 1) for key, item in value.items()})
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            return tuple(self.copy(item, depth + 1) for item in value)
        kind = type(value).__name__
        raise RefusedError("template-value", f"a value of type {kind} cannot be used in a template")

    def _count(self, value: object, depth: int) -> None:
        self.items -= 1
        if isinstance(value, str):
            self.chars -= len(value)
        elif isinstance(value, Mapping):
            self.chars -= sum(len(str(key)) for key in value)
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise RefusedError("template-limit", "a whole number beyond 2^63 cannot be used")
        if self.items < 0 or self.chars < 0 or depth > MAX_VALUE_DEPTH:
            raise RefusedError(
                "template-limit",
                "the values that this template uses are too large",
                hint=f"at most {MAX_VALUE_ITEMS:,} items and {MAX_VALUE_CHARS:,} characters in all",
            )
