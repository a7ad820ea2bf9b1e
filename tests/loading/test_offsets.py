import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.loading import parse
from wanflow.model.values import Pointer


def places(source: str, pointer: str = "/a") -> list[str]:
    """The character of the file at the place of each character of a value, and of its end."""
    document = parse(source.encode(), file="f.yaml")
    lines = source.splitlines(keepends=True)
    offsets = document.scalars[Pointer(pointer)].offsets
    return ["".join(lines[line - 1 : line])[column - 1 : column] for line, column in offsets]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: 图 b\n", "图 b\n"),
        ("a: 'it''s'\n", "it's'"),
        ('a: "x\\ty\\u56fe\\x41z"\n', 'x\\y\\\\z"'),
        ('a: "b\\\n    c"\n', 'bc"'),
        ('a: "b\\\n\n\n    c"\n', 'b\\\\c"'),
        ('a: "\\"\\\\\\/\\N"\n', '\\\\\\\\"'),
        ("a: one\n  two\n", "one\ntwo\n"),
        ("a: one\n\n\n  two\n", "one\n\ntwo\n"),
        ("a: 'one  x\n  two'\n", "one  x\ntwo'"),
        ("a: |\n  one\n    two\n  three\n", "one\n  two\nthree\n"),
        ("a: |2\n    one\n", "  one\n"),
        ("a: | # why\n  one\n", "one\n"),
        ("a: |\n\n  one\n", "\none\n"),
        ("a: |-\n  one\n  two", "one\ntwo"),
        ("a: |+\n  one\n\n", "one\n\n"),
        ("a: >\n  one\n  two\n\n  three\n", "one\ntwo\nthree\n"),
        ("a: >-\r\n  one\r\n  two\r\n", "one\rtwo\r"),
        ("a: >-\n  one\n    two\n", "one\n  two\n"),
        ("a: |\n  x \t\n  y\n", "x \t\ny\n"),
        ("a: |\n  x\n     \n  y\n", "x\n\n\n\n\ny\n"),
        ("a: 'b\u2028c'\n", "b\u2028c'"),
        ("a: 'b \u2028 c'\n", "b \u2028'"),
    ],
)
def test_a_character_of_a_text_is_found_in_the_file(source: str, expected: str) -> None:
    found = "".join(places(source))

    assert found in (expected, f"{expected}\n", expected.rstrip("\n"))


_LINES = st.text("ab 图,.", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    lines=st.lists(_LINES | st.just(""), min_size=1, max_size=6),
    style=st.sampled_from(["|", ">", "'", '"']),
    width=st.integers(8, 40),
)
@settings(deadline=None)
def test_every_kept_character_stands_where_its_offset_says(
    lines: list[str], style: str, width: int
) -> None:
    text = "\n".join(lines)
    source = yaml.dump({"a": text}, default_style=style, allow_unicode=True, width=width)

    found = places(source)

    document = parse(source.encode(), file="f.yaml")
    offsets = document.scalars[Pointer("/a")].offsets
    assert document.value == {"a": text}
    assert len(offsets) == len(text) + 1
    assert list(offsets) == sorted(offsets)
    for character, there in zip(text, found, strict=False):
        assert there == character or character in " \n"


def test_the_place_within_a_folded_prompt_is_exact() -> None:
    source = "a: >-\n  Put the cat of\n  image 3 here\n"
    document = parse(source.encode(), file="f.yaml")
    value = document.value["a"] if isinstance(document.value, dict) else ""

    span = document.span_within("/a", str(value).index("image 3"))

    assert (span.line, span.column) == (3, 3)
