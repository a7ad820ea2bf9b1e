"""A run as JUnit XML."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from tests.report.random_records import RECORDS
from tests.report.sample_runs import branching_run, failed_run
from wanflow.model.run import RunRecord
from wanflow.report.junit import report_junit


def suite_of(record: RunRecord) -> ET.Element:
    root = ET.fromstring(report_junit(record).encode())  # noqa: S314 # our own text
    suite = root.find("testsuite")
    assert suite is not None
    return suite


@pytest.mark.parametrize("make", [branching_run, failed_run])
def test_every_step_is_a_case(tmp_path: Path, make: type) -> None:
    record = make(tmp_path)

    cases = suite_of(record).findall("testcase")

    assert [case.get("name") for case in cases] == [step.key for step in record.steps]


def test_a_failed_step_is_a_failure_with_its_code_and_words(tmp_path: Path) -> None:
    record = failed_run(tmp_path)
    failed = next(step for step in record.steps if step.state == "failed")

    suite = suite_of(record)

    failure = suite.find(f"testcase[@name='{failed.key}']/failure")
    assert failure is not None
    assert failure.get("type") == failed.error_code
    assert failure.get("message") == failed.error
    assert suite.get("failures") == "1"


@given(record=RECORDS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_run_is_sound_xml_whose_counts_are_its_cases(record: RunRecord) -> None:
    suite = suite_of(record)

    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{tag}"))
