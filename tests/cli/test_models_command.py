"""`wanflow models` shows the cards; `wanflow plan --model` what another one would change."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from tests.cli.running import wanflow
from wanflow import contract
from wanflow.loading import catalogue
from wanflow.report.cards_text import card_text, cards_text
from wanflow.report.columns import width_of

CARDS = catalogue().models

RECIPE = """\
wanflow: 1
name: shot
inputs: [photo]
steps:
  - {id: wide, use: outpaint, with: {left: 0.5}, seed: 7}
  - {id: far, use: outpaint, with: {aspect: '21:9'}, prompt_extend: true, n: 2, pick: 1}
  - {id: cut, use: crop, with: {aspect: '1:1'}}
  - {id: blue, use: edit, prompt: 把天空变成蓝色, size: 1024*1024}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (640, 480), "red").save(tmp_path / "photo.png")
    (tmp_path / "shot.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def plan(folder: Path, *words: str) -> str:
    done = wanflow("plan", "shot.yaml", "photo=photo.png", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_models_stand_side_by_side_with_the_default_first() -> None:
    lines = cards_text(list(CARDS.values()), default="wan2.5-i2i-preview").splitlines()

    assert lines[0].split() == ["model", "in", "out", "prompt", "takes", "price", "regions"]
    assert lines[1].split()[:3] == ["wan2.5-i2i-preview", "1-3", "1-4"]
    assert {line.split()[0] for line in lines[1:9]} == CARDS.keys()
    assert all(width_of(line) <= 85 for line in lines)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_shown_whole(name: str) -> None:
    card = CARDS[name]

    text = card_text(card, default=name == "wan2.5-i2i-preview")

    assert all(width_of(line) <= 80 for line in text.splitlines())
    assert f"{card.prompt_max_chars:,} characters" in text
    assert all(parameter in text for parameter in card.parameters)
    assert all(region in text for region in card.regions)
    assert text.count("a picture in") == len(card.prices)
    assert ("assumed" in text) is bool(set(card.assumed) - {"tiers"})
    assert ("at once, without a task" in text) is not card.has_tasks
    assert ("no negative prompt" in text.lower()) is (card.negative_prompt_max_chars is None)


def test_colour_marks_labels_only() -> None:
    painted = card_text(CARDS["wanx2.1-imageedit"], default=False, color=True)

    assert "\x1b[2m" in painted
    plain = card_text(CARDS["wanx2.1-imageedit"], default=False)
    assert painted.replace("\x1b[2m", "").replace("\x1b[1m", "").replace("\x1b[0m", "") == plain


def test_the_cards_are_given_as_json(tmp_path: Path) -> None:
    done = wanflow("models", "--json", cwd=tmp_path)

    said = json.loads(done.stdout)
    assert said["default"] == "wan2.5-i2i-preview"
    assert {model["name"] for model in said["models"]} == CARDS.keys()


@pytest.mark.parametrize(
    ("words", "meant"), [(["models", "wan2.7"], "wan2.7-image"), (["models", "wanx"], "wanx2.1")]
)
def test_the_beginning_of_a_name_is_enough_to_be_told_the_rest(
    tmp_path: Path, words: list[str], meant: str
) -> None:
    done = wanflow(*words, cwd=tmp_path)

    assert done.returncode == 2
    assert f"did you mean '{meant}" in done.stderr


def test_a_plan_says_what_another_model_refuses_loses_and_costs(folder: Path) -> None:
    text = plan(folder, "--model", "wanx2.1-imageedit")

    assert all(width_of(line) <= 80 for line in text.splitlines())
    assert text.startswith("with wanx2.1-imageedit instead of wan2.5-i2i-preview\n")
    assert "stops       has no parameter 'prompt_extend'" in text
    assert "stops       has no parameter 'size'; the step wants 1024*1024" in text
    assert "sends       function expand, left_scale 1.5" in text
    assert "differs     takes 512 to 4096 pixels a side: photo (640*480) is scaled" in text
    assert "price       ¥0.20 a picture before, ¥0.14 a picture after" in text
    assert "price       ¥0.80 before, ¥0.56 after, if nothing were made yet" in text
    assert "served in   beijing\n" in text
    assert text.endswith("2 steps would be refused: far, blue\n")
    assert "cut" not in text.split()


@pytest.mark.parametrize(
    ("model", "end"),
    [
        ("wan2.5-i2i-preview", "nothing would change"),
        ("qwen-image-edit-plus", "it would run: write `model: qwen-image-edit-plus`"),
    ],
)
def test_a_plan_ends_with_what_it_comes_to(folder: Path, model: str, end: str) -> None:
    assert plan(folder, "--model", model).splitlines()[-1].startswith(end)


def test_what_would_be_lost_is_said_at_the_end(folder: Path) -> None:
    wide = RECIPE.replace("size: 1024*1024", "watermark: false").replace(
        "prompt_extend: true, n: 2, pick: 1", "watermark: false"
    )
    (folder / "shot.yaml").write_text(wide, encoding="utf-8")

    text = plan(folder, "--model", "qwen-image-edit")

    assert "loses       cannot be asked for the shape that 'outpaint' makes" in text
    assert "result      1808*896 before, not known beforehand after" in text
    assert text.endswith("it would run; 2 steps would lose something\n")


def test_the_comparison_is_part_of_the_plans_json(folder: Path) -> None:
    alone: Any = json.loads(plan(folder, "--json", "--provider", "dashscope"))
    said: Any = json.loads(plan(folder, "--json", "--model", "wan2.7-image-pro"))

    jsonschema.validate(said, json.loads(contract.schema("plan")))
    comparison = said.pop("comparison")
    assert said == alone
    assert comparison["cost_micro"] == {"before": 800_000, "after": 2_000_000}
    assert [step["step"] for step in comparison["steps"]] == ["wide", "far", "blue"]
    (change,) = comparison["steps"][1]["changes"]
    assert (change["kind"], change["code"]) == ("stops", "unknown-parameter")


def test_a_region_without_the_model_has_no_price(folder: Path) -> None:
    text = plan(folder, "--model", "wanx2.1-imageedit", "--region", "singapore")

    assert "stops       is not served in singapore, only in beijing" in text
    assert "no price in singapore after" in text


def test_a_recipe_without_models_has_nothing_to_compare(folder: Path) -> None:
    head = RECIPE.partition("steps:")[0]
    cut = f"{head}steps:\n  - {{use: crop, with: {{aspect: '1:1'}}}}\n"
    (folder / "shot.yaml").write_text(cut, encoding="utf-8")

    text = plan(folder, "--model", "wan2.6-image")

    assert text.endswith("no step of the recipe is done by a model\n")


def test_a_model_that_nobody_knows_is_refused(folder: Path) -> None:
    done = wanflow("plan", "shot.yaml", "photo=photo.png", "--model", "wan2.6", cwd=folder)

    assert done.returncode == 2
    assert "did you mean 'wan2.6-image'?" in done.stderr


def test_an_operation_names_its_function(tmp_path: Path) -> None:
    outpaint = wanflow("ops", "outpaint", cwd=tmp_path).stdout
    fuse = wanflow("ops", "fuse", cwd=tmp_path).stdout

    assert "To wanx2.1-imageedit it is the function expand." in outpaint
    assert "wanx2.1-imageedit" not in fuse
