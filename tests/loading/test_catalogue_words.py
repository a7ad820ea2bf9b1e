"""What the catalogue says of a parameter reaches its reader whole."""

from collections.abc import Iterator, Mapping

import pytest

from wanflow.loading import catalogue
from wanflow.model.values import JsonValue


def parameters(schema: Mapping[str, JsonValue]) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    properties = schema.get("properties")
    for name, rule in (properties if isinstance(properties, Mapping) else {}).items():
        if isinstance(rule, Mapping):
            yield name, rule
            yield from parameters(rule)


@pytest.mark.parametrize("name", sorted(catalogue().operations))
def test_every_parameter_is_described_by_a_whole_sentence(name: str) -> None:
    # YAML ends a plain text at ` #` and, within braces, at a comma: what is lost there leaves a
    # description without its full stop, or a stray key that is a sentence.
    for parameter, rule in parameters(catalogue().operations[name].params):
        assert str(rule.get("description", "")).endswith("."), parameter
        assert [key for key in rule if " " in key] == [], parameter
