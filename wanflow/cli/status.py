"""`wanflow status`: how far a run has come, also from another terminal while it goes on."""

import sys
from pathlib import Path

import click

from wanflow.cli.compose import open_workspace
from wanflow.cli.options import FILE_PATH, JSON, NO_COLOR, held
from wanflow.cli.say import colored, say, say_json
from wanflow.errors import UsageError
from wanflow.report.status_text import Status, status_json, status_text
from wanflow.store.rows import RunRow
from wanflow.store.rundir import is_run_held
from wanflow.store.workspace import Workspace, find_workspace

_SHOWN_JOBS = 16


@click.command("status")
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--workspace", type=FILE_PATH, metavar="DIR",
              help="The workspace; default is the nearest .wanflow upwards from here.")  # fmt: skip
@JSON
@NO_COLOR
def command(*, run: str, workspace: Path | None, as_json: bool) -> None:
    """Say how far a run has come: its steps by state, what is under way, what it has cost.

    RUN is a run's id, the beginning of one, or `last`. It may be running in another terminal.
    """
    root = workspace or held(None, None).workspace or find_workspace(Path.cwd())
    if not root.is_dir():
        raise UsageError(
            "there is no workspace here, so there are no runs",
            hint="go to the folder in which you ran a recipe, or name one with --workspace",
        )
    with open_workspace(root) as opened:
        found = _status(opened.journal.find_run(run), opened)
    if as_json:
        say_json(status_json(found))
    else:
        say(status_text(found, color=colored(sys.stdout)))


def _status(row: RunRow, opened: Workspace) -> Status:
    bills = opened.ledger.bills(row.run).values()
    steps, rows = row.facts.get("steps"), row.facts.get("rows")
    return Status(
        run=row.run,
        state=row.state,
        at_work=row.directory.is_dir() and is_run_held(row.directory),
        started_at=row.started_at,
        ended_at=row.ended_at,
        directory=str(row.directory),
        command=str(row.facts.get("command", "")),
        steps=steps if isinstance(steps, int) else None,
        rows=rows if isinstance(rows, int) else None,
        counts=opened.journal.counts(row.run),
        under_way=opened.journal.under_way(row.run, most=_SHOWN_JOBS),
        billed_images=sum(bill.billed_images for bill in bills),
        at_risk_images=sum(bill.at_risk_images for bill in bills),
        cost_micro=sum(bill.cost_micro for bill in bills),
    )
