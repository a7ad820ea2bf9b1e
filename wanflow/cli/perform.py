"""Carries a plan out in a workspace and a run directory, and leaves a report whatever happens."""

import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from types import MappingProxyType

import anyio

from wanflow.cli.compose import Draft
from wanflow.cli.engines import engine
from wanflow.cli.version import wanflow_version
from wanflow.errors import Exit, UnfinishedError, WanflowError
from wanflow.execute.record import RunFacts, input_images, record_of
from wanflow.execute.run import Workshop, first_error, run_plan
from wanflow.imaging.fit import Fitter
from wanflow.model.events import Event, JobSettled, JobStarted
from wanflow.model.plan import Plan
from wanflow.model.run import Done, Failed, Outcome, RunRecord, RunState, Skipped
from wanflow.model.values import Artifact, JobKey, RunId, Sha256
from wanflow.planning.lock import lock_text
from wanflow.report.html_page import report_html
from wanflow.report.json_text import report_json
from wanflow.report.markdown_text import report_markdown
from wanflow.store.durable import folder, write_text
from wanflow.store.names import new_run_id
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

Watch = Callable[[Event], None]
_ENDINGS = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/bmp": "bmp"}
)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """A run that has come to an end: its record, its folder, and the exit code that tells how.

    `remarks` are things worth saying that stop nothing, such as a lock that could not be written.
    """

    record: RunRecord
    directory: Path
    exit_code: Exit
    remarks: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Stage:
    """One run while it goes on: what has been told, and which files have their final names."""

    plan: Plan
    made: Draft
    workspace: Workspace
    directory: RunDirectory
    run: RunId
    command: str
    watch: Watch
    began: float = field(default_factory=time.monotonic)
    started_at: str = field(default_factory=_now)
    outcomes: dict[JobKey, Outcome] = field(default_factory=dict)
    started: dict[JobKey, str] = field(default_factory=dict)
    files: dict[tuple[JobKey, int], str] = field(default_factory=dict)
    input_files: dict[Sha256, str] = field(default_factory=dict)
    output_files: dict[str, str] = field(default_factory=dict)

    def tell(self, event: Event) -> None:
        """Make an event durable, give its pictures their names, then show it."""
        if isinstance(event, JobStarted):
            self.started[event.job] = _now()
            self._journal_start(event.job)
        else:
            self.outcomes[event.job] = event.outcome
            self.workspace.journal.job_settled(self.run, event.job, outcome=_as_made(event.outcome))
            self._place(event)
        self.watch(event)

    def _journal_start(self, key: JobKey) -> None:
        assert self.made.prepared is not None  # noqa: S101 # the plan was made from it
        job = next(entry.job for entry in self.plan.jobs if entry.job.key == key)
        request = self.made.prepared.requests[key]
        self.workspace.journal.job_started(
            self.run, key, fingerprint=job.fingerprint, request=request
        )

    def _place(self, event: JobSettled) -> None:
        made = () if isinstance(event.outcome, Skipped) else event.outcome.pictures
        for index, artifact in enumerate(made, start=1):
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

    def place_outputs(self) -> None:
        """Give the recipe's named results their files."""
        for output in self.plan.outputs:
            outcome = self.outcomes.get(output.job)
            pictures = () if outcome is None or isinstance(outcome, Skipped) else outcome.pictures
            if output.index <= len(pictures) and not isinstance(outcome, Failed):
                artifact = pictures[output.index - 1]
                name = f"outputs/{output.file_name}.{_ENDINGS[artifact.media_type]}"
                self.output_files[output.name] = self._named(artifact, name)

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
            ended_at=None if state == "running" else _now(),
            seconds=time.monotonic() - self.began,
            command=self.command,
            operations=recipe.operations,
            files=self.files,
            input_files=self.input_files,
            output_files=self.output_files,
            started=self.started,
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


async def perform(
    made: Draft,
    plan: Plan,
    workspace: Workspace,
    *,
    out: Path,
    command: str,
    watch: Watch,
    fresh: bool = False,
    signals: bool = True,
) -> Performed:
    """Carry out a plan.

    An unfinished run of the same recipe, inputs and provider is continued in its own directory,
    unless `fresh`. With `signals`, the first SIGINT, SIGTERM or SIGHUP ends the run in order and
    a second one at once.

    Raises:
        WorkspaceError: another process is at the same run, or the directory is unfit.
    """
    with _directory(plan, workspace, out, fresh=fresh) as directory:
        stage = _Stage(
            plan=plan,
            made=made,
            workspace=workspace,
            directory=directory,
            run=RunId(directory.path.name),
            command=command,
            watch=watch,
        )
        return await _acted(stage, signals=signals)


async def _acted(stage: _Stage, *, signals: bool) -> Performed:
    stage.workspace.journal.begin_run(
        stage.run,
        digest=stage.plan.digest,
        recipe=stage.plan.recipe,
        directory=stage.directory.path,
        started_at=stage.started_at,
        facts={"command": stage.command, "provider": stage.plan.provider},
    )
    stage.directory.write_text("recipe.yaml", stage.made.source.decode("utf-8", "replace"))
    caught: list[int] = []
    trouble: WanflowError | None = None
    try:
        stage.place_inputs()
        async with _interruptible(caught, signals=signals):
            await run_plan(stage.plan, _workshop(stage))
        stage.place_outputs()
    except UnfinishedError as error:
        trouble = error
    state, code = _ending(stage, caught, trouble)
    record = _reported(stage, state, trouble)
    remarks = _locked(stage) if state == "done" else ()
    stage.workspace.journal.end_run(stage.run, state=state, ended_at=_now())
    return Performed(record=record, directory=stage.directory.path, exit_code=code, remarks=remarks)


def _reported(stage: _Stage, state: RunState, trouble: WanflowError | None) -> RunRecord:
    try:
        record = stage.write_report(state)
    except UnfinishedError:
        if trouble is not None:
            raise trouble from None
        raise
    if trouble is not None:
        raise trouble
    return record


def _ending(
    stage: _Stage, caught: list[int], trouble: WanflowError | None
) -> tuple[RunState, Exit]:
    if caught:
        code = Exit.INTERRUPTED if caught[0] == signal.SIGINT else Exit.TERMINATED
        return "interrupted", code
    if trouble is not None:
        return "unfinished", Exit.UNFINISHED
    if any(isinstance(outcome, Failed) for outcome in stage.outcomes.values()):
        return "failed", Exit.STEP_FAILED
    return "done", Exit.DONE


def _as_made(outcome: Outcome) -> Outcome:
    """Say for the journal what was made, whatever was expected of it.

    A picture that falls short of `expect` is there and may have been paid for: the same request
    finds it again, and is held against the expectation of that day.
    """
    if isinstance(outcome, Failed) and outcome.code == "expectation-not-met":
        return Done(pictures=outcome.pictures, seconds=outcome.seconds)
    return outcome


def _workshop(stage: _Stage) -> Workshop:
    used = {entry.job.provider for entry in stage.plan.jobs if entry.decision.action == "run"}
    names = {family.partition("@")[0] for family in used}
    engines = [engine(name) for name in sorted(names)]
    models = stage.made.catalogue.models
    return Workshop(
        providers={provider.family: provider for provider in engines},
        objects=stage.workspace.objects,
        fitter=Fitter({name: card.images for name, card in models.items()}),
        tell=stage.tell,
        at_once=16,
    )


def _locked(stage: _Stage) -> tuple[str, ...]:
    """Write the lock beside the recipe; a folder that cannot be written stops nothing.

    A run of some steps only says nothing about the others, so it leaves the lock alone.
    """
    if any(entry.decision.reason == "not-selected" for entry in stage.plan.skipped):
        return ()
    recipe = stage.made.ask.recipe
    lock = recipe.with_name(f"{recipe.stem}.lock.yaml")
    text = lock_text(stage.plan, stage.outcomes)
    try:
        if not lock.exists() or lock.read_text(encoding="utf-8") != text:
            with folder(recipe.parent) as place:
                write_text(lock.name, text, at=place)
    except (OSError, UnicodeDecodeError, WanflowError) as error:
        return (f"the lock '{lock}' could not be written: {error}",)
    return ()


def _directory(plan: Plan, workspace: Workspace, out: Path, *, fresh: bool) -> RunDirectory:
    row = None if fresh else workspace.journal.unfinished_run(plan.digest)
    if row is not None:
        return RunDirectory.open(row.directory)
    run = new_run_id(plan.recipe, datetime.now(UTC), token_bytes(2))
    return RunDirectory.create(out, run)


@asynccontextmanager
async def _interruptible(caught: list[int], *, signals: bool) -> AsyncIterator[None]:
    """Run the body until it ends or a signal comes; `caught` then holds the signal's number."""
    try:
        async with anyio.create_task_group() as group:
            if signals:
                group.start_soon(_listen, caught, group.cancel_scope)
            yield
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        raise first_error(errors) from None


async def _listen(caught: list[int], scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as received:
        async for number in received:
            if caught:
                signal.raise_signal(signal.SIGKILL)
            caught.append(number)
            scope.cancel()


def _free(stem: str, digest: Sha256, taken: dict[str, Sha256]) -> str:
    """Find a name that no other picture has: cup, cup-2, cup-3."""
    name, number = stem, 1
    while taken.get(name.casefold(), digest) != digest:
        number += 1
        name = f"{stem}-{number}"
    taken[name.casefold()] = digest
    return name
