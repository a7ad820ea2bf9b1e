import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tests.report.random_records import RECORDS
from tests.report.sample_runs import branching_run, chinese_run
from wanflow.contract import schema
from wanflow.errors import UsageError
from wanflow.model.measure import Measure
from wanflow.model.plan import Decision
from wanflow.model.run import OutputRecord, PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Artifact, Note, Size
from wanflow.report.json_text import record_from_json, report_json

FORM: dict[str, Any] = json.loads(schema("report"))


@given(record=RECORDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_record_comes_back_from_json_exactly(record: RunRecord) -> None:
    text = report_json(record)

    assert record_from_json(text) == record
    assert report_json(record_from_json(text)) == text
    assert text.encode("utf-8")


@given(record=RECORDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_every_record_fits_the_schema(record: RunRecord) -> None:
    value = json.loads(report_json(record))

    Draft202012Validator(FORM).validate(value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", RunRecord),
        ("step", StepRecord),
        ("picture", PictureRecord),
        ("output", OutputRecord),
        ("decision", Decision),
        ("artifact", Artifact),
        ("note", Note),
        ("measure", Measure),
        ("size", Size),
    ],
)
def test_the_schema_names_exactly_the_fields_of_the_record(name: str, kind: type) -> None:
    form = FORM["$defs"][name] if name else FORM

    stated = [key for key in form["properties"] if key != "wanflow_report"]

    assert stated == [field.name for field in fields(kind)]
    assert form["required"] == list(form["properties"])
    assert form["additionalProperties"] is False
    assert all("description" in p or "$ref" in p for p in form["properties"].values())


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(FORM)


def test_chinese_stands_as_it_is_and_the_version_stands_first(tmp_path: Path) -> None:
    text = report_json(chinese_run(tmp_path))

    assert text.startswith('{\n  "wanflow_report": 1,\n  "run": ')
    assert "将图1中的花放置到图2" in text
    assert text.endswith("}\n")


def test_a_whole_number_of_seconds_may_stand_without_a_point(tmp_path: Path) -> None:
    text = _broken(tmp_path, "seconds", value=192)

    assert record_from_json(text).seconds == 192


def test_a_report_from_before_there_were_checks_is_read(tmp_path: Path) -> None:
    text = _broken(tmp_path, "steps", 2, "checks", value=...)

    assert branching_run(tmp_path).steps[2].checks
    assert record_from_json(text).steps[2].checks == ()


def test_tuples_of_values_are_written_as_lists(tmp_path: Path) -> None:
    record = replace(branching_run(tmp_path), inputs={"sizes": (1, 2)})

    again = record_from_json(report_json(record))

    assert again.inputs == {"sizes": [1, 2]}


def _broken(tmp_path: Path, *path: str | int, value: object) -> str:
    whole = json.loads(report_json(branching_run(tmp_path)))
    at = whole
    for key in path[:-1]:
        at = at[key]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("wanflow_report",), 2, "at '/wanflow_report': version 2 is not 1"),
        (("wanflow_report",), True, "version True is not 1"),
        (("wanflow_report",), ..., "'wanflow_report' is missing"),
        (("state",), "fine", "at '/state': 'fine' is none of running, done"),
        (("state",), ["done"], "at '/state': "),
        (("seconds",), "long", "at '/seconds': 'long' is no float"),
        (("seconds",), True, "at '/seconds': True is no float"),
        (("cost_micro",), 1.5, "at '/cost_micro': 1.5 is no int"),
        (("steps", 1, "key"), None, "at '/steps/1/key': None is no str"),
        (("steps", 1, "images"), {}, "at '/steps/1/images': {} is no list"),
        (("steps", 0, "arguments"), [], "at '/steps/0/arguments': [] is no mapping"),
        (("steps", 0, "size"), 1, "at '/steps/0/size': there is no such field"),
        (("steps", 0, "prompt"), ..., "at '/steps/0/prompt': it is missing"),
        (("outputs", 0, "artifact"), 7, "at '/outputs/0/artifact': 7 is no mapping"),
    ],
)
def test_what_is_no_report_is_named_with_its_place(
    tmp_path: Path, path: tuple[str | int, ...], value: object, message: str
) -> None:
    text = _broken(tmp_path, *path, value=value)

    with pytest.raises(UsageError, match="this is not a report") as caught:
        record_from_json(text)

    assert message in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="this is not a report"):
        record_from_json(text)
