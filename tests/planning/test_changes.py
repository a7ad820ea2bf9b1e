"""The words that name a difference are short and hold the whole difference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.planning.changes import change, difference


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("a red car", "a blue car", "'red' to 'blue'"),
        ("a red car", "a red cart", "'car' to 'cart'"),
        ("将闹钟放到花瓶旁边", "将闹钟放到窗台上", "'花瓶旁边' to '窗台上'"),
        ("a car", "a red car", "'a car' to 'a red car'"),
        ("清晨的街道", "清晨的、安静的街道", "'清晨的街道' to '清晨的、安静的街道'"),
        ("", "x", "'' to 'x'"),
    ],
)
def test_the_differing_words_are_shown(before: str, now: str, words: str) -> None:
    assert difference(before, now) == words


def test_long_differences_are_cut() -> None:
    words = difference("a" * 100, "b" * 100)

    assert words == f"'{'a' * 39}…' to '{'b' * 39}…'"


@given(before=st.text(max_size=20), now=st.text(max_size=20))
@settings(deadline=None)
def test_two_different_texts_never_look_alike(before: str, now: str) -> None:
    if before != now:
        old, _, new = difference(before, now).partition("' to '")
        assert f"{old}'" != f"'{new}"


def test_what_is_no_list_of_images_counts_as_none() -> None:
    decision = change({"images": None}, {"images": [{"sha256": "0"}]})

    assert (decision.reason, decision.detail) == ("images-changed", "0 to 1")


def test_arguments_that_were_none_are_all_new() -> None:
    decision = change({"arguments": None}, {"arguments": {"left": 1}})

    assert decision.detail == "left is now '1'"
