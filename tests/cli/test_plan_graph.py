"""`wanflow plan --graph`: the plan as a drawing, on stdout."""

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.running import ROOT, wanflow

RECIPE = "recipes/fuse-detect-outpaint.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("*.lock.yaml")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes", ignore=ignored)
    return tmp_path


def test_a_plan_is_printed_for_mermaid_as_the_manual_shows_it(folder: Path) -> None:
    page = (ROOT / "docs/how-to/drawing-a-plan.md").read_text(encoding="utf-8")
    shown = re.search(r"^```mermaid\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)

    done = wanflow("plan", RECIPE, "--graph", "mermaid", cwd=folder)

    assert shown is not None
    assert (done.stdout, done.stderr, done.returncode) == (shown[1], "", 0)
    assert not (folder / ".wanflow").exists()


def test_a_plan_is_printed_for_graphviz_and_as_svg(folder: Path) -> None:
    dot = wanflow("plan", RECIPE, "--graph", "dot", cwd=folder)
    svg = wanflow("plan", RECIPE, "--graph", "svg", cwd=folder)

    assert dot.stdout.startswith('digraph "fuse-detect-outpaint" {')
    assert ET.fromstring(svg.stdout).tag.endswith("svg")  # noqa: S314 # our own text


def test_what_is_made_already_is_drawn_as_reused(folder: Path) -> None:
    wanflow("run", RECIPE, cwd=folder)

    before = wanflow("plan", RECIPE, "--graph", "dot", "--check", cwd=folder)

    assert before.stdout.count("reuse: made before by the same request") == 3
    assert before.returncode == 0


def test_a_drawing_keeps_the_exit_code_of_a_check(folder: Path) -> None:
    done = wanflow("plan", RECIPE, "--graph", "dot", "--check", cwd=folder)

    assert done.returncode == 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((RECIPE, "--json"), "--graph and --json are two forms of the plan"),
        ((RECIPE, "--model", "wan2.6-image"), "--graph and --model are two forms of the plan"),
        (("recipes/campaigns/posters.yaml",), "the plan of a recipe is drawn"),
        ((RECIPE, "--graph", "png"), "'png' is not one of 'mermaid', 'svg', 'dot'"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_drawn_is_refused(words: tuple[str, ...], said: str, folder: Path) -> None:
    done = wanflow("plan", "--graph", "dot", *words, cwd=folder)

    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr


def test_a_recipe_with_mistakes_is_not_drawn(folder: Path) -> None:
    (folder / "bad.yaml").write_text("wanflow: 1\nname: bad\nsteps: [{use: fuze}]\n")

    done = wanflow("plan", "bad.yaml", "--graph", "svg", cwd=folder)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean 'fuse'?" in done.stderr
