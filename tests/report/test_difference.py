"""Two runs, or two recipes: what is different is named, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from PIL import Image

from tests.report.random_records import HOSTILE_TEXTS, RECORDS
from tests.report.sample_runs import artifact, branching_run, chinese_run, reused_run
from wanflow.contract import schema
from wanflow.model.difference import Comparison
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import RunId, Sha256
from wanflow.report.diff.compare import compare_runs
from wanflow.report.diff.page import difference_page
from wanflow.report.diff.text import difference_json, difference_text

FORM: dict[str, Any] = json.loads(schema("diff"))
NAMES = ("first", "second")


def compared(before: RunRecord, after: RunRecord, folder: Path) -> Comparison:
    return compare_runs(before, after, folders=(folder, folder), names=NAMES)


def with_step(record: RunRecord, number: int, **changes: object) -> RunRecord:
    steps = list(record.steps)
    steps[number] = replace(steps[number], **changes)  # type: ignore[arg-type] # a test's own
    return replace(record, steps=tuple(steps))


def with_picture(step: StepRecord, picture: PictureRecord) -> dict[str, object]:
    return {"pictures": (picture, *step.pictures[1:])}


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    run = branching_run(tmp_path)

    found = compared(run, run, tmp_path)

    assert found.same
    assert difference_text(found).startswith("nothing is different: ")


@given(record=RECORDS)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_no_run_differs_from_itself_and_every_comparison_fits_the_schema(
    record: RunRecord,
) -> None:
    found = compared(record, record, Path("nowhere"))

    assert found.same
    Draft202012Validator(FORM).validate(difference_json(found))


@given(before=RECORDS, after=RECORDS)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_two_runs_can_be_compared_and_shown(before: RunRecord, after: RunRecord) -> None:
    found = compared(before, after, Path("nowhere"))

    Draft202012Validator(FORM).validate(difference_json(found))
    assert difference_text(found).isprintable() or "\n" in difference_text(found)
    assert "<script" not in difference_page(found)


def test_when_a_run_was_and_what_it_reused_is_no_difference(tmp_path: Path) -> None:
    run = branching_run(tmp_path)
    later = replace(run, run=RunId("later"), started_at="2027-01-01T00:00:00.000Z", cost_micro=0)
    again = replace(later, steps=tuple(replace(s, state="reused", seconds=0.0) for s in run.steps))

    assert compared(run, again, tmp_path).same


def test_one_changed_word_is_named_and_nothing_else(tmp_path: Path) -> None:
    run = branching_run(tmp_path)
    step = run.steps[0]
    prompt = step.prompt.replace("paper", "silk")
    template = step.template.replace("paper", "silk")
    assert prompt != step.prompt

    found = compared(run, with_step(run, 0, prompt=prompt, template=template), tmp_path)

    (change,) = found.changes
    assert (change.part, change.name, change.field) == ("step", step.key, "prompt")
    shown = difference_text(found)
    assert shown.count("[-") == shown.count("{+") == 1
    assert "[-paper-]{+silk+}" in shown.replace("\n    ", "")
    assert all(pair.verdict == "same" for pair in found.pictures)


def test_a_picture_of_other_bytes_that_looks_the_same_is_said_to(tmp_path: Path) -> None:
    run = branching_run(tmp_path)
    old = run.steps[0].pictures[0]
    assert old.file is not None
    with Image.open(tmp_path / old.file) as image:
        image.save(tmp_path / "again.jpg", quality=75)
    new = replace(old, file="again.jpg", artifact=artifact(tmp_path / "again.jpg"))

    found = compared(run, with_step(run, 0, **with_picture(run.steps[0], new)), tmp_path)

    verdicts = [pair.verdict for pair in found.pictures]
    assert verdicts[0] == "alike"
    assert set(verdicts[1:]) == {"same"}
    assert not found.same
    assert "looks alike, by 0." in difference_text(found)


def test_a_picture_that_shows_another_thing_differs(tmp_path: Path) -> None:
    run = branching_run(tmp_path)
    old = run.steps[0].pictures[0]
    assert old.file is not None
    with Image.open(tmp_path / old.file) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "turned.png")
    new = replace(old, file="turned.png", artifact=artifact(tmp_path / "turned.png"))

    found = compared(run, with_step(run, 0, **with_picture(run.steps[0], new)), tmp_path)

    assert found.pictures[0].verdict == "differs"
    assert difference_page(found).count("<img ") == 2


@pytest.mark.parametrize("file", [None, "gone.png", "../../etc/passwd", "/etc/passwd"])
def test_a_file_that_is_missing_or_outside_is_not_looked_at(tmp_path: Path, file: str) -> None:
    run = branching_run(tmp_path)
    old = run.steps[0].pictures[0]
    other = replace(old.artifact, sha256=Sha256("0" * 64))
    new = replace(old, file=file, artifact=other)

    found = compared(run, with_step(run, 0, **with_picture(run.steps[0], new)), tmp_path)

    assert found.pictures[0].verdict == "unknown"
    assert "cannot be read" in difference_page(found)


def test_steps_and_pictures_of_one_side_only_are_named(tmp_path: Path) -> None:
    run = branching_run(tmp_path)
    shorter = replace(run, steps=run.steps[:-1])

    found = compared(run, shorter, tmp_path)

    gone = run.steps[-1].key
    assert any(c.name == gone and c.field is None and c.after is None for c in found.changes)
    assert {p.verdict for p in found.pictures if p.step == gone} == {"only-a"}
    assert {p.verdict for p in compared(shorter, run, tmp_path).pictures if p.step == gone} == {
        "only-b"
    }
    assert "there is none on this side" in difference_page(found)


def test_lines_stay_within_80_columns_and_colour_only_adds_codes(tmp_path: Path) -> None:
    found = compared(branching_run(tmp_path), chinese_run(tmp_path), tmp_path)

    plain, painted = difference_text(found), difference_text(found, color=True)

    assert max(map(len, plain.splitlines()[2:])) <= 84
    stripped = painted
    for code in ("1;31", "32", "33", "1", "2", "36", "0"):
        stripped = stripped.replace(f"\x1b[{code}m", "")
    assert stripped == plain


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_text_from_outside_stays_text(tmp_path: Path, text: str) -> None:
    run = reused_run(tmp_path)
    other = with_step(run, 0, prompt=text, error=text)

    found = compared(run, replace(other, description=text), tmp_path)

    page, said = difference_page(found, language="zh"), difference_text(found)
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert page.count("</style>") == 1
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\u202e" not in page
