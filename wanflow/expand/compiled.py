"""From the source of a template to something that renders, once for each source."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import TracebackType
from typing import cast

from jinja2 import Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.visitor import NodeTransformer

from wanflow.expand.allowed import Inspection, Reference, first_offset, inspect
from wanflow.expand.filters import CONCAT, LOOP, METER, RANGE, WEIGH
from wanflow.expand.limits import MAX_SOURCE_CHARS, MAX_TOKENS, Meter
from wanflow.expand.problem import RefusedError, TemplateError, TemplateProblem
from wanflow.expand.sandbox import Sandbox
from wanflow.expand.values import Plain

_SANDBOX = Sandbox()
_CACHED = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A template after parsing and inspection; `template` is None if there are problems."""

    source: str
    problems: tuple[TemplateProblem, ...]
    references: tuple[Reference, ...] = ()
    lookups: tuple[tuple[str, int], ...] = ()
    template: Template | None = None
    weight: int = 0

    @property
    def names(self) -> frozenset[str]:
        """The names that it takes from outside."""
        return frozenset(reference.name for reference in self.references)


@lru_cache(maxsize=_CACHED)
def compiled(source: str, *, expression: bool = False) -> Compiled:
    """Parse, inspect and compile a template or an expression.

    Problems are values: nothing is raised. Their offsets are those of `source` as it was given.
    """
    if len(source) > MAX_SOURCE_CHARS:
        return _too_large(source, "this template is longer than 64 kB")
    # Jinja reads every line break as a line feed, and so must whoever counts characters.
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        state = "variable" if expression else None
        tokens = tuple(_SANDBOX.lexer.tokeniter(text, None, None, state))
        if len(tokens) > MAX_TOKENS:
            return _too_large(source, "this template is too long")
        tree = _SANDBOX.parsed_expression(text) if expression else _SANDBOX.parsed(text)
    except TemplateSyntaxError as error:
        message = (error.message or "").rstrip(".")
        problem = _syntax(min(error.lineno, len(text)), message[:1].lower() + message[1:])
        return Compiled(source=source, problems=_in_source(source, (problem,)))
    except RecursionError:
        return _too_large(source, "this template is nested too deeply")
    return _translated(source, tree, inspect(text, tree, tokens))


def _too_large(source: str, message: str) -> Compiled:
    problem = TemplateProblem(offset=0, code="template-limit", message=message)
    return Compiled(source=source, problems=(problem,))


def _translated(source: str, tree: nodes.Template, found: Inspection) -> Compiled:
    template, weight = None, 0
    if not found.problems:
        weight = _weight(tree)
        metered = _Metering().visit(tree)
        metered.set_environment(_SANDBOX)
        template = _SANDBOX.from_string(metered)
    shift = _Shift(source)
    return Compiled(
        source=source,
        problems=_in_source(source, found.problems),
        references=tuple(
            replace(
                reference,
                offset=shift.back(reference.offset),
                attribute_offset=shift.back(reference.attribute_offset),
            )
            for reference in found.references
        ),
        lookups=tuple((name, shift.back(at)) for name, at in found.lookups),
        template=template,
        weight=weight,
    )


def run(this: Compiled, values: Mapping[str, Plain]) -> str:
    """Render a compiled template.

    Args:
        this: a template without problems.
        values: what it is given; every name that it takes is there.

    Raises:
        TemplateError: a value does not fit, or a limit is reached.
    """
    template = this.template
    assert template is not None  # noqa: S101 - callers have looked at the problems
    meter = Meter()
    pieces: list[str] = []
    try:
        meter.charge(this.weight)
        context = template.new_context({**values, METER: meter})
        for piece in template.root_render_func(context):
            meter.put_out(piece)
            pieces.append(piece)
    except (RefusedError, UndefinedError, TypeError, ValueError, ArithmeticError) as error:
        raise TemplateError((_told(this, template, error),)) from None
    return "".join(pieces)


def _told(this: Compiled, template: Template, error: Exception) -> TemplateProblem:
    """Say what failed, and where as exactly as it can be known."""
    at = _statement(template, error)
    offset = _Shift(this.source).back(at)
    if isinstance(error, UndefinedError):
        message = error.message or "a value is missing"
        return TemplateProblem(offset=offset, code="undefined", message=message)
    if not isinstance(error, RefusedError):
        message = "these values do not fit together"
        return TemplateProblem(offset=offset, code="template-value", message=message)
    for name, place in this.lookups:
        if name == error.attribute and place >= offset:
            offset = place
            break
    return TemplateProblem(offset=offset, code=error.code, message=error.message, hint=error.hint)


def _statement(template: Template, error: Exception) -> int:
    """Give the offset of the statement that failed: Jinja keeps it where others keep the line."""
    offset = 0
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template.filename:
            offset = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return offset


def _syntax(offset: int, message: str) -> TemplateProblem:
    hint = None
    if "unknown tag" in message:
        hint = "the tags are if, elif, else, endif, for, endfor, set and raw"
    elif "end of comment" in message:
        hint = "to print {# write {{ '{#' }}"
    return TemplateProblem(offset=offset, code="template-syntax", message=message, hint=hint)


class _Shift:
    """Leads offsets in the text that Jinja reads back to the source as it was given."""

    def __init__(self, source: str) -> None:
        # Each pair of carriage return and line feed is one character to Jinja.
        self.pairs: list[int] = []
        at = source.find("\r\n")
        while at >= 0:
            self.pairs.append(at - len(self.pairs))
            at = source.find("\r\n", at + 2)

    def back(self, offset: int) -> int:
        return offset + bisect_left(self.pairs, offset)


def _in_source(source: str, problems: tuple[TemplateProblem, ...]) -> tuple[TemplateProblem, ...]:
    shift = _Shift(source)
    return tuple(replace(problem, offset=shift.back(problem.offset)) for problem in problems)


def _weight(node: nodes.Node) -> int:
    """Count the nodes that are evaluated when `node` is evaluated once, loops taken once."""
    return 1 + sum(_weight(child) for child in node.iter_child_nodes())


class _Metering(NodeTransformer):
    """Puts what must pay into the hands of filters that do; leaves no call behind."""

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - Jinja's form
        for child in node.nodes:
            child.lineno = first_offset(child)  # told when it fails
        self.generic_visit(node)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's form
        inner: list[nodes.Node] = [*node.body, node.target, *([node.test] if node.test else [])]
        weight = nodes.Const(sum(map(_weight, inner)))
        self.generic_visit(node)
        node.iter = _filter(LOOP, [cast("nodes.Expr", node.iter), weight])
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's form
        self.generic_visit(node)
        return _filter(RANGE, node.args)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's form
        self.generic_visit(node)
        return _filter(CONCAT, node.nodes)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - Jinja's form
        self.generic_visit(node)
        node.expr = _filter(WEIGH, [node.expr])
        for operand in node.ops:
            operand.expr = _filter(WEIGH, [operand.expr])
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802 - Jinja's form
        self.generic_visit(node)
        return nodes.Tuple(node.items, "load", lineno=node.lineno)  # one kind of list for all


def _filter(name: str, given: list[nodes.Expr]) -> nodes.Filter:
    return nodes.Filter(given[0], name, given[1:], [], None, None, lineno=given[0].lineno)
