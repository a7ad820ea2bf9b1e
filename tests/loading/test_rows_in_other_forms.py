import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loading.rowing import csv_rows, json_rows, opener, problems, told, values, yaml_rows
from wanflow.errors import Span
from wanflow.loading.parse import parse
from wanflow.loading.rows.listed import ListedRows
from wanflow.loading.rows.opened import Spool, file_opener, rows_of
from wanflow.loading.rows.pictures import PictureRows, natural
from wanflow.loading.rows.raw import RawRow, Rows
from wanflow.model.campaign import RowSource
from wanflow.model.values import JsonValue

# What a cell can hold in every form: nothing invisible, and no lone CR, which YAML reads as LF.
_CELLS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), include_characters="\n\t"
    ).filter(lambda char: char not in "\ufeff\ufffe\uffff\u2028\u2029\x85"),
    max_size=12,
)
_NAMES = st.text(st.sampled_from("abc标题_"), min_size=1, max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, str]]:
    columns = draw(st.lists(_NAMES, min_size=2, max_size=4, unique=True))
    rows = draw(st.lists(st.tuples(*[_CELLS] * len(columns)), min_size=1, max_size=5))
    return [dict(zip(columns, row, strict=True)) for row in rows]


@given(tables(), st.sampled_from([",", ";", "tab", "|"]), st.sampled_from(["\n", "\r\n"]))
def test_rows_written_as_csv_read_back_equal(
    table: list[dict[str, str]], delimiter: str, ending: str
) -> None:
    text = io.StringIO()
    char = "\t" if delimiter == "tab" else delimiter
    writer = csv.DictWriter(text, list(table[0]), delimiter=char, lineterminator=ending,
                            quoting=csv.QUOTE_ALL)  # fmt: skip
    writer.writeheader()
    writer.writerows(table)

    rows = csv_rows(text.getvalue(), delimiter=delimiter)

    assert values(rows) == table
    assert told(rows) == []


@given(tables())
def test_rows_written_as_jsonl_read_back_equal(table: list[dict[str, str]]) -> None:
    rows = json_rows("".join(json.dumps(row) + "\n" for row in table))

    assert values(rows) == table


@given(tables())
def test_rows_written_as_yaml_read_back_equal(table: list[dict[str, str]]) -> None:
    # JSON is YAML; escapes keep what YAML would fold.
    rows = yaml_rows(json.dumps(table, ensure_ascii=False))

    assert values(rows) == table


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"a": 1, "a": 2}', "1:1: bad-json"),
        ('{"a": NaN}', "1:1: bad-json"),
        ('{"a" 1}', "1:6: bad-json"),
        ("[1]", "1:1: not-a-mapping"),
        ('{"a": 1, "b": ["\\u0000"]}', "1:15: control-character"),
        ('{"b": {"c": "\\ud800"}}', "1:7: control-character"),
        ('{"a": 1e999}', "1:7: number-too-large"),
        ('{"a": ' + "9" * 5000 + "}", "1:1: bad-json"),
        ("[" * 100_000, "1:1: nested-too-deep"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "1:7: nested-too-deep"),
        ('{"a": "' + "x" * 140_000 + '"}', "1:7: cell-too-long"),
    ],
)
def test_a_wrong_line_of_jsonl_is_told_by_its_place(line: str, expected: str) -> None:
    rows = json_rows(f'{line}\n\n{{"ok": 1}}\n')

    assert told(rows) == [expected]
    assert values(rows) == [{"ok": 1}]


def test_a_value_of_jsonl_has_its_place() -> None:
    rows = json_rows('{ "a" : {"b": 1}, "b": 2 , "c":3}\n')
    row = next(row for row in rows if isinstance(row, RawRow))

    assert [rows.span(row, name).column for name in ("a", "b", "c", "d")] == [9, 24, 32, 1]
    assert rows.span(row, None).column == 1


def test_an_empty_jsonl_file_is_an_error_and_one_with_nul_too() -> None:
    assert told(json_rows("\n")) == ["1:1: empty-file"]
    assert told(json_rows('{"a": 1}\n\0\n')) == ["2:1: control-character"]


def test_plain_scalars_of_yaml_are_text_where_no_input_wants_something_else() -> None:
    rows = yaml_rows("- {sku: 007, stock: 12, note: ~}\n", typed=("stock",))

    assert values(rows) == [{"sku": "007", "stock": 12, "note": None}]


def test_rows_of_yaml_may_stand_under_a_key() -> None:
    rows = yaml_rows("rows:\n- {a: x}\n- {a: y}\n")

    assert values(rows) == values(rows) == [{"a": "x"}, {"a": "y"}]
    row = next(row for row in rows if isinstance(row, RawRow))
    assert str(rows.span(row, "a")) == "rows.yaml:2:7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- {a: x}\n- 3\n- {}\n", ["2:3: not-a-mapping", "3:3: not-a-mapping"]),
        ("[]\n", ["1:1: no-rows"]),
        ("other: 1\n", ["1:1: no-rows"]),
        ("- {a: [}\n", ["1:8: yaml-syntax"]),
        ("text\n", ["1:1: not-a-mapping"]),
        ("- " + "x" * 1_000_001, ["1:1: file-too-large"]),
    ],
)
def test_what_is_wrong_with_a_yaml_file_of_rows_is_told(text: str, expected: list[str]) -> None:
    assert told(yaml_rows(text)) == expected


def test_a_yaml_file_that_is_too_long_is_better_a_csv() -> None:
    (found,) = problems(yaml_rows("- " + "x" * 1_000_001))

    assert found.hint is not None
    assert "csv" in found.hint


def test_a_row_of_yaml_has_a_place_before_the_file_was_read() -> None:
    row = RawRow(number=1, line=4, values={})

    assert str(yaml_rows("- {a: 1}").span(row, "a")) == "rows.yaml:4:1"


def test_rows_in_place_stand_in_the_campaign() -> None:
    document = parse(b"rows:\n  - {a: x}\n", file="c.yaml")
    rows = ListedRows(document=document, base="/rows")

    assert values(rows) == [{"a": "x"}]
    assert values(ListedRows(document=document, base="/none")) == []


def pictures(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def picture_rows(folder: Path, pattern: str) -> PictureRows:
    return PictureRows(pattern=pattern, folder=folder, place=Span(file="c.yaml", line=4, column=7))


def test_pictures_come_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    pictures(tmp_path, "p/cup-10.JPG", "p/cup-2.jpg", "p/Bowl.png", "p/.hidden.png", "p/杯子.webp")

    rows = picture_rows(tmp_path, "p/*")

    assert [row["name"] for row in values(rows)] == [
        "Bowl.png", "cup-2.jpg", "cup-10.JPG", "杯子.webp",
    ]  # fmt: skip
    assert values(rows)[1] == {"path": "p/cup-2.jpg", "stem": "cup-2", "name": "cup-2.jpg"}
    assert told(rows) == []


def test_what_is_no_picture_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    pictures(tmp_path, "p/a.png", "p/notes.txt", "p/sub/b.png")
    rows = picture_rows(tmp_path, "p/*")

    (found,) = problems(rows)

    assert (found.code, found.severity) == ("not-pictures", "warning")
    assert "1 file " in found.message
    assert len(values(rows)) == 1
    assert len(values(picture_rows(tmp_path, "p/**/*.png"))) == 2


def test_a_pattern_that_finds_nothing_is_an_error(tmp_path: Path) -> None:
    rows = picture_rows(tmp_path, "*.jpg")

    assert told(rows) == ["4:7: no-rows"]
    assert rows.span(RawRow(number=1, line=4, values={}), "path").column == 7


@given(st.lists(st.text(st.sampled_from("a1209B"), max_size=6), max_size=8))
def test_natural_order_is_an_order(names: list[str]) -> None:
    ordered = sorted(names, key=natural)

    names.reverse()
    assert sorted(names, key=natural) == ordered


def test_standard_input_is_kept_and_read_again() -> None:
    spool = Spool(stream=io.BytesIO(b"a\n1\n"))

    def read() -> bytes:
        with spool.opened() as stream:
            return stream.read()

    assert read() == read() == b"a\n1\n"


@pytest.mark.parametrize(
    ("form", "data", "expected"),
    [
        ("csv", "a;b\n1;2\n", {"a": "1", "b": "2"}),
        ("tsv", "a\tb\n1\t2\n", {"a": "1", "b": "2"}),
        ("jsonl", '{"a": 1}\n', {"a": 1}),
        ("yaml", "- {a: 1}\n", {"a": 1}),
    ],
)
def test_each_form_has_its_reader(
    form: str, data: str, expected: JsonValue, tmp_path: Path
) -> None:
    file = tmp_path / "rows"
    file.write_text(data, encoding="utf-8")
    delimiter = ";" if form == "csv" else None

    rows = made(RowSource(form=form, pattern="rows", delimiter=delimiter), file)  # type: ignore[arg-type] # one of the forms

    assert values(rows) == [expected]
    assert rows.texts is (form in ("csv", "tsv"))


def test_a_list_and_a_pattern_need_no_file(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png")

    assert values(made(RowSource(form="list"), tmp_path / "none")) == [{"a": "x"}]
    assert len(values(made(RowSource(form="glob", pattern="*.png"), tmp_path / "none"))) == 1


def made(source: RowSource, file: Path) -> Rows:
    document = parse(b"rows: [{a: x}]\n", file="c.yaml")
    opened = file_opener(file) if file.exists() else opener(b"")
    return rows_of(
        source, document, folder=file.parent, opened=opened, file=file.name, typed=("a",)
    )
