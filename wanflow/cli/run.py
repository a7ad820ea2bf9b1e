"""`wanflow run`: check, plan, run, report."""

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import anyio
import click

from wanflow.cli.agree import agreed as agreed_to
from wanflow.cli.campaign import Wish, run_campaign
from wanflow.cli.campaign_rows import chosen_rows
from wanflow.cli.campaigns import campaign_at
from wanflow.cli.compose import Ask, Draft, draft, open_workspace, planned, sound
from wanflow.cli.engines import engine
from wanflow.cli.frozen import hold_frozen
from wanflow.cli.options import (
    JSON,
    NO_COLOR,
    QUIET,
    RECIPE,
    WORDS,
    Buying,
    ask_for,
    asking,
    buying,
    choosing_rows,
    held,
    no_rows,
    selecting,
)
from wanflow.cli.perform import Manner, Performed, perform
from wanflow.cli.say import colored, say, say_error, say_json, say_problems, shown_path, tell
from wanflow.cli.service import NAME, Account, account
from wanflow.cli.settings import Settings
from wanflow.errors import Exit, UsageError
from wanflow.report.json_text import report_json
from wanflow.report.progress import progress_for
from wanflow.report.summary import summary_text
from wanflow.store.workspace import Workspace, find_workspace


@click.command("run")
@RECIPE
@WORDS
@asking
@selecting
@buying
@choosing_rows
@click.option("--fail-fast", is_flag=True, help="Of a campaign, begin no row after a failed one.")
@click.option("--max-failures", type=click.IntRange(0), metavar="N",
              help="Of a campaign, begin no row after more than N failed ones.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Where runs go; default runs."
)
@click.option("--new", "fresh", is_flag=True, help="A run of its own, also when one is unfinished.")
@click.option(
    "--frozen", is_flag=True, help="Only what the lock beside the recipe says, or refuse."
)
@JSON
@QUIET
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
    buys: Buying,
    rows: str | None,
    keys: tuple[str, ...],
    fail_fast: bool,
    max_failures: int | None,
    out: Path | None,
    fresh: bool,
    frozen: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Check, plan and run a recipe, then write the report.

    The same command again goes on with what is unfinished, or reuses everything at price 0. FILE
    may be a campaign: then every row is run, several at a time, and one report tells of all.
    """
    chosen = held(provider, region)
    ask = ask_for(
        file, words, inputs_file, chosen=chosen, allowed=allowed,
        only=only, first=first, until=until, takes=takes,
    )  # fmt: skip
    ask = replace(ask, top_up=buys.top_up)
    root = workspace or chosen.workspace or find_workspace(Path.cwd())
    wish = Wish(
        choice=chosen_rows(rows, keys),
        out=out or chosen.out,
        command=_command(),
        labels=chosen.labels,
        agreed=buys.agreed,
        fresh=fresh,
        max_failures=0 if fail_fast else max_failures,
        as_json=as_json,
        quiet=quiet,
    )
    if campaign_at(file):
        _refuse_frozen(frozen=frozen)
        who = _who(chosen, buys)
        with open_workspace(root) as opened:
            return run_campaign(ask, wish, opened, who)
    no_rows(rows, keys)
    return _run_recipe(ask, wish, root, chosen, buys, frozen=frozen)


def _run_recipe(
    ask: Ask, wish: Wish, root: Path, chosen: Settings, buys: Buying, *, frozen: bool
) -> int:
    made = sound(draft(ask))
    who = _who(chosen, buys)  # said before anything is made
    if made.problems and not wish.quiet:
        say_problems(made.problems, sources=made.sources)
    with open_workspace(root) as opened:
        return _run_made(made, wish, opened, who, frozen=frozen)


def _run_made(
    made: Draft, wish: Wish, opened: Workspace, who: Account | None, *, frozen: bool
) -> int:
    plan = planned(made, opened)
    if frozen:
        hold_frozen(made, plan)
    if who is not None and not agreed_to(plan, who, yes=wish.agreed):
        tell("nothing was sent")
        return Exit.UNFINISHED
    with progress_for(plan, sys.stderr, quiet=wish.quiet or wish.as_json) as progress:
        manner = Manner(out=wish.out, command=wish.command, fresh=wish.fresh, labels=wish.labels)
        done = anyio.run(
            lambda: perform(made, plan, opened, manner=manner, watch=progress.tell, account=who)
        )
    _tell_of(done, as_json=wish.as_json, quiet=wish.quiet)
    return done.exit_code


def _refuse_frozen(*, frozen: bool) -> None:
    if frozen:
        raise UsageError(
            "--frozen holds a recipe to its lock, and a campaign has none",
            hint="see what a campaign would buy with: wanflow plan FILE --check",
        )


def _tell_of(done: Performed, *, as_json: bool, quiet: bool) -> None:
    report = shown_path(done.directory / "report.html")
    for remark in done.remarks:
        tell(f"note: {remark}")
    if as_json:
        say_json(json.loads(report_json(done.record)))
    elif quiet:
        say(report)
    else:
        say(summary_text(done.record, report, color=colored(sys.stdout)))
    if done.trouble is not None:
        say_error(done.trouble)


def _who(chosen: Settings, buys: Buying) -> Account | None:
    """Find who pays; None where nobody does."""
    if chosen.provider == NAME:
        # The program has taken the key out of the process's own environment.
        environment = click.get_current_context().obj
        return account(chosen.region, buys.terms(chosen), environment)
    engine(chosen.provider)
    return None


def _command() -> str:
    """Give the command that runs the same again, as it can be typed."""
    return shlex.join(["wanflow", *(word for word in sys.argv[1:] if word != "--new")])
