"""Every bundled recipe is sound, runs on the local engine, and names what it leaves."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run_files, wanflow

RECIPES = sorted(
    path.name for path in (ROOT / "recipes").glob("*.yaml") if ".lock." not in path.name
)
NEEDS = {"wide-shot.yaml": ("photo=pictures/coffee.jpg",)}


@pytest.mark.parametrize("name", RECIPES)
def test_a_bundled_recipe_makes_its_pictures(name: str, tmp_path: Path) -> None:
    skipped = shutil.ignore_patterns("*.lock.yaml", "runs", ".wanflow")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes", ignore=skipped)
    cwd = tmp_path / "recipes"

    done = wanflow("run", name, *NEEDS.get(name, ()), "--json", cwd=cwd)

    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert {step["state"] for step in record["steps"]} == {"done"}
    assert len(run_files(cwd, "outputs/*")) == len(record["outputs"])
    assert "warning" not in done.stderr
