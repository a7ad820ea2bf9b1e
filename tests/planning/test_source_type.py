"""What kind of picture a step makes, in the words of the IPTC."""

from dataclasses import replace

import pytest

from tests.strategies import operation
from wanflow.loading import catalogue
from wanflow.model.provenance import SourceTypes
from wanflow.planning.source_type import source_type

TRAINED = "trainedAlgorithmicMedia"
MIXED = "compositeWithTrainedAlgorithmicMedia"
ENHANCED = "algorithmicallyEnhanced"
JOINED = "composite"


@pytest.mark.parametrize(
    ("name", "model", "local"),
    [
        ("fuse", MIXED, JOINED),
        ("compose", MIXED, JOINED),
        ("restage", TRAINED, JOINED),
        ("storyboard", TRAINED, JOINED),
        ("sketch_to_image", TRAINED, ENHANCED),
        ("relight", MIXED, ENHANCED),
        ("upscale", MIXED, ENHANCED),
        ("add_text", MIXED, ENHANCED),
        ("edit", MIXED, ENHANCED),
    ],
)
def test_the_catalogue_says_what_an_operation_makes(name: str, model: str, local: str) -> None:
    known = catalogue().operations[name]

    assert source_type(known, "dashscope", [None]) == model
    assert source_type(known, "local", [None]) == local


@pytest.mark.parametrize(
    ("parents", "kind"),
    [
        ([], None),
        ([None], None),
        ([None, None], None),
        ([TRAINED], TRAINED),
        (["digitalCapture"], "digitalCapture"),
        ([MIXED, MIXED], MIXED),
        ([TRAINED, MIXED], MIXED),
        ([TRAINED, None], MIXED),
        ([TRAINED, "digitalCapture"], MIXED),
        (["digitalCapture", None], JOINED),
        (["digitalCapture", ENHANCED], JOINED),
        ([ENHANCED, ENHANCED], ENHANCED),
    ],
)
def test_exact_pixel_work_hands_on_the_kind_of_what_went_in(
    parents: list[str | None], kind: str | None
) -> None:
    grid = operation("grid", kind="builtin")

    assert source_type(grid, "builtin", parents) == kind
    assert source_type(grid, "local", list(reversed(parents))) == kind


@pytest.mark.parametrize(
    ("parents", "kind"),
    [([None], ENHANCED), ([TRAINED], MIXED), ([None, MIXED], MIXED), ([JOINED], JOINED)],
)
def test_what_a_model_drew_stays_so_whatever_this_machine_does(
    parents: list[str | None], kind: str
) -> None:
    assert source_type(operation("relight"), "local", parents) == kind


def test_an_operation_of_ones_own_says_it_too() -> None:
    own = replace(
        operation("frame"), source=SourceTypes(model="trainedAlgorithmicMedia", local="composite")
    )

    assert source_type(own, "mine", [MIXED]) == TRAINED
    assert source_type(own, "local", []) == JOINED
