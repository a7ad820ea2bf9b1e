"""Runs by what people call them, and what their records say."""

from pathlib import Path

from wanflow.cli.compose import open_workspace
from wanflow.cli.options import held
from wanflow.errors import UsageError, WorkspaceError
from wanflow.model.campaign import CampaignRecord
from wanflow.model.run import RunRecord
from wanflow.report.json_text import record_from_json
from wanflow.report.wall.as_json import campaign_from_json, is_of_campaign
from wanflow.store.workspace import find_workspace

REPORT = "report.json"


def run_folder(run: str, workspace: Path | None) -> Path:
    """Find the folder of a run by its id, the beginning of one, its folder, or `last`.

    Raises:
        UsageError: there is no such run, or several.
        WorkspaceError: its folder is gone.
    """
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


def record_in(folder: Path) -> RunRecord | CampaignRecord:
    """Read what the report of a run, or of a campaign's run, says.

    Raises:
        UsageError: there is no report yet, or it is none.
    """
    source = folder / REPORT
    if not source.is_file():
        raise UsageError(
            f"'{folder}' has no {REPORT}: the run has not come to an end",
            hint="run the same command again, it goes on where it stopped",
        )
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"'{source}' cannot be read: {error}") from None
    return campaign_from_json(text) if is_of_campaign(text) else record_from_json(text)
