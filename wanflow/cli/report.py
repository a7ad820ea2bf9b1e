"""`wanflow report`: write the report of a run again, and say where it is."""

from pathlib import Path

import click

from wanflow.cli.compose import open_workspace
from wanflow.cli.options import JSON, NO_COLOR, held
from wanflow.cli.say import say, shown_path
from wanflow.errors import UsageError, WorkspaceError
from wanflow.report.html_page import report_html
from wanflow.report.json_text import record_from_json, report_json
from wanflow.report.markdown_text import report_markdown
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import find_workspace


@click.command("report")
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--workspace", type=click.Path(path_type=Path), metavar="DIR",
              help="The workspace; default is the nearest .wanflow upwards from here.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["html", "md", "json"]), default="html",
              show_default=True, help="Which of the three to name or print.")  # fmt: skip
@JSON
@NO_COLOR
def command(*, run: str, workspace: Path | None, form: str, as_json: bool) -> None:
    """Write the report of a run again from its record, and say where it is.

    RUN is a run's id, the beginning of one, a run's folder, or `last`.
    """
    folder = _folder(run, workspace)
    source = folder / "report.json"
    if not source.is_file():
        raise UsageError(
            f"'{folder}' has no report.json: the run has not come to an end",
            hint="run the same command again, it goes on where it stopped",
        )
    record = record_from_json(source.read_text(encoding="utf-8"))
    with RunDirectory.open(folder) as directory:
        directory.write_text("report.html", report_html(record, folder=folder))
        directory.write_text("report.md", report_markdown(record))
    if as_json or form == "json":
        say(report_json(record).rstrip("\n"))
    elif form == "md":
        say(report_markdown(record).rstrip("\n"))
    else:
        say(shown_path(folder / "report.html"))


def _folder(run: str, workspace: Path | None) -> Path:
    if Path(run).is_dir():
        return Path(run)
    root = workspace or held(None, None).workspace or find_workspace(Path.cwd())
    if not root.is_dir():
        raise UsageError(
            "there is no workspace here, so there are no runs",
            hint="go to the folder in which you ran a recipe, or name one with --workspace",
        )
    with open_workspace(root) as opened:
        folder = opened.journal.find_run(run).directory
    if not folder.is_dir():
        raise WorkspaceError(
            f"the folder of that run is gone: {folder}",
            hint="run the recipe again: its pictures are still in the workspace, at price 0",
        )
    return folder
