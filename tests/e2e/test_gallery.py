"""Every recipe of the gallery is sound on either side, and runs here as its own comment says."""

import json
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run_files, wanflow

GALLERY = sorted(path.name for path in (ROOT / "recipes" / "gallery").glob("*.yaml"))


def command(name: str) -> list[str]:
    """Give the words of the command that the recipe's comment tells its reader to type."""
    lines = (ROOT / "recipes" / "gallery" / name).read_text(encoding="utf-8").splitlines()
    (told,) = [line for line in lines if line.startswith("#   wanflow run ")]
    return shlex.split(told.removeprefix("#   wanflow "))


HERE = [name for name in GALLERY if "dashscope" not in command(name)]
SIDES = [("dashscope", name) for name in GALLERY] + [("local", name) for name in HERE]


def test_only_free_text_needs_a_model() -> None:
    assert set(GALLERY) - set(HERE) == {"20-edit.yaml"}


@pytest.mark.parametrize("name", HERE)
def test_a_recipe_of_the_gallery_makes_its_pictures(name: str, tmp_path: Path) -> None:
    skipped = shutil.ignore_patterns("*.lock.yaml", "runs", ".wanflow")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes", ignore=skipped)

    done = wanflow(*command(name), "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert {step["state"] for step in record["steps"]} == {"done"}
    assert len(run_files(tmp_path, "outputs/*")) == len(record["outputs"])
    assert "warning" not in done.stderr


@pytest.mark.parametrize(("provider", "name"), SIDES)
def test_a_recipe_of_the_gallery_is_sound_for(provider: str, name: str) -> None:
    done = wanflow("check", f"recipes/gallery/{name}", "--provider", provider, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
