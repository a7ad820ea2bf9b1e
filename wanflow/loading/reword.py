"""What the schema can only say of mappings and keys, in the words of recipes."""

import re
from dataclasses import replace

from wanflow.loading.near import NOT_YET_AT_ROOT, NOT_YET_IN_STEP, ROOT_WORDS, STEP_WORDS
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
        message = "this wanflow reads version 1 of the language"
        return replace(finding, code="wrong-version", message=message, hint="write `wanflow: 1`")
    if parts[:1] == ["steps"] and len(parts) == 2 and finding.code == "wrong-type":
        message = f"step {int(parts[1]) + 1} must be a mapping"
        return replace(finding, message=message, hint="write `- use: outpaint`")
    return _wrong_value(finding, parts, _value_at(view, parts))


def _unknown_key(view: RecipeView, finding: Finding, parts: list[str]) -> Finding:
    *owner, key = parts
    if not owner:
        return _at_root(finding, key)
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
        return replace(finding, hint="write " + _TIMES.sub(r"\1*\2", value))
    return finding


def _at_root(finding: Finding, key: str) -> Finding:
    if key in NOT_YET_AT_ROOT:
        message = f"this version of wanflow runs no campaigns; it does not know '{key}'"
        return replace(
            finding, code="not-in-this-version", message=message, hint=NOT_YET_AT_ROOT[key]
        )
    message = f"a recipe has no '{key}' at its top"
    return replace(finding, message=message, hint=ROOT_WORDS.get(key, finding.hint))


def _in_step(view: RecipeView, finding: Finding, key: str) -> Finding:
    if key in NOT_YET_IN_STEP:
        message = f"this version of wanflow does not know '{key}'"
        return replace(
            finding, code="not-in-this-version", message=message, hint=NOT_YET_IN_STEP[key]
        )
    hint = finding.hint
    if key in STEP_WORDS:
        hint = STEP_WORDS[key]
    elif key in _parameters(view, finding.pointer):
        hint = f"write it under `with`: `with: {{{key}: ...}}`"
    where = "a step" if finding.pointer.startswith("/steps") else "`defaults`"
    return replace(finding, code="unknown-parameter", message=f"{where} has no '{key}'", hint=hint)


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
