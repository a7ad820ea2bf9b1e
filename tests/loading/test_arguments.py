import pytest

from wanflow.catalog import operation_from
from wanflow.loading import argument_problems, coerced, with_defaults
from wanflow.model.catalogue import Catalogue
from wanflow.model.operation import Operation
from wanflow.model.values import JsonValue


def operation(params: JsonValue) -> Operation:
    return operation_from({"params": params}, name="own", builtin=False)


def test_arguments_that_fit_have_no_problems(catalogue: Catalogue) -> None:
    fuse = catalogue.operations["fuse"]

    assert argument_problems(fuse, {"subject": "cat", "at": {"x": 0.5, "y": 1}}) == ()


def test_what_does_not_fit_is_told_with_its_pointer(catalogue: Catalogue) -> None:
    fuse = catalogue.operations["fuse"]

    found = argument_problems(fuse, {"at": {"x": 2, "y": "{{ y }}"}, "blend": "alfa", "sub": 1})

    assert sorted(found) == [
        ("", "'fuse' needs `subject` under `with`", "write `with: {subject: 咖啡杯}`"),
        ("/at/x", "`x` must be at most 1; here is 2", None),
        ("/at/y", "`y` must be a number; here is text", None),
        ("/blend", "`blend` cannot be 'alfa'", "write one of 'alpha', 'poisson'"),
        (
            "/sub",
            "'fuse' has no parameter 'sub'",
            "it may have 'subject', 'at', 'blend', 'keep_scene'",
        ),
    ]


@pytest.mark.parametrize(
    ("schema", "value", "message", "hint"),
    [
        (
            {"type": "boolean"},
            1,
            "`a` must be true or false; here is a whole number",
            "write true or false",
        ),
        ({"type": "array"}, 1, "`a` must be a list; here is a whole number", "write [1]"),
        ({"type": "integer"}, True, "`a` must be a whole number; here is true or false", None),
        ({"type": "integer"}, 2.5, "`a` must be a whole number; here is a number", None),
        ({"type": "string"}, None, "`a` has no value", "write one, or remove the line"),
        (
            {"type": ["string", "null"]},
            1,
            "`a` must be text or nothing; here is a whole number",
            None,
        ),
        ({"const": True}, False, "`a` cannot be 'false'", "write true"),
        ({"exclusiveMinimum": 1}, 1, "`a` must be more than 1; here is 1", None),
        ({"exclusiveMaximum": 1}, 1, "`a` must be less than 1; here is 1", None),
        ({"multipleOf": 16}, 17, "`a` must be a multiple of 16; here is 17", None),
        ({"minLength": 3}, "ab", "`a` may have no fewer than 3 characters; here are 2", None),
        ({"minLength": 3}, "", "`a` is empty", None),
        ({"maxLength": 3}, "abcd", "`a` may have at most 3 characters; here are 4", None),
        ({"maxItems": 1}, [1, 2], "`a` may have at most 1 items; here are 2", None),
        ({"minProperties": 1}, {}, "`a` is empty", None),
        ({"maxProperties": 0}, {"b": 1}, "`a` may have at most 0 entries; here are 1", None),
        ({"pattern": "^x$"}, "y" * 99, "`a` cannot be written as '" + "y" * 60 + "...'", None),
        ({"not": {}}, 1, "`a` is not as it should be", None),
        (
            {"anyOf": [{"enum": ["b"]}, {"type": "integer"}]},
            [],
            "`a` has none of the forms that it may have",
            None,
        ),
        (
            {"anyOf": [{"enum": ["b"]}, {"type": "integer"}]},
            "zzz",
            "`a` has none of the forms that it may have",
            "write one of 'b'",
        ),
    ],
)
def test_each_kind_of_mistake_is_put_into_words(
    schema: JsonValue, value: JsonValue, message: str, hint: str | None
) -> None:
    own = operation({"properties": {"a": schema}})

    assert argument_problems(own, {"a": value}) == (("/a", message, hint),)


def test_an_item_of_a_list_is_named_by_its_number() -> None:
    own = operation({"properties": {"a": {"items": {"type": "string"}}}})

    (found,) = argument_problems(own, {"a": ["x", 1]})

    assert found[0] == "/a/1"
    assert found[1].startswith("item 2 of `a` must be text")


def test_repeated_items_are_found_whatever_they_are() -> None:
    own = operation({"properties": {"a": {"uniqueItems": True}}})

    found = argument_problems(own, {"a": [{"b": 1}, [2], {"b": 1}, 3, "3", [2]]})

    assert [pointer for pointer, _, _ in found] == ["/a/2", "/a/5"]
    assert argument_problems(own, {"a": "text"}) == ()
    assert (
        argument_problems(operation({"properties": {"a": {"uniqueItems": False}}}), {"a": [1, 1]})
        == ()
    )


def test_a_long_list_of_mixed_items_is_compared_in_linear_time() -> None:
    own = operation({"properties": {"a": {"uniqueItems": True}}})
    items: list[JsonValue] = [{"b": at} if at % 2 else at for at in range(20_000)]

    assert argument_problems(own, {"a": items}) == ()


def test_a_forbidden_key_is_told_by_its_name(catalogue: Catalogue) -> None:
    outpaint = catalogue.operations["outpaint"]

    found = argument_problems(outpaint, {"aspect": "16:9", "left": 0.5, "right": 0.5})

    assert [pointer for pointer, _, _ in found] == ["/left", "/right"]


def test_arguments_that_are_no_mapping_are_told_so(catalogue: Catalogue) -> None:
    (found,) = argument_problems(catalogue.operations["crop"], [1])

    assert found[0] == ""


def test_defaults_are_filled_in_at_every_level(catalogue: Catalogue) -> None:
    detect, fuse = catalogue.operations["detect"], catalogue.operations["fuse"]

    assert with_defaults(fuse, {"subject": "cat", "blend": "poisson"}) == {
        "subject": "cat",
        "blend": "poisson",
        "keep_scene": True,
    }
    assert with_defaults(detect, {"style": {}}) == {"style": {"color": "red"}}
    assert with_defaults(detect, None) == {}
    assert with_defaults(operation({"properties": {"a": True}}), {"a": 1}) == {"a": 1}
    assert with_defaults(operation({"type": "object"}), {"a": 1}) == {"a": 1}


def test_filling_in_defaults_changes_nothing_that_is_given(catalogue: Catalogue) -> None:
    given: JsonValue = {"style": {"width": 3}}

    with_defaults(catalogue.operations["detect"], given)

    assert given == {"style": {"width": 3}}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, "12", 12),
        ({"type": "integer"}, " 12 ", 12),
        ({"type": "number"}, "12", 12),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "boolean"}, "true", True),
        ({"enum": [1, 2]}, "2", 2),
        ({"const": 3}, "3", 3),
        ({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, "true", True),
        ({"type": "integer"}, "1.5", "1.5"),
        ({"type": "integer"}, "many", "many"),
        ({"type": "integer"}, "", ""),
        ({"type": "number"}, ".nan", ".nan"),
        ({"type": "string"}, "12", "12"),
        ({"type": ["string", "integer"]}, "12", "12"),
        ({"enum": ["1", "2"]}, "2", "2"),
        ({}, "12", "12"),
        (True, "12", "12"),
    ],
)
def test_a_rendered_text_becomes_what_the_operation_wants(
    schema: JsonValue, text: str, value: JsonValue
) -> None:
    own = operation({"properties": {"a": schema}})

    made = coerced(own, {"a": text})

    assert made == {"a": value}
    assert isinstance(made, dict)
    assert type(made["a"]) is type(value)


def test_texts_are_made_numbers_within_lists_and_mappings() -> None:
    own = operation(
        {
            "properties": {"list": {"items": {"type": "integer"}}},
            "additionalProperties": {"properties": {"x": {"type": "number"}}},
        }
    )

    made = coerced(own, {"list": ["1", "b", 2], "other": {"x": "0.5", "y": "1"}})

    assert made == {"list": [1, "b", 2], "other": {"x": 0.5, "y": "1"}}
