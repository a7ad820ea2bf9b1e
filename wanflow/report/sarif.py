"""Problems as SARIF 2.1.0, the form in which code scanners tell each other of findings.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS, errata 01.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from urllib.parse import quote

from wanflow.errors import Edit, Problem, Span
from wanflow.messages import explanations
from wanflow.model.values import JsonValue
from wanflow.report.lines import BREAKS, lines_of, utf16_column

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(
    problems: Sequence[Problem], sources: Mapping[str, str], *, version: str
) -> Mapping[str, JsonValue]:
    """Write problems as one SARIF log with one run.

    Columns count UTF-16 code units, which is what the log says they are; files are relative where
    they were given so.

    Args:
        problems: any number of them.
        sources: the text of each file by the name that the spans use; where one is missing, its
            columns count characters.
        version: of wanflow.
    """
    codes = sorted({problem.code for problem in problems})
    log = _Log({name: lines_of(text) for name, text in sources.items()}, codes)
    driver = {"name": "wanflow", "version": version, "rules": [_rule(code) for code in codes]}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "utf16CodeUnits",
                "newlineSequences": list(BREAKS),
                "results": [log.result(problem) for problem in problems],
            }
        ],
    }


def _rule(code: str) -> JsonValue:
    """Describe a code; one that only the service knows has no explanation."""
    known = explanations().get(code)
    if known is None:
        return {"id": code}
    said = {"text": f"{known.cause.en} {known.cure.en}"}
    return {
        "id": code,
        "shortDescription": {"text": known.meaning.en},
        "help": said,
        "defaultConfiguration": {"level": known.severity},
    }


class _Log:
    """Writes the parts of a log that need the sources or the order of the rules."""

    def __init__(self, lines: Mapping[str, Sequence[str]], codes: Sequence[str]) -> None:
        self._lines = lines
        self._codes = codes

    def result(self, problem: Problem) -> JsonValue:
        """Write one problem."""
        text = problem.message + (f"\nhint: {problem.hint}" if problem.hint else "")
        result: dict[str, JsonValue] = {
            "ruleId": problem.code,
            "ruleIndex": self._codes.index(problem.code),
            "level": problem.severity,
            "message": {"text": text},
        }
        if problem.span is not None:
            result["locations"] = [self._location(problem.span)]
        if problem.related:
            result["relatedLocations"] = [
                {**self._location(span), "id": at, "message": {"text": said}}
                for at, (span, said) in enumerate(problem.related)
            ]
        if problem.fix:
            result["fixes"] = [self._fix(problem)]
        return result

    def _location(self, span: Span) -> dict[str, JsonValue]:
        region = {"startLine": span.line, "startColumn": self._column(span)}
        return {"physicalLocation": {"artifactLocation": _artifact(span.file), "region": region}}

    def _column(self, span: Span) -> int:
        lines = self._lines.get(span.file, ())
        if not 1 <= span.line <= len(lines):
            return span.column
        return utf16_column(lines[span.line - 1], span.column)

    def _fix(self, problem: Problem) -> JsonValue:
        by_file = groupby(problem.fix, key=lambda edit: edit.span.file)
        changes: list[JsonValue] = [
            {
                "artifactLocation": _artifact(file),
                "replacements": [self._replacement(edit) for edit in edits],
            }
            for file, edits in by_file
        ]
        return {"description": {"text": problem.hint or "mend it"}, "artifactChanges": changes}

    def _replacement(self, edit: Edit) -> JsonValue:
        old = lines_of(edit.old)
        last = Span(
            file=edit.span.file,
            line=edit.span.line + len(old) - 1,
            column=len(old[-1]) + (edit.span.column if len(old) == 1 else 1),
        )
        region = {
            "startLine": edit.span.line,
            "startColumn": self._column(edit.span),
            "endLine": last.line,
            "endColumn": self._column(last),
        }
        return {"deletedRegion": region, "insertedContent": {"text": edit.new}}


def _artifact(file: str) -> JsonValue:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    uri = quote(path.as_posix())
    # A colon in the first part would make it the name of a scheme.
    return {"uri": f"./{uri}" if ":" in uri.partition("/")[0] else uri}
