"""`wanflow plan`: what would run or be reused, why, and what it costs."""

import sys
from pathlib import Path

import click

from wanflow.cli.compose import draft, open_workspace, planned, sound
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
from wanflow.errors import Exit
from wanflow.report.plan_text import plan_json, plan_text
from wanflow.store.workspace import find_workspace


@click.command("plan")
@RECIPE
@WORDS
@asking
@selecting
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
    check: bool,
    as_json: bool,
) -> int:
    """Show every rendered prompt, what would run or be reused and why, and what it costs.

    Nothing is sent and nothing is written.
    """
    chosen = held(provider, region)
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
    if as_json:
        say_json(plan_json(plan))
    else:
        say(plan_text(plan, color=colored(sys.stdout)))
    runs = any(entry.decision.action == "run" for entry in plan.jobs)
    return Exit.DIFFERENT if check and runs else Exit.DONE
