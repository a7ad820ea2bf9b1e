"""From bytes to a document: JSON values, each with its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wanflow.errors import Problem, RecipeError, Span
from wanflow.loading.compose import Node, composed
from wanflow.loading.offsets import offsets
from wanflow.loading.scalars import Unreadable, plain_value
from wanflow.loading.text import Lines, decoded
from wanflow.model.document import Document, Scalar
from wanflow.model.values import NOWHERE, JsonValue, Pointer

_Container: TypeAlias = "dict[str, JsonValue] | list[JsonValue]"


@dataclass(slots=True)
class Draft:
    """A file on its way to a document: values may still become text where the schema wants it.

    `value` is None if the file could not be read far enough. `unreadable` are the numbers that are
    none, by pointer: they cease to be problems where text is wanted.
    """

    file: str
    source: str
    lines: Lines
    problems: list[Problem]
    value: JsonValue = None
    readable: bool = False
    nodes: dict[Pointer, Node] = field(default_factory=dict)
    keys: dict[Pointer, Node] = field(default_factory=dict)
    unreadable: dict[Pointer, Problem] = field(default_factory=dict)

    def plain_pointers(self) -> Iterator[Pointer]:
        """List the unquoted scalars."""
        for pointer, node in self.nodes.items():
            target = node.target()
            if target.kind == "scalar" and not target.style:
                yield pointer

    def as_text(self, pointer: Pointer) -> None:
        """Take one scalar as the text that is written; what means nothing stays nothing."""
        if pointer not in self.nodes:
            return  # it came into the value by a migration
        node = self.nodes[pointer].target()
        if pointer not in self.unreadable and plain_value(node.text) is None:
            return
        self.unreadable.pop(pointer, None)
        _assign(self.value, pointer, node.text)

    def document(self) -> Document:
        """Give the document as it is now; places are worked out when they are asked for."""
        return Document(
            file=self.file,
            source=self.source,
            value=self.value,
            spans=_Spans(self.nodes, self.lines),
            keys=_Spans(self.keys, self.lines),
            scalars=_Scalars(self),
        )

    def all_problems(self) -> tuple[Problem, ...]:
        """List what is wrong with the file as YAML."""
        return (*self.problems, *self.unreadable.values())


def parse(data: bytes, *, file: str, text_at: Callable[[Pointer], bool] | None = None) -> Document:
    """Read a YAML (or JSON) file.

    Args:
        data: the file's bytes: UTF-8, at most 1 MB.
        file: what the file is called in messages.
        text_at: says for a pointer whether its scalar is text as it is written: `1.10`, `007`,
            `true`. Elsewhere an unquoted scalar has its type of YAML 1.2.

    Returns:
        A document whose root is a mapping.

    Raises:
        RecipeError: the file cannot be read; carries all that is wrong with it as YAML.
    """
    draft = drafted(data, file=file)
    if text_at is not None:
        for pointer in list(draft.plain_pointers()):
            if text_at(pointer):
                draft.as_text(pointer)
    problems = draft.all_problems()
    if problems:
        raise RecipeError(in_file_order(problems, file=file))
    return draft.document()


def in_file_order(problems: tuple[Problem, ...], *, file: str) -> tuple[Problem, ...]:
    """Sort problems by their place, those of one file before all others, without repetitions."""

    def place(problem: Problem) -> tuple[bool, str, int, int]:
        span = problem.span or Span(file=file, line=0, column=0)
        return span.file != file, span.file, span.line, span.column

    return tuple(sorted(dict.fromkeys(problems), key=place))


def drafted(data: bytes, *, file: str, lists: bool = False) -> Draft:
    """Read a file as far as it goes; with `lists`, its root may also be a list."""
    source, problems = decoded(data, file=file)
    lines = Lines(source, file)
    draft = Draft(file=file, source=source, lines=lines, problems=list(problems))
    if problems:
        return draft
    tree = composed(source, lines)
    draft.problems.extend(tree.problems)
    if tree.root is None:
        return draft
    if tree.root.kind != "map" and not (lists and tree.root.kind == "list"):
        message = f"the file holds {_KINDS[tree.root.kind]} where 'key: value' lines are wanted"
        span = lines.span(tree.root.start)
        draft.problems.append(Problem(code="not-a-mapping", message=message, span=span))
        return draft
    draft.readable = True
    _build(draft, tree.root)
    return draft


_KINDS = {"list": "a list", "scalar": "a single text"}


def _build(draft: Draft, root: Node) -> None:
    """Fill in values and places; `todo` holds containers whose items are still to come."""
    value: _Container = {} if root.kind == "map" else []
    draft.value = value
    draft.nodes[NOWHERE] = root
    todo: list[tuple[Node, _Container, str]] = [(root, value, "")]
    while todo:
        node, container, pointer = todo.pop()
        for key, item, place in _entries(draft, node, pointer):
            if isinstance(container, dict) and key in container:
                continue  # a problem already; the first one stands
            draft.nodes[place] = item
            target = item.target()
            if target.kind == "scalar":
                made = _scalar(draft, item, place)
            else:
                made = {} if target.kind == "map" else []
                todo.append((target, made, place))
            if isinstance(container, dict):
                container[key] = made
            else:
                container.append(made)


def _entries(draft: Draft, node: Node, pointer: str) -> Iterator[tuple[str, Node, Pointer]]:
    if node.kind == "list":
        for at, item in enumerate(node.items):
            yield "", item, Pointer(f"{pointer}/{at}")
        return
    turns = iter(node.items)
    for key, item in zip(turns, turns, strict=True):
        text = key.target().text
        if key.target().kind != "scalar" or (text == "<<" and not key.target().style):
            continue  # a problem already
        place = Pointer(f"{pointer}/{escaped(text)}")
        draft.keys.setdefault(place, key)
        yield text, item, place


def escaped(key: str) -> str:
    """Write a key as one part of a JSON pointer."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key


def _scalar(draft: Draft, item: Node, pointer: Pointer) -> JsonValue:
    node = item.target()
    if node.style:
        return node.text
    value = plain_value(node.text)
    if isinstance(value, Unreadable):
        span = draft.lines.span(item.start)
        draft.unreadable[pointer] = Problem(
            code=value.code, message=value.message, span=span, hint=value.hint
        )
        return None
    return value


def _assign(root: JsonValue, pointer: Pointer, text: str) -> None:
    """Replace what stands at a pointer that is known to lead somewhere."""
    *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    at: Any = root
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[int(last) if isinstance(at, list) else last] = text


class _Spans(Mapping[Pointer, Span]):
    """The place of each node, worked out on demand."""

    def __init__(self, nodes: Mapping[Pointer, Node], lines: Lines) -> None:
        self._nodes = nodes
        self._lines = lines

    def __getitem__(self, pointer: Pointer) -> Span:
        return self._lines.span(self._nodes[pointer].start)

    def __iter__(self) -> Iterator[Pointer]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


class _Scalars(Mapping[Pointer, Scalar]):
    """The characters of each scalar, worked out on demand."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._made: dict[Pointer, Scalar] = {}

    def __getitem__(self, pointer: Pointer) -> Scalar:
        made = self._made.get(pointer)
        if made is None:
            made = self._made[pointer] = self._make(pointer)
        return made

    def _make(self, pointer: Pointer) -> Scalar:
        node = self._draft.nodes[pointer].target()
        if node.kind != "scalar":
            raise KeyError(pointer)
        source, lines = self._draft.source, self._draft.lines
        places = offsets(source, node.text, style=node.style, begin=node.start, end=node.end)
        return Scalar(offsets=tuple(lines.at(index) for index in places))

    def __iter__(self) -> Iterator[Pointer]:
        nodes = self._draft.nodes.items()
        return (pointer for pointer, node in nodes if node.target().kind == "scalar")

    def __len__(self) -> int:
        return sum(1 for _ in self)
