"""A template that is rendered for many rows: what is the same for all of them is done once."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

from wanflow.expand.figures import Figure
from wanflow.expand.limits import MAX_INTEGER, MAX_VALUE_CHARS
from wanflow.expand.templates import is_template, render, used_attributes
from wanflow.expand.values import Fields, Plain
from wanflow.model.values import JsonValue

if TYPE_CHECKING:
    from wanflow.expand.compiled import Compiled
    from wanflow.expand.straight import Part

_ROW = "row"
_AS_THEY_ARE = (float, bool, type(None), Figure, Fields)
_MISSING = object()
_SHORT_CHARS = 1_000


class Repeated:
    """Renders as `templates.render` does, with the same results and the same errors.

    Plain values take a short way: texts and numbers by name, and of a row only the columns that
    the template names. Everything else, and everything that fails, is left to `render`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._constant = None if is_template(source) else render(source, {})

    def render(self, context: Mapping[str, JsonValue]) -> str:
        """Render with the values of one row, whose names are as a template writes them.

        Raises:
            TemplateError: as `templates.render`.
        """
        if self._constant is not None:
            return self._constant
        if self._parts is not None:
            from wanflow.expand.straight import joined  # noqa: PLC0415 - loaded when needed

            text = joined(self._parts, context)
            return render(self.source, context) if text is None else text
        values = self._values(context)
        if values is None:
            return render(self.source, context)
        from wanflow.expand.compiled import run  # noqa: PLC0415 - loaded when needed

        return run(self._compiled, values)

    @cached_property
    def _compiled(self) -> "Compiled":
        from wanflow.expand.compiled import compiled  # noqa: PLC0415 - loaded when needed

        return compiled(self.source)

    @cached_property
    def _parts(self) -> "tuple[Part, ...] | None":
        from wanflow.expand.straight import parts_of  # noqa: PLC0415 - loaded when needed

        return None if self._compiled.problems else parts_of(self.source)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._compiled.names)

    @cached_property
    def _columns(self) -> frozenset[str] | None:
        return used_attributes(self.source, _ROW)

    def _values(self, context: Mapping[str, JsonValue]) -> dict[str, Plain] | None:
        """Give what the template mentions, None if that takes the long way."""
        if self._compiled.problems:
            return None
        values: dict[str, Plain] = {}
        chars = 0
        for name in self._names:
            value: object = self._row(context) if name == _ROW else context.get(name, _MISSING)
            if type(value) is str:
                chars += len(value)
            elif type(value) is int:
                if abs(value) > MAX_INTEGER:
                    return None
            elif not isinstance(value, _AS_THEY_ARE):
                return None
            values[name] = cast("Plain", value)
        return values if chars <= MAX_VALUE_CHARS else None

    def _row(self, context: Mapping[str, JsonValue]) -> object:
        """Take from a row the columns that are named, if all of them are short texts."""
        row = context.get(_ROW)
        if self._columns is None or not isinstance(row, Mapping):
            return _MISSING
        texts: dict[str, Plain] = {}
        for name in self._columns:
            value = row.get(name)
            if type(value) is not str or len(value) > _SHORT_CHARS:
                return _MISSING
            texts[name] = value
        return Fields(texts)
