"""The schemas explain themselves: each property is what a person reads in an editor or a manual."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from wanflow import contract
from wanflow.loading import catalogue
from wanflow.loading.schema import contract as inlined
from wanflow.loading.schema import findings

ROOT = Path(__file__).parent.parent.parent
# What people write; all other schemas are of what wanflow writes, whole and without defaults.
_WRITTEN_BY_PEOPLE = ["model", "operation", "recipe"]
_CONDITIONS = ("if", "then", "else", "not")
_BRANCHES = ("allOf", "anyOf", "oneOf")


def whole(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(contract.schema(name))
    return schema


def properties(
    schema: object, definitions: dict[str, Any], *, place: str = "", needed: bool = True
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """List every property as (place, its rules, whether it must be there).

    A condition only sharpens what is explained elsewhere: of its properties those that bring words
    of their own are listed.
    """
    if isinstance(schema, list):
        for part in schema:
            yield from properties(part, definitions, place=place, needed=needed)
    if not isinstance(schema, dict):
        return
    for key, rules in schema.get("properties", {}).items():
        if isinstance(rules, dict) and (needed or "title" in rules):
            yield f"{place}/{key}", resolved(rules, definitions), key in schema.get("required", ())
        yield from properties(rules, definitions, place=f"{place}/{key}", needed=needed)
    for key in ("items", "additionalProperties"):
        yield from properties(schema.get(key), definitions, place=place, needed=needed)
    for key in (*_CONDITIONS, *_BRANCHES):
        yield from properties(schema.get(key), definitions, place=place, needed=False)
    for key, part in schema.get("$defs", {}).items():
        yield from properties(part, definitions, place=f"{place}/{key}")


def resolved(rules: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Put a reference's target under what stands beside the reference."""
    if "$ref" not in rules:
        return rules
    return {**definitions[rules["$ref"].rpartition("/")[2]], **rules}


def has_parts(rules: object, definitions: dict[str, Any]) -> bool:
    """Say whether examples stand at the parts of a value, where they are read one by one."""
    if not isinstance(rules, dict):
        return False
    seen = resolved(rules, definitions)
    inner = [seen.get("items"), seen.get("additionalProperties")]
    inner += [branch for key in _BRANCHES for branch in seen.get(key, ())]
    return bool(seen.get("properties")) or any(has_parts(part, definitions) for part in inner)


def all_of(name: str) -> list[tuple[str, dict[str, Any], bool]]:
    schema = whole(name)
    return list(properties(schema, schema.get("$defs", {})))


@pytest.mark.parametrize("name", contract.names())
def test_a_schema_is_valid_itself(name: str) -> None:
    schema = whole(name)

    jsonschema.Draft202012Validator.check_schema(schema)

    assert schema["title"]
    assert schema["description"].endswith(".")


@pytest.mark.parametrize("name", contract.names())
def test_every_property_has_a_title_a_description_and_examples(name: str) -> None:
    definitions = whole(name).get("$defs", {})

    bare = [
        place
        for place, rules, _ in all_of(name)
        if not {"title", "description"} <= rules.keys()
        or not (rules.get("examples") or has_parts(rules, definitions))
    ]

    assert len(all_of(name)) > 5
    assert bare == []


@pytest.mark.parametrize("name", _WRITTEN_BY_PEOPLE)
def test_every_property_has_a_default_or_says_what_it_means_to_leave_it_out(name: str) -> None:
    silent = [
        place
        for place, rules, needed in all_of(name)
        if not needed
        and "default" not in rules
        and not place.startswith(("/with-", "/catalogue-step"))  # the catalogue's words
        and not any(word in rules["description"] for word in ("eft out", "ithout"))
    ]

    assert silent == []


@pytest.mark.parametrize("name", _WRITTEN_BY_PEOPLE)
def test_no_default_is_what_an_editor_could_not_write_down(name: str) -> None:
    nothing = [place for place, rules, _ in all_of(name) if rules.get("default", "") is None]

    assert nothing == []


@pytest.mark.parametrize("name", _WRITTEN_BY_PEOPLE)
def test_the_examples_and_defaults_of_a_property_fit_it(name: str) -> None:
    definitions = whole(name).get("$defs", {})

    checked, misfits = 0, []
    for place, rules, _ in all_of(name):
        shown = [*rules.get("examples", ()), *([rules["default"]] if "default" in rules else ())]
        for value in shown:
            checked += 1
            schema = {**rules, "$defs": definitions}
            misfits += [(place, value, found.message) for found in findings(schema, value)]

    assert checked > 60
    assert misfits == []


def test_the_recipes_schema_says_of_operations_what_the_catalogue_says() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "write_schemas.py"), "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.stderr, checked.returncode) == ("", 0)


def test_wanflow_itself_reads_the_catalogue_and_not_what_is_written_of_it() -> None:
    read = json.dumps(inlined("recipe"))

    assert "allOf" in whole("recipe")
    assert all(f"Parameters of {name}" not in read for name in catalogue().operations)
