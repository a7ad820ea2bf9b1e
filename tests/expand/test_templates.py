"""Templates render as the manual says, and every mistake is told with its place."""

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wanflow.expand.figures import figures
from wanflow.expand.problem import TemplateError, TemplateProblem
from wanflow.expand.templates import (
    check_expression,
    check_template,
    check_value,
    evaluate,
    is_template,
    render,
    render_value,
    used_names,
)
from wanflow.model.values import JsonValue

NAMES = frozenset({"clock", "table", "mood", "panels", "fields", "row", "n"})
CONTEXT: dict[str, JsonValue] = {
    "clock": "闹钟",
    "mood": "黄昏",
    "panels": ["跑", "跳"],
    "fields": {"姓名": "小明", "No": 7},
    "row": {"sku": "007", "product-name": "杯", "items": "three"},
    "n": 3,
    "share": 0.5,
    "empty": [],
    "none": None,
    "flag": True,
    "rows": [{"name": "一"}],
    "key": "name",
}


def only_problem(source: str, context: dict[str, JsonValue] | None = None) -> TemplateProblem:
    with pytest.raises(TemplateError) as caught:
        render(source, CONTEXT if context is None else context)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain text, 中文 too", "plain text, 中文 too"),
        ("一只{{ clock }}\n", "一只闹钟\n"),
        ("{% if mood == '黄昏' %}暖色{% else %}冷色{% endif %}", "暖色"),
        ("{% if n < 3 %}a{% elif n >= 3 and n != 4 %}b{% endif %}", "b"),
        ("{% for p in panels %}第{{ loop.index }}格{{ p }};{% endfor %}", "第1格跑;第2格跳;"),
        ("{% for p in panels %}{{ p }}{{ '' if loop.last else '、' }}{% endfor %}", "跑、跳"),
        ("{% for k, v in fields | items %}{{ k }} {{ v }};{% endfor %}", "姓名 小明;No 7;"),
        ("{% for p in empty %}x{% else %}nothing{% endfor %}", "nothing"),
        ("{% for p in panels if p != '跑' %}{{ p }}{{ loop.length }}{% endfor %}", "跳1"),
        ("{% for i in range(1, n + 1) %}{{ i }}{% endfor %}", "123"),
        ("{% set who = clock ~ n %}{{ who }}{{ who }}", "闹钟3闹钟3"),
        ("{% set a, b = panels %}{{ b }}{{ a }}", "跳跑"),
        ("{{ row.sku }}{{ row.product_name }}{{ row['product-name'] }}", "007杯杯"),
        ("{{ row.items }}", "three"),
        ("{{ panels[0] }}{{ panels[-1] }}", "跑跳"),
        ("{% for r in rows %}{{ r.name }}{{ r['name'] }}{{ r[key] }}{% endfor %}", "一一一"),
        ("{{ n + 1 }}{{ n - 1 }}{{ n / 2 }}{{ n // 2 }}{{ -n }}", "421.51-3"),
        ("{{ 'a' + 'b' }}{{ (panels + panels) | length }}", "ab4"),
        ("{{ '有' if '跑' in panels else '无' }}{{ '无' if 1 not in panels else '' }}", "有无"),
        ("{{ panels | join('和') }}{{ panels | join }}", "跑和跳跑跳"),
        ("{{ none | default('x', true) }}{{ none | default('y', boolean=true) }}", "xy"),
        ("{{ row.gone | default('z') }}{{ row.gone.deeper | default('w') }}", "zw"),
        ("{{ row.sku | default('z') }}", "007"),
        ("{{ 'aB' | upper }}{{ 'aB' | lower }}{{ 'ab cd' | title }}", "ABabAb Cd"),
        ("{{ 'ab' | capitalize }}{{ ' a ' | trim }}{{ 'xax' | trim('x') }}", "Abaa"),
        ("{{ share | round }}{{ 2.345 | round(2) }}{{ n | round }}", "02.353"),
        ("{{ panels | first }}{{ panels | last }}{{ 'ab' | first }}", "跑跳a"),
        ("{{ 'a-b' | replace('-', '+') }}", "a+b"),
        ("{{ [3, 1, 2] | sort | join }}{{ [1, 2] | sort(reverse=true) | join }}", "12321"),
        ("{{ ['b', 'a', 'b'] | unique | join }}", "ba"),
        ("{{ clock | length }}{{ fields | length }}", "22"),
        ("{{ 'y' if n is odd and 2 is even and 6 is divisibleby(3) else 'n' }}", "y"),
        ("{{ 'y' if row.x is undefined and row.sku is defined else 'n' }}", "y"),
        ("{{ 'y' if none is none and clock is string and n is number else 'n' }}", "y"),
        ("{{ 'y' if flag is not number and not clock is none else 'n' }}", "y"),
        ("{% raw %}{{ clock }}{% endraw %}{# a comment #}", "{{ clock }}"),
        ("a  {%- if flag -%}  b  {%- endif -%}  c", "abc"),
        ("{{ '\\u4e00\\x41\\n\\'' }}", "一A\n'"),
        ("a\r\nb{{ n }}", "a\nb3"),
    ],
)
def test_a_template_renders_as_written(source: str, text: str) -> None:
    rendered = render(source, CONTEXT)

    assert rendered == text
    assert check_template(source, names=CONTEXT) == ()


def test_what_comes_out_of_a_template_is_never_rendered_again() -> None:
    context: dict[str, JsonValue] = {"note": "{{ secret }}{% if x %}", "secret": "no"}

    assert render("{{ note }}", context) == "{{ secret }}{% if x %}"


def test_all_problems_are_found_at_once_each_at_its_token() -> None:
    source = (
        "{{ clokc }}把 {{ clock | uper }}、{{ n is evn }}、{{ n * 2 }}、"
        "{{ mood._x }}{{ n | join(1, 2) }}"
    )

    problems = check_template(source, names=NAMES)

    told = [(source[p.offset :].split(maxsplit=1)[0], p.code, p.hint) for p in problems]
    assert told == [
        ("clokc", "unknown-name", "did you mean 'clock'?"),
        ("uper", "unknown-filter", "did you mean 'upper'?"),
        ("evn", "unknown-test", "did you mean 'even'?"),
        ("*", "template-forbidden", "templates do not multiply: give the product as an input"),
        ("_x", "template-forbidden", None),
        ("join(1,", "template-arguments", None),
    ]


@pytest.mark.parametrize(
    ("source", "token", "message"),
    [
        ("图 {{ clock", "clock", "unexpected end of template, expected 'end of print statement'"),
        ("{{ clock mood }}", "mood", "expected token 'end of print statement', got 'mood'"),
        ("{% foo %}", "foo", "encountered unknown tag 'foo'"),
        ("{{ clock ! }}", "!", "unexpected char '!'"),
        ("{{ clock) }}", ")", "unexpected ')'"),
        ("a {# b", "{#", "missing end of comment tag"),
        ("{{ 1e999 }}", "1e999", "this number is too large"),
        ("{{ 123456789012345678901234 }}", "1234", "this number is too long"),
        (r"{{ '\d' }}", r"'\d'", "there is an unknown escape after a backslash"),
        (r"{{ '\ud800' }}", r"'\ud800'", "there is an unknown escape after a backslash"),
        ("\r\n\r\n{{ clock mood }}", "mood", "expected token 'end of print statement', got 'mood'"),
        ("{{ ① }}", "①", "invalid character in identifier"),
    ],
)
def test_a_syntax_error_is_told_at_its_token(source: str, token: str, message: str) -> None:
    (problem,) = check_template(source, names=NAMES)

    assert (problem.code, problem.message) == ("template-syntax", message)
    assert source[problem.offset :].startswith(token)


def test_offsets_count_the_characters_of_the_source_as_it_was_given() -> None:
    source = "一\r\n二\r\n{{ clokc }}\r\n{{ row.sku.x | uper }}"

    problems = check_template(source, names=NAMES)

    assert [source[p.offset :][:5] for p in problems] == ["clokc", "uper "]


@pytest.mark.parametrize(
    ("source", "token", "code", "message"),
    [
        ("a{{ flag }}", "flag", "template-value", "true or false cannot be printed"),
        ("a{{ none }}", "none", "template-value", "nothing cannot be printed"),
        ("a{{ panels }}", "panels", "template-value", "a list cannot be printed"),
        ("a{{ fields }}", "fields", "template-value", "a mapping cannot be printed"),
        ("{{ n }}{{ row.skku }}", "skku", "undefined", "there is no 'skku' in it"),
        ("{{ row['skku'] }}", "'skku'", "undefined", "there is no 'skku' in it"),
        ("{{ clock.upper }}", "upper", "undefined", "there is no 'upper' in it"),
        ("{{ clock[0] }}", "clock", "undefined", "there is no '0' in it"),
        ("{{ panels[9] }}", "panels", "undefined", "the list has no [9]"),
        ("{{ empty | first }}", "empty", "undefined", "the list is empty"),
        ("{{ panels | items }}", "panels", "template-value", "only a mapping has items"),
        ("{{ n | length }}", "n", "template-value", "a number has no length"),
        ("{{ n | join }}", "n", "template-value", "this is no list"),
        ("{{ clock | round }}", "clock", "template-value", None),
        ("{{ n | round(99) }}", "n", "template-value", None),
        ("{{ n | round('1') }}", "n", "template-value", "round takes a whole number"),
        ("{{ clock | replace('', 'x') }}", "clock", "template-value", None),
        ("{{ [[1]] | sort }}", "[", "template-value", None),
        ("{{ n + clock }}", "n", "template-value", "'+' takes two numbers"),
        ("{{ n / 0 }}", "n", "template-value", "this sum has no result"),
        ("ab {{ n < clock }}", "n", "template-value", "these values do not fit together"),
        ("{{ -clock }}", "-", "template-value", "these values do not fit together"),
        ("{{ 1e308 + 1e308 }}", "1e308", "template-value", None),
        ("{{ (1e308 + 1e308) | round }}", "1e308", "template-value", None),
        ("{% for x in fields %}{% endfor %}", "for", "template-value", "a mapping is no list"),
        ("{% for x in clock %}{% endfor %}", "for", "template-value", "this is no list"),
        ("{{ clock is even }}", "clock", "template-value", "this test takes a whole number"),
        ("{% if row.gone %}{% endif %}", "gone", "undefined", "there is no 'gone' in it"),
        ("{{ row.gone.deeper }}", "gone", "undefined", "there is no 'gone' in it"),
        ("{{ row.gone ~ 'x' }}", "gone", "undefined", "there is no 'gone' in it"),
        ("{% if none %}{% set x = 1 %}{% endif %}{{ x }}", "x ", "undefined", "'x' is undefined"),
        ("{{ (range(2000)) | join }}", "range", "template-limit", None),
        ("{{ range(10, 0, 0) | join }}", "range", "template-value", None),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_its_expression(
    source: str, token: str, code: str, message: str | None
) -> None:
    problem = only_problem(source)

    assert problem.code == code
    assert message is None or problem.message == message
    assert source[problem.offset :].startswith(token)


def test_a_key_that_is_missing_names_the_nearest_one() -> None:
    assert only_problem("{{ row.skku }}").hint == "did you mean 'sku'?"


def test_a_name_that_the_context_lacks_is_told_before_anything_is_rendered() -> None:
    problem = only_problem("{{ clokc }}", {"clock": "x"})

    assert (problem.code, problem.offset, problem.hint) == (
        "unknown-name",
        3,
        "did you mean 'clock'?",
    )


def test_a_template_with_problems_is_not_rendered() -> None:
    assert only_problem("{{ n * 2 }}").code == "template-forbidden"


def test_a_name_with_a_dash_reads_with_an_underscore() -> None:
    assert render("{{ big_clock }}", {"big-clock": "钟"}) == "钟"
    assert check_template("{{ big_clock }}", names=["big-clock"]) == ()


def test_a_name_with_listed_attributes_has_no_others() -> None:
    (problem,) = check_template("{{ fig.sbject }}", names={"fig", "fig.subject", "fig.scene"})

    assert (problem.offset, problem.message) == (7, "'fig' has no 'sbject'")
    assert problem.hint == "did you mean 'subject'?"
    assert check_template("{{ fig.scene }}{{ fig }}", names={"fig.scene"}) == ()


def test_a_hint_lists_what_there_is_when_nothing_is_like_it() -> None:
    (problem,) = check_template("{{ x }}", names={"clock"})
    (second,) = check_template("{{ x }}", names={"clock", "table"})
    (third,) = check_template("{{ x }}", names=())

    assert problem.hint == "there is clock"
    assert second.hint == "there are clock and table"
    assert third.hint is None


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ clock }}{{ row.sku }}", {"clock", "row"}),
        (
            "{% for p in panels %}{{ p }}{{ loop.index }}{{ n }}{% endfor %}{{ p }}",
            {"panels", "n", "p"},
        ),
        ("{% set x = x %}{{ x }}", {"x"}),
        ("{% set y = 1 %}{{ y }}", set()),
        ("{% for x in y %}{% else %}{{ x }}{% endfor %}", {"y", "x"}),
        ("{% for x in y if x and z %}{% endfor %}", {"y", "z"}),
        ("{{ row[key] }}{{ a.b.c }}", {"row", "key", "a"}),
        ("plain", set()),
        ("{{", set()),
    ],
)
def test_the_names_that_a_template_takes_are_known(source: str, names: set[str]) -> None:
    assert used_names(source) == names


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("mood == '黄昏'", True),
        ("{{ mood == '晨光' }}", False),
        ("  {{ n > 2 and 'clock' in ['clock', 'table'] }}", True),
        ("none", False),
        ("panels", True),
        ("not empty", True),
        ("row.sku is defined", True),
    ],
)
def test_an_expression_is_true_or_false(source: str, *, answer: bool) -> None:
    assert evaluate(source, CONTEXT) is answer
    assert check_expression(source, names=CONTEXT) == ()


@pytest.mark.parametrize(
    ("source", "offset", "code"),
    [
        ("modo == 1", 0, "unknown-name"),
        ("{{ modo == 1 }}", 3, "unknown-name"),
        ("mood == ", 5, "template-syntax"),
        ("mood mood", 5, "template-syntax"),
        ("mood }} {% if x %}", 5, "template-syntax"),
        ("", 0, "template-syntax"),
        ("n * 2", 2, "template-forbidden"),
    ],
)
def test_a_wrong_expression_is_told_at_its_place(source: str, offset: int, code: str) -> None:
    (problem,) = check_expression(source, names=NAMES)

    assert (problem.offset, problem.code) == (offset, code)
    with pytest.raises(TemplateError):
        evaluate(source, CONTEXT)


def test_the_names_of_an_expression_are_known() -> None:
    assert used_names("mood == other", expression=True) == {"mood", "other"}


def test_every_text_of_a_value_is_rendered_and_keys_are_not() -> None:
    value: JsonValue = {"{{ n }}": ["{{ n }}", 1, None, {"a": "x{{ mood }}"}], "b": True}

    assert render_value(value, CONTEXT) == {"{{ n }}": ["3", 1, None, {"a": "x黄昏"}], "b": True}


def test_every_failing_text_of_a_value_is_told_with_its_pointer() -> None:
    value: JsonValue = {"a/b": ["{{ n }}", "{{ modo }}"], "~": "{{ n * n }}", "c": 1}

    with pytest.raises(TemplateError) as caught:
        render_value(value, CONTEXT)

    told = [(p.pointer, p.code) for p in caught.value.problems]
    assert told == [("/a~1b/1", "unknown-name"), ("/~0", "template-forbidden")]
    assert [(p.pointer, p.code) for p in check_value(value, names=NAMES)] == told


def test_figures_and_their_facts_render() -> None:
    context = figures(["clock"])

    assert render("{{ clock }} {{ clock | upper }}", context) == "image 1 IMAGE 1"
    assert only_problem("{{ clock.width }}", context).message == (
        "the width of 'clock' is not known beforehand"
    )
    assert only_problem("{{ clock.widht }}", context).hint == "did you mean 'width'?"
    assert render("{{ clock.width | default('?') }}", context) == "?"


def test_jinja_is_loaded_only_when_there_is_something_to_render() -> None:
    code = (
        "import sys, wanflow.expand.templates as t, wanflow.expand.figures\n"
        "assert t.render('plain', {}) == 'plain'\n"
        "assert t.check_template('plain', names=()) == ()\n"
        "assert 'jinja2' not in sys.modules\n"
        "t.render('{{ 1 }}', {})\n"
        "assert 'jinja2' in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


@settings(deadline=None)
@given(st.text())
@example("{{ {'a': 1}[x] | foo(*y) }}")
@example("{%- for a in b recursive -%}{% endfor %}")
def test_any_text_is_rendered_or_refused_with_places_in_it(source: str) -> None:
    check_and_render(source)


PIECES = (
    "{{ }} {% %} {# #} {%- -%} if else elif endif for in endfor set raw endraw clock n row . [ ] ( "
    ") { } | join length upper first 'a' 1 2.5 + - * / ~ , = == < is not and or range loop index "
    "none true 图 \\ ' \" __class__"
)
WORDS = st.sampled_from([*PIECES.split(), "\n", "\r\n", "\r"])


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_any_sequence_of_tokens_is_rendered_or_refused_with_places_in_it(source: str) -> None:
    check_and_render(source)


def check_and_render(source: str) -> None:
    problems = check_template(source, names=CONTEXT)

    assert all(0 <= problem.offset <= len(source) for problem in problems)
    assert list(problems) == sorted(problems, key=lambda problem: problem.offset)
    try:
        text = render(source, CONTEXT)
    except TemplateError as error:
        refused = error
    else:
        assert problems == ()
        assert is_template(source) or text == source
        return
    assert all(0 <= problem.offset <= len(source) for problem in refused.problems)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_value_comes_out_as_it_went_in(value: str) -> None:
    assert render("<{{ x }}>", {"x": value}) == f"<{value}>"
