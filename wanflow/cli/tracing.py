"""The run that a picture comes from, found by the picture's own record or by its digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wanflow.cli.compose import open_workspace
from wanflow.errors import UnfinishedError, UsageError, WorkspaceError
from wanflow.model.run import RunRecord, StepRecord, numbered
from wanflow.model.values import JsonValue
from wanflow.report.json_text import record_from_json
from wanflow.store.workspace import Workspace, find_workspace

REPORT = "report.json"
# How a picture and a run belong together.
# stored   it is a picture that a step made, byte for byte
# written  it is the file of a result, as the run wrote it
# input    it is a picture that the run was given, byte for byte
# named    it says itself that it comes from this step, and its bytes are others
Match = Literal["stored", "written", "input", "named"]
_FOLDERS_UP = 3  # a run's pictures lie one or two folders below its report
_LARGEST_REPORT_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a picture stands in a run: the run, its folder, the step and which of its pictures.

    `step` is None for a picture that the run was given. `workspace` is where its objects are,
    None if none was found.
    """

    record: RunRecord
    folder: Path
    match: Match
    step: StepRecord | None = None
    index: int | None = None
    workspace: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search has come to, and in words where it could not look."""

    trace: Trace | None
    remarks: tuple[str, ...] = ()


def trace_of(
    picture: Path,
    sha256: str,
    own: Mapping[str, JsonValue] | None,
    *,
    workspace: Path | None,
) -> Searched:
    """Find the run that a picture comes from.

    Looked at are the run that the picture's record names, the runs whose pictures have its
    digest, and the folder that it lies in. Nothing is changed.

    Args:
        picture: the file.
        sha256: of its bytes.
        own: what its record says, None without one.
        workspace: where to look; None takes the nearest from the picture or from here upwards.
    """
    root = workspace or _nearest(picture)
    search = _Search(sha256=sha256, own=own, workspace=root)
    for folder in picture.absolute().parents[:_FOLDERS_UP]:
        search.look_in(folder)
    remarks = []
    if root is not None and not search.is_sure:
        try:
            with open_workspace(root) as opened:
                for folder in _folders_in(opened, sha256, own):
                    search.look_in(folder)
                    if search.is_sure:
                        break
        except (WorkspaceError, UnfinishedError) as error:
            remarks.append(f"the workspace {root} could not be searched: {error}")
    return Searched(trace=search.best, remarks=tuple(remarks))


@dataclass(slots=True, kw_only=True)
class _Search:
    """What is looked for, and the best that was found so far."""

    sha256: str
    own: Mapping[str, JsonValue] | None
    workspace: Path | None
    best: Trace | None = None

    @property
    def is_sure(self) -> bool:
        """Whether a run was found that knows these very bytes."""
        return self.best is not None and self.best.match != "named"

    def look_in(self, folder: Path) -> None:
        """Look whether the run of a folder knows the picture, and better than what was found."""
        record = None if self.is_sure else _record_in(folder)
        found = None if record is None else _placed(record, self.sha256, self.own)
        if record is None or found is None or (self.best is not None and found[0] == "named"):
            return
        match, step, index = found
        self.best = Trace(
            record=record,
            folder=folder,
            match=match,
            step=step,
            index=index,
            workspace=self.workspace,
        )


def _nearest(picture: Path) -> Path | None:
    around = (find_workspace(picture.absolute().parent), find_workspace(Path.cwd()))
    return next((root for root in around if root.is_dir()), None)


def _folders_in(
    workspace: Workspace, sha256: str, own: Mapping[str, JsonValue] | None
) -> Iterator[Path]:
    rows = workspace.journal.runs()
    named = own.get("run") if own else None
    yield from (row.directory for row in rows if row.run == named)
    for row in rows:
        outcomes = workspace.journal.outcomes(row.run).values()
        if any(made.sha256 == sha256 for one in outcomes for made in numbered(one).values()):
            yield row.directory


def _record_in(folder: Path) -> RunRecord | None:
    """Read the report of a run; None where there is none, or one of another form."""
    source = folder / REPORT
    try:
        if not source.is_file() or source.stat().st_size > _LARGEST_REPORT_BYTES:
            return None
        return record_from_json(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, UsageError):
        return None


def _placed(
    record: RunRecord, sha256: str, own: Mapping[str, JsonValue] | None
) -> tuple[Match, StepRecord | None, int | None] | None:
    steps = {step.key: step for step in record.steps}
    for output in record.outputs:
        if output.written is not None and output.written.sha256 == sha256:
            return "written", steps.get(output.step), output.index
    for step in record.steps:
        for made in step.pictures:
            if made.artifact.sha256 == sha256:
                return "stored", step, made.index
    if any(given.artifact.sha256 == sha256 for given in record.input_pictures):
        return "input", None, None
    if own is None or own.get("run") != record.run:
        return None
    return _named(own, record)


def _named(
    own: Mapping[str, JsonValue], record: RunRecord
) -> tuple[Match, StepRecord | None, int | None] | None:
    for step in record.steps:
        for made in step.pictures:
            said = (own.get("step"), own.get("index"), own.get("picture"))
            if said == (step.key, made.index, made.artifact.sha256):
                return "named", step, made.index
    return None
