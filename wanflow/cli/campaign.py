"""`wanflow run` for a campaign: checked row by row, priced, carried out, told."""

import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import click

from wanflow.cli.campaign_draft import STDIN, CampaignDraft
from wanflow.cli.campaign_night import Night, Order
from wanflow.cli.campaign_order import order_of, totals_of
from wanflow.cli.campaign_perform import CampaignManner, CampaignPerformed, perform_campaign
from wanflow.cli.campaign_rows import Choice
from wanflow.cli.campaigns import campaign_draft, sound_campaign
from wanflow.cli.compose import Ask
from wanflow.cli.say import colored, say, say_error, say_json, say_problems, shown_path, tell
from wanflow.cli.service import Account
from wanflow.errors import Exit, UsageError
from wanflow.execute.ledger import Cap
from wanflow.model.campaign import Budget, CampaignRecord, CampaignTotals
from wanflow.model.provenance import Labels
from wanflow.report.amounts import counted, duration, money
from wanflow.report.campaign_progress import campaign_progress
from wanflow.report.campaign_summary import campaign_summary
from wanflow.report.wall.as_json import campaign_json
from wanflow.report.wall.as_markdown import campaign_markdown
from wanflow.report.wall.live import LivePage
from wanflow.report.wall.page import campaign_html
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command line wants of a run: where it goes, when it ends early, how it is told of.

    `choice` and `max_failures` are for campaigns.
    """

    choice: Choice
    out: Path
    command: str
    agreed: bool
    labels: Labels = field(default_factory=Labels)
    fresh: bool = False
    max_failures: int | None = None
    as_json: bool = False
    quiet: bool = False


def run_campaign(ask: Ask, wish: Wish, workspace: Workspace, who: Account | None) -> int:
    """Carry a campaign out; nothing is sent before every row has turned out to be sound.

    Args:
        ask: names the campaign's file, and by whom it is made.
        wish: the rest of the command line.
        workspace: where pictures and the journal are kept.
        who: pays, None where nobody does.

    Raises:
        RecipeError: the campaign, its recipe or a row is wrong.
        UsageError: a file is not there, or it costs something and nobody can be asked.
    """
    made = sound_campaign(campaign_draft(ask))
    totals, found = totals_of(made, wish.choice, workspace)
    if found.problems and not wish.quiet:
        say_problems(found.all(), sources=made.sources)
    if not totals.rows:
        raise UsageError("there are no rows to run", hint="see them with: wanflow plan")
    if who is not None:
        who = _within(who, made.sound.budget)
        if not _agreed(totals, who, yes=wish.agreed):
            tell("nothing was sent")
            return Exit.UNFINISHED
    order = order_of(made, wish.choice, workspace, totals)
    done = _performed(order, totals, workspace, wish, who=who, live=_is_live(made, totals))
    _tell_of(done, wish)
    return done.exit_code


def _within(who: Account, budget: Budget) -> Account:
    """Hold the account to the campaign's budget too; the smaller of two limits holds.

    Raises:
        UsageError: the budget is in another currency than the prices.
    """
    cap = who.terms.cap
    images = min((n for n in (cap.images, budget.images) if n is not None), default=None)
    costs = (cap.cost_micro, budget.cost_micro)
    cost_micro = min((n for n in costs if n is not None), default=None)
    return replace(who, terms=replace(who.terms, cap=Cap(images=images, cost_micro=cost_micro)))


def _agreed(totals: CampaignTotals, who: Account, *, yes: bool) -> bool:
    if not totals.images_to_buy or yes:
        return True
    cost = money(totals.cost_micro, totals.currency)
    parts = [
        f"{counted(totals.images_to_buy, 'picture')} for {cost} ({who.service.priced_in})",
        f"{counted(totals.rows, 'row')}, the longest about {duration(totals.seconds)}",
    ]
    cap = who.terms.cap
    if cap.images is not None and cap.images < totals.images_to_buy:
        parts.append(f"stopping at {counted(cap.images, 'picture')}")
    if cap.cost_micro is not None and cap.cost_micro < totals.cost_micro:
        parts.append(f"stopping at {money(cap.cost_micro, totals.currency)}")
    text = "; ".join(parts)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"this would buy {text}; nothing was sent",
            hint="add --yes to buy it, or look at it first with: wanflow plan",
        )
    tell(f"This buys {text}.")
    return click.confirm("Go on?", default=False, err=True)


def _is_live(made: CampaignDraft, totals: CampaignTotals) -> bool:
    """Say whether the page is written while rows run: not where rows cannot be read beside it."""
    return made.sound.rows.pattern != STDIN and totals.rows <= _MOST_LIVE_ROWS


_MOST_LIVE_ROWS = 2_000


def _performed(
    order: Order,
    totals: CampaignTotals,
    workspace: Workspace,
    wish: Wish,
    *,
    who: Account | None,
    live: bool,
) -> CampaignPerformed:
    pages: dict[Path, LivePage] = {}

    def refreshed(night: Night) -> object:
        directory = night.desk.directory
        page = pages.setdefault(directory.path, LivePage(directory.path, directory.write_text))
        return page.changed(lambda: night.record("running"))

    def spent() -> tuple[int, str]:
        if who is None:
            return 0, order.currency
        runs = workspace.journal.runs()
        cost = workspace.ledger.spent(runs[0].run).cost_micro if runs else 0
        return cost, order.currency

    quiet = wish.quiet or wish.as_json
    with campaign_progress(totals.rows, sys.stderr, spent=spent, quiet=quiet) as progress:
        manner = CampaignManner(
            out=wish.out,
            command=wish.command,
            report=_reported,
            live=refreshed if live else lambda _: None,
            settled=progress.settled,
            fresh=wish.fresh,
            max_failures=wish.max_failures,
        )
        return anyio.run(
            lambda: perform_campaign(
                order, workspace, manner=manner, watch=progress.tell, account=who
            )
        )


def _reported(record: CampaignRecord, directory: RunDirectory) -> None:
    directory.write_text("report.json", campaign_json(record))
    directory.write_text("report.md", campaign_markdown(record))
    directory.write_text("report.html", campaign_html(record, directory.path))


def _tell_of(done: CampaignPerformed, wish: Wish) -> None:
    report = shown_path(done.directory / "report.html")
    for remark in done.remarks:
        tell(f"note: {remark}")
    if wish.as_json:
        say_json(json.loads(campaign_json(done.record)))
    elif wish.quiet:
        say(report)
    else:
        say(campaign_summary(done.record, report, color=colored(sys.stdout)))
    if done.trouble is not None:
        say_error(done.trouble)
