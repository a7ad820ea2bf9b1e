"""One expanded recipe whose words are rendered for other rows."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from wanflow.cli.compose import Ask, Draft, draft
from wanflow.expand.pattern import WordPattern
from wanflow.expand.slots import slots_of
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue

RECIPE = """\
wanflow: 1
name: r
inputs:
  photo: {type: image, default: a.png}
  title: {type: string, default: cup}
  mood: {type: string, default: warm}
  left-side: {type: number, default: 0.5}
  unused: {type: list, default: [a]}
steps:
  - {id: one, use: edit, images: [photo], prompt: "{{ title }} {{ photo }}, {{ unused | first }}"}
  - {id: two, use: outpaint, when: mood == 'warm', with: {left: "{{ left_side }}"}}
  - {id: three, use: edit, images: [one], prompt: image 1, negative_prompt: "not {{ mood }}"}
outputs: {a: {from: three, name: "{{ title }}"}, b: two}
"""


def made(folder: Path, text: str = RECIPE) -> tuple[Draft, Recipe]:
    Image.new("RGB", (640, 480)).save(folder / "a.png")
    (folder / "r.yaml").write_text(text, encoding="utf-8")
    found = draft(Ask(recipe=folder / "r.yaml", provider="dashscope"))
    assert found.recipe is not None, found.problems
    return found, found.recipe


def pattern(folder: Path, text: str = RECIPE) -> tuple[WordPattern, Mapping[str, JsonValue]]:
    found, recipe = made(folder, text)
    assert found.concrete is not None, found.problems
    assert found.document is not None
    slots = slots_of(recipe)
    words = WordPattern(
        recipe, found.document, found.concrete, slots=slots, catalogue=found.catalogue
    )
    return words, found.values


def test_what_stands_outside_of_prompts_must_be_the_same(tmp_path: Path) -> None:
    slots = slots_of(made(tmp_path)[1])

    assert slots.tight == ("photo", "mood", "left-side")
    assert slots.loose == {"title", "unused"}
    assert set(slots.prompts) == {"one"}
    assert slots.columns == ()
    assert slots.spoken
    assert slots.named


def test_columns_that_stand_outside_of_prompts_must_be_the_same(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    _, recipe = made(tmp_path)
    step = recipe.steps[1]

    def with_left(template: str) -> Recipe:
        arguments: dict[str, JsonValue] = {"left": 1, "more": [template]}
        return replace(recipe, steps=(replace(step, arguments=arguments),))

    assert slots_of(with_left("{{ row.b }}{{ row.a }}")).columns == ("a", "b")
    assert slots_of(with_left("{{ row | length }}")).columns is None


def test_prompts_and_names_follow_the_row(tmp_path: Path) -> None:
    words, values = pattern(tmp_path)
    row = {**values, "title": "花瓶", "unused": ["b"]}

    assert words.prompts(row, {}) == {"one": "花瓶 image 1, b"}
    outputs = words.outputs(row, {})
    assert outputs is not None
    assert [output.file_name for output in outputs] == ["花瓶", "b"]


def test_a_row_with_something_to_say_about_it_goes_by_itself(tmp_path: Path) -> None:
    words, values = pattern(tmp_path)

    assert words.prompts({**values, "title": "x" * 2001}, {}) is None
    assert words.prompts({**values, "unused": []}, {}) is None
    assert words.outputs({**values, "title": "a/b"}, {}) is None


def test_names_without_templates_stay_as_they_are(tmp_path: Path) -> None:
    words, values = pattern(tmp_path, RECIPE.replace('{from: three, name: "{{ title }}"}', "three"))

    assert words.outputs(values, {}) is words.whole.outputs
