"""Whatever way a value is written in YAML, it reads back as it was, and stands where it was put."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yaml_writing import Writer
from wanflow.loading import parse
from wanflow.model.document import Document
from wanflow.model.values import JsonValue, Pointer

_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff\ufeff"),
    max_size=12,
) | st.sampled_from(
    ["name", "a b", "图1 和 图2", "no", "16:9", "1.10", "a\nb\n", "x: y", "{{ a }}"]
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(
    value=st.dictionaries(_TEXTS, _VALUES, max_size=4),
    seed=st.integers(0, 2**32),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(deadline=None, max_examples=300)
def test_a_value_reads_back_equal_and_stands_where_it_was_put(
    value: dict[str, JsonValue], seed: int, line_end: str
) -> None:
    written = Writer(random=Random(seed), line_end=line_end).write(value)

    document = parse(written.text.encode(), file="f.yaml")

    assert document.value == value
    assert _types(document.value) == _types(value)
    assert _places(document, values=True) == written.values
    assert _places(document, values=False) == written.keys


def _places(document: Document, *, values: bool) -> dict[str, tuple[int, int]]:
    spans = document.spans if values else document.keys
    return {str(at): (span.line, span.column) for at, span in spans.items()}


def _types(value: JsonValue) -> object:
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value)


@given(text=_TEXTS, seed=st.integers(0, 2**32))
@settings(deadline=None)
def test_every_character_of_a_text_has_a_place_within_it(text: str, seed: int) -> None:
    written = Writer(random=Random(seed)).write({"a": text, "b": 1})

    document = parse(written.text.encode(), file="f.yaml")

    places = document.scalars[Pointer("/a")].offsets
    assert len(places) == len(text) + 1
    assert places[0] >= written.values["/a"]
    assert list(places) == sorted(places)
    if (end := written.keys["/b"]) > written.keys["/a"]:
        assert places[-1] <= end
