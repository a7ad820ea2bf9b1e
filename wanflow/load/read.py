"""A recipe from its bytes: everything that is wrong with it at once, or the recipe."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wanflow.errors import Problem
from wanflow.load.build import recipe_from
from wanflow.load.lint import lint
from wanflow.load.near import (
    NOT_YET_AT_ROOT,
    NOT_YET_IN_STEP,
    ROOT_WORDS,
    STEP_WORDS,
)
from wanflow.load.own import Folder, OwnOperations, own_operations
from wanflow.load.parse import Draft, drafted, escaped, in_file_order
from wanflow.load.schema import Finding, contract, findings
from wanflow.load.texts import text_pointers
from wanflow.load.view import RecipeView, mapping, words
from wanflow.model.catalogue import Catalogue
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue

_TIMES = re.compile(r"([1-9][0-9]{0,4}) ?[xX×] ?([1-9][0-9]{0,4})")
_NEW_PICKS = ("all", "ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file after reading: its document if it is YAML, the recipe if nothing is an error.

    `problems` stand in file order, each once; warnings are among them.
    """

    document: Document | None
    recipe: Recipe | None
    problems: tuple[Problem, ...]


def read_recipe(  # what a recipe is held against
    data: bytes,
    *,
    file: str,
    catalogue: Catalogue,
    provider: str = "local",
    region: str | None = None,
    folder: Folder | None = None,
) -> Loaded:
    """Read, validate and lint a recipe; nothing is fetched, rendered or opened.

    Args:
        data: the file's bytes.
        file: what it is called in messages.
        catalogue: the operations and models that there are.
        provider: who shall make the pictures; `local` is this machine.
        region: where, for a provider that has regions.
        folder: reads a folder of operations that the recipe names; see `operations_beside`.

    Returns:
        All that is wrong, and the recipe if no problem is an error.
    """
    draft = drafted(data, file=file)
    if not draft.readable:
        return Loaded(document=None, recipe=None, problems=in_file_order(draft.all_problems()))
    own = own_operations(draft, folder)
    _take_texts(draft, {**catalogue.operations, **own.operations})
    document = draft.document()
    view = RecipeView(
        document=document, catalogue=catalogue, provider=provider, region=region, own=own.operations
    )
    problems = (
        *draft.all_problems(),
        *own.problems,
        *_schema_problems(view, draft),
        *_without_unread(lint(view), own),
    )
    sure = any(problem.severity == "error" for problem in problems)
    return Loaded(
        document=document,
        recipe=None if sure else recipe_from(view),
        problems=in_file_order(problems),
    )


def _without_unread(problems: Iterator[Problem], own: OwnOperations) -> Iterator[Problem]:
    """Leave out what only follows from an operation of the recipe that could not be read."""
    for problem in problems:
        if not (own.problems and problem.code == "unknown-operation"):
            yield problem


def _take_texts(draft: Draft, operations: dict[str, Operation]) -> None:
    """Take as text what the schema, an input's type or an operation's parameters want as text."""
    places = [*text_pointers(draft.value, contract("recipe"))]
    root = mapping(draft.value)
    for name, value in mapping(root.get("inputs")).items():
        if mapping(value).get("type") == "string":
            places += text_pointers(value, _TEXT_INPUT, base=f"/inputs/{escaped(name)}")
    steps = root.get("steps")
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        operation = operations.get(words(mapping(step).get("use")) or "")
        if operation is not None:
            given = mapping(step).get("with")
            places += text_pointers(given, operation.params, base=f"/steps/{at}/with")
    for pointer in dict.fromkeys(places):
        draft.as_text(pointer)


_TEXT_INPUT = {
    "properties": {
        "default": {"type": "string"},
        "enum": {"items": {"type": "string"}},
    }
}


def _schema_problems(view: RecipeView, draft: Draft) -> Iterator[Problem]:
    for finding in findings(contract("recipe"), view.value):
        if finding.pointer in draft.unreadable:
            continue  # said better already
        if "/operations/" in finding.pointer[:12] and finding.code == "unknown-key":
            continue
        worded = _reworded(view, finding)
        yield view.problem(
            worded.code, worded.message, worded.pointer, hint=worded.hint, at=worded.at
        )


def _reworded(view: RecipeView, finding: Finding) -> Finding:
    """Say in the words of recipes what the schema can only say of mappings and keys."""
    parts = finding.pointer.split("/")[1:]
    key = parts[-1] if parts else ""
    if finding.code == "unknown-key" and parts[:-1] == []:
        return _at_root(finding, key)
    if finding.code == "unknown-key" and (parts[0], len(parts)) in (("steps", 3), ("defaults", 2)):
        return _in_step(view, finding, key)
    if finding.pointer == "/wanflow" and finding.code != "missing-key":
        message = "this wanflow reads version 1 of the language"
        return replace(finding, code="wrong-version", message=message, hint="write `wanflow: 1`")
    if key == "pick" and _value_at(view, parts) in _NEW_PICKS:
        message = "this version of wanflow takes a picture by its number only"
        hint = "write `pick: 1`, or another number up to n"
        return replace(finding, code="not-in-this-version", message=message, hint=hint)
    if parts[:1] == ["inputs"] and key == "pattern" and finding.code == "unknown-key":
        return replace(finding, hint="use `enum` or `maxLength`")
    value = _value_at(view, parts)
    if key == "size" and isinstance(value, str) and _TIMES.fullmatch(value):
        return replace(finding, hint="write " + _TIMES.sub(r"\1*\2", value))
    if parts[:1] == ["steps"] and len(parts) == 2 and finding.code == "wrong-type":
        message = f"step {int(key) + 1} must be a mapping"
        return replace(finding, message=message, hint="write `- use: outpaint`")
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
