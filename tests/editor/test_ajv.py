"""The schemas before a validator that is not ours: ajv, in its strict mode."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from wanflow import contract
from wanflow.catalog import texts
from wanflow.errors import Problem
from wanflow.loading import catalogue, read_recipe
from wanflow.loading.catalogue import document_of
from wanflow.loading.own import operations_beside
from wanflow.loading.schema import findings
from wanflow.model.values import JsonValue

ROOT = Path(__file__).parent.parent.parent
_MISTAKES = ROOT / "tests" / "loading" / "mistakes"
_RECIPES = [*(ROOT / "recipes").glob("*.yaml"), *(ROOT / "recipes" / "gallery").glob("*.yaml")]
# What a schema can see of a recipe; the rest takes a look at several places, or at files.
_SEEN = {
    "bad-name",
    "empty-value",
    "missing-key",
    "missing-parameter",
    "no-prompt",
    "not-allowed",
    "not-in-this-version",
    "unknown-key",
    "unknown-model",
    "unknown-operation",
    "unknown-role",
    "unknown-value",
    "wrong-form",
    "wrong-parameter",
    "wrong-type",
}
# Of those, what no schema sees: 12.0 is a whole number to JSON.
_UNSEEN = {"whole-number.bad.yaml"}


@cache
def recipes() -> dict[str, tuple[JsonValue, tuple[Problem, ...]]]:
    """Read every recipe there is, right or wrong: its values, and what wanflow says of it."""
    found = {}
    for file in [*_RECIPES, *_MISTAKES.glob("*.yaml")]:
        loaded = read_recipe(
            file.read_bytes(),
            file=file.name,
            catalogue=catalogue(),
            provider="dashscope",
            region="beijing",
            folder=operations_beside(file),
        )
        if loaded.document is not None:
            found[file.name] = (loaded.document.value, loaded.problems)
    return found


def held_by_ajv(packages: Path, schema: object, documents: dict[str, Any]) -> dict[str, list[str]]:
    program = Path(__file__).with_name("validate.js")
    done = subprocess.run(
        ["node", str(program), str(packages)],
        input=json.dumps({"schema": schema, "documents": documents}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("name", contract.names())
def test_a_schema_is_strict(name: str, packages: Path) -> None:
    said = held_by_ajv(packages, json.loads(contract.schema(name)), {"nothing": None})

    assert said["nothing"] != []


def test_both_validators_judge_every_recipe_alike(packages: Path) -> None:
    schema = json.loads(contract.schema("recipe"))
    documents = {name: value for name, (value, _) in recipes().items()}

    said = held_by_ajv(packages, schema, documents)

    ours = {name for name, value in documents.items() if findings(schema, value)}
    assert len(documents) > 250
    assert {name for name, errors in said.items() if errors} == ours - _UNSEEN


def test_the_schema_refuses_nothing_that_wanflow_takes(packages: Path) -> None:
    documents = {
        name: value
        for name, (value, problems) in recipes().items()
        if not any(problem.severity == "error" for problem in problems)
    }

    said = held_by_ajv(packages, json.loads(contract.schema("recipe")), documents)

    assert {file.name for file in _RECIPES} <= documents.keys()
    assert len(documents) > 140
    assert {name: errors for name, errors in said.items() if errors} == {}


def test_the_schema_refuses_every_mistake_that_a_schema_can_see(packages: Path) -> None:
    documents = {
        name: value
        for name, (value, problems) in recipes().items()
        if any(p.code in _SEEN and p.severity == "error" for p in problems)
    }

    said = held_by_ajv(packages, json.loads(contract.schema("recipe")), documents)

    assert len(documents) > 35
    assert {name for name, errors in said.items() if not errors} == _UNSEEN


_FILES = {
    "operation": texts().operations,
    "model": texts().models,
    "campaign": {
        file.name: file.read_bytes() for file in (ROOT / "recipes" / "campaigns").glob("*.yaml")
    },
}


@pytest.mark.parametrize("kind", _FILES)
def test_what_comes_with_wanflow_fits_its_schema(kind: str, packages: Path) -> None:
    files = _FILES[kind]
    documents = {
        name: document_of(data, file=name, kind=kind).value for name, data in files.items()
    }

    said = held_by_ajv(packages, json.loads(contract.schema(kind)), documents)

    assert documents
    assert {name: errors for name, errors in said.items() if errors} == {}
