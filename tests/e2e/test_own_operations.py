"""An operation and an algorithm of one's own: the files of the manual's page, installed and run."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.running import ROOT, environment, run_files

PAGE = ROOT / "docs" / "own-operations.md"
BLOCK = re.compile(
    r"<!-- write (?P<file>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
PHOTO = ROOT / "recipes" / "pictures" / "coffee.jpg"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the files that the page shows, its package installed."""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        file = tmp_path / block["file"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["text"], encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(PHOTO.read_bytes())
    install(tmp_path)
    return tmp_path


def install(home: Path, version: str | None = None) -> None:
    """Lay a distribution out as an installer does, from the package's own facts."""
    facts = tomllib.loads((home / "package" / "pyproject.toml").read_text(encoding="utf-8"))
    project = facts["project"]
    site = home / "site"
    site.mkdir(exist_ok=True)
    source = (home / "package" / "wanflow_vignette.py").read_text(encoding="utf-8")
    (site / "wanflow_vignette.py").write_text(source, encoding="utf-8")
    for old in site.glob("wanflow_vignette-*.dist-info"):
        shutil.rmtree(old)
    entries = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in names.items())
        for group, names in project["entry-points"].items()
    )
    distribution(site, project["name"], version or project["version"], entries)


def distribution(site: Path, name: str, version: str, entries: str) -> None:
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / "METADATA").write_text(metadata, encoding="utf-8")
    (folder / "entry_points.txt").write_text(entries, encoding="utf-8")


def wanflow(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    known = environment()
    paths = f"{known['PYTHONPATH']}:{home / 'site'}"
    return subprocess.run(
        [sys.executable, "-m", "wanflow", *words],
        cwd=home,
        env={**known, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


RUN = ("run", "dark-corners.yaml", "photo=photo.jpg")


def test_one_yaml_file_and_one_function_make_an_operation(home: Path) -> None:
    done = wanflow(*RUN, "--json", home=home)

    assert done.returncode == 0, done.stderr
    (step,) = json.loads(done.stdout)["steps"]
    assert step["state"] == "done"
    assert "vignetted" in done.stdout
    (file,) = run_files(home, "outputs/*")
    with Image.open(file) as after, Image.open(PHOTO) as before:
        result, photo = np.asarray(after).astype(int), np.asarray(before).astype(int)
    assert np.abs(result[195:205, 295:305] - photo[195:205, 295:305]).max() <= 1
    assert result[-20:, -20:].mean() < photo[-20:, -20:].mean() * 0.4


def test_its_prompt_goes_to_a_model_with_its_parameters(home: Path) -> None:
    planned = wanflow(
        "plan", "dark-corners.yaml", "photo=photo.jpg", "--provider", "dashscope", home=home
    )

    assert planned.returncode == 0, planned.stderr
    assert "Add a strong vignette to image 1" in " ".join(planned.stdout.split())


def test_its_parameters_are_checked_like_any_others(home: Path) -> None:
    recipe = home / "dark-corners.yaml"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace("amount: 0.8", "amount: 8"), encoding="utf-8")

    checked = wanflow("check", "dark-corners.yaml", home=home)

    assert checked.returncode == 2
    assert "dark-corners.yaml:7:20: wrong-parameter" in checked.stderr


def test_the_same_version_is_reused_and_another_one_is_not(home: Path) -> None:
    first = wanflow(*RUN, home=home)
    again = wanflow(*RUN, home=home)
    install(home, "1.1.0")
    planned = wanflow("plan", "dark-corners.yaml", "photo=photo.jpg", home=home)
    updated = wanflow(*RUN, home=home)

    assert "1 picture made" in first.stderr + first.stdout
    assert "0 pictures made, 1 reused" in again.stderr + again.stdout
    said = " ".join(planned.stdout.split())
    assert (
        "provider changed: 'local@1+wanflow-vignette@1.0.0' to 'local@1+wanflow-vignette@1.1.0'"
    ) in said
    assert "1 picture made" in updated.stderr + updated.stdout


def test_without_the_package_its_algorithm_is_named(home: Path) -> None:
    (home / "site").rename(home / "elsewhere")

    done = wanflow(*RUN, home=home)

    assert done.returncode == 1
    assert "no algorithm 'vignette'" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import a_module_that_is_not_there\n", "cannot be loaded: ModuleNotFoundError"),
        ("def other(task): ...\n", "cannot be loaded: AttributeError"),
        ("vignette = 3\n", "cannot be loaded: wanflow_vignette:vignette is no function"),
        ("raise SyntaxError\n", "cannot be loaded: SyntaxError"),
        ("def vignette(task): return 1 / 0\n", "failed: ZeroDivisionError: division by zero"),
        ("def vignette(task): return task.pictures\n", "gave a value of type tuple"),
    ],
)
def test_a_broken_package_is_named_with_its_version(home: Path, code: str, words: str) -> None:
    (home / "site" / "wanflow_vignette.py").write_text(code, encoding="utf-8")

    done = wanflow(*RUN, home=home)

    said = " ".join((done.stderr + done.stdout).split())
    assert done.returncode == 1
    assert "the package wanflow-vignette@1.0.0" in said
    assert words in said
    assert "Traceback" not in said


def test_two_packages_with_one_algorithm_are_both_named(home: Path) -> None:
    entries = "[wanflow.algorithms]\nvignette = wanflow_vignette:vignette\n"
    distribution(home / "site", "other-vignette", "3.0", entries)

    done = wanflow(*RUN, home=home)

    said = " ".join((done.stderr + done.stdout).split())
    assert done.returncode == 1
    assert "brought by other-vignette@3.0 and by wanflow-vignette@1.0.0" in said
