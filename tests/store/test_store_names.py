import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.errors import UsageError
from wanflow.store.names import checked_file_name, checked_id, checked_path, new_run_id

AT = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)


def test_a_run_is_named_by_recipe_time_and_chance() -> None:
    assert (
        new_run_id("clock-on-table", AT, b"\x4f\x2a\xff") == "clock-on-table-20261123-101530-4f2a"
    )


@pytest.mark.parametrize("recipe", ["", "1st", "a/b", "..", "鐘", "a" * 65, "a b", "a\n"])
def test_a_recipe_without_a_proper_name_names_no_run(recipe: str) -> None:
    with pytest.raises(UsageError, match="is no name for a recipe"):
        new_run_id(recipe, AT, b"\x00\x00")


def test_a_run_needs_two_bytes_of_chance() -> None:
    with pytest.raises(ValueError, match="two random bytes"):
        new_run_id("a", AT, b"\x00")


@pytest.mark.parametrize("text", ["a", "Z9", "placed_2-b", "a" * 64])
def test_an_id_is_given_back(text: str) -> None:
    assert checked_id(text) == text


@pytest.mark.parametrize(
    "name", ["placed-1.png", "海报-春.png", "v1.2", "Ünïcode", "图 1", "-x", "console"]
)
def test_ordinary_names_of_any_script_are_allowed(name: str) -> None:
    assert checked_file_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        (".", "dot"),
        ("..", "dot"),
        (".lock", "dot"),
        ("a.", "dot"),
        ("a ", "space"),
        (" a", "space"),
        ("a/b", "holds /"),
        ("a\\b", r"holds \\"),
        ("c:d", "holds :"),
        ("a\x00b", r"U\+0000"),
        ("a\nb", r"U\+000A"),
        ("a\u202eb", r"U\+202E"),
        ("a\u200bb", r"U\+200B"),
        ("a\ud800b", r"U\+D800"),
        ("CON", "device"),
        ("nul.png", "device"),
        ("Com1 .txt", "device"),
        ("lpt¹.png", "device"),
        ("图" * 67, "longer"),
    ],
)
def test_a_dangerous_name_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        checked_file_name(name)

    assert caught.value.exit_code == 2
    assert str(caught.value).isprintable()


def test_two_ways_to_write_one_name_are_one_name() -> None:
    assert checked_file_name("e\u0301.png") == "\u00e9.png"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_path_that_passes_stays_below_its_folder(text: str) -> None:
    try:
        parts = checked_path(text)
    except UsageError:
        return

    assert all(part not in {"", ".", ".."} for part in parts)
    assert not any(re.search(r'[/\\:\x00-\x1f"]', part) for part in parts)
    assert "/".join(parts) == unicodedata.normalize("NFC", text)
