"""Somebody else's template reaches nothing and costs little."""

import pytest
from jinja2 import nodes

from wanflow.expand.allowed import inspect
from wanflow.expand.compiled import compiled, run
from wanflow.expand.figures import figures
from wanflow.expand.limits import MAX_OUTPUT_BYTES, MAX_WORK, Meter
from wanflow.expand.problem import RefusedError, TemplateError
from wanflow.expand.templates import check_expression, check_template, render
from wanflow.expand.values import plain
from wanflow.model.values import JsonValue

CONTEXT: dict[str, JsonValue] = {
    "x": "text",
    "n": 3,
    "row": {"a": "b"},
    "xs": ["a", "b"],
    **figures(["clock"]),
}

REACHES_OUT = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ x.__class__.__mro__ }}",
    "{{ row.__init__ }}",
    "{{ clock.__class__ }}",
    "{{ clock.facts }}",
    "{{ clock.label }}",
    "{{ x.format }}",
    "{{ '{0.__class__}'.format(x) }}",  # CVE-2016-10745
    "{{ '{a.__class__}'.format_map(row) }}",  # CVE-2019-10906
    "{{ 'http://a' | urlize }}",  # CVE-2020-28493
    "{{ row | xmlattr }}",  # CVE-2024-22195, CVE-2024-34064
    "{% include 'x{{' %}",  # CVE-2024-56201
    "{% set f = '{0.__class__}'.format %}{{ f(x) }}",  # CVE-2024-56326
    "{{ x | attr('format') }}",  # CVE-2025-27516
    "{{ ['{0}'.format] | map('x') | first }}",
    "{{ x | attr('__class__') }}",
    "{{ xs | map(attribute='__class__') | join }}",
    "{{ xs | join(attribute='__class__') }}",
    "{{ xs | sort(attribute='__class__') }}",
    "{{ '%s' % x }}",
    "{{ x.join(xs) }}",
    "{{ row.items() }}",
    "{{ row.pop('a') }}",
    "{{ xs.append(1) }}",
    "{{ lipsum }}",
    "{{ lipsum() }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ super() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ range }}",
    "{{ range.__class__ }}",
    "{{ range(1, *xs) | join }}",
    "{{ range() | join }}",
    "{{ x() }}",
    "{{ xs | join(*xs) }}",
    "{{ xs | join(**row) }}",
    "{{ x is sameas(x) }}",
    "{{ x is callable }}",
    "{{ n is divisibleby }}",
    "{{ n is divisibleby(by=2) }}",
    "{{ {'a': 1} }}",
    "{{ xs[0:1] }}",
    "{{ x[::2] }}",
    "{{ 'a' if n }}",
    "{% macro m() %}{% endmacro %}",
    "{% call x() %}{% endcall %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block b %}{% endblock %}",
    "{% filter upper %}{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do xs.append(1) %}",
    "{% trans %}a{% endtrans %}",
    "{% set a %}x{% endset %}",
    "{% set row.a = 1 %}",
    "{% set _x = 1 %}",
    "{% set self = 1 %}",
    "{% set ｆｏｏ = 1 %}",
    "{% for x in xs recursive %}{{ loop(xs) }}{% endfor %}",
    "{% for x in xs %}{{ loop }}{% endfor %}",
    "{% for x in xs %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for x in xs %}{{ loop['__class__'] }}{% endfor %}",
    "{% for x in xs %}{{ loop.nextitem }}{% endfor %}",
    "{% for x in xs %}{{ loop[n] }}{% endfor %}",
    "{% for loop in xs %}{{ loop }}{% endfor %}",
    "{{ loop }}",
    "{% for a in xs %}{% break %}{% endfor %}",
    "{{ '\\N{BULLET}' }}",
]

COSTS_MUCH = [
    "{{ 'a' * 999999999 }}",
    "{{ xs * 999999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%999999999d' is even }}",
    "{{ range(999999999) | join }}",
    "{{ range(0, 999999999999999999, 1) | join }}",
    "{% for i in range(1001) %}{% endfor %}",
    "{{ 1 | round(999999999) }}",
    "{{ x | center(999999999) }}",
    "{{ x | indent(999999999) }}",
    "{{ '" + "a" * 1_000 + "' | replace('a', '" + "b" * 1_000 + "') }}",
    "{{ range(1000) | join('" + "a" * 1_000 + "') }}",
    "{{ " + "(" * 1_000 + "1" + ")" * 1_000 + " }}",
    "{{ " + "[" * 1_000 + "1" + "]" * 1_000 + " }}",
    "{{ " + "not " * 1_000 + "1 }}",
    "{{ " + "-" * 1_000 + "1 }}",
    "{{ 1" + " + 1" * 1_000 + " }}",
    "{{ x" + ".a" * 1_000 + " }}",
    "{{ x" + "[0]" * 1_000 + " }}",
    "{{ x" + "|trim" * 1_000 + " }}",
    "{{ 1" + " if 1 else 1" * 1_000 + " }}",
    "{% if 1 %}" * 1_000 + "{% endif %}" * 1_000,
    "{% for a in xs %}" * 4 + "{% endfor %}" * 4,
    "{% for a in xs %}" * 30 + "{% endfor %}" * 30,
    "{{x}}" * 3_000,
    "{{ x }}" * 5_000,
    "{{ " + "1*" * 32_000 + "1 }}",
    "{{ '" + "a" * 70_000 + "' }}",
    "{{ " + "9" * 5_000 + " }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a | length }}",
    "{% set a = 'aaaaaaaa' %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a = xs %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    "{% for a in range(1000) %}{{ '" + "b" * 100 + "' }}{% endfor %}",
    "{% for a in range(1000) %}" + "b" * 100 + "{% endfor %}",
]


@pytest.mark.parametrize("source", REACHES_OUT)
def test_a_template_that_reaches_out_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        render(source, CONTEXT)


@pytest.mark.parametrize("source", COSTS_MUCH, ids=lambda source: source[:40])
def test_a_template_that_costs_much_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        render(source, CONTEXT)


def test_an_expression_is_held_to_the_same_list() -> None:
    assert check_expression("x.__class__ == 1", names=["x"])
    assert check_expression("lipsum()", names=["x"])
    assert check_expression("(" * 1_000 + "1" + ")" * 1_000, names=[])


def kinds_of(kind: type[nodes.Node]) -> set[type[nodes.Node]]:
    return {kind}.union(*map(kinds_of, kind.__subclasses__()))


LISTED = {
    *(nodes.Add, nodes.And, nodes.Assign, nodes.Call, nodes.Compare, nodes.Concat, nodes.CondExpr),
    *(nodes.Const, nodes.Div, nodes.Filter, nodes.FloorDiv, nodes.For, nodes.Getattr),
    *(
        nodes.Getitem,
        nodes.If,
        nodes.Keyword,
        nodes.List,
        nodes.Name,
        nodes.Neg,
        nodes.Not,
        nodes.Operand,
    ),
    *(nodes.Or, nodes.Output, nodes.Pos, nodes.Sub, nodes.Template, nodes.TemplateData),
    *(nodes.Test, nodes.Tuple),
}


FORBIDDEN = [
    kind
    for kind in kinds_of(nodes.Node) - LISTED - kinds_of(nodes.BinExpr) - {nodes.InternalName}
    if not kind.abstract
]


@pytest.mark.parametrize("kind", sorted(FORBIDDEN, key=repr))
def test_every_node_that_jinja_knows_is_forbidden_unless_it_is_listed(
    kind: type[nodes.Node],
) -> None:
    tree = nodes.Template([kind()], lineno=0)

    found = inspect("{% new %}", tree, ())

    assert [p.code for p in found.problems] == ["template-forbidden"]


@pytest.mark.parametrize(
    "source",
    [
        # loops within loops, as many turns as are paid for
        "{% for a in xs %}" * 3 + "{{ '' }}" + "{% endfor %}" * 3,
        # long texts compared and searched in loops
        "{% for a in xs %}{% for b in xs %}{% if t in u %}{% endif %}{% endfor %}{% endfor %}",
        "{% for a in xs %}{% if u == t or u < t %}{% endif %}{% endfor %}",
        # long texts through filters
        "{% for a in xs %}{% set y = t | upper | replace('a', 'b') | trim | title %}{% endfor %}",
        "{% for a in xs %}{% set y = xs | sort | unique | join(',') %}{% endfor %}",
        "{% for a in xs %}{% set y = t ~ 'a' %}{% endfor %}",
        # many nodes
        "{% for a in xs %}" + "{% if a %}{% endif %}" * 300 + "{% endfor %}",
    ],
)
def test_the_most_expensive_template_is_stopped_by_its_meter(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever passes the list does at most so much work, then ends or is refused."""
    values: dict[str, JsonValue] = {
        "xs": [f"{n:04}" for n in range(1_000)],
        "t": "a" * 60_000,
        "u": "a" * 60_000,
    }
    assert check_template(source, names=values) == ()
    spent = 0
    charge = Meter.charge

    def counted(meter: Meter, units: int) -> None:
        nonlocal spent
        charge(meter, units)
        spent += units

    monkeypatch.setattr(Meter, "charge", counted)

    with pytest.raises(TemplateError) as caught:
        render(source, values)

    assert caught.value.problems[0].message == "this template takes too much work"
    assert spent <= MAX_WORK


def test_output_is_counted_while_it_is_rendered() -> None:
    this = compiled("{% for a in xs %}{{ t }}{% endfor %}")
    values = plain({"xs": ["x"] * 100, "t": "字" * 1_000})

    with pytest.raises(TemplateError) as caught:
        run(this, values)

    assert "64 kB" in caught.value.problems[0].message


def test_output_may_be_exactly_as_long_as_the_limit() -> None:
    most = "a" * (MAX_OUTPUT_BYTES // 2)

    assert len(render("{{ t }}{{ t }}", {"t": most})) == MAX_OUTPUT_BYTES
    with pytest.raises(TemplateError):
        render("{{ t }}{{ t }}!", {"t": most})


@pytest.mark.parametrize("text", ["a" * 70_000, "字" * 30_000])
def test_plain_text_is_held_to_the_same_limit(text: str) -> None:
    with pytest.raises(TemplateError):
        render(text, {})
    assert [p.code for p in check_template(text, names=())] == ["template-limit"]
    assert render(text[:20_000], {}) == text[:20_000]


@pytest.mark.parametrize(
    "value",
    [
        "a" * 300_000,
        ["a"] * 20_000,
        {"k" * 300_000: 1},
        2**64,
        -(2**64),
        [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],
    ],
    ids=["text", "list", "key", "integer", "negative", "depth"],
)
def test_a_value_that_is_too_large_is_refused(value: JsonValue) -> None:
    with pytest.raises(TemplateError) as caught:
        render("a{{ x | default('') }}", {"x": value})

    (problem,) = caught.value.problems
    assert (problem.code, problem.offset) == ("template-limit", 4)


def test_a_large_value_that_the_template_does_not_mention_costs_nothing() -> None:
    assert render("{{ a }}", {"a": "x", "b": "y" * 1_000_000}) == "x"


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, render])
def test_only_plain_values_are_given_to_a_template(value: object) -> None:
    with pytest.raises(RefusedError):
        plain({"x": value})


def test_a_text_that_is_more_than_a_text_is_copied_as_text() -> None:
    class Loud(str):
        __slots__ = ()

        def upper(self) -> str:
            return "attack"

    assert render("{{ x | upper }}", {"x": Loud("a")}) == "A"
