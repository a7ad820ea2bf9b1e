"""`wanflow plan`: what would run or be reused, why, and what it costs."""

import sys
from difflib import get_close_matches
from pathlib import Path

import click

from wanflow.cli.campaign_plan import plan_campaign
from wanflow.cli.campaign_rows import Choice, chosen_rows
from wanflow.cli.campaigns import campaign_at
from wanflow.cli.compose import Ask, Draft, draft, open_workspace, planned, sound
from wanflow.cli.options import (
    JSON,
    NO_COLOR,
    RECIPE,
    WORDS,
    ask_for,
    asking,
    choosing_rows,
    held,
    no_rows,
    selecting,
)
from wanflow.cli.say import colored, say, say_json, say_problems
from wanflow.cli.service import DEFAULT_REGION
from wanflow.errors import Exit, UsageError
from wanflow.loading import catalogue
from wanflow.model.campaign import CampaignTotals
from wanflow.model.card import ModelCard
from wanflow.model.plan import Plan
from wanflow.planning.moves import Moves, moves_to
from wanflow.report.moves_text import moves_json, moves_text
from wanflow.report.plan_text import plan_json, plan_text
from wanflow.store.workspace import find_workspace


@click.command("plan")
@RECIPE
@WORDS
@asking
@selecting
@choosing_rows
@click.option(
    "--model", metavar="NAME", help="Show instead what would change if this model did every step."
)
@click.option(
    "--graph",
    type=click.Choice(["mermaid", "svg", "dot"]),
    help="Print the plan as a drawing: for Markdown, as a picture, or for Graphviz.",
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
    rows: str | None,
    keys: tuple[str, ...],
    model: str | None,
    graph: str | None,
    check: bool,
    as_json: bool,
) -> int:
    """Show every rendered prompt, what would run or be reused and why, and what it costs.

    Nothing is sent and nothing is written. With --model it says what another model would change:
    what it refuses, loses or sends otherwise, sizes, price, time and where it is served.

    FILE may be a campaign: then every row is planned, and the sums and the first rows are shown.
    """
    # Models are compared with whoever serves them: this machine alone knows none.
    served = None if model is None else _card(model).providers[0]
    chosen = held(provider or served, region)
    ask = ask_for(
        file, words, inputs_file, chosen=chosen, allowed=allowed,
        only=only, first=first, until=until, takes=takes,
    )  # fmt: skip
    _refuse_two_forms(graph, model, as_json=as_json)
    if campaign_at(file):
        _refuse_for_rows(model, graph)
        root = workspace or chosen.workspace or find_workspace(Path.cwd())
        totals = _campaign(root, ask, chosen_rows(rows, keys), as_json=as_json)
        return Exit.DIFFERENT if check and totals.run else Exit.DONE
    no_rows(rows, keys)
    made = sound(draft(ask))
    if made.problems:
        say_problems(made.problems, sources=made.sources)
    plan = _planned(workspace or chosen.workspace or find_workspace(Path.cwd()), made)
    moves = None if model is None else _moves(made, model, chosen.region or DEFAULT_REGION)
    _show(plan, moves, graph=graph, as_json=as_json)
    runs = any(entry.decision.action == "run" for entry in plan.jobs)
    return Exit.DIFFERENT if check and runs else Exit.DONE


def _planned(root: Path, made: Draft) -> Plan:
    if not root.is_dir():
        return planned(made, None)
    with open_workspace(root) as opened:
        return planned(made, opened)


def _show(plan: Plan, moves: Moves | None, *, graph: str | None, as_json: bool) -> None:
    if graph is not None:
        say(_drawn(plan, graph).rstrip("\n"))
    elif as_json:
        extra = {} if moves is None else {"comparison": moves_json(moves)}
        say_json({**plan_json(plan), **extra})
    elif moves is not None:
        say(moves_text(moves, color=colored(sys.stdout)))
    else:
        say(plan_text(plan, color=colored(sys.stdout)))


def _drawn(plan: Plan, form: str) -> str:
    from wanflow.report.graph import plan_graph
    from wanflow.report.graph_dot import graph_dot
    from wanflow.report.graph_mermaid import graph_mermaid
    from wanflow.report.graph_svg import graph_svg

    write = {"dot": graph_dot, "mermaid": graph_mermaid, "svg": graph_svg}[form]
    return write(plan_graph(plan))


def _refuse_two_forms(graph: str | None, model: str | None, *, as_json: bool) -> None:
    if graph is None:
        return
    for option, given in (("--json", as_json), ("--model", model is not None)):
        if given:
            raise UsageError(
                f"--graph and {option} are two forms of the plan", hint="leave one of them out"
            )


def _refuse_for_rows(model: str | None, graph: str | None) -> None:
    if model is not None:
        raise UsageError(
            "models are compared for recipes",
            hint="name the campaign's recipe, or leave --model out",
        )
    if graph is not None:
        raise UsageError(
            "the plan of a recipe is drawn, not that of a campaign",
            hint="name the campaign's recipe, or leave --graph out",
        )


def _campaign(root: Path, ask: Ask, choice: Choice, *, as_json: bool) -> CampaignTotals:
    if not root.is_dir():
        return plan_campaign(ask, choice, None, as_json=as_json)
    with open_workspace(root) as opened:
        return plan_campaign(ask, choice, opened, as_json=as_json)


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
