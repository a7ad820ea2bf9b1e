"""The catalogue as one value: what can be done, and who can do it."""

from collections.abc import Mapping
from dataclasses import dataclass

from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Operations and model cards by name, in the order in which they are listed."""

    operations: Mapping[str, Operation]
    models: Mapping[str, ModelCard]
    default_model: str
