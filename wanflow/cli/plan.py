"""`wanflow plan`: what would run or be reused, why, and what it costs."""

import sys
from difflib import get_close_matches
from pathlib import Path

import click

from wanflow.cli.compose import Draft, draft, open_workspace, planned, sound
from wanflow.cli.options import (
    JSON,
    NO_COLOR,
    RECIPE,
    WORDS,
    ask_for,
    asking,
    held,
    selecting,
)
from wanflow.cli.say import colored, say, say_json, say_problems
from wanflow.cli.service import DEFAULT_REGION
from wanflow.errors import Exit, UsageError
from wanflow.loading import catalogue
from wanflow.model.card import ModelCard
from wanflow.planning.moves import Moves, moves_to
from wanflow.report.moves_text import moves_json, moves_text
from wanflow.report.plan_text import plan_json, plan_text
from wanflow.store.workspace import find_workspace


@click.command("plan")
@RECIPE
@WORDS
@asking
@selecting
@click.option(
    "--model", metavar="NAME", help="Show instead what would change if this model did every step."
)
@click.option("--check", is_flag=True, help="Exit with 10 when anything would run.")
@JSON
@NO_COLOR
def command(  # noqa: PLR0913 # click gives every option as an argument
    *,
    file: Path,
    words: tuple[str, ...],
    inputs_file: Path | None,
    provider: str | None,
    region: str | None,
    allowed: tuple[Path, ...],
    only: tuple[str, ...],
    first: str | None,
    until: str | None,
    takes: tuple[str, ...],
    workspace: Path | None,
    model: str | None,
    check: bool,
    as_json: bool,
) -> int:
    """Show every rendered prompt, what would run or be reused and why, and what it costs.

    Nothing is sent and nothing is written. With --model it says what another model would change:
    what it refuses, loses or sends otherwise, sizes, price, time and where it is served.
    """
    # Models are compared with whoever serves them: this machine alone knows none.
    served = None if model is None else _card(model).providers[0]
    chosen = held(provider or served, region)
    ask = ask_for(
        file, words, inputs_file, chosen=chosen, allowed=allowed,
        only=only, first=first, until=until, takes=takes,
    )  # fmt: skip
    made = sound(draft(ask))
    if made.problems:
        say_problems(made.problems, sources=made.sources)
    root = workspace or chosen.workspace or find_workspace(Path.cwd())
    if root.is_dir():
        with open_workspace(root) as opened:
            plan = planned(made, opened)
    else:
        plan = planned(made, None)
    moves = None if model is None else _moves(made, model, chosen.region or DEFAULT_REGION)
    if as_json:
        extra = {} if moves is None else {"comparison": moves_json(moves)}
        say_json({**plan_json(plan), **extra})
    elif moves is not None:
        say(moves_text(moves, color=colored(sys.stdout)))
    else:
        say(plan_text(plan, color=colored(sys.stdout)))
    runs = any(entry.decision.action == "run" for entry in plan.jobs)
    return Exit.DIFFERENT if check and runs else Exit.DONE


def _card(model: str) -> ModelCard:
    """Find a model's card.

    Raises:
        UsageError: there is no such model.
    """
    cards = catalogue().models
    if model not in cards:
        near = [name for name in cards if name.startswith(model)]
        near = near or get_close_matches(model, cards, n=1, cutoff=0.4)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(cards)}"
        raise UsageError(f"there is no model '{model}'", hint=hint)
    return cards[model]


def _moves(made: Draft, model: str, region: str) -> Moves:
    steps = made.concrete.steps if made.concrete else ()
    return moves_to(model, steps, made.catalogue.models, region=region)
