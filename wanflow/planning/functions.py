"""An operation in the words of a model that has functions and parameters of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wanflow.model.card import ModelCard
from wanflow.model.operation import Argument, ModelUse, Operation
from wanflow.model.values import JsonValue, Size
from wanflow.planning.geometry import extension_fractions

# Six decimals: a millionth of a side is far below a pixel.
_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a model cannot do a step; `argument` is the one at fault, if it is one."""

    code: str
    message: str
    hint: str
    argument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What is sent to the model beyond the usual parameters, or why nothing can be."""

    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()


def needs_function(card: ModelCard) -> bool:
    """Say whether a model does only what one of its functions is for."""
    return "function" in card.parameters


def worded_for(
    operation: Operation,
    card: ModelCard,
    arguments: Mapping[str, JsonValue],
    *,
    size: Size | None,
) -> Worded:
    """Put an operation into a model's own words, as its file says under `models`.

    Args:
        operation: what is to be done.
        card: of the model that shall do it.
        arguments: of the operation, defaults filled in.
        size: of the picture that it is done to, None where that is not known beforehand.

    Returns:
        The parameters, all within the card's limits; none where the model takes the prompt alone.
    """
    uses = operation.models.get(card.name, ())
    use = next((use for use in uses if _fits(use, arguments)), None)
    if use is None:
        refused = bool(uses) or needs_function(card)
        return Worded(refusals=(_not_served(operation, card),) if refused else ())
    parameters: dict[str, JsonValue] = {"function": use.function} if use.function else {}
    refusals: list[Refusal] = []
    for name, argument in use.parameters.items():
        value = _value(argument, arguments, size)
        if isinstance(value, Refusal):
            refusals.append(value)
        elif value is not None:
            parameters[name] = value
            refusals += _beyond(name, value, argument, card)
    return Worded(parameters=parameters, refusals=tuple(refusals))


def _fits(use: ModelUse, arguments: Mapping[str, JsonValue]) -> bool:
    given = all(arguments.get(name) is not None for name in use.given)
    return given and all(arguments.get(name) in values for name, values in use.when.items())


def _value(
    argument: Argument, arguments: Mapping[str, JsonValue], size: Size | None
) -> "JsonValue | Refusal":
    if argument.extension is not None:
        fractions = extension_fractions(size, arguments)
        if fractions is None:
            return Refusal(
                code="size-not-known",
                message="how far `aspect` extends a picture is not known before it is made",
                hint="write `left`, `right`, `top` or `bottom` instead",
                argument="aspect",
            )
        return _number(fractions[argument.extension] + argument.plus)
    if argument.name is None:
        return argument.value
    found = arguments.get(argument.name)
    if argument.values:
        return argument.values.get(str(found))
    if argument.plus and isinstance(found, int | float) and not isinstance(found, bool):
        return _number(found + argument.plus)
    return found


def _beyond(name: str, value: JsonValue, argument: Argument, card: ModelCard) -> Iterator[Refusal]:
    """Hold a value against the card's limits."""
    limits = card.parameters.get(name, {})
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    least, most = limits.get("minimum"), limits.get("maximum")
    low = least if isinstance(least, int | float) else value
    high = most if isinstance(most, int | float) else value
    whole = limits.get("type") != "integer" or float(value).is_integer()
    if low <= value <= high and whole:
        return
    kind = "" if whole else "whole numbers from "
    yield Refusal(
        code="out-of-range",
        message=f"`{name}` would be {value:g}; '{card.name}' takes {kind}{low:g} to {high:g}",
        hint="ask for less, or make two steps of it",
        argument=argument.name,
    )


def _not_served(operation: Operation, card: ModelCard) -> Refusal:
    served = operation.models.get(card.name)
    words = "cannot do this with" if served else "has no function for"
    return Refusal(
        code="operation-not-served",
        message=f"'{card.name}' {words} '{operation.name}'",
        hint="leave out `model`, or name one that follows any prompt",
    )


def _number(value: float) -> int | float:
    rounded = round(value, _DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded
