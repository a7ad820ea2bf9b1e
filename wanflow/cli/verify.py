"""`wanflow verify`: hash the files of a run again and name what does not match."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from wanflow.cli.auditing import audit
from wanflow.cli.compose import open_workspace
from wanflow.cli.finding import record_in, run_folder
from wanflow.cli.options import FILE_PATH, JSON, NO_COLOR, held
from wanflow.cli.say import colored, say, say_json
from wanflow.errors import Exit
from wanflow.report.audit_text import audit_json, audit_text
from wanflow.store.workspace import find_workspace


@click.command("verify")
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--workspace", type=FILE_PATH, metavar="DIR",
              help="The workspace; default is the nearest .wanflow upwards from here.")  # fmt: skip
@JSON
@NO_COLOR
def command(*, run: str, workspace: Path | None, as_json: bool) -> int:
    """Hash every file of a run again, and its objects and bills in the workspace.

    RUN is a run's id, the beginning of one, a run's folder, or `last`. A folder that somebody sent
    is verified without a workspace. Exits with 1 when something does not match.
    """
    folder = run_folder(run, workspace)
    record = record_in(folder)
    root = workspace or held(None, None).workspace or find_workspace(Path.cwd())
    with ExitStack() as stack:
        opened = stack.enter_context(open_workspace(root)) if root.is_dir() else None
        found = audit(record, folder, opened)
    if as_json:
        say_json(
            audit_json(
                record.run,
                files=found.files,
                objects=found.objects,
                findings=found.findings,
                sound=found.sound,
            )
        )
    else:
        say(
            audit_text(
                record.run,
                files=found.files,
                objects=found.objects,
                findings=found.findings,
                color=colored(sys.stdout),
            )
        )
    return Exit.DONE if found.sound else Exit.STEP_FAILED
