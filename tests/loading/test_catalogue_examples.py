"""What the catalogue offers for pasting is right by its own rules."""

import pytest
import yaml

from wanflow.loading import catalogue
from wanflow.loading.arguments import argument_problems
from wanflow.loading.schema import findings

OPERATIONS = catalogue().operations


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_example_of_an_operation_fits_its_parameters(name: str) -> None:
    *_, step = yaml.safe_load(OPERATIONS[name].example)

    assert step["use"] == name
    assert argument_problems(OPERATIONS[name], step.get("with", {})) == ()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_examples_of_a_parameter_fit_it(name: str) -> None:
    properties = OPERATIONS[name].params["properties"]
    assert isinstance(properties, dict)

    misfits = [
        (parameter, example)
        for parameter, rule in properties.items()
        for example in [
            *rule.get("examples", ()),
            *([rule["default"]] if "default" in rule else []),
        ]
        if findings(rule, example)
    ]

    assert misfits == []
