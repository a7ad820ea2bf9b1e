"""Two texts are compared by words; Chinese by characters."""

from hypothesis import given
from hypothesis import strategies as st

from wanflow.report.diff.words import Piece, word_difference

TEXTS = st.text(alphabet="ab 1:6.,图花瓶\n", max_size=40)


def test_one_changed_word_is_all_that_is_marked() -> None:
    pieces = word_difference("a red car at noon", "a blue car at noon")

    assert pieces == (
        Piece("kept", "a "),
        Piece("removed", "red"),
        Piece("added", "blue"),
        Piece("kept", " car at noon"),
    )


def test_words_that_changed_side_by_side_are_one_change() -> None:
    pieces = word_difference("the red car waits", "the blue bus waits")

    assert pieces[1:3] == (Piece("removed", "red car"), Piece("added", "blue bus"))


def test_chinese_is_compared_by_characters() -> None:
    pieces = word_difference("光线与夜色一致", "光线与晨光一致")

    assert pieces[1:3] == (Piece("removed", "夜色"), Piece("added", "晨光"))


def test_a_ratio_is_one_word() -> None:
    pieces = word_difference("to 16:9 now", "to 4:3 now")

    assert pieces[1:3] == (Piece("removed", "16:9"), Piece("added", "4:3"))


@given(TEXTS, TEXTS)
def test_the_pieces_hold_both_texts(before: str, after: str) -> None:
    pieces = word_difference(before, after)

    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == "kept" for piece in word_difference(text, text))
