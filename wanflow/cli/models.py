"""`wanflow models`: list the models with their limits and prices, or show one."""

from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

import click

from wanflow.cli.options import JSON, NO_COLOR
from wanflow.cli.say import say, say_json
from wanflow.errors import UsageError
from wanflow.loading import catalogue
from wanflow.model.card import ModelCard


@click.command("models")
@click.argument("name", required=False, metavar="[MODEL]")
@JSON
@NO_COLOR
def command(*, name: str | None, as_json: bool) -> None:
    """List the models that a step can name; with a name, show its limits, prices and sources."""
    known = catalogue()
    cards = known.models
    if name is not None and name not in cards:
        near = get_close_matches(name, cards, n=1, cutoff=0.4)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(cards)}"
        raise UsageError(f"there is no model '{name}'", hint=hint)
    chosen = list(cards.values()) if name is None else [cards[name]]
    if as_json:
        shown: list[Any] = [asdict(card) for card in chosen]
        say_json({"wanflow_models": 1, "default": known.default_model, "models": shown})
    elif name is None:
        say("\n".join(_row(card, default=card.name == known.default_model) for card in chosen))
    else:
        say(_card(cards[name]))


def _row(card: ModelCard, *, default: bool) -> str:
    price = card.prices[0] if card.prices else None
    cost = (
        f"{price.amount_micro / 1e6:g} {price.currency} a picture ({price.region})" if price else ""
    )
    return f"{card.name}{' (default)' if default else ''}\n  {card.summary}\n  {cost}"


def _card(card: ModelCard) -> str:
    lines = [
        card.name,
        f"  {card.summary}",
        "",
        f"Served in: {', '.join(card.regions)}",
        _images(card),
    ]
    if card.size:
        size = card.size
        lines.append(
            f"Size: {size.area_min_px} to {size.area_max_px} pixels in all, "
            f"ratio {size.ratio_min:g} to {size.ratio_max:g}"
        )
    lines.append(f"Prompt: {card.prompt_max_chars} characters")
    lines += ["", "Parameters:"]
    for name, facts in card.parameters.items():
        words = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items())
        lines.append(f"  {name}: {words}")
    lines += ["", "Prices a picture:"]
    lines += [
        f"  {price.region}: {price.amount_micro / 1e6:g} {price.currency} ({price.date})"
        for price in card.prices
    ]
    lines += ["", "Sources:", *(f"  {source}" for source in card.sources)]
    return "\n".join(lines)


def _images(card: ModelCard) -> str:
    images = card.images
    kinds = ", ".join(kind.removeprefix("image/") for kind in images.media_types)
    return (
        f"Images: {images.count_min} to {images.count_max}, sides {images.side_min_px} to "
        f"{images.side_max_px} px, at most {images.max_bytes / 1_000_000:g} MB, "
        f"{kinds}{'' if images.alpha else ', no transparency'}"
    )
