"""A step is asked of a model in that model's own words, as far as it can do it at all."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from wanflow.cli.compose import Ask, Draft, draft, planned
from wanflow.model.concrete import ConcreteStep
from wanflow.model.values import Size

HEAD = "wanflow: 1\nname: test\n"
FILL = (
    "operations:\n"
    "  fill:\n"
    "    images: {min: 2, max: 2, roles: [picture, mask]}\n"
    "    prompt: {en: fill}\n"
    "    models: {wanx2.1-imageedit: {function: description_edit_with_mask}}\n"
    "steps: [{use: fill, images: [./a.png, ./MASK], model: wanx2.1-imageedit}]\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (800, 600), "red").save(tmp_path / "a.png")
    Image.new("L", (800, 600)).save(tmp_path / "mask.png")
    Image.new("L", (600, 600)).save(tmp_path / "other.png")
    Image.new("RGBA", (800, 600), (0, 0, 0, 0)).save(tmp_path / "hole.png")
    return tmp_path


def made(folder: Path, text: str, *, provider: str = "dashscope") -> Draft:
    path = folder / "r.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return draft(Ask(recipe=path, provider=provider))


def steps(found: Draft) -> Mapping[str, ConcreteStep]:
    assert found.concrete is not None, found.problems
    return {step.id: step for step in found.concrete.steps}


def test_steps_of_one_recipe_may_name_a_model_each(folder: Path) -> None:
    text = """\
steps:
  - {id: wide, use: outpaint, images: [./a.png], model: wanx2.1-imageedit, with: {left: 0.5}}
  - {id: two, use: edit, model: wan2.6-image, size: 2K, prompt: blue}
  - {id: three, use: edit, model: qwen-image-edit-plus, size: '1:1', seed: 3, prompt: red}
  - {id: four, use: edit, model: wan2.7-image, prompt: green}
  - {id: five, use: edit, size: 1024*768, prompt: white}
"""

    found = made(folder, text)

    done = steps(found)
    assert done["wide"].parameters == {
        "n": 1,
        "function": "expand",
        "left_scale": 1.5,
        "right_scale": 1,
        "top_scale": 1,
        "bottom_scale": 1,
    }
    assert done["wide"].result_size == Size(width_px=1200, height_px=600)
    assert done["two"].parameters == {"n": 1, "prompt_extend": False, "size": "2K"}
    assert done["two"].result_size == Size(width_px=2880, height_px=1456)
    assert done["three"].parameters["size"] == "2048*2048"
    assert done["four"].parameters == {"n": 1}
    assert done["five"].parameters == {"n": 1, "prompt_extend": False, "size": "1024*768"}
    assert done["five"].result_size == Size(width_px=1024, height_px=768)
    plan = planned(found, None)
    assert [entry.cost_micro for entry in plan.jobs] == [140_000, *[200_000] * 4]
    assert [entry.seconds_estimate for entry in plan.jobs] == [10, 75, 20, 75, 75]


def test_a_name_of_a_size_becomes_pixels_on_this_machine(folder: Path) -> None:
    step_of = "{use: add_text, images: [./a.png], model: wan2.6-image, size: 2K, with: {text: x}}"
    text = f"steps: [{step_of}]"

    step = steps(made(folder, text, provider="local"))["add_text"]

    assert step.parameters["size"] == "2352*1776"
    assert step.result_size == Size(width_px=2352, height_px=1776)


def test_a_name_of_a_size_says_nothing_of_a_picture_that_nobody_has_seen(folder: Path) -> None:
    step_of = (
        "{use: edit, prompt: x, images: ['https://e.com/a.png'], size: 2K, model: wan2.6-image}"
    )
    text = f"steps: [{step_of}]"

    step = steps(made(folder, text))["edit"]

    assert (step.parameters["size"], step.result_size) == ("2K", None)


def test_what_a_model_cannot_do_is_said_at_the_argument(folder: Path) -> None:
    text = (
        "steps: [{use: outpaint, images: [./a.png], model: wanx2.1-imageedit, "
        "with: {aspect: '9:1'}}]"
    )

    found = made(folder, text)

    (problem, *_) = found.problems
    assert (problem.code, problem.span and problem.span.line) == ("out-of-range", 3)
    assert "`left_scale` would be" in problem.message


def test_what_does_not_apply_is_not_refused(folder: Path) -> None:
    text = (
        "vars: {wide: false}\n"
        "steps: [{use: outpaint, when: wide, images: [./a.png], model: wanx2.1-imageedit, "
        "with: {aspect: '9:1'}}]"
    )

    assert [problem.code for problem in made(folder, text).problems] == []


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("mask.png", []),
        ("hole.png", ["mask-polarity"]),
        ("other.png", ["mask-size"]),
    ],
)
def test_a_mask_is_black_and_white_and_as_large_as_its_picture(
    folder: Path, mask: str, expected: list[str]
) -> None:
    found = made(folder, FILL.replace("MASK", mask))

    assert [problem.code for problem in found.problems] == expected


@pytest.mark.parametrize(
    "masked", ["['https://e.com/a.png', ./other.png]", "[./a.png, 'https://e.com/m.png']"]
)
def test_a_mask_is_not_compared_with_what_nobody_has_seen(folder: Path, masked: str) -> None:
    text = FILL.replace("[./a.png, ./MASK]", masked)

    assert made(folder, text).problems == ()


def test_a_mask_is_no_mask_to_a_model_without_masks(folder: Path) -> None:
    text = FILL.replace("MASK", "hole.png").replace(
        "model: wanx2.1-imageedit}]", "model: wan2.6-image}]"
    )

    told = text.replace("{en: fill}", "{en: 'Fill what is white in {{ fig.mask }}'}")

    assert [problem.code for problem in made(folder, text).problems] == [
        "mask-polarity",
        "mask-as-picture",
    ]
    assert [problem.code for problem in made(folder, told).problems] == ["mask-polarity"]


def test_a_picture_that_is_not_there_is_said_once(folder: Path) -> None:
    text = "steps: [{use: edit, images: [./none.png], prompt: blue, model: wanx2.1-imageedit}]"

    assert [problem.code for problem in made(folder, text).problems] == ["image-missing"]
