"""A step held against a model's card: what would be sent, and what could not be had."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from wanflow.model.card import ModelCard, SizeLimits
from wanflow.model.concrete import ConcreteStep
from wanflow.model.operation import MASK
from wanflow.model.recipe import Ratio, SizeWish, Tier
from wanflow.model.values import JsonValue, Size
from wanflow.planning.functions import worded_for
from wanflow.planning.legal_sizes import is_legal, is_legal_ratio, nearest_legal, size_for_ratio
from wanflow.planning.results import Shape, model_result, wished_size

# `stops`: a check refuses it. `loses`: it runs, and something wished for is not there. `differs`:
# it runs, and comes out otherwise.
Kind = Literal["stops", "loses", "differs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a model brings about, in words about it; `code` is stable."""

    kind: Kind
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is sent to a model for a step, what comes of it, and what does not."""

    parameters: Mapping[str, JsonValue]
    result_size: Size | None
    changes: tuple[Change, ...]


def asked_of(step: ConcreteStep, card: ModelCard, shape: Shape) -> Asked:
    """Put a step to a model, whichever model the recipe names for it.

    Args:
        step: after expansion.
        card: of the model.
        shape: of the step, its pictures brought within the model's limits.
    """
    size, changes = _size_asked(step.step.size, card, shape)
    tier = step.step.size.name if isinstance(step.step.size, Tier) else None
    first = next(iter(shape.sizes), None)
    worded = worded_for(step.operation, card, step.arguments, size=first)
    usual, lost = _usual(step, card, str(size) if size else tier)
    refused = [
        Change(kind="stops", code=no.code, message=no.message.removeprefix(f"'{card.name}' "))
        for no in worded.refusals
    ]
    return Asked(
        parameters={**usual, **worded.parameters},
        result_size=model_result(shape, card, asked=size, tier=tier),
        changes=(*changes, *lost, *refused, *_beyond(step, card)),
    )


def _size_asked(
    wish: SizeWish | None, card: ModelCard, shape: Shape
) -> tuple[Size | None, list[Change]]:
    """Say which size in pixels is asked for, or why the wish cannot be."""
    if wish is None:
        lost = card.result == "service" and shape.operation.size_rule != "same"
        message = f"cannot be asked for the shape that '{shape.operation.name}' makes"
        changes = [Change(kind="loses", code="shape-not-asked", message=message)] if lost else []
        return wished_size(shape, card), changes
    if card.size is None:
        message = f"has no parameter 'size'; the step wants {wish}"
        return None, [Change(kind="stops", code="unknown-parameter", message=message)]
    no = _not_taken(wish, card.size)
    if no is not None:
        return None, [no]
    if isinstance(wish, Ratio):
        return size_for_ratio(wish, card.size), []
    return (None if isinstance(wish, Tier) else wish), []


def _not_taken(wish: SizeWish, limits: SizeLimits) -> Change | None:
    if isinstance(wish, Tier):
        taken = wish.name in limits.tiers and wish.name not in limits.tiers_without_pictures
        code, message = "unknown-size", f"takes no size '{wish}' for an edit"
    elif isinstance(wish, Ratio):
        taken = is_legal_ratio(wish, limits)
        code, message = "size-ratio", f"does not take the ratio {wish}"
    else:
        taken, near = is_legal(wish, limits), nearest_legal(wish, limits)
        code, message = "size-area", f"does not take {wish}; the nearest that it takes is {near}"
    return None if taken else Change(kind="stops", code=code, message=message)


def _usual(
    step: ConcreteStep, card: ModelCard, size: str | None
) -> tuple[dict[str, JsonValue], list[Change]]:
    """List the parameters that every operation may have, and those that the model lacks."""
    wanted: dict[str, JsonValue] = {
        "n": step.step.n or 1,
        "prompt_extend": bool(step.step.prompt_extend),
        "size": size,
        "seed": step.step.seed,
        "watermark": step.step.watermark,
        "negative_prompt": step.parameters.get("negative_prompt"),
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    lost = [
        Change(kind="stops", code="unknown-parameter", message=f"has no parameter '{name}'")
        for name, value in given.items()
        if name not in card.parameters and value is not False and name != "size"
    ]
    return {name: value for name, value in given.items() if name in card.parameters}, lost


def _beyond(step: ConcreteStep, card: ModelCard) -> Iterator[Change]:
    """Hold numbers, pictures and words against the card."""
    for name, value in (("n", step.step.n or 1), ("seed", step.step.seed)):
        most = card.parameters.get(name, {}).get("maximum")
        if value is not None and isinstance(most, int | float) and value > most:
            message = f"takes `{name}` up to {most}; the step has {value}"
            yield Change(kind="stops", code="out-of-range", message=message)
    pictures, most_pictures = len(step.images), card.images_max(step.operation.roles)
    if pictures > most_pictures:
        message = f"takes {most_pictures} picture{'s' * (most_pictures != 1)}; these are {pictures}"
        yield Change(kind="stops", code="too-many-images", message=message)
    if MASK in step.operation.roles and card.mask is None:
        message = "has no masks: it gets the mask as one more picture"
        yield Change(kind="loses", code="mask-as-picture", message=message)
    negative = step.parameters.get("negative_prompt")
    for name, text, most_chars in (
        ("prompt", step.prompt, card.prompt_max_chars),
        ("negative_prompt", str(negative or ""), card.negative_prompt_max_chars),
    ):
        if most_chars is not None and len(text) > most_chars:
            message = (
                f"reads {most_chars:,} characters of the {name.replace('_', ' ')}; "
                f"it has {len(text):,}"
            )
            yield Change(kind="loses", code=f"{name.replace('_', '-')}-too-long", message=message)
