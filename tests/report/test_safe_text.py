"""Nothing in a text moves, hides or commands once it is safe."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanflow.report.safe import safe_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 中文,图1 é 🎨", "plain, 中文,图1 é 🎨"),
        ("全　角", "全　角"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\r\nb\tc\x7f\x85\x9b", "a\\x0d\\x0ab\\x09c\\x7f\\x85\\x9b"),
        ("ab\u202egpj.exe", "ab\\u{202e}gpj.exe"),
        ("a\u200bb\u200d\ufeff\u2060\xad", "a\\u{200b}b\\u{200d}\\u{feff}\\u{2060}\\xad"),
        ("a\u2028b\u2029", "a\\u{2028}b\\u{2029}"),
        ("\u3164\u115f\U000e0041\ud800", "\\u{3164}\\u{115f}\\u{e0041}\\u{d800}"),
    ],
)
def test_what_cannot_be_seen_is_made_visible_and_the_rest_is_kept(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert safe_text("a" * 301) == "a" * 299 + "…"
    assert safe_text("a" * 300) == "a" * 300
    assert safe_text("中文字", limit=2) == "中…"
    assert safe_text("a" * 500, limit=None) == "a" * 500


def test_an_escape_is_never_cut_in_two() -> None:
    assert safe_text("\x1b" * 5, limit=3) == "\\x1b\\x1b…"


@given(st.text(alphabet=st.characters()))
def test_a_safe_text_is_safe_and_stays_as_it_is(text: str) -> None:
    shown = safe_text(text, limit=None)

    bad = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert all(unicodedata.category(character) not in bad for character in shown)
    assert safe_text(shown, limit=None) == shown
