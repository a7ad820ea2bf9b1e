"""Names: each once, none that a template or a file system keeps for itself."""

from collections.abc import Iterator
from typing import Literal

from wanflow.errors import Problem
from wanflow.loading.parse import escaped
from wanflow.loading.references import NAME
from wanflow.loading.templated import in_template
from wanflow.loading.view import RecipeView

# Words that Jinja or a template's own values take.
_RESERVED = frozenset(
    [
        "and",
        "as",
        "block",
        "caller",
        "context",
        "do",
        "elif",
        "else",
        "endblock",
        "endfor",
        "endif",
        "endset",
        "extends",
        "false",
        "fig",
        "filter",
        "for",
        "from",
        "if",
        "import",
        "in",
        "include",
        "is",
        "loop",
        "macro",
        "none",
        "not",
        "or",
        "raw",
        "recursive",
        "row",
        "self",
        "set",
        "true",
        "vars",
        "with",
        "without",
    ]
)
# Windows opens a device where one of these is a file's name, whatever its ending.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)]
)


def name_problems(view: RecipeView) -> Iterator[Problem]:
    """Find names that stand twice, are reserved, or cannot be file names everywhere."""
    seen: dict[str, tuple[str, str, str]] = {}
    for kind, name, pointer in _names(view):
        if not NAME.fullmatch(name):
            continue  # the schema has said so
        yield from _reserved(view, kind, name, pointer=pointer)
        same = in_template(name).casefold()
        first = seen.setdefault(same, (kind, name, pointer))
        if first[2] != pointer:
            yield _twice(view, (kind, name, pointer), first)
    yield from _files(view)


def _names(view: RecipeView) -> Iterator[tuple[str, str, str]]:
    for one in view.inputs.values():
        yield "input", one.name, one.pointer
    yield from _repeated_inputs(view)
    for name in view.vars:
        yield "var", name, f"/vars/{escaped(name)}"
    for step in view.steps:
        if step.named:
            yield "step", step.id, f"{step.pointer}/id"


def _repeated_inputs(view: RecipeView) -> Iterator[tuple[str, str, str]]:
    given = view.value.get("inputs")
    for at, name in enumerate(given if isinstance(given, list) else ()):
        if isinstance(name, str) and view.inputs[name].pointer != f"/inputs/{at}":
            yield "input", name, f"/inputs/{at}"


def _reserved(view: RecipeView, kind: str, name: str, *, pointer: str) -> Iterator[Problem]:
    if name.casefold() in _RESERVED:
        message = f"'{name}' has a meaning of its own in templates and cannot name {_a(kind)}"
        hint = f"call it '{name}_1', or what it is"
        yield view.problem("reserved-name", message, pointer, at=_at(pointer), hint=hint)


def _twice(view: RecipeView, one: tuple[str, str, str], first: tuple[str, str, str]) -> Problem:
    kind, name, pointer = one
    before_kind, before, place = first
    if before == name:
        message = f"the name '{name}' is taken: {_a(before_kind)} has it"
    else:
        message = f"'{name}' and the {before_kind} '{before}' are one name in templates and files"
    return view.problem(
        "duplicate-name",
        message,
        pointer,
        at=_at(pointer),
        hint=f"give the {kind} another name",
        related=((place, f"the {before_kind}"),),
    )


def _files(view: RecipeView) -> Iterator[Problem]:
    named = [(step.id, f"{step.pointer}/id") for step in view.steps if step.named]
    outputs = [(output.name, output.pointer) for output in view.outputs]
    recipe = view.value.get("name")
    whole = [(recipe, "/name")] if isinstance(recipe, str) else []
    for name, pointer in (*whole, *named, *outputs):
        if name.casefold() in _DEVICES:
            message = f"Windows keeps the name '{name}' for a device; no file or folder can have it"
            yield view.problem(
                "device-name", message, pointer, at=_at(pointer), hint="take another name"
            )
    seen: dict[str, str] = {}
    for output in view.outputs:
        first = seen.setdefault(output.name.casefold(), output.name)
        if first != output.name:
            message = f"'{output.name}' and '{first}' are one file name where case does not count"
            hint = "take another name"
            yield view.problem("duplicate-name", message, output.pointer, at="key", hint=hint)


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "input" else f"a {kind}"


def _at(pointer: str) -> Literal["key", "value"]:
    """A step and a recipe are named by a value, everything else by a key."""
    return "value" if pointer == "/name" or pointer.endswith("/id") else "key"
