"""The words of rows: names, prompts rendered again and again, and what may vary with a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import json_values
from wanflow.expand.figures import Facts, Figure
from wanflow.expand.naming import unusable
from wanflow.expand.repeated import Repeated
from wanflow.expand.row_keys import folded, key_problems, row_names
from wanflow.expand.survey import used_columns
from wanflow.expand.templates import TemplateError, render, used_attributes
from wanflow.loading import parse
from wanflow.model.values import JsonValue


def test_a_row_without_a_template_goes_by_its_number() -> None:
    names = row_names(None)

    assert names.base({"sku": "A"}, 12, {}) == "12"
    assert names.suffix({}) == ""


def test_values_of_the_matrix_are_added_where_the_template_does_not_name_them() -> None:
    names = row_names("{{ row.sku }} {{ mood }}")
    combination: dict[str, JsonValue] = {
        "mood": "warm", "size": "1280*720", "ratio": "16:9", "photo": "p/a b.png", "n": 2,
        "on": True, "many": ["x"],
    }  # fmt: skip

    assert names.base({"sku": " A"}, 1, combination) == "A warm"
    assert names.suffix(combination) == "-1280x720-16-9-a b-2-true-[-x-]"


def test_a_key_is_told_what_is_wrong_with_it_before_any_row() -> None:
    (found,) = key_problems("{{ rwo.sku }}-{{ mood }}", ("mood",))

    assert found.hint == "there are mood and row"


def test_a_key_that_a_row_lacks_is_an_error() -> None:
    with pytest.raises(TemplateError):
        row_names("{{ row.sku }}").base({"title": "x"}, 1, {})


def test_names_that_one_folder_would_take_for_one_are_one() -> None:
    assert folded("Café") == folded("cafe\u0301".upper())
    assert folded("ABC") == folded("abc")
    assert folded("花") != folded("华")


def test_columns_that_templates_name_are_known() -> None:
    assert used_attributes("{{ row.a }}{{ b }}{{ row.c | upper }}", "row") == frozenset("ac")
    assert used_attributes("no template", "row") == frozenset()
    assert used_attributes("row.a == 'x'", "row", expression=True) == frozenset("a")
    assert used_attributes("{{ row['a b'] }}", "row") == frozenset(["a b"])
    assert used_attributes("{{ row | length }}", "row") is None


def test_columns_are_looked_for_in_every_template_of_a_recipe() -> None:
    text = """
steps:
  - {prompt: "{{ row.a }}", when: row.b, with: {text: "{{ row.c }}"}}
outputs: {one: {from: x, name: "{{ row.d }}"}, two: y}
"""

    assert used_columns(parse(text.encode(), file="r.yaml")) == frozenset("abcd")
    bare = b'steps: [{prompt: "{% for x in row %}{{ x }}{% endfor %}"}]'
    assert used_columns(parse(bare, file="r.yaml")) is None


SOURCES = [
    "no template",
    "{{ a }}和{{ b }}",
    "{{ row.a }}-{{ row.b }}",
    "{{ row.a | upper }}{% if b %}!{% endif %}",
    "{% for x in a %}{{ x }}{% endfor %}",
    "{{ row['a'] }}",
    "{{ row }}",
    "{{ figure }} {{ figure.width }}",
    "{{ figure }}和{{ a }}",
    "{{ a.b }}",
    "{{ missing }}",
    "{{ row.missing }}",
    "{{ a | default('x', true) }}\r\n{{ b }}",
    "{{ a ",
    "{{ row.the_name }}",
    "{# nothing #}{{ a }}\n",
]


def outcome(source: str, context: dict[str, JsonValue], *, again: bool) -> object:
    try:
        return Repeated(source).render(context) if again else render(source, context)
    except TemplateError as error:
        return error.problems


@pytest.mark.parametrize("source", SOURCES)
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "row"]),
        json_values | st.integers() | st.floats() | st.just("{{ 7*7 }}") | st.just("长" * 30_000),
    ),
    st.dictionaries(st.sampled_from(["a", "b", "the-name"]), json_values | st.text(max_size=3)),
)
def test_rendering_again_gives_what_rendering_gives(
    source: str, context: dict[str, JsonValue], row: dict[str, JsonValue]
) -> None:
    figure = Figure("图1", label="figure", facts=Facts())
    whole: dict[str, JsonValue] = {"row": row, **context, "figure": figure}

    assert outcome(source, whole, again=True) == outcome(source, whole, again=False)


def test_what_a_cell_says_is_never_rendered() -> None:
    row = {"a": "{{ 7*7 }}", "b": "{% if x %}"}

    assert Repeated("{{ row.a }}|{{ row.b | trim }}").render({"row": row}) == "{{ 7*7 }}|{% if x %}"
    assert Repeated("{{ row.a }}").render({"row": row}) == "{{ 7*7 }}"


def test_numbers_that_are_too_large_are_refused_as_ever() -> None:
    for source in ("{{ a }}", "{{ a | upper }}"):
        with pytest.raises(TemplateError):
            Repeated(source).render({"a": 2**70})


def test_numbers_are_printed_as_ever() -> None:
    for value, text in ((0.5, "0.5"), (7, "7"), (True, None), (float("inf"), None)):
        if text is None:
            with pytest.raises(TemplateError):
                Repeated("{{ a }}").render({"a": value})
        else:
            assert Repeated("{{ a }}").render({"a": value}) == text


def test_a_key_may_have_blanks_and_dots() -> None:
    assert unusable("海报 no. 7") is None
    assert unusable("海报-7_a") is None
    assert unusable("a/b") is not None


def test_values_that_are_too_long_together_are_refused_as_ever() -> None:
    with pytest.raises(TemplateError):
        Repeated("{{ a | length }}").render({"a": "x" * 300_000})
    assert Repeated("{{ row.a | length }}").render({"row": {"a": "x" * 2000}}) == "2000"
