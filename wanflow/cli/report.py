"""`wanflow report`: write the report of a run again, and say where it is."""

from pathlib import Path

import click

from wanflow.cli.finding import record_in, run_folder
from wanflow.cli.options import FILE_PATH, JSON, NO_COLOR
from wanflow.cli.say import say, shown_path
from wanflow.cli.writing import write_file
from wanflow.model.campaign import CampaignRecord
from wanflow.model.run import RunRecord
from wanflow.report.html_page import report_html
from wanflow.report.json_text import report_json
from wanflow.report.junit import report_junit
from wanflow.report.markdown_text import report_markdown
from wanflow.report.wall.as_json import campaign_json
from wanflow.report.wall.as_markdown import campaign_markdown
from wanflow.report.wall.page import campaign_html
from wanflow.store.rundir import RunDirectory


@click.command("report")
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--workspace", type=click.Path(path_type=Path), metavar="DIR",
              help="The workspace; default is the nearest .wanflow upwards from here.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["html", "md", "json"]), default="html",
              show_default=True, help="Which of the three to name or print.")  # fmt: skip
@click.option("--junit", type=FILE_PATH, metavar="FILE",
              help="Write the steps as cases of JUnit XML, for a build server.")  # fmt: skip
@JSON
@NO_COLOR
def command(
    *, run: str, workspace: Path | None, form: str, junit: Path | None, as_json: bool
) -> None:
    """Write the report of a run again from its record, and say where it is.

    RUN is a run's id, the beginning of one, a run's folder, or `last`.
    """
    folder = run_folder(run, workspace)
    record = record_in(folder)
    html, markdown, text = _forms(record, folder)
    with RunDirectory.open(folder) as directory:
        directory.write_text("report.html", html)
        directory.write_text("report.md", markdown)
    if junit is not None:
        write_file(junit, report_junit(record))
    if as_json or form == "json":
        say(text.rstrip("\n"))
    elif form == "md":
        say(markdown.rstrip("\n"))
    else:
        say(shown_path(folder / "report.html"))


def _forms(record: RunRecord | CampaignRecord, folder: Path) -> tuple[str, str, str]:
    """Write the report as HTML, Markdown and JSON."""
    if isinstance(record, CampaignRecord):
        return campaign_html(record, folder), campaign_markdown(record), campaign_json(record)
    return report_html(record, folder=folder), report_markdown(record), report_json(record)
