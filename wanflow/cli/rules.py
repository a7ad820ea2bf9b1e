"""What expansion asks of other rooms: arguments, lengths and sizes, joined for one provider."""

from collections.abc import Mapping
from functools import partial

from wanflow.expand.steps import Edit, Rules
from wanflow.loading import argument_problems, coerced, length_problems, with_defaults
from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation
from wanflow.model.plan import UrlImage
from wanflow.model.recipe import Ratio
from wanflow.model.values import JsonValue, Size
from wanflow.planning.geometry import result_size
from wanflow.planning.legal_sizes import default_model_size, is_legal_ratio, size_for_ratio


def rules_for(provider: str) -> Rules:
    """Answer what expansion asks, for a provider of that name."""
    return Rules(
        arguments=_arguments,
        lengths=length_problems,
        ratio_size=_ratio_size,
        own_size=partial(_own_size, provider=provider),
        predict=partial(_predict, provider=provider),
    )


def _arguments(
    operation: Operation, given: Mapping[str, JsonValue]
) -> tuple[Mapping[str, JsonValue], tuple[tuple[str, str, str | None], ...]]:
    # Checked before the defaults come in: what goes together is said of what somebody wrote.
    written = coerced(operation, given)
    findings = argument_problems(operation, written)
    complete = with_defaults(operation, written)
    return (complete if isinstance(complete, Mapping) else {}), findings


def _ratio_size(ratio: Ratio, card: ModelCard) -> Size | None:
    if card.size is None or not is_legal_ratio(ratio, card.size):
        return None
    return size_for_ratio(ratio, card.size)


def _own_size(edit: Edit, *, provider: str) -> Size | None:
    """Ask a model for the shape that an operation gives a picture: it would keep the old one."""
    card, rule = edit.card, edit.operation.size_rule
    if provider == "local" or card is None or card.size is None or rule == "same":
        return None
    natural = _natural_size(edit, asked=None)
    if natural is None:
        return None
    return size_for_ratio(Ratio(width=natural.width_px, height=natural.height_px), card.size)


def _predict(edit: Edit, asked: Size | None, *, provider: str) -> Size | None:
    card = edit.card
    if edit.operation.kind == "builtin" or provider == "local" or card is None:
        return _natural_size(edit, asked=asked)
    if asked is not None:
        return asked
    last = _sizes(edit)[-1] if edit.images else None
    return default_model_size(last, card.size) if last and card.size else None


def _natural_size(edit: Edit, *, asked: Size | None) -> Size | None:
    sizes = [size for size in _sizes(edit) if size is not None]
    if not sizes or len(sizes) != len(edit.images):
        return None
    operation = edit.operation
    return result_size(
        operation.size_rule, sizes, edit.arguments, asked=asked, of=operation.size_of
    )


def _sizes(edit: Edit) -> list[Size | None]:
    return [None if isinstance(image, UrlImage) else image.size for image in edit.images]
