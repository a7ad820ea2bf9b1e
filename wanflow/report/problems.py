"""Mistakes as a person reads them in a terminal, and as a program reads them in JSON."""

from collections.abc import Mapping, Sequence

from wanflow.errors import Problem, Span
from wanflow.model.values import JsonValue
from wanflow.report.amounts import counted
from wanflow.report.columns import width_of
from wanflow.report.ink import Ink
from wanflow.report.lines import lines_of
from wanflow.report.safe import safe_character, safe_text

_COLUMNS = 80
_TAB = 4
_INDENT = "      "
_MOST = 1_000  # characters of a message: the reader's own words may be in it


def render_problem(problem: Problem, source: str | None, *, color: bool = False) -> str:
    """Show one problem with the line it is on and a caret under the column.

    Args:
        problem: what is wrong.
        source: the text of the file that its span names; None shows no line.
        color: paint it.

    Returns:
        Lines of at most 80 columns where the line of the source is concerned.
    """
    ink = Ink(color)
    warning = problem.severity == "warning"
    head = f"{ink(_place(problem.span), 'bold')}: " if problem.span else ""
    mark = ink("warning", "yellow") + ": " if warning else ""
    code = ink(problem.code, "yellow" if warning else "red")
    shown = [f"{head}{mark}{code}: {safe_text(problem.message, _MOST)}"]
    if problem.span is not None and source is not None:
        shown.extend(_excerpt(problem.span, source, ink))
    if problem.hint:
        shown.append(f"{_INDENT}{ink('hint', 'cyan')}: {safe_text(problem.hint, _MOST)}")
    shown.extend(
        f"{_INDENT}{ink(_place(span), 'bold')}: {safe_text(text, _MOST)}"
        for span, text in problem.related
    )
    return "\n".join(shown)


def render_problems(
    problems: Sequence[Problem], sources: Mapping[str, str], *, color: bool = False
) -> str:
    """Show all problems in the order given, and their number at the end.

    Args:
        problems: any number of them.
        sources: the text of each file by the name that the spans use; one may be missing.
        color: paint them.
    """
    shown = [
        render_problem(
            problem, sources.get(problem.span.file) if problem.span else None, color=color
        )
        for problem in problems
    ]
    return "\n".join([*shown, count_line(problems, color=color)])


def count_line(problems: Sequence[Problem], *, color: bool = False) -> str:
    """Say how many there are: `2 errors, 1 warning`, or `no problems`."""
    ink = Ink(color)
    errors = _number(problems, "error")
    warnings = _number(problems, "warning")
    parts = [ink(counted(errors, "error"), "red")] if errors else []
    if warnings:
        parts.append(ink(counted(warnings, "warning"), "yellow"))
    return ", ".join(parts) or ink("no problems", "green")


def problems_json(problems: Sequence[Problem]) -> JsonValue:
    """Give problems as the document that `schemas/problems.schema.json` describes."""
    return {
        "version": 1,
        "errors": _number(problems, "error"),
        "warnings": _number(problems, "warning"),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity,
                "message": problem.message,
                "hint": problem.hint,
                "place": _span_json(problem.span) if problem.span else None,
                "related": [
                    {"place": _span_json(span), "text": text} for span, text in problem.related
                ],
                "fix": [
                    {"place": _span_json(edit.span), "old": edit.old, "new": edit.new}
                    for edit in problem.fix
                ],
            }
            for problem in problems
        ],
    }


def _number(problems: Sequence[Problem], severity: str) -> int:
    return sum(problem.severity == severity for problem in problems)


def _place(span: Span) -> str:
    return f"{safe_text(span.file, None)}:{span.line}:{span.column}"


def _span_json(span: Span) -> JsonValue:
    return {"file": span.file, "line": span.line, "column": span.column}


def _excerpt(span: Span, source: str, ink: Ink) -> list[str]:
    lines = lines_of(source)
    if not 1 <= span.line <= len(lines):
        return []
    gutter = f"{span.line:>5} | "
    shown, before = _window(lines[span.line - 1], span.column - 1, _COLUMNS - len(gutter))
    return [ink(gutter, "dim") + shown, " " * (len(gutter) + before) + ink("^", "red")]


def _window(line: str, column: int, columns: int) -> tuple[str, int]:
    """Cut the part of a line around a column out; say how many columns stand before it."""
    cells = _cells(line)
    column = min(max(column, 0), len(cells))
    start, end = 0, len(cells)
    if sum(map(width_of, cells)) >= columns:
        room = columns - 2  # for a mark on either side
        start = _back(cells, column, room // 2)
        end = _forward(cells, start, room)
        start = _back(cells, end, room) if end == len(cells) else start
    left = "…" if start else ""
    right = "…" if end < len(cells) else ""
    before = left + "".join(cells[start:column])
    return left + "".join(cells[start:end]) + right, width_of(before)


def _cells(line: str) -> list[str]:
    """Give each character of a line as it is shown: tabs as spaces, controls made visible."""
    cells: list[str] = []
    at = 0
    for character in line:
        cell = " " * (_TAB - at % _TAB) if character == "\t" else safe_character(character)
        cells.append(cell)
        at += width_of(cell)
    return cells


def _back(cells: Sequence[str], at: int, columns: int) -> int:
    while at > 0 and width_of(cells[at - 1]) <= columns:
        at -= 1
        columns -= width_of(cells[at])
    return at


def _forward(cells: Sequence[str], at: int, columns: int) -> int:
    while at < len(cells) and width_of(cells[at]) <= columns:
        columns -= width_of(cells[at])
        at += 1
    return at
