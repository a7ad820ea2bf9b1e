import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.errors import WorkspaceError
from wanflow.model.measure import Check, Measure
from wanflow.model.run import Done, Failed, Outcome, Reused, Skipped
from wanflow.model.values import Artifact, JobKey, JsonValue, Note, Sha256
from wanflow.store.codec import decode_outcome, encode_outcome, from_json, to_json

SECONDS = st.floats(allow_nan=False, allow_infinity=False)
SIDES = st.integers(min_value=1)
ARTIFACTS = st.builds(
    Artifact,
    sha256=st.binary(max_size=4).map(lambda some: Sha256(hashlib.sha256(some).hexdigest())),
    media_type=st.sampled_from(["image/png", "image/jpeg", "image/bmp", "image/webp"]),
    width_px=SIDES,
    height_px=SIDES,
    size_bytes=SIDES,
)
PICTURES = st.lists(ARTIFACTS, max_size=4).map(tuple)
# Any text: also halves of surrogate pairs, which a broken answer of a service may hold.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
NOTES = st.lists(st.builds(Note, code=st.text(), text=ANY_TEXT), max_size=3).map(tuple)
MEASURES = st.lists(
    st.builds(
        Measure,
        picture=SIDES,
        check=st.sampled_from(get_args(Check)),
        value=st.none() | SECONDS,
        unit=st.sampled_from(["px", "%", ""]),
        against=ANY_TEXT,
        first=st.booleans(),
        note=ANY_TEXT,
    ),
    max_size=3,
).map(tuple)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Done, pictures=PICTURES, notes=NOTES, seconds=SECONDS, checks=MEASURES),
    st.builds(Reused, pictures=PICTURES, run=st.text(), notes=NOTES, checks=MEASURES),
    st.builds(
        Failed,
        code=st.text(),
        message=ANY_TEXT,
        hint=st.none() | ANY_TEXT,
        pictures=PICTURES,
        seconds=SECONDS,
        checks=MEASURES,
    ),
    st.builds(Skipped, because=st.none() | st.text().map(JobKey), reason=ANY_TEXT),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | SECONDS | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(OUTCOMES)
def test_an_outcome_is_read_as_it_was_written(outcome: Outcome) -> None:
    text = encode_outcome(outcome)

    assert decode_outcome(text) == outcome
    assert text.isascii()


@settings(deadline=None)
@given(JSON)
def test_a_json_value_is_read_as_it_was_written(value: object) -> None:
    text = to_json(value)  # type: ignore[arg-type] # drawn as JSON

    assert from_json(text) == value
    assert "\n" not in text


def test_read_only_mappings_and_tuples_are_json_too() -> None:
    inner: Mapping[str, JsonValue] = MappingProxyType({})
    value: Mapping[str, JsonValue] = MappingProxyType({"b": (1, 2), "a": inner, "c": range(2)})

    assert to_json(value) == '{"a":{},"b":[1,2],"c":[0,1]}'


def test_a_thing_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object is no JSON value"):
        to_json({"a": object()})  # type: ignore[dict-item]


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"seconds": float("inf")})


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "{}", '{"kind":"painted"}', '{"kind":"done"}', '{"kind":"skipped"}'],
)
def test_what_is_no_outcome_is_refused_in_words(text: str) -> None:
    with pytest.raises(WorkspaceError, match="the journal holds an entry that cannot be read"):
        decode_outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"done","notes":[],"pictures":[],"seconds":1.5}',
        '{"kind":"reused","notes":[],"pictures":[],"run":"r"}',
        '{"code":"c","hint":null,"kind":"failed","message":"m","pictures":[],"seconds":0.5}',
    ],
)
def test_an_outcome_from_before_there_were_checks_is_read(text: str) -> None:
    outcome = decode_outcome(text)

    assert not isinstance(outcome, Skipped)
    assert outcome.checks == ()
