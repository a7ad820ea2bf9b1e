"""One run while it goes on: its events made durable, its pictures named, its report written."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from wanflow.cli.compose import Draft
from wanflow.cli.labelling import Labeller
from wanflow.cli.version import wanflow_version
from wanflow.errors import UnfinishedError
from wanflow.execute.ledger import Bill
from wanflow.execute.record import RunFacts, input_images, record_of
from wanflow.model.events import Event, JobSettled, JobStarted
from wanflow.model.plan import Job, Plan
from wanflow.model.provenance import Labels
from wanflow.model.run import Done, Failed, Outcome, RunRecord, RunState, numbered
from wanflow.model.values import Artifact, Fingerprint, JobKey, Note, RunId, Sha256
from wanflow.report.html_page import report_html
from wanflow.report.json_text import report_json
from wanflow.report.markdown_text import report_markdown
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

Watch = Callable[[Event], None]
_ENDINGS = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/bmp": "bmp"}
)


def now() -> str:
    """Give the time as reports write it: UTC, milliseconds, with a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True, kw_only=True)
class Stage:
    """One run while it goes on: what has been told, and which files have their final names.

    `bills` gives what the ledger says of this run; `service` and `region` are where it buys.
    `labels` is what is written into the files of results; `written` are those that are no longer
    the stored picture byte for byte.
    """

    plan: Plan
    made: Draft
    workspace: Workspace
    directory: RunDirectory
    run: RunId
    command: str
    watch: Watch
    bills: Callable[[], Mapping[Fingerprint, Bill]] = dict
    service: str | None = None
    region: str | None = None
    labels: Labels = field(default_factory=Labels)
    began: float = field(default_factory=time.monotonic)
    started_at: str = field(default_factory=now)
    outcomes: dict[JobKey, Outcome] = field(default_factory=dict)
    started: dict[JobKey, str] = field(default_factory=dict)
    files: dict[tuple[JobKey, int], str] = field(default_factory=dict)
    input_files: dict[Sha256, str] = field(default_factory=dict)
    output_files: dict[str, str] = field(default_factory=dict)
    written: dict[str, Artifact] = field(default_factory=dict)
    remarks: dict[str, tuple[Note, ...]] = field(default_factory=dict)
    source_types: dict[Sha256, str] = field(default_factory=dict)
    _labeller: Labeller = field(init=False)
    _jobs: Mapping[JobKey, Job] = field(init=False)

    def __post_init__(self) -> None:
        self._jobs = {entry.job.key: entry.job for entry in self.plan.jobs}
        self._labeller = Labeller(shelf=self.workspace.objects, labels=self.labels)

    def tell(self, event: Event) -> None:
        """Make an event durable, give its pictures their names, then show it."""
        if isinstance(event, JobStarted):
            self.started[event.job] = now()
            self._journal_start(event.job)
        else:
            self.outcomes[event.job] = event.outcome
            self.workspace.journal.job_settled(self.run, event.job, outcome=as_made(event.outcome))
            self._place(event)
        self.watch(event)

    def _journal_start(self, key: JobKey) -> None:
        assert self.made.prepared is not None  # noqa: S101 # the plan was made from it
        request = self.made.prepared.requests[key]
        self.workspace.journal.job_started(
            self.run, key, fingerprint=self._jobs[key].fingerprint, request=request
        )

    def _place(self, event: JobSettled) -> None:
        for index, artifact in numbered(event.outcome).items():
            name = f"images/{event.job}-{index}.{_ENDINGS[artifact.media_type]}"
            self.files[event.job, index] = self._named(artifact, name)

    def place_inputs(self) -> None:
        """Take the pictures from outside into the workspace, and put copies beside the results.

        Raises:
            UnfinishedError: a picture is no longer what it was when it was checked.
        """
        taken: dict[str, Sha256] = {}
        for image in input_images(self.plan):
            artifact = self.workspace.objects.import_file(Path(image.path))
            if artifact.sha256 != image.artifact.sha256:
                raise UnfinishedError(
                    f"'{image.path}' has changed since it was checked",
                    hint="run the same command again",
                )
            stem = Path(image.path).stem if "/" in image.name or "." in image.name else image.name
            name = _free(stem, artifact.sha256, taken)
            path = f"inputs/{name}.{_ENDINGS[artifact.media_type]}"
            self.input_files.setdefault(artifact.sha256, self._named(artifact, path))
            kind = self._labeller.source_type(artifact)
            if kind is not None:
                self.source_types[artifact.sha256] = kind

    def place_outputs(self) -> None:
        """Give the recipe's named results their files, with what is known of them inside."""
        record = self.record("running")
        steps = {step.key: step for step in record.steps}
        for output in self.plan.outputs:
            outcome = self.outcomes.get(output.job)
            artifact = numbered(outcome).get(output.index)
            if artifact is not None and not isinstance(outcome, Failed):
                name = f"outputs/{output.file_name}.{_ENDINGS[artifact.media_type]}"
                file = self._labeller.written(
                    record, steps[output.job], output.index, steps=record.steps
                )
                self.remarks[output.name] = file.remarks
                if file.artifact is None:
                    self.output_files[output.name] = self._named(artifact, name)
                    continue
                self.written[output.name] = file.artifact
                self.output_files[output.name] = self.directory.place_bytes(
                    file.artifact, file.content, name
                )

    def _named(self, artifact: Artifact, name: str) -> str:
        return self.directory.place(artifact, self.workspace.objects.path(artifact), name)

    def record(self, state: RunState) -> RunRecord:
        """Say how things stand."""
        recipe = self.made.recipe
        assert recipe is not None  # noqa: S101 # the plan was made from it
        facts = RunFacts(
            run=self.run,
            state=state,
            description=recipe.description,
            recipe_file=self.made.ask.recipe.name,
            recipe_source=self.made.source.decode("utf-8", "replace"),
            wanflow_version=wanflow_version(),
            started_at=self.started_at,
            ended_at=None if state == "running" else now(),
            seconds=time.monotonic() - self.began,
            command=self.command,
            operations=recipe.operations,
            files=self.files,
            input_files=self.input_files,
            output_files=self.output_files,
            started=self.started,
            bills=self.bills(),
            service=self.service,
            region=self.region,
            source_types=self.source_types,
            written=self.written,
            remarks=self.remarks,
        )
        return record_of(self.plan, self.outcomes, facts)

    def write_report(self, state: RunState) -> RunRecord:
        """Write the three forms of the report, each complete or not at all."""
        record = self.record(state)
        self.directory.write_text("report.json", report_json(record))
        self.directory.write_text("report.md", report_markdown(record))
        html = report_html(record, folder=self.directory.path)
        self.directory.write_text("report.html", html)
        return record


def as_made(outcome: Outcome) -> Outcome:
    """Say for the journal what was made, whatever was expected of it.

    A picture that falls short of `expect`, or of the number asked for, is there and may have been
    paid for: the same request finds it again, and is held against the expectation of that day.
    """
    if isinstance(outcome, Failed) and outcome.pictures:
        return Done(
            pictures=outcome.pictures,
            seconds=outcome.seconds,
            missing=outcome.missing,
            receipt=outcome.receipt,
            checks=outcome.checks,
        )
    return outcome


def _free(stem: str, digest: Sha256, taken: dict[str, Sha256]) -> str:
    """Find a name that no other picture has: cup, cup-2, cup-3."""
    name, number = stem, 1
    while taken.get(name.casefold(), digest) != digest:
        number += 1
        name = f"{stem}-{number}"
    taken[name.casefold()] = digest
    return name
