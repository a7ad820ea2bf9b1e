"""`wanflow models`: list the models with their limits and prices, or show one."""

import sys
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

import click

from wanflow.cli.options import JSON, NO_COLOR
from wanflow.cli.say import colored, say, say_json
from wanflow.errors import UsageError
from wanflow.loading import catalogue
from wanflow.report.cards_text import card_text, cards_text


@click.command("models")
@click.argument("name", required=False, metavar="[MODEL]")
@JSON
@NO_COLOR
def command(*, name: str | None, as_json: bool) -> None:
    """List the models that a step can name; with a name, show its limits, prices and sources."""
    known = catalogue()
    cards = known.models
    if name is not None and name not in cards:
        near = [card for card in cards if card.startswith(name)]
        near = near or get_close_matches(name, cards, n=1, cutoff=0.4)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(cards)}"
        raise UsageError(f"there is no model '{name}'", hint=hint)
    chosen = list(cards.values()) if name is None else [cards[name]]
    color = colored(sys.stdout)
    if as_json:
        shown: list[Any] = [asdict(card) for card in chosen]
        say_json({"wanflow_models": 1, "default": known.default_model, "models": shown})
    elif name is None:
        say(cards_text(chosen, default=known.default_model, color=color))
    else:
        say(card_text(cards[name], default=name == known.default_model, color=color))
