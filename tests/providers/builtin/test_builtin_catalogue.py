from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import wanflow.catalog
from wanflow.providers.builtin.worker import ALGORITHMS

FOLDER = Path(wanflow.catalog.__file__).parent / "operations"
RULES = {
    "crop": "cropped",
    "resize": "resized",
    "pad": "padded",
    "rotate": "turned",
    "convert": "same",
    "overlay": "overlaid",
    "grid": "gridded",
    "paste_back": "same",
    "paste_around": "same",
}
OF = {"paste_back": "last"}


def operation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_algorithm_has_its_operation_and_size_rule(name: str) -> None:
    found = operation(name)

    assert (found["operation"], found["kind"], found["local"]) == (name, "builtin", name)
    assert found["result"] == {"size": RULES[name], "of": OF.get(name, "first")}
    assert found["summary"].keys() == {"en", "zh"}


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_the_example_of_an_operation_fits_its_own_parameters(name: str) -> None:
    found = operation(name)

    *_, step = yaml.safe_load(found["example"])

    assert step["use"] == name
    Draft202012Validator(found["params"]).validate(step.get("with", {}))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("crop", {}),
        ("crop", {"region": [0, 0, 1, 1], "aspect": "1:1"}),
        ("resize", {}),
        ("resize", {"factor": 2, "width": 10}),
        ("resize", {"longest": 10, "height": 10}),
        ("pad", {"aspect": "1:1", "left": 0.5}),
        ("pad", {"color": "red-ish"}),
        ("rotate", {"degrees": 45}),
        ("overlay", {"height": 0}),
        ("grid", {"columns": 0}),
    ],
)
def test_arguments_that_mean_nothing_are_not_taken(name: str, arguments: dict[str, Any]) -> None:
    assert not Draft202012Validator(operation(name)["params"]).is_valid(arguments)
