"""What the schema can only say of mappings and keys, in the words of recipes."""

import re
from dataclasses import replace

from wanflow.loading.migrations import VERSION, version_of
from wanflow.loading.near import (
    NOT_YET_IN_STEP,
    OF_CAMPAIGNS,
    ROOT_RENAMED,
    ROOT_WORDS,
    STEP_RENAMED,
    STEP_WORDS,
)
from wanflow.loading.schema import Finding
from wanflow.loading.view import RecipeView, mapping
from wanflow.model.values import JsonValue

_TIMES = re.compile(r"([1-9][0-9]{0,4}) ?[xX×] ?([1-9][0-9]{0,4})")
_NEW_PICKS = ("all", "ask")


def reworded(view: RecipeView, finding: Finding) -> Finding:
    """Say the same better where the place tells what was meant."""
    parts = finding.pointer.split("/")[1:]
    if finding.code == "unknown-key":
        return _unknown_key(view, finding, parts)
    if finding.pointer == "/wanflow":
        return _wrong_version(finding, view.value.get("wanflow"))
    if parts[:1] == ["steps"] and len(parts) == 2 and finding.code == "wrong-type":
        message = f"step {int(parts[1]) + 1} must be a mapping"
        return replace(finding, message=message, hint="write `- use: outpaint`")
    return _wrong_value(finding, parts, _value_at(view, parts))


def _unknown_key(view: RecipeView, finding: Finding, parts: list[str]) -> Finding:
    *owner, key = parts
    if not owner:
        return _at_root(view, finding, key)
    if (owner[0], len(owner)) in (("steps", 2), ("defaults", 1)):
        return _in_step(view, finding, key)
    if owner[0] == "inputs" and key == "pattern":
        return replace(finding, hint="use `enum` or `maxLength`")
    return finding


def _wrong_value(finding: Finding, parts: list[str], value: JsonValue) -> Finding:
    key = parts[-1] if parts else ""
    if key == "pick" and value in _NEW_PICKS:
        message = "this version of wanflow takes a picture by its number only"
        hint = "write `pick: 1`, or another number up to n"
        return replace(finding, code="not-in-this-version", message=message, hint=hint)
    if key == "size" and isinstance(value, str) and _TIMES.fullmatch(value):
        right = _TIMES.sub(r"\1*\2", value)
        return replace(finding, hint=f"write {right}", right=right)
    return finding


def _wrong_version(finding: Finding, written: JsonValue) -> Finding:
    newer = version_of(written)
    if newer is not None and newer > VERSION:
        message = (
            f"the recipe is written in version {newer} of the language, "
            f"and this wanflow reads version {VERSION}"
        )
        hint = "upgrade wanflow: python -m pip install --upgrade wanflow"
        return replace(finding, code="wrong-version", message=message, hint=hint, right=None)
    message = f"this wanflow reads version {VERSION} of the language"
    hint, right = f"write `wanflow: {VERSION}`", str(VERSION) if newer == VERSION else None
    return replace(
        finding, code="wrong-version", message=message, hint=hint, right=right, meant="raw"
    )


def _at_root(view: RecipeView, finding: Finding, key: str) -> Finding:
    message = f"a recipe has no '{key}' at its top"
    if key in OF_CAMPAIGNS:
        hint = "that stands in a campaign, a file of its own with `campaign: NAME`, `recipe: FILE`"
        return replace(finding, message=message, hint=hint, right=None)
    if key in ROOT_RENAMED:
        right = ROOT_RENAMED[key]
        hint, free = f"write `{right}`", right not in view.value
        return replace(finding, message=message, hint=hint, right=right if free else None)
    if key in ROOT_WORDS:
        return replace(finding, message=message, hint=ROOT_WORDS[key], right=None)
    return replace(finding, message=message)


def _in_step(view: RecipeView, finding: Finding, key: str) -> Finding:
    if key in NOT_YET_IN_STEP:
        message = f"this version of wanflow does not know '{key}'"
        return replace(
            finding, code="not-in-this-version", message=message, hint=NOT_YET_IN_STEP[key]
        )
    hint, right = finding.hint, finding.right
    if key in STEP_RENAMED:
        name = STEP_RENAMED[key]
        owner = mapping(_value_at(view, finding.pointer.split("/")[1:-1]))
        hint, right = f"write `{name}`", None if name in owner else name
    elif key in STEP_WORDS:
        hint, right = STEP_WORDS[key], None
    elif key in _parameters(view, finding.pointer):
        hint, right = f"write it under `with`: `with: {{{key}: ...}}`", None
    where = "a step" if finding.pointer.startswith("/steps") else "`defaults`"
    message = f"{where} has no '{key}'"
    return replace(finding, code="unknown-parameter", message=message, hint=hint, right=right)


def _parameters(view: RecipeView, pointer: str) -> tuple[str, ...]:
    parts = pointer.split("/")
    if parts[1] != "steps":
        return ()
    operation = view.steps[int(parts[2])].operation
    return tuple(mapping(operation.params.get("properties"))) if operation else ()


def _value_at(view: RecipeView, parts: list[str]) -> JsonValue:
    at: JsonValue = view.value
    for part in parts:
        at = at[int(part)] if isinstance(at, list) else mapping(at).get(part)
    return at
