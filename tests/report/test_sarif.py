import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wanflow.errors import Edit, Problem, Span
from wanflow.report.lines import lines_of, utf16_column
from wanflow.report.sarif import sarif

_MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
_POSITION = {"type": "integer", "minimum": 1}
_REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine", "startColumn"],
    "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), _POSITION),
}
_ARTIFACT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "pattern": r"^[!-~]+$"}},
}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["physicalLocation"],
    "properties": {
        "id": {"type": "integer", "minimum": -1},
        "message": _MESSAGE,
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {"artifactLocation": _ARTIFACT, "region": _REGION},
        },
    },
}
_FIX = {
    "type": "object",
    "additionalProperties": False,
    "required": ["artifactChanges"],
    "properties": {
        "description": _MESSAGE,
        "artifactChanges": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["artifactLocation", "replacements"],
                "properties": {
                    "artifactLocation": _ARTIFACT,
                    "replacements": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["deletedRegion"],
                            "properties": {
                                "deletedRegion": _REGION,
                                "insertedContent": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "properties": {"text": {"type": "string"}},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message", "ruleId"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _MESSAGE,
        "locations": {"type": "array", "items": _LOCATION},
        "relatedLocations": {"type": "array", "uniqueItems": True, "items": _LOCATION},
        "fixes": {"type": "array", "minItems": 1, "items": _FIX},
    },
}
_RULE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": _MESSAGE,
        "help": _MESSAGE,
        "defaultConfiguration": {
            "type": "object",
            "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
        },
    },
}
# The part of the standard that a log of ours uses, in our words; what is not in it is not written.
STRUCTURE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "newlineSequences": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"type": "string"},
                    },
                    "results": {"type": "array", "items": _RESULT},
                    "tool": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": _RULE,
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


def span(line: int, column: int, file: str = "r.yaml") -> Span:
    return Span(file=file, line=line, column=column)


def log_of(problems: list[Problem], sources: dict[str, str] | None = None) -> dict[str, Any]:
    made: Any = sarif(problems, sources or {}, version="1.2.3")
    Draft202012Validator(STRUCTURE).validate(json.loads(json.dumps(made)))
    return dict(made)


def results(problems: list[Problem], sources: dict[str, str] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log_of(problems, sources)["runs"][0]["results"]
    return found


def test_a_log_without_problems_is_a_log() -> None:
    assert log_of([])["runs"][0]["results"] == []


def test_every_code_is_a_rule_and_every_result_points_to_its_rule() -> None:
    problems = [
        Problem(code="size-area", message="a", span=span(1, 1)),
        Problem(code="long-chain", message="b", span=span(2, 1), severity="warning"),
        Problem(code="size-area", message="c", span=span(3, 1)),
        Problem(code="NobodyKnows", message="d"),
    ]

    run = log_of(problems)["runs"][0]

    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [p.code for p in problems]
    levels = {rule["id"]: rule.get("defaultConfiguration") for rule in rules}
    assert levels["long-chain"] == {"level": "warning"}
    assert levels["NobodyKnows"] is None


def test_columns_count_utf16_units() -> None:
    source = "name: 😀😀 图 x\n"
    problem = Problem(code="size-area", message="m", span=span(1, source.index("x") + 1))

    region = results([problem], {"r.yaml": source})[0]["locations"][0]["physicalLocation"]["region"]

    assert region == {
        "startLine": 1,
        "startColumn": len("name: 😀😀 图 ".encode("utf-16-le")) // 2 + 1,
    }


def test_a_fix_says_what_goes_and_what_comes() -> None:
    source = "a: 😀 bad\nb: x\n# gone\n"
    fix = (
        Edit(span=span(1, 6), old="bad", new="good"),
        Edit(span=span(2, 4), old="x\n# gone\n", new=""),
    )
    problem = Problem(code="size-area", message="m", span=span(1, 6), fix=fix)

    changes = results([problem], {"r.yaml": source})[0]["fixes"][0]["artifactChanges"]

    assert changes[0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 7, "endLine": 1, "endColumn": 10},
            "insertedContent": {"text": "good"},
        },
        {
            "deletedRegion": {"startLine": 2, "startColumn": 4, "endLine": 4, "endColumn": 1},
            "insertedContent": {"text": ""},
        },
    ]


def test_related_places_are_numbered() -> None:
    related = ((span(1, 1), "the first one"), (span(2, 1), "the second one"))
    problem = Problem(code="duplicate-key", message="m", span=span(3, 1), related=related)

    found = results([problem])[0]["relatedLocations"]

    assert [(one["id"], one["message"]["text"]) for one in found] == [
        (0, "the first one"),
        (1, "the second one"),
    ]


def test_the_hint_belongs_to_the_message() -> None:
    said = results([Problem(code="size-area", message="m", hint="write 1*1")])[0]

    assert said["message"]["text"] == "m\nhint: write 1*1"
    assert "locations" not in said


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("图 1.yaml", "%E5%9B%BE%201.yaml"),
        ("a/b#c?.yaml", "a/b%23c%3F.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("/tmp/a b.yaml", "file:///tmp/a%20b.yaml"),
    ],
)
def test_files_are_addresses(file: str, uri: str) -> None:
    problem = Problem(code="size-area", message="m", span=span(1, 1, file))

    place = results([problem])[0]["locations"][0]["physicalLocation"]

    assert place["artifactLocation"]["uri"] == uri
    assert unquote(urlsplit(uri).path) == file


@given(text=st.text(max_size=30), at=st.integers(1, 40))
@settings(deadline=None)
def test_a_column_in_utf16_units_is_where_the_character_is(text: str, at: int) -> None:
    line = lines_of(text)[0]
    column = min(at, len(line) + 1)

    wide = utf16_column(line, column)

    encoded = line.encode("utf-16-le", "surrogatepass")
    assert encoded[: (wide - 1) * 2].decode("utf-16-le", "surrogatepass") == line[: column - 1]
