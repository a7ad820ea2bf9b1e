import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from wanflow.catalog import card_from, operation_from, texts
from wanflow.loading import catalogue
from wanflow.loading.catalogue import document_of
from wanflow.loading.schema import contract as inlined
from wanflow.loading.schema import findings, schema_findings
from wanflow.model.operation import MASK, Checks, Operation

_FILES = texts()


@pytest.mark.parametrize("file", _FILES.operations)
def test_an_operation_of_the_catalogue_fits_its_schema(file: str) -> None:
    document = document_of(_FILES.operations[file], file=file, kind="operation")

    assert findings(inlined("operation"), document.value) == ()
    operation = operation_from(document.value)
    assert file == f"{operation.name}.yaml"
    assert schema_findings(operation.params) == ()


@pytest.mark.parametrize("file", _FILES.models)
def test_a_model_of_the_catalogue_fits_its_schema(file: str) -> None:
    document = document_of(_FILES.models[file], file=file, kind="model")

    assert findings(inlined("model"), document.value) == ()
    assert file == f"{card_from(document.value).name}.yaml"


@pytest.mark.parametrize("file", _FILES.models)
def test_every_fact_of_a_model_names_a_source(file: str) -> None:
    value: Any = document_of(_FILES.models[file], file=file, kind="model").value

    named = set(_sources({key: part for key, part in value.items() if key != "sources"}))

    assert named <= value["sources"].keys()


def _sources(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "source":
                yield part
            else:
                yield from _sources(part)
    elif isinstance(value, list):
        for part in value:
            yield from _sources(part)


def test_an_operation_says_what_its_result_is_measured_by() -> None:
    operations = catalogue().operations

    assert operations["outpaint"].checks == Checks(
        measures=("shift", "zoom", "kept"), changes="beyond"
    )
    assert operations["detect"].checks.counts == "outlines"
    assert operations["crop"].checks == Checks()


@pytest.mark.parametrize("operation", catalogue().operations.values(), ids=lambda one: one.name)
def test_what_an_operation_says_of_a_model_is_on_the_models_card(operation: Operation) -> None:
    properties: Any = operation.params.get("properties", {})
    arguments = set(properties)

    for model, uses in operation.models.items():
        card = catalogue().models[model]
        functions = card.parameters.get("function", {}).get("values", [])
        assert isinstance(functions, list)
        for use in uses:
            assert use.function is None or use.function in functions
            assert use.parameters.keys() <= card.parameters.keys()
            named = {argument.name for argument in use.parameters.values()} - {None}
            assert named | set(use.when) | set(use.given) <= arguments
            masked = use.function == "description_edit_with_mask"
            assert (operation.roles[1:] == (MASK,)) is masked


def test_a_use_of_a_model_may_stand_alone_or_in_a_list() -> None:
    alone: Any = {"function": "doodle", "parameters": {"is_sketch": {"value": True}}}
    value: Any = {"models": {"a": alone, "b": [alone, {"when": {"what": ["x"]}, "given": ["y"]}]}}

    made = operation_from(value)

    assert made.models["a"] == made.models["b"][:1]
    assert made.models["a"][0].parameters["is_sketch"].value is True
    assert (made.models["b"][1].when, made.models["b"][1].given) == ({"what": ("x",)}, ("y",))


def test_what_no_page_says_is_marked_on_a_card() -> None:
    cards = catalogue().models

    assert cards["wan2.5-i2i-preview"].assumed == ()
    assert set(cards["wan2.7-image"].assumed) == {"rate_limits", "latency", "tiers"}
    assert cards["wan2.7-image-pro"].price_in("beijing") is not None
    assert cards["wan2.7-image-pro"].price_in("virginia") is None


def test_the_default_model_has_the_documented_limits() -> None:
    card = catalogue().models[catalogue().default_model]

    assert (card.images.count_min, card.images.count_max) == (1, 3)
    assert (card.images.side_min_px, card.images.side_max_px) == (384, 5000)
    assert card.images.ratio_min is None
    assert card.size is not None
    assert (card.size.area_min_px, card.size.area_max_px) == (768 * 768, 1280 * 1280)
    assert card.parameters["n"]["server_default"] == 4
    assert card.parameters["prompt_extend"]["server_default"] is True
    assert (card.prompt_max_chars, card.negative_prompt_max_chars) == (2000, 500)
    assert [(price.region, price.currency, price.amount_micro) for price in card.prices] == [
        ("beijing", "CNY", 200_000),
        ("singapore", "CNY", 220_177),
    ]
    assert (card.submissions_per_s, card.running_at_once) == (5.0, 5)


def test_a_card_may_leave_out_what_a_model_does_not_have() -> None:
    value: Any = document_of(
        _FILES.models["wan2.5-i2i-preview.yaml"], file="m.yaml", kind="model"
    ).value
    less = {key: part for key, part in value.items() if key not in ("size", "negative_prompt")}
    less["images"] = {**value["images"], "ratio": {"min": 0.125, "max": 8}}

    card = card_from(less)

    assert (card.size, card.negative_prompt_max_chars) == (None, None)
    assert (card.images.ratio_min, card.images.ratio_max) == (0.125, 8)


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()


def test_importing_the_room_does_not_load_what_only_validation_needs() -> None:
    code = (
        "import sys, wanflow.loading; wanflow.loading.catalogue(); "
        "print('jsonschema' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_the_schema_names_the_default_model() -> None:
    properties = inlined("recipe")["properties"]

    named = {
        properties["defaults"]["properties"]["model"]["default"],
        properties["steps"]["items"]["properties"]["model"]["default"],
    }

    assert named == {catalogue().default_model}
