"""From YAML events to a tree of nodes, within limits and without recursion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from wanflow.errors import Edit, Problem
from wanflow.loading.quoting import quoted_line
from wanflow.loading.scalars import plain_value
from wanflow.loading.syntax import syntax_problem
from wanflow.loading.text import Lines

MAX_DEPTH = 32
MAX_NODES = 100_000  # after aliases are written out; counted only where there are any
MAX_PLAIN_NODES = 300_000  # without aliases; only a file of nothing but brackets has more
MAX_SCALAR_BYTES = 65_536

# The parser in C where libyaml is there; both give the same events.
LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """One node of the tree; `start` and `end` are indexes of characters in the source.

    `items` are the items of a list, keys and values by turns of a mapping, and the one target of
    an alias. `weight` counts nodes with aliases written out, `height` levels below and with this.
    """

    kind: Literal["scalar", "list", "map", "alias"]
    start: int
    end: int
    text: str = ""
    style: str = ""
    items: list["Node"] = field(default_factory=list)
    weight: int = 1
    height: int = 0

    def target(self) -> "Node":
        """Give the node itself, or what the alias stands for."""
        return self.items[0] if self.kind == "alias" else self


_NO_ITEMS: list[Node] = []  # of every scalar; nobody adds to it


class _Stop(Exception):  # noqa: N818  # not an error: what has been found so far is enough
    """Nothing further can be read."""


@dataclass(slots=True)
class Composed:
    """The tree as far as it could be read; `root` is None after a mistake that hides the rest."""

    root: Node | None
    problems: list[Problem]


def composed(source: str, lines: Lines, *, loader: type = LOADER) -> Composed:
    """Read the one document of a file.

    Args:
        source: text without unprintable characters.
        lines: places in that text.
        loader: which of PyYAML's two parsers gives the events.
    """
    composer = _Composer(source, lines)
    try:
        for event in _events(source, loader):
            composer.take(event)
    except _Stop:
        return Composed(None, composer.problems)
    except yaml.MarkedYAMLError as error:
        if not composer.bare_template:  # else it only follows from that
            composer.problems.append(syntax_problem(error, lines, source))
        return Composed(None, composer.problems)
    root = composer.root
    if root is None or (root.kind == "scalar" and not root.style and not root.text):
        composer.root = None
        composer.report("empty-file", "the file holds nothing but comments", 0)
    return Composed(composer.root, composer.problems)


def _events(source: str, loader: type) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(source, Loader=loader)
    return events


def _begin(event: yaml.Event) -> int:
    mark: Any = event.start_mark  # both parsers always set it
    return int(mark.index)


def _end(event: yaml.Event) -> int:
    mark: Any = event.end_mark
    return int(mark.index)


class _Composer:
    """Takes one event after the other."""

    def __init__(self, source: str, lines: Lines) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._source = source
        self._lines = lines
        self.bare_template = False
        self._open: list[tuple[Node, str | None]] = []
        self._keys: list[dict[str, Node]] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliases = False

    def report(
        self,
        code: str,
        message: str,
        index: int,
        hint: str | None = None,
        *,
        fix: tuple[Edit, ...] = (),
    ) -> None:
        span = self._lines.span(index)
        self.problems.append(Problem(code=code, message=message, span=span, hint=hint, fix=fix))

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.report(
                "several-documents",
                "a second document begins here; a file holds one",
                _begin(event),
                "remove the '---', or put what follows into a file of its own",
            )
            raise _Stop

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start = _begin(event)
        self._refuse_tag(event.tag, start)
        text = event.value
        if len(text) * 4 > MAX_SCALAR_BYTES and len(text.encode()) > MAX_SCALAR_BYTES:
            self.report(
                "text-too-long", f"a text may have {MAX_SCALAR_BYTES:,} bytes; this has more", start
            )
        if event.style == '"':
            self._refuse_escapes(text, start)
        node = Node("scalar", start, _end(event), text, event.style or "", _NO_ITEMS)
        self._remember(event.anchor, node)
        self._count(1, start)
        self._place(node)

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        start = _begin(event)
        self._refuse_tag(event.tag, start)
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._refuse_depth(len(self._open) + 1, start)
        self._count(1, start)
        node = Node("map" if is_map else "list", start, _end(event), height=1)
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # open: an alias to it would be a circle
        self._open.append((node, event.anchor))
        self._keys.append({})

    def _end(self, event: yaml.Event) -> None:
        node, anchor = self._open.pop()
        self._keys.pop()
        node.end = _end(event)
        if node.kind == "scalar":  # a template without quotes
            node.items, node.style = [], "'"
            node.text = self._source[node.start : node.end]
        self._remember(anchor, node)
        self._place(node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        start = _begin(event)
        if event.anchor not in self._anchors:
            message = f"there is no anchor '&{event.anchor}' before this alias"
            hint = "put the text in quotes if the '*' is part of it"
            self.report("unknown-alias", message, start, hint)
            self._place(Node("scalar", start, _end(event), "", "'"))
            return
        target = self._anchors[event.anchor]
        if target is None:
            self.report("circular-alias", f"'*{event.anchor}' would contain itself", start)
            raise _Stop
        self._aliases = True
        self._refuse_depth(len(self._open) + target.height, start)
        self._count(target.weight, start)
        node = Node("alias", start, _end(event), items=[target])
        node.weight, node.height = target.weight, target.height
        self._place(node)

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1][0]
        if parent.kind == "map" and len(parent.items) % 2 == 0:
            self._check_key(node)
        if parent.kind == "scalar":
            return
        parent.items.append(node)
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)

    def _check_key(self, node: Node) -> None:
        key = node.target()
        if key.kind != "scalar":
            parent = self._open[-1][0]
            if self._source.startswith("{{", parent.start) and node.start == parent.start + 1:
                self._refuse_template(parent)
                return
            hint = "write a word before the ':'; put it in quotes if it begins with '[' or '{'"
            self.report("key-not-text", "a list or mapping cannot be a key", node.start, hint)
            return
        if not key.style and key.text == "<<":
            hint = "write the entries out"
            self.report("merge-key", "merge keys ('<<') are not allowed", node.start, hint)
            return
        if not key.style and not isinstance(plain_value(key.text), str):
            shown = key.text[:40]
            hint = f"write '{shown}'" if shown else "write a word before the ':'"
            message = f"the key {shown} is not text" if shown else "there is no key before the ':'"
            self.report("key-not-text", message, node.start, hint)
        first = self._keys[-1].setdefault(key.text, node)
        if first is not node:
            span, before = self._lines.span(node.start), self._lines.span(first.start)
            self.problems.append(
                Problem(
                    code="duplicate-key",
                    message=f"'{key.text[:80]}' stands here a second time",
                    span=span,
                    hint=f"remove it here or in line {before.line}",
                    related=((before, "the first one"),),
                )
            )

    def _refuse_template(self, node: Node) -> None:
        """Say that `{{ x }}` needs quotes, and take it as the text that it is meant to be."""
        self.bare_template = True
        node.kind = "scalar"
        self.report(
            "template-without-quotes",
            "a text that begins with '{{' needs quotes",
            node.start,
            "put quotes around the whole text, such as '{{ photo }} at night'",
            fix=quoted_line(self._source, node.start, self._lines),
        )

    def _remember(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _refuse_tag(self, tag: str | None, index: int) -> None:
        if tag is None:
            return
        shown = tag.replace("tag:yaml.org,2002:", "!!")[:60]
        hint = "remove it, or put the text in quotes"
        self.report("yaml-tag", f"YAML tags are not allowed: {shown}", index, hint)

    def _refuse_escapes(self, text: str, index: int) -> None:
        """Only double quotes can write what no file may hold: NUL, and halves of characters."""
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            message = "this text holds a NUL or half of a character, written as an escape"
            self.report("control-character", message, index, "remove it")

    def _refuse_depth(self, depth: int, index: int) -> None:
        if depth > MAX_DEPTH:
            message = f"lists and mappings are nested more than {MAX_DEPTH} deep here"
            self.report("nested-too-deep", message, index)
            raise _Stop

    def _count(self, weight: int, index: int) -> None:
        self._nodes += weight
        if self._nodes > MAX_PLAIN_NODES:
            self.report(
                "too-many-nodes", f"the file has more than {MAX_PLAIN_NODES:,} values", index
            )
            raise _Stop
        if self._aliases and self._nodes > MAX_NODES:
            message = f"with its aliases written out the file has more than {MAX_NODES:,} values"
            self.report("too-many-nodes", message, index, "write fewer aliases")
            raise _Stop
