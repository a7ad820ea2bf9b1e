"""Carries a plan out in a workspace and a run directory, and leaves a report whatever happens."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes

from wanflow.cli.compose import Draft
from wanflow.cli.engines import engine
from wanflow.cli.forgotten import forgotten_run
from wanflow.cli.measuring import inspector, unmeasured
from wanflow.cli.purse import bought_from
from wanflow.cli.service import NAME, Account
from wanflow.cli.signals import exit_for, interruptible
from wanflow.cli.stage import Stage, Watch, now
from wanflow.errors import Exit, InternalError, UnfinishedError, WanflowError
from wanflow.execute.attempt import Workshop
from wanflow.execute.ports import Provider
from wanflow.execute.run import run_plan
from wanflow.imaging.fit import Fitter
from wanflow.model.plan import Plan
from wanflow.model.provenance import Labels
from wanflow.model.run import Failed, RunRecord, RunState
from wanflow.model.values import RunId
from wanflow.planning.lock import lock_text
from wanflow.store.durable import folder, write_text
from wanflow.store.names import new_run_id
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

# How many jobs may be in progress. Work on this machine is bounded by its cores, and requests to
# the service by its slots: this only bounds how much is prepared at once.
_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """A run that has come to an end: its record, its folder, and the exit code that tells how.

    `remarks` are things worth saying that stop nothing, such as a lock that could not be written;
    `trouble` is what ended the run before all was tried.
    """

    record: RunRecord
    directory: Path
    exit_code: Exit
    remarks: tuple[str, ...] = ()
    trouble: WanflowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a plan is carried out.

    `out` is where run directories go and `command` what runs the same again. An unfinished run of
    the same recipe, inputs and provider is continued in its own directory, unless `fresh`. With
    `signals`, the first SIGINT, SIGTERM or SIGHUP ends the run in order and a second one at once.
    `labels` is what is written into the files of results.
    """

    out: Path
    command: str
    fresh: bool = False
    signals: bool = True
    labels: Labels = field(default_factory=Labels)


async def perform(
    made: Draft,
    plan: Plan,
    workspace: Workspace,
    *,
    manner: Manner,
    watch: Watch,
    account: Account | None = None,
) -> Performed:
    """Carry out a plan.

    Args:
        made: the recipe that the plan was made from.
        plan: what is to be done.
        workspace: where pictures and the journal are kept.
        manner: where the run goes, and how it ends early.
        watch: hears of every event when it is durable.
        account: who pays, if the plan's provider is the service.

    Raises:
        UnfinishedError: not even the report could be written.
        WorkspaceError: another process is at the same run, or the directory is unfit.
    """
    row = None if manner.fresh else workspace.journal.unfinished_run(plan.digest)
    lost = None
    if row is None and account is not None and not manner.fresh:
        text = made.source.decode("utf-8", "replace")
        lost = forgotten_run(text, plan, workspace, out=manner.out)
    with _directory(plan, row.directory if row else lost, manner.out) as directory:
        run = RunId(directory.path.name)
        stage = Stage(
            plan=plan,
            made=made,
            workspace=workspace,
            directory=directory,
            run=run,
            command=manner.command,
            watch=watch,
            bills=(lambda: workspace.ledger.bills(run)) if account else dict,
            service=account.service.base_url if account else None,
            region=account.service.priced_in if account else None,
            labels=manner.labels,
        )
        killed = lost is not None or (row is not None and row.state == "running")
        return await _acted(stage, account, killed=killed, signals=manner.signals)


async def _acted(
    stage: Stage, account: Account | None, *, killed: bool, signals: bool
) -> Performed:
    stage.workspace.journal.begin_run(
        stage.run,
        digest=stage.plan.digest,
        recipe=stage.plan.recipe,
        directory=stage.directory.path,
        started_at=stage.started_at,
        facts={
            "command": stage.command,
            "provider": stage.plan.provider,
            "service": stage.service,
            "account": account.key.fingerprint if account else None,
            "steps": len(stage.plan.jobs),
        },
    )
    stage.directory.write_text("recipe.yaml", stage.made.source.decode("utf-8", "replace"))
    caught: list[int] = []
    trouble: WanflowError | None = None
    try:
        stage.place_inputs()
        async with interruptible(caught, signals=signals):
            await _carried_out(stage, account, killed=killed)
        stage.place_outputs()
    except WanflowError as error:
        if isinstance(error, InternalError):
            raise
        trouble = error
    return _ended(stage, caught, trouble)


async def _carried_out(stage: Stage, account: Account | None, *, killed: bool) -> None:
    """Settle what an earlier end has left open, then run the plan."""
    used = {entry.job.provider for entry in stage.plan.jobs if entry.decision.action == "run"}
    names = sorted({family.partition("@")[0] for family in used})
    async with AsyncExitStack() as stack:
        providers: list[Provider] = [engine(name) for name in names if name != NAME]
        if NAME in names:
            if account is None:
                raise InternalError("a plan that buys was carried out without an account")
            provider = await bought_from(
                account,
                stage.workspace,
                stage.run,
                cards=stage.made.catalogue.models,
                stack=stack,
                killed=killed,
                jobs=lambda: [e.job for e in stage.plan.jobs if e.decision.action == "run"],
            )
            providers.append(provider)
        models = stage.made.catalogue.models
        shop = Workshop(
            providers={provider.family: provider for provider in providers},
            objects=stage.workspace.objects,
            fitter=Fitter({name: card.images for name, card in models.items()}),
            tell=stage.tell,
            at_once=_AT_ONCE,
            inspector=inspector(),
        )
        await run_plan(stage.plan, shop)


def _ended(stage: Stage, caught: list[int], trouble: WanflowError | None) -> Performed:
    state, code = _ending(stage, caught, trouble)
    try:
        record = stage.write_report(state)
        remarks = _locked(stage) if state == "done" else ()
        remarks += unmeasured(entry.job for entry in stage.plan.jobs)
        stage.workspace.journal.end_run(stage.run, state=state, ended_at=now())
    except UnfinishedError:
        if trouble is not None:
            raise trouble from None
        raise
    return Performed(
        record=record,
        directory=stage.directory.path,
        exit_code=code,
        remarks=remarks,
        trouble=trouble,
    )


def _ending(stage: Stage, caught: list[int], trouble: WanflowError | None) -> tuple[RunState, Exit]:
    if caught:
        return "interrupted", exit_for(caught)
    if trouble is not None:
        return "unfinished", trouble.exit_code
    again = {o.again for o in stage.outcomes.values() if isinstance(o, Failed)}
    if "asks" in again:
        return "unfinished", Exit.DECISION_NEEDED
    if "goes-on" in again:
        return "unfinished", Exit.UNFINISHED
    return ("failed", Exit.STEP_FAILED) if again else ("done", Exit.DONE)


def _locked(stage: Stage) -> tuple[str, ...]:
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


def _directory(plan: Plan, begun: Path | None, out: Path) -> RunDirectory:
    if begun is not None:
        return RunDirectory.open(begun)
    run = new_run_id(plan.recipe, datetime.now(UTC), token_bytes(2))
    return RunDirectory.create(out, run)
