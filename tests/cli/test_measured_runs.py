"""A run whose pictures are held against what is measured on them, and one without numpy."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.checks.photographs import FOLDER, view
from tests.cli.running import wanflow
from tests.strategies import concrete, concrete_step, operation
from wanflow.cli.compose import Ask, draft
from wanflow.cli.measuring import inspector, unmeasured
from wanflow.model.recipe import Expect
from wanflow.planning.jobs import jobs_of

RECIPE = """\
wanflow: 1
name: measured
inputs: [photo]
steps:
  - id: title
    use: add_text
    images: [photo]
    with: {{text: 星辰大海, anchor: top}}
    expect: {expect}
"""
GOOD = "{shift: 1px, zoom: 1%, kept: 99%, changed: 1%, text: some}"


def run(folder: Path, expect: str) -> tuple[int, dict[str, Any]]:
    (folder / "r.yaml").write_text(RECIPE.format(expect=expect), encoding="utf-8")
    done = wanflow("run", "r.yaml", "photo=photo.jpg", "--json", cwd=folder)
    return done.returncode, json.loads(done.stdout)["steps"][0]


def test_what_falls_short_fails_and_is_reused_when_less_is_expected(tmp_path: Path) -> None:
    view("coffee").resize((640, 640)).save(tmp_path / "photo.jpg")

    refused, failed = run(tmp_path, "{text: none}")
    met, reused = run(tmp_path, GOOD)

    assert (refused, failed["state"], failed["error_code"]) == (1, "failed", "expectation-not-met")
    assert failed["error"] == "expected no text of picture 1, it has 1 lines of it"
    assert (met, reused["state"]) == (0, "reused")
    assert failed["pictures"][0]["artifact"] == reused["pictures"][0]["artifact"]
    numbers = {one["check"]: one["value"] for one in reused["checks"]}
    assert numbers["kept"] == 100
    assert numbers["shift"] == 0
    assert numbers["text"] == 1


def test_without_numpy_an_expectation_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text(RECIPE.format(expect=GOOD), encoding="utf-8")
    photo = FOLDER / "coffee.jpg"
    ask = Ask(recipe=recipe, inputs={"photo": str(photo)}, allowed=(photo.parent,))
    with_numpy = draft(ask).problems

    monkeypatch.setitem(sys.modules, "numpy", None)
    without = draft(ask).problems

    assert with_numpy == ()
    (problem,) = without
    assert problem.code == "checks-not-installed"
    assert "`shift`" in problem.message
    assert problem.hint == "python -m pip install 'wanflow[local]'"
    assert problem.span is not None
    assert (problem.span.line, problem.span.column) == (9, 21)


def test_without_numpy_it_is_said_once_that_nothing_was_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uses = operation()
    steps = concrete(
        concrete_step("a", uses=uses), concrete_step("b", uses=uses, expect=Expect(shift_px=1))
    )
    jobs = jobs_of(steps.steps, families={"model": "dashscope@1"}).jobs
    with_numpy = unmeasured(jobs)

    monkeypatch.setitem(sys.modules, "numpy", None)

    assert with_numpy == ()
    assert len(unmeasured(jobs)) == 1
    assert unmeasured(jobs[:1]) == ()
    assert inspector() is None
