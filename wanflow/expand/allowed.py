"""What may stand in a template: an allow-list over the parsed template.

Allowed: text, names, numbers, texts, lists; `+ - / // ~`, comparisons, `and or not`,
`a if b else c`; the filters and tests of `filters.py`; look-ups of names that do not begin with an
underscore; `range` with up to 1,000 numbers, the only call; `if`, `for`, `set` of plain names.
Everything else is forbidden because it is not named here, so a construct that Jinja adds one day
is forbidden, too.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import nodes

from wanflow.expand.filters import FILTERS, TESTS, filter_takes, test_takes
from wanflow.expand.lexing import Token
from wanflow.expand.limits import MAX_DEPTH, MAX_LOOPS, MAX_NODES
from wanflow.expand.problem import TemplateProblem, nearest_hint
from wanflow.expand.sandbox import LOOP_FACTS

_PLAIN: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Add,
        nodes.And,
        nodes.Compare,
        nodes.Concat,
        nodes.Const,
        nodes.Div,
        nodes.FloorDiv,
        nodes.If,
        nodes.Keyword,
        nodes.List,
        nodes.Neg,
        nodes.Not,
        nodes.Operand,
        nodes.Or,
        nodes.Output,
        nodes.Pos,
        nodes.Sub,
        nodes.Template,
        nodes.TemplateData,
        nodes.Tuple,
    }
)
# Jinja gives these names a meaning of its own, whatever the template is given.
_TAKEN = frozenset({"self", "super", "caller", "varargs", "kwargs", "loop"})
_CLOSING = {"mul": "*", "pow": "**", "mod": "%"}
_HINTS: Mapping[str, str] = {
    "Mul": "templates do not multiply: give the product as an input",
    "Pow": "templates do not multiply: give the result as an input",
    "Mod": "write ~ to join texts, or 'is even', 'is odd' and 'is divisibleby(n)' to count",
    "Dict": "give the mapping as an input or under vars",
    "Slice": "name the items one by one, or write a {% for %} with an {% if %}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name that a template takes from outside, and where; `attribute` is what it asks of it."""

    name: str
    offset: int
    attribute: str | None = None
    attribute_offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What an inspection found. `lookups` are all names after a dot, with their offsets."""

    problems: tuple[TemplateProblem, ...]
    references: tuple[Reference, ...]
    lookups: tuple[tuple[str, int], ...]


def inspect(source: str, tree: nodes.Template, tokens: Sequence[Token]) -> Inspection:
    """Hold a parsed template against the allow-list.

    Args:
        source: the template.
        tree: its nodes, each with its offset in place of its line.
        tokens: its tokens, in order.
    """
    walk = _Walk(source=source, tokens=tokens)
    walk.visit(tree, 0)
    if walk.seen > MAX_NODES:
        walk.refuse(0, "template-limit", "this template is too long")
    problems = sorted(set(walk.problems), key=lambda problem: problem.offset)
    return Inspection(
        problems=tuple(problems),
        references=tuple(walk.references),
        lookups=tuple(walk.lookups),
    )


@dataclass(slots=True, kw_only=True)
class _Walk:
    source: str
    tokens: Sequence[Token]
    problems: list[TemplateProblem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    lookups: list[tuple[str, int]] = field(default_factory=list)
    scopes: list[set[str]] = field(default_factory=lambda: [set()])
    seen: int = 0
    too_deep: bool = False

    def visit(self, node: nodes.Node, depth: int) -> None:
        self.seen += 1
        if self.seen > MAX_NODES:
            return
        if depth > MAX_DEPTH:
            if not self.too_deep:
                self.refuse(_offset(node), "template-limit", "this is nested too deeply")
            self.too_deep = True
            return
        kind = type(node)
        if kind in _PLAIN:
            self.visit_all(node.iter_child_nodes(), depth)
        else:
            _VISITORS.get(kind, _Walk.forbidden)(self, node, depth)

    def visit_all(self, children: Iterator[nodes.Node], depth: int) -> None:
        for child in children:
            self.visit(child, depth + 1)

    def refuse(self, offset: int, code: str, message: str, hint: str | None = None) -> None:
        self.problems.append(TemplateProblem(offset=offset, code=code, message=message, hint=hint))

    def forbidden(self, node: nodes.Node, depth: int) -> None:
        kind = type(node).__name__
        offset = _offset(node)
        if isinstance(node, nodes.BinExpr):
            offset, word = self.operator_after(node.left)
            self.visit_all(node.iter_child_nodes(), depth)
        else:
            word = _WORD.match(self.source, offset)[0]  # type: ignore[index] # a word begins here
        self.refuse(
            offset, "template-forbidden", f"'{word}' is not possible here", _HINTS.get(kind)
        )

    def operator_after(self, left: nodes.Node) -> tuple[int, str]:
        """Find the operator behind an operand: the first such token behind all of its own."""
        last = _last_offset(left)
        return next(
            (offset, text)
            for offset, kind, text in self.tokens
            if offset > last and kind == "operator" and text in _CLOSING.values()
        )

    def name(self, node: nodes.Node, _depth: int) -> None:
        assert isinstance(node, nodes.Name)  # noqa: S101 - the table says so
        offset = _offset(node)
        if node.ctx == "store":
            self.target(node.name, offset)
        elif node.name in _TAKEN - {"loop"}:
            self.refuse(
                offset, "template-forbidden", f"'{node.name}' has a meaning of its own in templates"
            )
        elif node.name == "loop" and any("loop" in scope for scope in self.scopes):
            self.refuse(
                offset, "template-forbidden", "'loop' alone is no value", "write loop.index"
            )
        elif not self.is_local(node.name):
            self.references.append(Reference(name=node.name, offset=offset))

    def target(self, name: str, offset: int) -> None:
        if name.startswith("_") or name in _TAKEN or not unicodedata.is_normalized("NFKC", name):
            self.refuse(
                offset, "template-forbidden", f"'{name}' cannot be set", "choose another name"
            )
        self.scopes[-1].add(name)

    def is_local(self, name: str) -> bool:
        return any(name in scope for scope in self.scopes)

    def attribute(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Getattr)  # noqa: S101 - the table says so
        dot = _offset(node)
        offset = dot + 1 + _spaces(self.source, dot + 1)
        self.looked_up(node.node, node.attr, offset, depth)

    def item(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Getitem)  # noqa: S101 - the table says so
        key = node.arg
        if isinstance(key, nodes.Const) and isinstance(key.value, str):
            self.seen += 1
            self.looked_up(node.node, key.value, _offset(key), depth)
            return
        self.visit(node.node, depth + 1)
        self.visit(key, depth + 1)

    def looked_up(self, owner: nodes.Node, attribute: str, offset: int, depth: int) -> None:
        if attribute.startswith("_"):
            self.refuse(
                offset,
                "template-forbidden",
                f"'{attribute}' begins with an underscore: it is private",
            )
        self.lookups.append((attribute, offset))
        if not isinstance(owner, nodes.Name):
            self.visit(owner, depth + 1)
        elif owner.name == "loop" and self.is_local("loop"):
            if attribute not in LOOP_FACTS:
                hint = nearest_hint(attribute, LOOP_FACTS)
                self.refuse(offset, "unknown-name", f"'loop' has no '{attribute}'", hint)
        elif not self.is_local(owner.name):
            self.references.append(
                Reference(
                    name=owner.name,
                    offset=_offset(owner),
                    attribute=attribute,
                    attribute_offset=offset,
                )
            )

    def filtered(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Filter)  # noqa: S101 - the table says so
        offset = _offset(node)
        if node.name not in FILTERS:
            self.refuse(
                offset,
                "unknown-filter",
                f"there is no filter '{node.name}'",
                nearest_hint(node.name, FILTERS) or f"there are {', '.join(FILTERS)}",
            )
        elif node.dyn_args or node.dyn_kwargs:
            self.refuse(offset, "template-forbidden", "'*' is not possible in arguments")
        elif not filter_takes(node.name, len(node.args), tuple(str(k.key) for k in node.kwargs)):
            self.refuse(offset, "template-arguments", f"'{node.name}' takes other arguments")
        self.visit_all(node.iter_child_nodes(), depth)

    def tested(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Test)  # noqa: S101 - the table says so
        word = _TEST.match(self.source, _offset(node))
        offset = word.end() if word else _offset(node)
        if node.name not in TESTS:
            self.refuse(
                offset,
                "unknown-test",
                f"there is no test '{node.name}'",
                nearest_hint(node.name, TESTS),
            )
        elif (
            node.kwargs
            or node.dyn_args
            or node.dyn_kwargs
            or not test_takes(node.name, len(node.args))
        ):
            self.refuse(offset, "template-arguments", f"'{node.name}' takes other arguments")
        self.visit_all(iter((node.node, *node.args)), depth)

    def called(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Call)  # noqa: S101 - the table says so
        callee = node.node
        if not isinstance(callee, nodes.Name) or callee.name != "range":
            offset = self.called_at(callee)
            self.refuse(offset, "template-forbidden", "nothing but range can be called")
        elif node.kwargs or node.dyn_args or node.dyn_kwargs or not 1 <= len(node.args) <= 3:
            offset = _offset(callee)
            self.refuse(offset, "template-arguments", "'range' takes one to three whole numbers")
        self.visit_all(iter(node.args), depth)

    def called_at(self, callee: nodes.Node) -> int:
        offset = _offset(callee)
        if isinstance(callee, nodes.Getattr):
            return offset + 1 + _spaces(self.source, offset + 1)
        return offset

    def conditional(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.CondExpr)  # noqa: S101 - the table says so
        if node.expr2 is None:
            self.refuse(
                first_offset(node.expr1),
                "template-forbidden",
                "there is an 'if' without an 'else'",
                "write ... if ... else ''",
            )
        self.visit_all(node.iter_child_nodes(), depth)

    def loop(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.For)  # noqa: S101 - the table says so
        if node.recursive:
            self.refuse(_offset(node), "template-forbidden", "a loop cannot be recursive")
        if sum("loop" in scope for scope in self.scopes) >= MAX_LOOPS:
            self.refuse(
                _offset(node), "template-limit", f"more than {MAX_LOOPS} loops in one another"
            )
        self.visit(node.iter, depth + 1)
        self.scopes.append(set())
        self.visit(node.target, depth + 1)
        if node.test is not None:
            self.visit(node.test, depth + 1)
        self.scopes[-1].add("loop")
        self.visit_all(iter(node.body), depth)
        self.scopes.pop()
        self.visit_all(iter(node.else_), depth)

    def assigned(self, node: nodes.Node, depth: int) -> None:
        assert isinstance(node, nodes.Assign)  # noqa: S101 - the table says so
        self.visit(node.node, depth + 1)  # first: `set x = x` reads the outer one
        self.visit(node.target, depth + 1)


_VISITORS: Mapping[type[nodes.Node], Callable[[_Walk, nodes.Node, int], None]] = {
    nodes.Assign: _Walk.assigned,
    nodes.Call: _Walk.called,
    nodes.CondExpr: _Walk.conditional,
    nodes.Filter: _Walk.filtered,
    nodes.For: _Walk.loop,
    nodes.Getattr: _Walk.attribute,
    nodes.Getitem: _Walk.item,
    nodes.Name: _Walk.name,
    nodes.Test: _Walk.tested,
}
_WORD = re.compile(r"\w+|.?", re.DOTALL)
_TEST = re.compile(r"is\s+(?:not\s+)?")
_COMPOSED = (nodes.BinExpr, nodes.Compare, nodes.Concat, nodes.CondExpr, nodes.Operand)


def _offset(node: nodes.Node) -> int:
    # Jinja wraps some statements in nodes without a place.
    return next((at.lineno for at in _nodes(node) if at.lineno is not None), 0)


def _spaces(source: str, at: int) -> int:
    rest = source[at : at + 1_000]
    return len(rest) - len(rest.lstrip())


def _last_offset(node: nodes.Node) -> int:
    """Give the offset of the last token that a node in `node` begins with.

    Jinja gives sums and comparisons the place of what follows them, so theirs do not count.
    """
    return max(_offsets(node), default=0)


def first_offset(node: nodes.Node) -> int:
    """Give the offset of the first token of an expression."""
    return min(_offsets(node), default=_offset(node))


def _offsets(node: nodes.Node) -> Iterator[int]:
    return (_offset(at) for at in _nodes(node) if not isinstance(at, _COMPOSED))


def _nodes(node: nodes.Node) -> Iterator[nodes.Node]:
    waiting = deque([node])
    while waiting:
        at = waiting.popleft()
        yield at
        waiting.extend(at.iter_child_nodes())
