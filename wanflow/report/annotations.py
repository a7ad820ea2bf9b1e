"""Problems as annotations of GitHub Actions: a line of its own for each, read from stdout."""

from collections.abc import Sequence

from wanflow.errors import Problem
from wanflow.model.values import JsonValue
from wanflow.report.safe import safe_text

# The runner takes these three apart in the text; in a property the colon and the comma as well.
_IN_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_TEXT, ":": "%3A", ",": "%2C"}
_MOST = 1_000  # characters; the runner cuts longer ones


def annotations(problems: Sequence[Problem]) -> str:
    """Write problems as workflow commands, in the order given.

    Columns count characters: the service says nothing of what it counts.
    """
    return "\n".join(_annotation(problem) for problem in problems)


def _annotation(problem: Problem) -> str:
    properties: dict[str, JsonValue] = {}
    if problem.span is not None:
        properties["file"] = problem.span.file.replace("\\", "/")
        properties["line"] = problem.span.line
        properties["col"] = problem.span.column
    properties["title"] = problem.code
    said = ",".join(
        f"{name}={_escaped(str(value), _IN_PROPERTY)}" for name, value in properties.items()
    )
    text = safe_text(problem.message, _MOST)
    if problem.hint:
        text += f"\nhint: {safe_text(problem.hint, _MOST)}"
    return f"::{problem.severity} {said}::{_escaped(text, _IN_TEXT)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
