"""Runs that lie on the disk and that the journal does not know: it has lost its newest entries.

The directory of a run is made, and recipe and pictures are copied into it, before anything is
bought. So a run that the journal has forgotten has left these, and what it bought can be looked
for in the service's list.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from wanflow.execute.record import input_images
from wanflow.model.plan import Plan
from wanflow.model.values import RunId
from wanflow.store.rundir import is_run_held
from wanflow.store.workspace import Workspace

_STAMP = "%Y%m%d-%H%M%S"
_STAMP_CHARS = 15


def forgotten_run(recipe: str, plan: Plan, workspace: Workspace, *, out: Path) -> Path | None:
    """Find the directory of an unfinished run of this recipe that the journal has forgotten.

    Args:
        recipe: the recipe's text.
        plan: what is to be done; a run of other pictures is another run.
        workspace: whose journal it is.
        out: where run directories are.

    Returns:
        The newest one, None if there is none.
    """
    runs = sorted(out.glob(f"{plan.recipe}-*"), reverse=True)
    if not runs:
        return None
    known = {row.run for row in workspace.journal.runs()}
    unknown = (run for run in runs if run.name not in known and age_s(RunId(run.name)) is not None)
    return next((run for run in unknown if _is_of(run, recipe, plan)), None)


def age_s(run: RunId) -> float | None:
    """Say how long ago a run began, by this machine's clock; None if its name does not tell."""
    stamp = run.rpartition("-")[0][-_STAMP_CHARS:]
    try:
        begun = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, (datetime.now(UTC) - begun).total_seconds())


def _is_of(path: Path, recipe: str, plan: Plan) -> bool:
    """Say whether a directory has this recipe and these pictures, and no process at work."""
    wanted = {image.artifact.sha256 for image in input_images(plan)}
    try:
        if (path / "recipe.yaml").read_text(encoding="utf-8") != recipe or is_run_held(path):
            return False
        held = {sha256(file.read_bytes()).hexdigest() for file in (path / "inputs").glob("*")}
        report = path / "report.json"
        done = report.exists() and json.loads(report.read_text("utf-8"))["state"] == "done"
    except (OSError, ValueError, KeyError):
        return False
    return held == wanted and not done
