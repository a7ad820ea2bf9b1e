"""Templates that only put values into a text: they need no engine to be rendered again."""

import math
from collections.abc import Mapping
from typing import Literal

from jinja2 import nodes

from wanflow.expand.figures import Figure
from wanflow.expand.limits import MAX_INTEGER, MAX_OUTPUT_BYTES
from wanflow.expand.sandbox import Sandbox
from wanflow.model.values import JsonValue

_ROW = "row"
Part = tuple[Literal["text", "name", "column"], str]


def parts_of(source: str) -> tuple[Part, ...] | None:
    """Take a sound template apart: texts, names, and columns of the row; None if it has more."""
    tree = Sandbox().parsed(source.replace("\r\n", "\n").replace("\r", "\n"))
    parts: list[Part] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            part = _part(node)
            if part is None:
                return None
            parts.append(part)
    return tuple(parts)


def _part(node: nodes.Expr) -> Part | None:
    if isinstance(node, nodes.TemplateData):
        return "text", node.data
    if isinstance(node, nodes.Name) and node.name != _ROW:
        return "name", node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return ("column", node.attr) if node.node.name == _ROW else None
    return None


def joined(parts: tuple[Part, ...], context: Mapping[str, JsonValue]) -> str | None:
    """Put values between texts as the engine prints them.

    Returns:
        The text; None if a value is missing, is no text and no number, or is too large.
    """
    row = context.get(_ROW)
    pieces: list[str] = []
    for kind, name in parts:
        if kind == "text":
            pieces.append(name)
            continue
        if kind == "name":
            value = context.get(name)
        else:
            value = row.get(name) if isinstance(row, Mapping) else None
        text = value if type(value) is str else _printed(value)
        if text is None:
            return None
        pieces.append(text)
    made = "".join(pieces)
    # A character is at most four bytes: short texts need no counting.
    return made if len(made) * 4 <= MAX_OUTPUT_BYTES else None


def _printed(value: JsonValue) -> str | None:
    kind = type(value)
    if isinstance(value, Figure):
        return str(value)
    if kind is int and isinstance(value, int):
        return str(value) if abs(value) <= MAX_INTEGER else None
    if kind is float and isinstance(value, float):
        return str(value) if math.isfinite(value) else None
    return None
