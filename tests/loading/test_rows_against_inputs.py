from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loading.rowing import csv_rows, json_rows, told
from tests.strategies import json_values
from wanflow.errors import Problem, Span, UsageError
from wanflow.loading.rows.binding import Binder, BoundRow, Given
from wanflow.loading.rows.choosing import RowRange, row_range, sampled
from wanflow.loading.rows.digests import Digests
from wanflow.loading.rows.pictures import PictureRows
from wanflow.loading.rows.raw import Rows
from wanflow.loading.rows.values import quick_fit, reader, why_not
from wanflow.model.campaign import Sample
from wanflow.model.recipe import Input, InputType, Recipe
from wanflow.model.values import JsonValue


def recipe(*inputs: Input) -> Recipe:
    return Recipe(
        name="r", version="1", description="", inputs=inputs, vars={}, steps=(), outputs=(),
        operations={},
    )  # fmt: skip


def asked(name: str, kind: InputType, *, default: JsonValue = None, **rules: JsonValue) -> Input:
    return Input(name=name, type=kind, required=default is None, default=default, rules=rules)


TITLE = asked("title", "string", maxLength=5)
COUNT = asked("count", "integer", default=1, minimum=1)


def bound(rows: Rows, *inputs: Input, **given_by: tuple[str, ...]) -> list[BoundRow | Problem]:
    return list(Binder(recipe=recipe(*inputs), rows=rows, given=Given(**given_by)))


def values(entries: list[BoundRow | Problem]) -> list[dict[str, JsonValue]]:
    return [dict(entry.values) for entry in entries if isinstance(entry, BoundRow)]


def test_cells_become_what_the_inputs_want() -> None:
    inputs = (
        TITLE,
        COUNT,
        asked("share", "number", default=0.5),
        asked("bright", "boolean", default=False),
        asked("names", "list", default=["a"]),
        asked("photo", "image", default="a.png"),
    )
    rows = csv_rows(
        'title,count,share,bright,names,photo\n007,3,0.25,TRUE,"[x, y]",p/1.png\nno,4,1,false,z,\n'
    )

    entries = bound(rows, *inputs)

    assert values(entries) == [
        {"title": "007", "count": 3, "share": 0.25, "bright": True, "names": ["x", "y"],
         "photo": "p/1.png"},
        {"title": "no", "count": 4, "share": 1, "bright": False, "names": ["z"], "photo": None},
    ]  # fmt: skip


def test_an_empty_cell_is_not_given() -> None:
    entries = bound(csv_rows("title,count,sku\nabc,,\n,2,A\n"), TITLE, COUNT, used=("sku",))

    assert values(entries) == [{"title": "abc", "count": None, "sku": ""}]
    assert told(entries) == ["3:1: missing-value"]


def test_a_value_that_does_not_fit_is_told_at_its_cell() -> None:
    entries = bound(csv_rows("count,title\n0,abcdef\nx,abc\n1.5,abc\n"), TITLE, COUNT)

    assert told(entries) == [
        "2:1: wrong-input", "2:3: wrong-input", "3:1: wrong-input", "4:1: wrong-input",
    ]  # fmt: skip


def test_typed_values_are_taken_as_they_are() -> None:
    entries = bound(json_rows('{"title": "a", "count": "2"}\n{"title": null}\n'), TITLE, COUNT)

    assert told(entries) == ["1:25: wrong-input", "2:11: missing-value"]


def test_a_required_input_without_a_column_is_told_with_the_column_that_was_meant() -> None:
    (unused, missing) = bound(csv_rows("titel\nabc\nabd\n"), TITLE)

    assert isinstance(unused, Problem)
    assert (unused.code, unused.severity) == ("unused-column", "warning")
    assert unused.hint == "did you mean 'title'?"
    assert isinstance(missing, Problem)
    assert missing.code == "missing-column"
    assert missing.hint == "call the column 'title': did you mean 'titel'?"


def test_a_required_input_that_the_campaign_gives_needs_no_column() -> None:
    entries = bound(csv_rows("count\n2\n"), TITLE, COUNT, always=("title",))

    assert values(entries) == [{"count": 2}]


def test_without_any_near_column_a_place_for_the_value_is_named() -> None:
    (missing,) = bound(csv_rows("count\n2\n"), TITLE, COUNT)

    assert isinstance(missing, Problem)
    assert missing.hint is not None
    assert "under `inputs`" in missing.hint


def test_columns_are_told_once_and_rows_of_other_columns_by_themselves() -> None:
    lines = '{"title": "a", "extra": 1}\n{"title": "b", "extra": 2}\n{"count": 3}\n'

    entries = bound(json_rows(lines), TITLE, COUNT)

    assert told(entries) == ["1:25: unused-column", "3:1: missing-column"]
    assert len(values(entries)) == 2


@pytest.mark.parametrize("where", ["inputs", "matrix"])
def test_what_a_campaign_gives_cannot_be_a_column_too(where: str) -> None:
    entries = bound(csv_rows("title,count\na,2\n"), TITLE, COUNT, **{where: ("count",)})

    assert told(entries) == ["1:7: given-twice"] or told(entries) == ["2:3: given-twice"]
    assert values(entries) == []


def test_a_parameter_of_steps_among_the_columns_belongs_into_the_matrix() -> None:
    (found, _) = bound(csv_rows("title,size\na,16:9\n"), TITLE)

    assert isinstance(found, Problem)
    assert found.hint == "to go through values of `size`, write it under `matrix`"


def test_what_cannot_be_read_stands_among_the_rows_as_a_problem() -> None:
    entries = bound(csv_rows("title,count\na\nb,2\n"), TITLE, COUNT)

    assert told(entries) == ["2:1: missing-cells"]
    assert values(entries) == [{"title": "b", "count": 2}]


def test_the_path_of_a_picture_is_for_the_input_that_takes_it(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    place = Span(file="c.yaml", line=1, column=1)
    rows = PictureRows(pattern="*.png", folder=tmp_path, place=place)
    binder = Binder(
        recipe=recipe(asked("photo", "image")), rows=rows, given=Given(), picture="photo"
    )

    (row,) = binder

    assert isinstance(row, BoundRow)
    assert row.values == {"path": "a.png", "stem": "a", "name": "a.png", "photo": "a.png"}


def test_an_unused_column_without_any_likeness_can_be_removed() -> None:
    (found, _) = bound(csv_rows("title,zzzzz\na,b\n"), TITLE)

    assert isinstance(found, Problem)
    assert found.hint == "remove the column, or use it in the key or in a template"


INPUTS = (
    asked("a", "string"),
    asked("b", "string", enum=["x", "yy"], maxLength=1),
    asked("c", "integer", minimum=-2, maximum=5),
    asked("d", "number", enum=[1, 0.5]),
    asked("e", "boolean"),
    asked("f", "image"),
    asked("g", "images"),
    asked("h", "list", maxItems=1),
    asked("i", "integer", multipleOf=2),
    asked("j", "number", minimum="no number"),
    asked("k", "string", maxLength=True),
)


@given(st.sampled_from(INPUTS), json_values)
def test_the_quick_check_never_says_yes_where_the_slow_one_says_no(
    one: Input, value: JsonValue
) -> None:
    if quick_fit(one)(value):
        assert why_not(one, value) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("a", "text"), ("b", "x"), ("c", 5), ("d", 0.5), ("e", True), ("f", "a.png")],
)
def test_the_quick_check_says_yes_to_what_is_usual(name: str, value: JsonValue) -> None:
    one = next(one for one in INPUTS if one.name == name)

    assert quick_fit(one)(value)


def test_text_is_read_as_it_is_written_for_text_and_pictures() -> None:
    assert reader(asked("a", "string"))("007") == "007"
    assert reader(asked("a", "integer"))("007") == 7


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("10:20", (10, 20), (9, 21)), ("10:", (10, 10**9), (9,)), (":3", (1, 3), (4,)),
     ("7", (7,), (6, 8))],
)  # fmt: skip
def test_a_range_counts_both_ends_in(
    text: str, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    chosen = row_range(text)

    assert all(number in chosen for number in inside)
    assert not any(number in chosen for number in outside)
    assert "7" not in chosen


@pytest.mark.parametrize("text", ["", ":", "a", "3:2", "0", "0:4", "1:2:3", "-1"])
def test_a_range_that_holds_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        row_range(text)


def test_a_sample_without_a_seed_is_the_first_rows() -> None:
    assert sampled(Sample(count=3), iter(())) == RowRange(last=3)


@given(st.integers(1, 40), st.integers(0, 2**32), st.integers(0, 200), st.integers(0, 50))
def test_a_sample_is_stable(count: int, seed: int, rows: int, added: int) -> None:
    sample = Sample(count=count, seed=seed)

    chosen = sampled(sample, range(1, rows + 1))
    longer = sampled(sample, range(1, rows + added + 1))

    assert chosen == sampled(sample, reversed(range(1, rows + 1)))
    assert isinstance(chosen, frozenset)
    assert isinstance(longer, frozenset)
    assert len(chosen) == min(count, rows)
    # Rows that are added push out as many as they take the places of, and move no other.
    assert chosen - longer <= chosen
    assert len(longer - chosen) <= added
    assert all(number > rows for number in longer - chosen)


def test_another_seed_chooses_other_rows() -> None:
    choices = {sampled(Sample(count=5, seed=seed), range(1000)) for seed in range(20)}

    assert len(choices) == 20


@given(st.lists(st.text(max_size=3), max_size=60))
def test_digests_know_what_they_were_shown_first(texts: list[str]) -> None:
    digests = Digests()
    first: dict[str, int] = {}

    for number, text in enumerate(texts):
        assert digests.add(text, number) == first.get(text)
        first.setdefault(text, number)

    assert len(digests) == len(first)


def test_digests_grow_and_forget_nothing() -> None:
    digests = Digests()

    def numbers() -> Iterator[int | None]:
        return (digests.add(str(number), number) for number in range(20_000))

    assert set(numbers()) == {None}
    assert list(numbers()) == list(range(20_000))
