"""A recipe from its bytes: everything that is wrong with it at once, or the recipe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wanflow.errors import Problem
from wanflow.loading.build import recipe_from
from wanflow.loading.edits import fix_of
from wanflow.loading.ignores import Ignore, ignores_in
from wanflow.loading.lint import lint
from wanflow.loading.migrations import VERSION, lifted, version_of
from wanflow.loading.own import Folder, OwnOperations, own_operations
from wanflow.loading.parse import Draft, drafted, escaped, in_file_order
from wanflow.loading.reword import reworded
from wanflow.loading.schema import contract, findings
from wanflow.loading.texts import text_pointers
from wanflow.loading.view import RecipeView, mapping, words
from wanflow.model.catalogue import Catalogue
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.recipe import Recipe
from wanflow.model.values import JsonValue, Pointer

# Ten times what the longest sensible recipe has.
MAX_VALUES = 150_000
_NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file after reading: its document if it is YAML, the recipe if nothing is an error.

    `problems` stand in file order, each once; warnings are among them, also those that `ignores`,
    comments in the file, silence: `heeded` leaves them out when all problems are together.
    """

    document: Document | None
    recipe: Recipe | None
    problems: tuple[Problem, ...]
    ignores: tuple[Ignore, ...] = ()


def read_recipe(  # what a recipe is held against
    data: bytes,
    *,
    file: str,
    catalogue: Catalogue,
    provider: str = "local",
    region: str | None = None,
    folder: Folder | None = None,
    replaced: Mapping[str, JsonValue] = _NOTHING,
) -> Loaded:
    """Read, validate and lint a recipe; nothing is fetched, rendered or opened.

    Args:
        data: the file's bytes.
        file: what it is called in messages.
        catalogue: the operations and models that there are.
        provider: who shall make the pictures; `local` is this machine.
        region: where, for a provider that has regions.
        folder: reads a folder of operations that the recipe names; see `operations_beside`.
        replaced: parameters that stand in the place of those of its `defaults`.

    Returns:
        All that is wrong, and the recipe if no problem is an error.
    """
    draft = drafted(data, file=file)
    if not draft.readable:
        return Loaded(
            document=None, recipe=None, problems=in_file_order(draft.all_problems(), file=file)
        )
    if len(draft.nodes) > MAX_VALUES:
        return Loaded(document=None, recipe=None, problems=(_too_long(draft),))
    draft.value = lifted(mapping(draft.value))
    if (version_of(mapping(draft.value).get("wanflow")) or 0) > VERSION:
        return _newer(draft, catalogue)
    _replace_defaults(draft, replaced)
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
        problems=in_file_order(problems, file=file),
        ignores=ignores_in(draft),
    )


def _newer(draft: Draft, catalogue: Catalogue) -> Loaded:
    """Say that a recipe is of a newer version, and nothing else: the rest may well be right."""
    document = draft.document()
    view = RecipeView(document=document, catalogue=catalogue, provider="local", region=None)
    problems = (p for p in _schema_problems(view, draft) if p.code == "wrong-version")
    return Loaded(document=None, recipe=None, problems=tuple(problems))


def _replace_defaults(draft: Draft, replaced: Mapping[str, JsonValue]) -> None:
    if replaced and isinstance(draft.value, dict):
        draft.value["defaults"] = {**mapping(draft.value.get("defaults")), **replaced}
        for key in replaced:
            draft.unreadable.pop(Pointer(f"/defaults/{key}"), None)


def _too_long(draft: Draft) -> Problem:
    return Problem(
        code="too-many-nodes",
        message=f"the recipe has {len(draft.nodes):,} values; at most {MAX_VALUES:,} are read",
        span=draft.lines.span(0),
        hint="make several recipes of it",
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
        worded = reworded(view, finding)
        yield view.problem(
            worded.code,
            worded.message,
            worded.pointer,
            hint=worded.hint,
            at=worded.at,
            fix=fix_of(view.edit, worded, worded.pointer),
        )
