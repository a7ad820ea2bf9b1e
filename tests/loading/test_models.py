"""Which model may do a step: where it is served, and what it is asked that it does not have."""

from dataclasses import replace

import pytest

from wanflow.loading import read_recipe
from wanflow.model.catalogue import Catalogue

HEAD = "wanflow: 1\nname: test\ninputs: [photo]\n"
EDIT = HEAD + "defaults: {model: MODEL}\nsteps: [{use: edit, prompt: blue, seed: 7}]\n"


def codes(
    text: str, catalogue: Catalogue, *, provider: str = "dashscope", region: str | None = "beijing"
) -> list[str]:
    loaded = read_recipe(
        text.encode(), file="r.yaml", catalogue=catalogue, provider=provider, region=region
    )
    return [problem.code for problem in loaded.problems]


@pytest.mark.parametrize(
    ("model", "region", "served"),
    [
        ("wanx2.1-imageedit", "beijing", True),
        ("wanx2.1-imageedit", "singapore", False),
        ("wan2.5-i2i-preview", "singapore", True),
        ("wan2.5-i2i-preview", "virginia", False),
        ("wan2.6-image", "virginia", True),
        ("wan2.7-image-pro", "singapore", True),
        ("qwen-image-edit-max", "virginia", False),
        ("qwen-image-edit-max", None, True),
    ],
)
def test_a_model_is_refused_where_it_is_not_served(
    catalogue: Catalogue, model: str, region: str | None, *, served: bool
) -> None:
    found = codes(EDIT.replace("MODEL", model), catalogue, region=region)

    assert found == ([] if served else ["model-not-served"])


@pytest.mark.parametrize("provider", ["local", "dashscope"])
def test_a_seed_is_refused_rather_than_dropped_where_a_model_has_none(
    catalogue: Catalogue, provider: str
) -> None:
    known = catalogue.models["wan2.6-image"]
    without = {name: facts for name, facts in known.parameters.items() if name != "seed"}
    models = {**catalogue.models, "seedless": replace(known, name="seedless", parameters=without)}
    text = EDIT.replace("MODEL", "seedless").replace("use: edit, prompt: blue", "use: restyle")
    recipe = text.replace("use: restyle", "use: outpaint")

    loaded = read_recipe(
        recipe.encode(),
        file="r.yaml",
        catalogue=replace(catalogue, models=models),
        provider=provider,
    )

    (problem,) = loaded.problems
    assert (problem.code, problem.severity) == ("unknown-parameter", "error")
    assert "'seedless' has no parameter 'seed'" in problem.message
    assert "draws anew" in (problem.hint or "")


def test_on_this_machine_a_step_needs_no_function_of_a_model(catalogue: Catalogue) -> None:
    text = HEAD + "steps: [{use: detect, model: wanx2.1-imageedit, with: {targets: [face]}}]\n"

    assert codes(text, catalogue, provider="local") == []
    assert codes(text, catalogue) == ["operation-not-served"]


def test_each_of_several_uses_is_looked_at(catalogue: Catalogue) -> None:
    text = HEAD + (
        "operations:\n"
        "  style:\n"
        "    images: {min: 1, max: 1}\n"
        "    prompt: {en: oil}\n"
        "    models:\n"
        "      wanx2.1-imageedit:\n"
        "        - {function: stylization_all}\n"
        "        - {function: stylisation_local}\n"
        "steps: [{use: style, model: wanx2.1-imageedit}]\n"
    )

    loaded = read_recipe(text.encode(), file="r.yaml", catalogue=catalogue, provider="dashscope")

    assert [(p.code, p.span.line if p.span else 0) for p in loaded.problems] == [
        ("unknown-function", 11)
    ]


def test_a_mask_comes_on_top_of_the_pictures_that_a_model_takes(catalogue: Catalogue) -> None:
    text = HEAD.replace("[photo]", "[photo, area, more]") + (
        "operations:\n"
        "  fill:\n"
        "    images: {min: 2, max: 3, roles: [picture, mask]}\n"
        "    prompt: {en: fill}\n"
        "    models: {wanx2.1-imageedit: {function: description_edit_with_mask}}\n"
        "steps: [{use: fill, images: [IMAGES], model: wanx2.1-imageedit}]\n"
    )

    two = codes(text.replace("IMAGES", "photo, area"), catalogue)
    three = codes(text.replace("IMAGES", "photo, more, area"), catalogue)

    assert two == ["unused-input"]
    assert three == ["too-many-images"]
