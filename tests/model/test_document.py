"""A place can always be given: that of the value, of what is around it, or the file's beginning."""

from wanflow.errors import Span
from wanflow.model.document import Document, Scalar
from wanflow.model.values import Pointer

HERE = Span(file="a.yaml", line=3, column=5)
DOCUMENT = Document(
    file="a.yaml",
    source="",
    value={},
    spans={Pointer("/steps"): HERE},
    keys={Pointer("/name"): HERE},
    scalars={Pointer("/name"): Scalar(offsets=((3, 7), (3, 8)))},
)


def test_a_value_without_a_place_has_that_of_what_is_around_it() -> None:
    assert DOCUMENT.span("/steps/0/use") == HERE


def test_where_nothing_has_a_place_it_is_the_files_beginning() -> None:
    assert DOCUMENT.span("/name") == Span(file="a.yaml", line=1, column=1)


def test_a_key_has_its_own_place_or_that_of_its_value() -> None:
    assert DOCUMENT.key_span("/name") == HERE
    assert DOCUMENT.key_span("/steps") == HERE


def test_a_character_has_its_place_and_beyond_the_end_the_last() -> None:
    assert DOCUMENT.span_within("/name", 1) == Span(file="a.yaml", line=3, column=8)
    assert DOCUMENT.span_within("/name", 99) == Span(file="a.yaml", line=3, column=8)
    assert DOCUMENT.span_within("/steps", 1) == HERE
