"""Text fits the columns of a terminal, Chinese included; money and time are exact and readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanflow.report.amounts import counted, duration, money
from wanflow.report.columns import cut, padded, width_of, wrapped

LETTERS = st.text(alphabet="ab 中文,，。e\u0301\n", max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("图2", 3), ("e\u0301", 1), ("ｆ，", 4), ("", 0)]
)
def test_a_chinese_character_takes_two_columns(text: str, columns: int) -> None:
    assert width_of(text) == columns


def test_a_text_is_cut_between_characters() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("中文字", 4) == "中…"
    assert cut("中文", 4) == "中文"


def test_a_text_is_padded_by_columns() -> None:
    assert padded("图", 4) + "|" == "图  |"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("one two", 7, ["one two"]),
        ("将图1放到图2的桌上", 8, ["将图1放", "到图2的", "桌上"]),
        ("放到桌上，好", 8, ["放到桌", "上，好"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("ab abcdefgh", 3, ["ab", "abc", "def", "gh"]),
        ("one\n\ntwo", 8, ["one", "", "two"]),
        ("", 8, [""]),
    ],
)
def test_lines_break_at_spaces_and_between_chinese_characters(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrapped(text, columns) == lines


@given(LETTERS, st.integers(2, 30))
def test_every_line_fits_and_nothing_but_spaces_is_lost(text: str, columns: int) -> None:
    lines = wrapped(text, columns)

    assert all(width_of(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(LETTERS, st.integers(1, 30))
def test_a_cut_text_fits(text: str, columns: int) -> None:
    assert width_of(cut(text, columns)) <= columns


@pytest.mark.parametrize(
    ("amount_micro", "currency", "text"),
    [
        (200_000, "CNY", "¥0.20"),
        (204_500, "CNY", "¥0.2045"),
        (1, "USD", "$0.000001"),
        (0, "CNY", "¥0.00"),
        (1_234_000_000, "CNY", "¥1,234.00"),
        (-500_000, "EUR", "-€0.50"),
        (1_500_000, "CHF", "CHF 1.50"),
    ],
)
def test_money_is_exact(amount_micro: int, currency: str, text: str) -> None:
    assert money(amount_micro, currency) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (192.3, "3 min 12 s"),
        (7500, "2 h 05 min"),
    ],
)
def test_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_number_agrees_with_its_word() -> None:
    assert [counted(n, "step") for n in (0, 1, 1200)] == ["0 steps", "1 step", "1,200 steps"]
