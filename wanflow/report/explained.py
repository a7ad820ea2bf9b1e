"""Explanations of codes as a person reads them in a terminal, and as a program reads them."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from wanflow.messages import Explanation, Text
from wanflow.model.values import JsonValue
from wanflow.report.columns import wrapped

_COLUMNS = 80
_INDENT = "  "
_CODE = "    "


def explanation_text(one: Explanation) -> str:
    """Write one explanation in English and in Chinese, with its example."""
    lines = [f"{one.code} ({one.severity})", ""]
    lines += _lines(one.meaning.en, f"Cause: {one.cause.en}", f"Cure: {one.cure.en}")
    lines += ["", *_lines(one.meaning.zh, f"原因:{one.cause.zh}", f"办法:{one.cure.zh}")]
    if one.example is not None:
        lines += ["", "Wrong:", "", *_quoted(one.example.bad)]
        lines += ["", "Right:", "", *_quoted(one.example.good)]
    return "\n".join(lines)


def explanations_text(all_of_them: Iterable[Explanation]) -> str:
    """List codes by theme, in the order given, a line or two each."""
    parts: list[str] = []
    for theme, group in groupby(all_of_them, key=lambda one: one.theme):
        lines = [f"{theme.en} / {theme.zh}", ""]
        for one in group:
            mark = "" if one.severity == "error" else f" ({one.severity})"
            lines += [f"{_INDENT}{one.code}{mark}", *_indented(one.meaning.en, _CODE)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def explanations_json(all_of_them: Iterable[Explanation]) -> JsonValue:
    """Give explanations as the document that `schemas/explanations.schema.json` describes."""
    return {"version": 1, "explanations": [_json(one) for one in all_of_them]}


def _json(one: Explanation) -> JsonValue:
    example = one.example
    return {
        "code": one.code,
        "severity": one.severity,
        "theme": _both(one.theme),
        "meaning": _both(one.meaning),
        "cause": _both(one.cause),
        "cure": _both(one.cure),
        "example": {"bad": example.bad, "good": example.good} if example else None,
    }


def _both(text: Text) -> JsonValue:
    return {"en": text.en, "zh": text.zh}


def _lines(*paragraphs: str) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from _indented(paragraph, _INDENT)


def _indented(text: str, indent: str) -> list[str]:
    return [indent + line for line in wrapped(text, _COLUMNS - len(indent))]


def _quoted(recipe: str) -> list[str]:
    return [f"{_CODE}{line}".rstrip() for line in recipe.rstrip("\n").split("\n")]
