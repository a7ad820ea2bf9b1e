"""One row of a campaign while it goes on: its events made durable, its pictures named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from wanflow.cli.stage import as_made
from wanflow.errors import UnfinishedError
from wanflow.execute.record import input_images
from wanflow.model.campaign import RowKey
from wanflow.model.events import Event, JobStarted
from wanflow.model.plan import Job, Plan
from wanflow.model.run import Failed, Outcome, numbered
from wanflow.model.values import Artifact, JobKey, JsonValue, RunId
from wanflow.store.media import extension_of
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

Requests: TypeAlias = Mapping[JobKey, Mapping[str, JsonValue]]
RowWatch = Callable[[RowKey, Event], None]


def job_name(row: RowKey, job: JobKey) -> JobKey:
    """Name a row's job in the journal of the whole campaign."""
    return JobKey(f"{row}/{job}")


def picture_file(row: RowKey, job: JobKey, index: int, artifact: Artifact) -> str:
    """Name the file of a step's picture within the campaign's folder."""
    return f"rows/{row}/{job}-{index}.{extension_of(artifact)}"


def input_file(name: str, artifact: Artifact) -> str:
    """Name the file of an input picture; rows that share a picture share its file."""
    stem = PurePosixPath(name).stem if "/" in name or "." in name else name
    return f"inputs/{stem}-{artifact.sha256[:8]}.{extension_of(artifact)}"


def output_file(row: RowKey, output: str, artifact: Artifact) -> str:
    """Name the file of a named result: a folder an output, a file a row."""
    return f"outputs/{output}/{row}.{extension_of(artifact)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all rows of a campaign share while it goes on.

    `placed` are the names of input pictures that have their file.
    """

    workspace: Workspace
    directory: RunDirectory
    run: RunId
    placed: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class RowStage:
    """One row while it goes on; `requests` are those that the fingerprints are made of."""

    key: RowKey
    plan: Plan
    requests: Requests
    desk: Desk
    heard: RowWatch
    outcomes: dict[JobKey, Outcome] = field(default_factory=dict)
    _jobs: Mapping[JobKey, Job] = field(init=False)

    def __post_init__(self) -> None:
        self._jobs = {entry.job.key: entry.job for entry in self.plan.jobs}

    def tell(self, event: Event) -> None:
        """Make an event durable, give its pictures their names, then show it."""
        journal, name = self.desk.workspace.journal, job_name(self.key, event.job)
        if isinstance(event, JobStarted):
            journal.job_started(
                self.desk.run,
                name,
                fingerprint=self._jobs[event.job].fingerprint,
                request=self.requests[event.job],
            )
        else:
            self.outcomes[event.job] = event.outcome
            journal.job_settled(self.desk.run, name, outcome=as_made(event.outcome))
            self._place(event.job, event.outcome)
        self.heard(self.key, event)

    def found(self, outcomes: Mapping[JobKey, Outcome]) -> None:
        """Take in a row that needed no work; the journal hears of it with many others."""
        for job, outcome in outcomes.items():
            self.outcomes[job] = outcome
            self._place(job, outcome)

    def place_inputs(self) -> None:
        """Take the row's pictures into the workspace before anything is made of them.

        Raises:
            UnfinishedError: a picture is no longer what it was when it was checked.
        """
        for image in input_images(self.plan):
            name = input_file(image.name, image.artifact)
            if name in self.desk.placed:
                continue
            artifact = self.desk.workspace.objects.import_file(Path(image.path))
            if artifact.sha256 != image.artifact.sha256:
                raise UnfinishedError(
                    f"'{image.path}' has changed since it was checked",
                    hint="run the same command again",
                )
            self._named(artifact, name)
            self.desk.placed.add(name)

    def place_outputs(self) -> None:
        """Give the row's named results their files."""
        for output in self.plan.outputs:
            outcome = self.outcomes.get(output.job)
            artifact = numbered(outcome).get(output.index)
            if artifact is not None and not isinstance(outcome, Failed):
                self._named(artifact, output_file(self.key, output.name, artifact))

    def _place(self, job: JobKey, outcome: Outcome) -> None:
        for index, artifact in numbered(outcome).items():
            self._named(artifact, picture_file(self.key, job, index, artifact))

    def _named(self, artifact: Artifact, name: str) -> None:
        self.desk.directory.place(artifact, self.desk.workspace.objects.path(artifact), name)
