"""What size a result of a model will have, and which size an operation asks it for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation
from wanflow.model.recipe import Ratio
from wanflow.model.values import JsonValue, Size
from wanflow.planning.geometry import result_size
from wanflow.planning.legal_sizes import default_model_size, size_for_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What sizes follow from: `sizes` are those of the pictures in order, None where not known."""

    operation: Operation
    sizes: Sequence[Size | None]
    arguments: Mapping[str, JsonValue]


def natural_size(shape: Shape, *, asked: Size | None = None) -> Size | None:
    """Say what an operation makes of its pictures where it is done exactly; None if not known."""
    known = [size for size in shape.sizes if size is not None]
    if not known or len(known) != len(shape.sizes):
        return None
    rule, of = shape.operation.size_rule, shape.operation.size_of
    return result_size(rule, known, shape.arguments, asked=asked, of=of)


def wished_size(shape: Shape, card: ModelCard) -> Size | None:
    """Say which size an operation asks a model for when the step asks for none.

    A model that is told no size keeps the old shape: an extension would be lost on it.
    """
    if card.size is None or shape.operation.size_rule == "same":
        return None
    natural = natural_size(shape)
    if natural is None:
        return None
    return size_for_ratio(Ratio(width=natural.width_px, height=natural.height_px), card.size)


def model_result(
    shape: Shape, card: ModelCard, *, asked: Size | None, tier: str | None = None
) -> Size | None:
    """Predict the size of a model's result.

    Args:
        shape: what is done to which pictures.
        card: of the model.
        asked: the size in pixels that is sent.
        tier: the model's own name for a size that is sent.

    Returns:
        The size; None where only the service knows.
    """
    if card.result == "operation":
        return natural_size(shape)
    if asked is not None or card.result == "service":
        return asked
    last = shape.sizes[-1] if shape.sizes else None
    return default_model_size(last, card.size, tier=tier) if last and card.size else None
