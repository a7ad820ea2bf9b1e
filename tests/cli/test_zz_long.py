"""Laws of whole recipes: what does not matter changes no plan, and what is wrong is found there."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.recipe_drawing import Recipe, recipes
from tests.yaml_writing import Writer, Written
from wanflow.cli.compose import Ask, Draft, drafted, planned
from wanflow.errors import Problem, Span
from wanflow.loading.mending import mended
from wanflow.model.values import JsonValue
from wanflow.report.plan_text import plan_json

_QUIET = settings(
    deadline=None, max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_RECIPES = recipes(("a.png", "图/b.jpg"))
# Mappings whose order says nothing; that of `inputs` and `outputs` is an order of its own.
_UNORDERED = ("", "with", "defaults", *(str(at) for at in range(9)), "photo", "title", "proof")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laws")
    (folder / "图").mkdir()
    Image.new("RGB", (1000, 800), "red").save(folder / "a.png")
    Image.new("RGB", (800, 900), "blue").save(folder / "图" / "b.jpg")
    return folder


def draft_of(written: str, folder: Path) -> Draft:
    return drafted(Ask(recipe=folder / "r.yaml", lenient=True), written.encode())


def plan_of(written: str, folder: Path) -> object:
    made = draft_of(written, folder)
    assume(not any(problem.code.startswith("image-") for problem in made.problems))
    assert made.prepared is not None, (made.problems, written)
    plan: Any = plan_json(planned(made, None))
    return {key: value for key, value in plan.items() if key not in ("recipe_sha256", "digest")}


@given(recipe=_RECIPES, seeds=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)))
@_QUIET
def test_a_plan_does_not_depend_on_key_order_comments_or_layout(
    recipe: Recipe, seeds: tuple[int, int], folder: Path
) -> None:
    plain = json.dumps(recipe)

    plans = [
        plan_of(Writer(random=Random(seed), shuffle=_UNORDERED).write(recipe).text, folder)
        for seed in seeds
    ]

    assert plans == [plan_of(plain, folder)] * 2


@given(recipe=_RECIPES, seed=st.integers(0, 2**32))
@_QUIET
def test_a_recipe_without_errors_needs_no_mending_that_changes_its_plan(
    recipe: Recipe, seed: int, folder: Path
) -> None:
    written = Writer(random=Random(seed)).write(recipe).text
    made = draft_of(written, folder)

    data, _ = mended(written.encode(), made.problems, file=str(folder / "r.yaml"))

    assert plan_of(data.decode(), folder) == plan_of(written, folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """What was changed, by pointer; `missing` if it is no longer there."""

    pointer: str
    missing: bool = False


_OTHER_VALUES = st.sampled_from(
    [None, True, -1, 0, 99999, 0.5, "", "x", "photoo", "step99", "{{ nobody }}", "{{", "图7", "a b",
     "16:9", "1*1", [], {}, ["photo", "photo"], {"x": 1}, "../x.png", "https://e.org/x.png"]
)  # fmt: skip


def places(value: JsonValue, pointer: str = "") -> list[str]:
    """List the pointers of everything in a recipe but the names that others refer to."""
    found = [pointer] if pointer else []
    items = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        items = [(str(at), item) for at, item in enumerate(value)]
    for key, item in items:
        found += places(item, f"{pointer}/{key}")
    return [one for one in found if not one.endswith("/id")]


def at(recipe: Recipe, pointer: str) -> tuple[Any, Any]:
    """Give the container of what a pointer leads to, and the key in it."""
    *way, last = pointer.split("/")[1:]
    holder: Any = recipe
    for part in way:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    return holder, (int(last) if isinstance(holder, list) else last)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Recipe, Mutation]:
    """Change one thing of a recipe: another value, a key less, a key misspelt, a key too many."""
    recipe = deepcopy(draw(_RECIPES))
    defines = [f"/inputs/{name}" for name in recipe["inputs"]]  # type: ignore[union-attr] # drawn so
    pointer = draw(st.sampled_from([one for one in places(recipe) if one not in defines]))
    holder, key = at(recipe, pointer)
    kind = draw(st.sampled_from(["value", "less", "misspelt", "more"]))
    whole = key in ("inputs", "steps") or isinstance(key, int)
    if kind == "value" and not whole:
        holder[key] = draw(_OTHER_VALUES)
        return recipe, Mutation(pointer=pointer)
    assume(isinstance(holder, dict) and key not in ("inputs", "steps"))
    if kind == "more":
        holder["novel"] = draw(_OTHER_VALUES)
        return recipe, Mutation(pointer=pointer.rpartition("/")[0] + "/novel")
    value = holder.pop(key)
    if kind == "misspelt":
        holder[f"{key}x"] = value
        return recipe, Mutation(pointer=f"{pointer}x")
    return recipe, Mutation(pointer=pointer, missing=True)


@given(mutated=mutations(), seed=st.integers(0, 2**32))
@settings(_QUIET, max_examples=5000)
def test_one_mistake_is_found_where_it_is(
    mutated: tuple[Recipe, Mutation], seed: int, folder: Path
) -> None:
    recipe, mutation = mutated
    written = Writer(random=Random(seed), comments=False).write(recipe)

    made = draft_of(written.text, folder)

    errors = [problem for problem in made.problems if problem.severity == "error"]
    assert bool(errors) == (made.prepared is None and not made.unchecked)
    if errors:
        assert any(is_near(error, mutation, recipe, written) for error in errors), (
            mutation, errors, written.text,
        )  # fmt: skip


def is_near(error: Problem, mutation: Mutation, recipe: Recipe, written: Written) -> bool:
    """Say whether an error is told at what was changed, in it, or at what it belongs to."""
    return error.span is None or any(
        _is_at(error.span, pointer, written) for pointer in _near(mutation, recipe, written)
    )


def _near(mutation: Mutation, recipe: Recipe, written: Written) -> set[str]:
    inside = {one for one in written.values if f"{one}/".startswith(f"{mutation.pointer}/")}
    parts = mutation.pointer.split("/")
    around = {"/".join(parts[:count]) for count in range(len(parts))}
    step = "/".join(parts[:3])
    beside = {f"{step}/{key}" for key in ("use", "with", "images", "prompt", "default")}
    beside |= inside | around
    if parts[1] in ("inputs", "defaults"):  # what it is for is told where it is used
        beside |= _users(recipe, parts[2] if len(parts) > 2 else "")
    return beside


def _users(recipe: Recipe, name: str) -> set[str]:
    """List where the name of an input, or a default, has its effect."""
    return {
        pointer
        for pointer in places(recipe)
        if name in str(_value(recipe, pointer)) and pointer.startswith(("/steps/", "/outputs/"))
    }


def _value(recipe: Recipe, pointer: str) -> JsonValue:
    holder, key = at(recipe, pointer)
    value: JsonValue = holder[key]
    return value


def _is_at(span: Span, pointer: str, written: Written) -> bool:
    place = (span.line, span.column)
    if place in (written.values.get(pointer), written.keys.get(pointer)):
        return True
    begin = written.values.get(pointer)
    if begin is None or place < begin:
        return False
    after = [one for one in (*written.values.values(), *written.keys.values()) if one > begin]
    return not after or place < min(after)  # within a text
