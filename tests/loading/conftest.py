from dataclasses import replace
from pathlib import Path

import pytest

from wanflow.catalog import operation_from
from wanflow.loading import catalogue as built_in
from wanflow.loading import parse
from wanflow.model.catalogue import Catalogue

_OPERATIONS = Path(__file__).parent / "operations"


def small_catalogue() -> Catalogue:
    """The built-in models, `edit`, and a few small operations of these tests."""
    own = [
        operation_from(parse(file.read_bytes(), file=file.name).value)
        for file in sorted(_OPERATIONS.glob("*.yaml"))
    ]
    operations = {"edit": built_in().operations["edit"]} | {one.name: one for one in own}
    return replace(built_in(), operations=operations)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return small_catalogue()
