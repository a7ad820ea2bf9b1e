"""`wanflow diff`, `verify` and `report --junit`, as a person runs them."""

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from tests.cli.running import ROOT, wanflow
from wanflow.contract import schema

RECIPE = """\
wanflow: 1
name: cup
inputs:
  photo: {type: image, default: coffee.jpg}
  title: {type: string, default: Good morning}
steps:
  - {id: small, use: resize, with: {longest: 320}}
  - {id: titled, use: add_text, with: {text: "{{ title }}"}}
outputs: {poster: titled}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ran")
    (folder / "cup.yaml").write_text(RECIPE, encoding="utf-8")
    shutil.copy(ROOT / "recipes" / "pictures" / "coffee.jpg", folder)
    for words in ((), (), ("title=Good evening",)):
        assert wanflow("run", "cup.yaml", *words, "-q", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def shop(ran: Path, tmp_path: Path) -> Path:
    """Three runs of which a test may spoil one."""
    shutil.copytree(ran, tmp_path / "shop")
    return tmp_path / "shop"


def runs(folder: Path) -> list[str]:
    """Name the runs in the order in which they were made."""
    reports = (folder / "runs").glob("*/report.json")
    begun = {
        json.loads(path.read_text("utf-8"))["started_at"]: path.parent.name for path in reports
    }
    return [begun[moment] for moment in sorted(begun)]


def valid(text: str, name: str) -> Any:  # noqa: ANN401 # JSON
    value = json.loads(text)
    Draft202012Validator(json.loads(schema(name))).validate(value)
    return value


def test_the_same_run_again_is_the_same(shop: Path) -> None:
    first, second, _ = runs(shop)

    done = wanflow("diff", first, second, "--check", cwd=shop)

    assert (done.returncode, done.stdout) == (0, "nothing is different: 2 pictures compared\n")


def test_one_word_is_named_with_the_picture_that_it_changed(shop: Path) -> None:
    first, _, third = runs(shop)

    done = wanflow("diff", first, third, "--check", "--json", cwd=shop)

    value = valid(done.stdout, "diff")
    assert done.returncode == 10
    changed = {(c["part"], c["name"], c["field"]) for c in value["changes"]}
    assert changed == {
        ("input", "title", "value"),
        ("step", "titled", "prompt"),
        ("step", "titled", "with.text"),
    }
    words = {
        tuple(piece["text"] for piece in change["words"] if piece["kind"] != "kept")
        for change in value["changes"]
    }
    assert words == {("morning", "evening")}
    verdicts = {(p["step"], p["verdict"]) for p in value["pictures"]}
    assert verdicts == {("small", "same"), ("titled", "differs")}


def test_the_page_shows_both_pictures_and_loads_nothing(shop: Path) -> None:
    first, _, third = runs(shop)

    done = wanflow("diff", first, third, "--html", "what.html", cwd=shop)

    page = (shop / "what.html").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert page.count('<img src="data:image/webp;base64,') == 2
    assert "<del>morning</del><ins>evening</ins>" in page


def test_recipes_are_compared_by_what_they_say_not_by_layout(shop: Path) -> None:
    moved = RECIPE.replace("{id: small, use: resize, with: {longest: 320}}",
                           "# smaller\n    with: {longest: 320}\n    use: resize\n    id: small"
                           )  # fmt: skip
    (shop / "moved.yaml").write_text(moved, encoding="utf-8")
    (shop / "other.yaml").write_text(moved.replace("320", "640"), encoding="utf-8")

    same = wanflow("diff", "cup.yaml", "moved.yaml", "--check", cwd=shop)
    other = wanflow("diff", "cup.yaml", "other.yaml", "--check", cwd=shop)

    assert same.returncode == 0
    assert other.returncode == 10
    assert "step small\n  with.longest: [-320-] {+640+}" in other.stdout


def test_a_recipe_and_a_run_are_not_compared(shop: Path) -> None:
    done = wanflow("diff", "cup.yaml", "last", cwd=shop)

    assert done.returncode == 2
    assert "'last' is a run" in done.stderr
    assert "recipe.yaml" in done.stderr


def test_a_page_that_cannot_be_written_is_said(shop: Path) -> None:
    done = wanflow("diff", "last", "last", "--html", "nowhere/what.html", cwd=shop)

    assert done.returncode == 2
    assert "nowhere/what.html' cannot be written" in done.stderr


def test_a_sound_run_is_verified_with_its_workspace(shop: Path) -> None:
    done = wanflow("verify", "--json", cwd=shop)

    value = valid(done.stdout, "audit")
    assert (done.returncode, value["sound"], value["findings"]) == (0, True, [])
    assert value["files"] >= 4
    assert value["objects"] == 3


def test_a_folder_that_was_sent_is_verified_without_a_workspace(shop: Path) -> None:
    sent = shop / "sent"
    shutil.copytree(shop / "runs" / runs(shop)[0], sent)
    shutil.rmtree(shop / ".wanflow")

    done = wanflow("verify", "sent", cwd=shop)

    assert done.returncode == 0
    assert "hashed again; all of them are what the record says" in done.stdout


def test_everything_that_does_not_match_is_named(shop: Path) -> None:
    folder = shop / "runs" / runs(shop)[2]
    (folder / "images" / "small-1.png").write_bytes(b"something else")
    (folder / "images" / "titled-1.png").unlink()
    (folder / "recipe.yaml").write_text("wanflow: 1\n", encoding="utf-8")
    (folder / "小记.txt").write_text("mine", encoding="utf-8")
    poster = next((folder / "outputs").iterdir())
    poster.unlink()
    poster.mkdir()
    objects = [path for path in (shop / ".wanflow" / "objects").rglob("*.png") if path.is_file()]
    for path in objects:
        path.chmod(0o600)
        path.write_bytes(b"damaged")

    done = wanflow("verify", "--json", cwd=shop)

    value = valid(done.stdout, "audit")
    faults = {(f["fault"], f["name"]) for f in value["findings"] if f["fault"] != "object"}
    assert done.returncode == 1
    assert faults == {
        ("changed", "images/small-1.png"),
        ("missing", "images/titled-1.png"),
        ("unreadable", f"outputs/{poster.name}"),
        ("recipe", "recipe.yaml"),
        ("unknown", "小记.txt"),
    }
    assert sum(f["fault"] == "object" for f in value["findings"]) == 2


def test_a_record_that_leads_out_of_the_folder_is_not_followed(shop: Path) -> None:
    folder = shop / "runs" / runs(shop)[2]
    report = folder / "report.json"
    (folder / "recipe.yaml").unlink()
    text = report.read_text(encoding="utf-8").replace("images/small-1.png", "../../coffee.jpg")
    report.write_text(text, encoding="utf-8")

    done = wanflow("verify", str(folder), cwd=shop)

    assert done.returncode == 1
    assert "unreadable  ../../coffee.jpg: the record names a file outside" in done.stdout
    assert "missing  recipe.yaml: the file is not there" in done.stdout


def test_a_report_is_given_to_build_servers(shop: Path) -> None:
    done = wanflow("report", "--junit", "steps.xml", cwd=shop)

    suite = ET.parse(shop / "steps.xml").getroot().find("testsuite")  # noqa: S314 # our own text
    assert done.returncode == 0
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
