from collections.abc import Mapping

import pytest

from wanflow.loading import migrations, read_recipe
from wanflow.loading.migrations import MIGRATIONS, VERSION, lifted, version_of
from wanflow.model.catalogue import Catalogue
from wanflow.model.values import JsonValue


def test_every_older_version_can_be_lifted_to_this_one() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION))


@pytest.mark.parametrize(
    ("written", "version"),
    [
        (1, 1), (2, 2), (1.0, 1), ("1", 1), ("v2", 2), ("1.0", 1),
        (1.5, None), (True, None), (None, None), ("one", None), ("²", None), ([1], None),
        ("9" * 400, None),
    ],
)  # fmt: skip
def test_a_version_is_read_in_the_forms_that_people_write(
    written: JsonValue, version: int | None
) -> None:
    assert version_of(written) == version


@pytest.mark.parametrize("version", [VERSION, VERSION + 1, None, "x"])
def test_a_recipe_without_a_migration_stays_as_it_is(version: JsonValue) -> None:
    recipe = {"wanflow": version, "name": "a"}

    assert lifted(recipe) == recipe


def _named(recipe: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {("name" if key == "title" else key): value for key, value in recipe.items()}


def _with_default(recipe: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {**recipe, "version": "2.0"}


def test_a_recipe_goes_through_every_version_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", {-1: _named, 0: _with_default})

    assert lifted({"wanflow": -1, "title": "a"}) == {"wanflow": 1, "name": "a", "version": "2.0"}
    assert lifted({"wanflow": 0, "title": "a"}) == {"wanflow": 1, "title": "a", "version": "2.0"}


def test_an_old_recipe_is_read_with_its_places(
    monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", {-1: _named, 0: _with_default})
    text = "wanflow: -1\ntitle: a\ninputs: [cat]\nsteps:\n  - use: outpaint\n    n: 9\n"

    wrong = read_recipe(text.encode(), file="r.yaml", catalogue=catalogue)
    right = read_recipe(text.replace("9", "1").encode(), file="r.yaml", catalogue=catalogue)

    assert [(p.code, str(p.span)) for p in wrong.problems if p.severity == "error"] == [
        ("out-of-range", "r.yaml:6:8")
    ]
    assert right.recipe is not None
    assert (right.recipe.name, right.recipe.version) == ("a", "2.0")


def test_a_value_that_a_migration_brings_in_may_be_of_the_wrong_type(
    monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", {0: lambda recipe: {**recipe, "version": 2}})
    text = "wanflow: 0\nname: a\ninputs: [cat]\nsteps: [{use: outpaint}]\n"

    (found,) = read_recipe(text.encode(), file="r.yaml", catalogue=catalogue).problems

    assert (found.code, str(found.span)) == ("wrong-type", "r.yaml:1:1")


@pytest.mark.parametrize("written", ["2", "'2'", "v3", "2.0"])
def test_a_recipe_of_a_newer_version_says_what_to_upgrade(
    written: str, catalogue: Catalogue
) -> None:
    text = f"wanflow: {written}\nname: a\nnovel: [cat]\nsteps: [{{uses: outpaint}}]\n"

    (found,) = read_recipe(text.encode(), file="r.yaml", catalogue=catalogue).problems

    assert found.code == "wrong-version"
    assert "of the language, and this wanflow reads version 1" in found.message
    assert found.hint == "upgrade wanflow: python -m pip install --upgrade wanflow"
    assert found.fix == ()
