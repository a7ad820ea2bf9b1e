import csv

import pytest

from tests.loading.rowing import csv_rows, problems, told, values
from wanflow.loading.rows.raw import RawRow


def test_a_row_has_its_cells_by_the_names_of_the_header() -> None:
    rows = csv_rows("sku,title\nA1,星辰大海\nA2,b\n")

    assert values(rows) == [{"sku": "A1", "title": "星辰大海"}, {"sku": "A2", "title": "b"}]
    assert [row.line for row in rows if isinstance(row, RawRow)] == [2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa,b\r\n1,2\r\n",
        "a,b\n1,2",
        "a,b\r1,2\r",
        '"a","b"\n"1","2"\n',
        "a,b\n\n1,2\n\n",
    ],
    ids=["mark and CR LF", "no last line break", "CR alone", "quotes", "blank lines"],
)
def test_the_same_rows_may_be_written_in_many_ways(text: str) -> None:
    assert values(csv_rows(text)) == [{"a": "1", "b": "2"}]


def test_a_line_break_within_quotes_belongs_to_the_cell_and_counts_as_a_line() -> None:
    rows = csv_rows('a,b\n"one\ntwo",2\n3\n')

    assert values(rows) == [{"a": "one\ntwo", "b": "2"}]
    assert told(rows) == ["4:1: missing-cells"]


def test_a_quote_within_a_cell_is_written_twice() -> None:
    assert values(csv_rows('a\n"5"" screen"\n7" screen\n')) == [
        {"a": '5" screen'},
        {"a": '7" screen'},
    ]


def test_semicolons_are_found_by_the_header_and_that_is_said() -> None:
    rows = csv_rows('name;"size, in px"\na;1,5\n')

    assert values(rows) == [{"name": "a", "size, in px": "1,5"}]
    assert [found.severity for found in problems(rows)] == []  # the header of the first pass holds


def test_a_delimiter_that_was_found_is_a_warning_and_one_that_was_said_is_none() -> None:
    assert told(csv_rows("a;b\n1;2\n")) == ["1:2: delimiter-found"]
    assert told(csv_rows("a\tb\n1\t2\n")) == ["1:2: delimiter-found"]
    assert told(csv_rows("a;b\n1;2\n", delimiter=";")) == []


def test_a_header_that_could_be_read_in_two_ways_is_an_error() -> None:
    rows = csv_rows("a,b;c\n1,2;3\n")

    assert told(rows) == ["1:4: ambiguous-delimiter"]
    assert values(csv_rows("a,b;c\n1,2\n", delimiter=",")) == [{"a": "1", "b;c": "2"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: empty-file"]),
        ("\n\n", ["1:1: empty-file"]),
        ("a,b\n", ["1:1: no-rows"]),
        ("a,b,a\n1,2,3\n", ["1:5: duplicate-column"]),
        ("a,,b\n1,2,3\n", ["1:3: bad-column"]),
        ("a, b\n1,2\n", ["1:3: bad-column"]),
        ("a,b\n1\n1,2,3\n", ["2:1: missing-cells", "3:5: extra-cells"]),
        ('a,b\n1,"2" 3\n', ["2:3: csv-quotes"]),
        ('a,b\n1,"2\n3,4\n', ["2:3: csv-quotes"]),
        ('"a,b\n1,2\n', ["1:1: csv-quotes"]),
        ("a,b\n1,x\0y\n", ["2:4: control-character"]),
        ("a,b\n1,\x1b[31m\n", ["2:3: control-character"]),
        ("a,b\n1," + "x" * 140_000 + "\n", ["2:3: cell-too-long"]),
        ("a,b\n1," + "x" * 10_000_000 + "\n", ["2:1: row-too-long"]),
        ('a,b\n1,"' + "x\n" * 600_000, ["2:3: cell-too-long"]),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(text: str, expected: list[str]) -> None:
    assert told(csv_rows(text)) == expected


def test_a_row_of_many_lines_is_no_longer_than_one_of_one_line() -> None:
    header = ",".join(f"c{at}" for at in range(20))
    row = ",".join('"' + "x\n" * 40_000 + '"' for _ in range(20))

    assert told(csv_rows(f"{header}\n{row}\n")) == ["2:1: row-too-long"]
    assert told(csv_rows('"a' + "x\n" * 600_000)) == ["1:1: row-too-long"]


def test_a_long_cell_is_refused_also_where_another_program_allows_it() -> None:
    before = csv.field_size_limit(10_000_000)
    try:
        assert told(csv_rows("a,b\n" + "y" * 140_000 + ",1\n")) == ["2:1: cell-too-long"]
        assert len(values(csv_rows("a,b\n" + "y" * 100_000 + "," + "z" * 100_000 + "\n"))) == 1
    finally:
        csv.field_size_limit(before)


def test_rows_after_a_wrong_one_are_still_read() -> None:
    rows = csv_rows("a,b\n1\n3,4\n")

    assert [row.number for row in rows if isinstance(row, RawRow)] == [2]


def test_gbk_is_named_and_how_to_convert_it() -> None:
    (found,) = problems(csv_rows("sku,title\nA1,星辰大海\n".encode("gbk")))

    assert str(found.span) == "rows.csv:2:4"
    assert "GB18030 (GBK)" in found.message
    assert found.hint is not None
    assert "encoding: gb18030" in found.hint
    assert "iconv" in found.hint


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_an_encoding_that_is_said_is_read(encoding: str) -> None:
    rows = csv_rows("sku,title\nA1,星辰大海\n".encode(encoding), encoding=encoding)

    assert values(rows) == [{"sku": "A1", "title": "星辰大海"}]


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        ("a\ncafé\n".encode("latin-1"), "utf-8", "2:4: not-utf8"),
        ("a\n1\n".encode("utf-16"), "utf-8", "1:1: not-utf8"),
        ("a\n1\n".encode("utf-32-be"), "utf-8", "1:1: control-character"),
        (b"\x00\x00\xfe\xff" + "a\n".encode("utf-32-be"), "utf-8", "1:1: not-utf8"),
        ("\ufeffa\n花\n".encode(), "gb18030", "1:1: wrong-encoding"),
        (b"a\n\xff\xff\n", "gb18030", "2:1: wrong-encoding"),
        (b"\xff\xfea\x00\n\x00\x00\xd8\n\x00", "utf-16", "1:1: wrong-encoding"),
        (b"\xef\xbb\xbf\xff\n", "utf-8", "1:1: not-utf8"),
    ],
)
def test_another_encoding_is_told_and_never_guessed(
    data: bytes, encoding: str, expected: str
) -> None:
    assert told(csv_rows(data, encoding=encoding)) == [expected]


def test_the_place_of_a_cell_is_found_in_its_row() -> None:
    rows = csv_rows('a,b,c\n"x,\ny",2,三\n')
    row = next(row for row in rows if isinstance(row, RawRow))

    places = [(rows.span(row, name).line, rows.span(row, name).column) for name in "abc"]

    assert places == [(2, 1), (3, 4), (3, 6)]
    assert (rows.span(row, None).line, rows.span(row, None).column) == (2, 1)
    assert rows.span(row, "unknown").column == 1


def test_rows_can_be_gone_through_again_and_left_early() -> None:
    rows = csv_rows("a\n1\n2\n3\n")

    first = next(iter(rows))

    assert isinstance(first, RawRow)
    assert len(values(rows)) == len(values(rows)) == 3
