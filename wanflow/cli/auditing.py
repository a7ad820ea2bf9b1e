"""A run held against its record: every file hashed again, every object, every bill."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wanflow.cli.finding import REPORT
from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.model.run import RunRecord
from wanflow.model.values import Artifact, Sha256
from wanflow.report.thumbnails import href
from wanflow.store import durable
from wanflow.store.workspace import Workspace

# missing     a file that the record names is not there
# changed     it holds other bytes than the record says
# unreadable  it cannot be opened, or is no regular file, or lies outside the run's folder
# recipe      recipe.yaml is not the recipe that was run
# object      the workspace's own copy is missing or damaged
# bill        the ledger has another sum than the report
# unknown     a file that nobody's record names; no mistake
Fault = Literal["missing", "changed", "unreadable", "recipe", "object", "bill", "unknown"]
_WRITTEN = frozenset({REPORT, "report.html", "report.md", "recipe.yaml", "campaign.yaml", ".lock"})
_COPIES = "report/"  # small copies for the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not match: what it is, and in words what was expected and found."""

    fault: Fault
    name: str
    words: str

    @property
    def wrong(self) -> bool:
        """Whether it speaks against the run."""
        return self.fault != "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was looked at, and what does not match."""

    files: int
    objects: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether everything matches."""
        return not any(finding.wrong for finding in self.findings)


def audit(record: RunRecord | CampaignRecord, folder: Path, workspace: Workspace | None) -> Audit:
    """Hash again what a run's record names, in its folder and in the workspace.

    Args:
        record: what the run says of itself.
        folder: where its files lie.
        workspace: where its objects and bills are; None looks at the folder alone, and so does
            a workspace that does not know the run.
    """
    named = dict(_files_of(record))
    texts = {"recipe.yaml": record.recipe_source}
    if isinstance(record, CampaignRecord):
        texts["campaign.yaml"] = record.campaign_source
    findings = [*_files(named, folder)]
    for name, source in texts.items():
        findings += _text(name, source, folder)
    objects: dict[Sha256, Artifact] = {}
    if workspace is not None and any(row.run == record.run for row in workspace.journal.runs()):
        labelled = set(_labelled(record))
        objects = {p.sha256: p for p in named.values() if p.sha256 not in labelled}
        findings += _objects(objects.values(), workspace)
        findings += _bills(record, workspace)
    findings += _strangers(named, folder)
    return Audit(files=len(named) + len(texts), objects=len(objects), findings=tuple(findings))


def _files_of(record: RunRecord | CampaignRecord) -> Iterator[tuple[str, Artifact]]:
    if isinstance(record, RunRecord):
        yield from _files_in(record)
        return
    for row in record.rows:
        yield from _files_in(row)


def _files_in(record: RunRecord | RowRecord) -> Iterator[tuple[str, Artifact]]:
    for picture in record.input_pictures:
        if picture.file is not None:
            yield picture.file, picture.artifact
    for step in record.steps:
        for picture in (*step.images, *step.pictures):
            if picture.file is not None:
                yield picture.file, picture.artifact
    for output in record.outputs:
        if output.file is not None and output.content is not None:
            yield output.file, output.content


def _labelled(record: RunRecord | CampaignRecord) -> Iterator[Sha256]:
    """Name the results that have a label in their file, and so are no object of the workspace."""
    for part in (record,) if isinstance(record, RunRecord) else record.rows:
        for output in part.outputs:
            if output.content is not None and output.content != output.artifact:
                yield output.content.sha256


def _files(named: dict[str, Artifact], folder: Path) -> Iterator[Finding]:
    for name, artifact in named.items():
        if href(name) is None:
            words = "the record names a file outside the run's folder"
            yield Finding(fault="unreadable", name=name, words=words)
            continue
        found = _hash(folder / name)
        if isinstance(found, Finding):
            yield Finding(fault=found.fault, name=name, words=found.words)
        elif found != artifact.sha256:
            words = f"its sha256 is {found[:12]}…, the record says {artifact.sha256[:12]}…"
            yield Finding(fault="changed", name=name, words=words)


def _hash(path: Path) -> Sha256 | Finding:
    try:
        with durable.opened(path) as file:
            return durable.hash_of(file)
    except FileNotFoundError:
        return Finding(fault="missing", name="", words="the file is not there")
    except OSError as error:
        return Finding(fault="unreadable", name="", words=f"it cannot be read: {error.strerror}")


def _text(name: str, source: str, folder: Path) -> Iterator[Finding]:
    try:
        with durable.opened(folder / name) as file:
            content = durable.read_all(file, at_most=len(source.encode()) + 1)
    except FileNotFoundError:
        yield Finding(fault="missing", name=name, words="the file is not there")
        return
    except OSError as error:
        words = f"it cannot be read: {error.strerror}"
        yield Finding(fault="unreadable", name=name, words=words)
        return
    if content != source.encode():
        words = "it is not what was run; the report has that"
        yield Finding(fault="recipe", name=name, words=words)


def _objects(pictures: Iterable[Artifact], workspace: Workspace) -> Iterator[Finding]:
    for picture in pictures:
        if not workspace.objects.holds(picture):
            words = "the workspace's own copy is missing or damaged"
            yield Finding(fault="object", name=picture.sha256, words=words)


def _bills(record: RunRecord | CampaignRecord, workspace: Workspace) -> Iterator[Finding]:
    bills = workspace.ledger.bills(record.run).values()
    images = sum(bill.billed_images for bill in bills)
    cost_micro = sum(bill.cost_micro for bill in bills)
    if (images, cost_micro) != (record.billed_images, record.cost_micro):
        words = (
            f"the ledger has {images} pictures for {cost_micro} millionths, the report "
            f"{record.billed_images} for {record.cost_micro}"
        )
        yield Finding(fault="bill", name=record.run, words=words)


def _strangers(named: dict[str, Artifact], folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name in named or name in _WRITTEN or name.startswith(_COPIES):
            continue
        yield Finding(fault="unknown", name=name, words="no record names this file")
