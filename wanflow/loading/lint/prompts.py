"""Lengths of prompts: what is beyond the limit, the service cuts off in silence."""

from collections.abc import Iterator
from dataclasses import replace

from wanflow.errors import Problem
from wanflow.loading.arguments import is_template
from wanflow.loading.view import RecipeView, words
from wanflow.model.card import ModelCard


def prompt_problems(view: RecipeView) -> Iterator[Problem]:
    """Find constant prompts that the service would cut, each place once."""
    told: set[str] = set()
    for step in view.steps:
        card = view.card(step)
        if card is None:
            continue
        prompt, negative = words(step.get("prompt")), words(step.get("negative_prompt"))
        for key, text, most in _limits(prompt, negative, card):
            place = step.place(key)
            if len(text) <= most or is_template(text) or place in told:
                continue
            told.add(place)
            span = view.document.span_within(place, most)
            yield replace(_too_long(key, text, most=most), span=span)


def length_problems(
    prompt: str, negative_prompt: str | None, card: ModelCard
) -> tuple[Problem, ...]:
    """Warn of rendered prompts that are longer than the model reads.

    Args:
        prompt: after rendering; a Han character counts as one character, as a letter does.
        negative_prompt: after rendering, or None.
        card: the model's, which holds the limits.

    Returns:
        At most two warnings, without a place: the caller knows the step.
    """
    return tuple(
        _too_long(key, text, most=most)
        for key, text, most in _limits(prompt, negative_prompt, card)
        if len(text) > most
    )


def _limits(
    prompt: str | None, negative: str | None, card: ModelCard
) -> Iterator[tuple[str, str, int]]:
    if prompt is not None:
        yield "prompt", prompt, card.prompt_max_chars
    if negative is not None and card.negative_prompt_max_chars is not None:
        yield "negative_prompt", negative, card.negative_prompt_max_chars


def _too_long(key: str, text: str, *, most: int) -> Problem:
    return Problem(
        code=f"{key.replace('_', '-')}-too-long",
        message=(
            f"the {key.replace('_', ' ')} has {len(text):,} characters; the service reads "
            f"{most:,} and drops the rest without a word"
        ),
        hint=f"shorten it by {len(text) - most:,} characters",
        severity="warning",
    )
