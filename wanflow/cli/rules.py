"""What expansion asks of other rooms: arguments, lengths and sizes, joined for one provider."""

from collections.abc import Mapping
from functools import partial

from wanflow.expand.steps import Edit, OwnWords, Rules
from wanflow.loading import argument_problems, coerced, length_problems, with_defaults
from wanflow.model.card import ModelCard
from wanflow.model.operation import Operation
from wanflow.model.plan import UrlImage
from wanflow.model.recipe import Ratio
from wanflow.model.values import JsonValue, Size
from wanflow.planning.functions import worded_for
from wanflow.planning.legal_sizes import default_model_size, is_legal_ratio, size_for_ratio
from wanflow.planning.results import Shape, model_result, natural_size, wished_size

LOCAL = "local"


def rules_for(provider: str) -> Rules:
    """Answer what expansion asks, for a provider of that name."""
    return Rules(
        arguments=_arguments,
        lengths=length_problems,
        ratio_size=_ratio_size,
        own_size=partial(_own_size, provider=provider),
        predict=partial(_predict, provider=provider),
        worded=partial(_worded, provider=provider),
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
    if edit.card is None:
        return None
    if provider == LOCAL:
        # The engine knows pixels only; a model's name for a size is what the model makes of it.
        last, limits = (_sizes(edit) or [None])[-1], edit.card.size
        if edit.tier is None or last is None or limits is None:
            return None
        return default_model_size(last, limits, tier=edit.tier)
    return None if edit.tier else wished_size(_shape(edit), edit.card)


def _predict(edit: Edit, asked: Size | None, *, provider: str) -> Size | None:
    if edit.operation.kind == "builtin" or provider == LOCAL or edit.card is None:
        return natural_size(_shape(edit), asked=asked)
    return model_result(_shape(edit), edit.card, asked=asked, tier=edit.tier)


def _worded(edit: Edit, *, provider: str) -> OwnWords:
    if edit.card is None or provider == LOCAL:
        return {}, ()
    first = next(iter(_sizes(edit)), None)
    worded = worded_for(edit.operation, edit.card, edit.arguments, size=first)
    said = tuple((no.argument, no.code, no.message, no.hint) for no in worded.refusals)
    return worded.parameters, said


def _shape(edit: Edit) -> Shape:
    return Shape(operation=edit.operation, sizes=_sizes(edit), arguments=edit.arguments)


def _sizes(edit: Edit) -> list[Size | None]:
    return [None if isinstance(image, UrlImage) else image.size for image in edit.images]
