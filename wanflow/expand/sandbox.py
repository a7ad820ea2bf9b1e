"""The environment in which templates are parsed, compiled and rendered.

It is Jinja's immutable sandbox with less in it: no loader, no extension, no global, and a look-up
that reaches mappings, lists and the facts of figures, and never an attribute of a Python object.
What may stand in a template at all is decided in `allowed.py`, before anything is compiled.
"""

import operator
from functools import partial
from typing import Any, cast

from jinja2 import StrictUndefined, TemplateRuntimeError, Undefined, nodes, pass_context
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wanflow.expand.figures import Figure
from wanflow.expand.filters import FILTERS, INNER_FILTERS, TESTS, meter_of
from wanflow.expand.lexing import OffsetLexer
from wanflow.expand.limits import check_length
from wanflow.expand.problem import RefusedError, nearest_hint
from wanflow.expand.values import Fields, printed, size_of

LOOP_FACTS = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
_SUMS = {"+": operator.add, "-": operator.sub, "/": operator.truediv, "//": operator.floordiv}


@pass_context
def _finalize(context: Context, value: object) -> str:
    text = printed(value)
    meter_of(context).charge_chars(len(text))
    return text


class Sandbox(ImmutableSandboxedEnvironment):
    """Renders what passed the allow-list."""

    intercepted_binops = frozenset(_SUMS)

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            finalize=_finalize,
            autoescape=False,  # prompts are no markup
            keep_trailing_newline=True,
            optimized=False,  # nothing is computed while compiling, where no meter runs
            cache_size=0,
        )
        self.globals.clear()
        self.filters = {**FILTERS, **INNER_FILTERS}
        self.tests = dict(TESTS)
        self._offset_lexer = OffsetLexer(self)

    @property
    def lexer(self) -> OffsetLexer:
        """The lexer that tells places in characters."""
        return self._offset_lexer

    def parsed(self, source: str) -> nodes.Template:
        """Parse a template; the `lineno` of every node is an offset.

        Raises:
            TemplateSyntaxError: its `lineno` is an offset, too.
        """
        return Parser(self, source).parse()

    def parsed_expression(self, source: str) -> nodes.Template:
        """Parse an expression as a template that prints `1` where it is true, else nothing.

        Raises:
            TemplateSyntaxError: its `lineno` is an offset.
        """
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("there is something after the end of the expression")
        yes = nodes.Output([nodes.TemplateData("1")])
        tree = nodes.Template([nodes.If(expression, [yes], [], [])], lineno=0)
        return tree.set_environment(self)  # type: ignore[return-value] # Jinja types it loosely

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Look a name up in a mapping, a figure or a loop."""
        if isinstance(obj, Fields):
            key = obj.key(attribute)
            return obj[key] if key is not None else self._missing(obj, attribute)
        if isinstance(obj, Figure) and attribute in obj.facts:
            fact = obj.facts[attribute]
            return fact if fact is not None else self._unknown(obj, attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_FACTS:
            return getattr(obj, attribute)
        return self._missing(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Look a key up in a mapping, or an index in a list."""
        if isinstance(obj, Fields) and isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, tuple) and isinstance(argument, int):
            inside = -len(obj) <= argument < len(obj)
            return obj[argument] if inside else self.undefined(f"the list has no [{argument}]")
        return self._missing(obj, printed(argument))

    def call_binop(
        self,
        context: Context,
        operator: str,
        left: Any,  # noqa: ANN401 - Jinja's signature
        right: Any,  # noqa: ANN401 - Jinja's signature
    ) -> Any:  # noqa: ANN401 - Jinja's signature
        """Compute with numbers; add texts or lists."""
        meter_of(context).charge_chars(size_of(left) + size_of(right))
        if _is_number(left) and _is_number(right):
            try:
                return _SUMS[operator](left, right)
            except ArithmeticError:
                raise RefusedError("template-value", "this sum has no result") from None
        both = (left, right)
        if operator == "+" and any(all(isinstance(x, kind) for x in both) for kind in (str, tuple)):
            check_length(len(left) + len(right))
            return left + right
        raise RefusedError(
            "template-value",
            f"'{operator}' takes two numbers",
            hint="write ~ to put texts and numbers one after the other",
        )

    def _missing(self, obj: object, attribute: str) -> Undefined:
        if isinstance(obj, Undefined):
            return obj  # its own message says what was missing first
        known: frozenset[str] = frozenset()
        if isinstance(obj, Fields):
            known = frozenset(obj)
        elif isinstance(obj, Figure):
            known = frozenset(obj.facts)
        what = f"there is no '{attribute}' in it"
        return self._undefined(what, attribute, nearest_hint(attribute, known))

    def _unknown(self, figure: Figure, fact: str) -> Undefined:
        return self._undefined(
            f"the {fact} of '{figure.label}' is not known beforehand",
            fact,
            "leave it out, or write | default('...')",
        )

    def _undefined(self, message: str, attribute: str, hint: str | None) -> Undefined:
        # Called with the message where Jinja expects a class of exceptions.
        error = partial(RefusedError, "undefined", hint=hint, attribute=attribute)
        return self.undefined(message, exc=cast("type[TemplateRuntimeError]", error))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
