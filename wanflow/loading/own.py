"""Operations that a recipe brings along: in place, or as files of a folder beside it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wanflow.catalog import operation_from
from wanflow.errors import Problem
from wanflow.loading.parse import Draft, drafted, escaped
from wanflow.loading.references import NAME
from wanflow.loading.schema import Finding, contract, findings, schema_findings
from wanflow.loading.shape import entries
from wanflow.loading.texts import text_pointers
from wanflow.loading.view import mapping
from wanflow.model.operation import Operation
from wanflow.model.values import JsonValue

# Gives the operation files of a folder that a recipe names: their bytes by file name.
Folder = Callable[[str], Mapping[str, bytes]]

# A stranger's schema is held against a stranger's values, so it must take linear time: no
# patterns, no references, few alternatives, and not too much of it.
_MOST_NODES = 1_000
_MOST_ALTERNATIVES = 32
_PLAIN = frozenset(
    [
        "$comment",
        "additionalProperties",
        "const",
        "default",
        "description",
        "enum",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "properties",
        "required",
        "title",
        "type",
        "uniqueItems",
    ]
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_SINGLE = frozenset({"if", "then", "else", "not"})
_INSTEAD = {
    "pattern": "use `enum` or `maxLength`",
    "$ref": "write the schema out in place",
}
_MOST_FILES = 200


@dataclass(slots=True, kw_only=True)
class OwnOperations:
    """What could be read of them, and what is wrong with the rest."""

    operations: dict[str, Operation] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def operations_beside(recipe: Path) -> Folder:
    """Give a reader of folders that lie beside a recipe, or below; links are followed first.

    The reader gives nothing but `*.yaml` files, and raises OSError for a folder that is not
    there, is outside, or holds too many files.
    """
    home = recipe.resolve().parent

    def read(name: str) -> Mapping[str, bytes]:
        folder = (home / name).resolve(strict=True)
        if not folder.is_relative_to(home):
            raise OSError("it is outside the recipe's folder")
        found = sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))
        inside = [file for file in found if file.resolve().is_relative_to(home) and file.is_file()]
        if len(inside) > _MOST_FILES:
            raise OSError(f"it holds more than {_MOST_FILES} files")
        return {f"{name.rstrip('/')}/{file.name}": file.read_bytes() for file in inside}

    return read


def own_operations(draft: Draft, folder: Folder | None) -> OwnOperations:
    """Read the operations of a recipe; what its draft has in place becomes text where it is meant.

    Args:
        draft: the recipe.
        folder: reads a folder that the recipe names; without it a folder is a problem.
    """
    own = OwnOperations()
    given = mapping(draft.value).get("operations")
    if isinstance(given, str):
        _from_folder(own, draft, given, folder=folder)
    for name, value in mapping(given).items():
        if isinstance(value, dict) and NAME.fullmatch(name):
            where = _Where(base=f"/operations/{escaped(name)}", name=name)
            _take(own, draft, value, where=where)
    return own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Where an operation stands: in place under its name, or as a file of its own."""

    base: str
    name: str

    @property
    def in_place(self) -> bool:
        return bool(self.base)


def _from_folder(own: OwnOperations, draft: Draft, name: str, *, folder: Folder | None) -> None:
    span = draft.document().span("/operations")
    files: Mapping[str, bytes] = {}
    why = "it holds no operation files" if folder else "there is no folder here"
    try:
        files = folder(name) if folder is not None else {}
    except OSError as error:
        why = error.strerror or str(error)
    if not files:
        message = f"the folder '{name}' of operations cannot be read: {why}"
        hint = "name a folder beside the recipe that holds one YAML file for each operation"
        own.problems.append(
            Problem(code="unreadable-operations", message=message, span=span, hint=hint)
        )
        return
    for file, data in files.items():
        one = drafted(data, file=file)
        if one.readable:
            _take(own, one, one.value, where=_Where(base="", name=""))
        own.problems.extend(one.all_problems())


def _take(own: OwnOperations, draft: Draft, value: JsonValue, *, where: _Where) -> None:
    for place in list(text_pointers(value, contract("operation"), base=where.base)):
        draft.as_text(place)
    found = list(_findings(value, in_place=where.in_place))
    document = draft.document()
    for finding in found:
        pointer = where.base + finding.pointer
        if pointer in draft.unreadable:
            continue  # said better already
        span = document.key_span(pointer) if finding.at == "key" else document.span(pointer)
        message = finding.message.replace("the file", "the operation")
        own.problems.append(
            Problem(code=finding.code, message=message, span=span, hint=finding.hint)
        )
    if not found:
        operation = operation_from(value, name=where.name, builtin=False)
        own.operations[where.name or operation.name] = operation


def _findings(value: JsonValue, *, in_place: bool) -> Iterator[Finding]:
    schema = contract("operation")
    yield from findings({**schema, "required": []} if in_place else schema, value)
    if mapping(value).get("kind") == "builtin":
        message = "an operation of a recipe cannot be exact pixel work of this machine"
        yield Finding(pointer="/kind", code="not-allowed", message=message, hint="remove `kind`")
    params = mapping(value).get("params")
    if isinstance(params, Mapping):
        yield from _params(params)


def _params(params: Mapping[str, Any]) -> Iterator[Finding]:
    unsafe = list(_unsafe(params))
    yield from unsafe
    if not unsafe:
        for finding in schema_findings(params):
            message = f"the schema of the parameters is wrong: {finding.message}"
            yield Finding(
                pointer=f"/params{finding.pointer}",
                code="operation-params",
                message=message,
                hint=finding.hint,
            )


def _unsafe(params: Mapping[str, Any]) -> Iterator[Finding]:
    nodes = alternatives = 0
    todo: list[tuple[Any, str]] = [(params, "/params")]
    while todo:
        schema, pointer = todo.pop()
        nodes += 1
        for key, inner in mapping(schema).items():
            place = f"{pointer}/{escaped(key)}"
            if key not in _PLAIN | _LISTS | _SINGLE:
                message = f"`{key}` cannot be used in the parameters of a recipe's own operation"
                hint = _INSTEAD.get(key, "remove it")
                yield Finding(
                    pointer=place, code="operation-params", message=message, hint=hint, at="key"
                )
            elif key == "properties":
                todo.extend(
                    (one, f"{place}/{escaped(name)}") for name, one in mapping(inner).items()
                )
            elif key in _LISTS:
                branches = list(entries(inner)) if isinstance(inner, list) else []
                alternatives += len(branches)
                todo.extend((one, f"{place}/{at}") for at, one in branches)
            elif key in _SINGLE or key in ("items", "additionalProperties"):
                alternatives += key in _SINGLE
                todo.append((inner, place))
            elif isinstance(inner, list):
                nodes += len(inner)
    if nodes > _MOST_NODES or alternatives > _MOST_ALTERNATIVES:
        message = "the parameters are described at too great a length"
        yield Finding(pointer="/params", code="operation-params", message=message, at="key")
