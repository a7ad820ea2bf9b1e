"""Carries a campaign out in a workspace and a run directory, and leaves a report whatever happens.

The rows are read once while they run, and once more for each report: what has become of them
stands in the journal, so that the memory does not grow with their number.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

import anyio
from anyio import to_thread

from wanflow.cli.campaign_night import Night, Order
from wanflow.cli.engines import engine
from wanflow.cli.measuring import inspector
from wanflow.cli.purse import bought_from
from wanflow.cli.row_record import ending_of
from wanflow.cli.row_stage import Desk, RowWatch
from wanflow.cli.service import NAME, Account
from wanflow.cli.signals import exit_for, interruptible
from wanflow.errors import Exit, InternalError, UnfinishedError, WanflowError
from wanflow.execute.attempt import Workshop
from wanflow.execute.ports import Provider
from wanflow.execute.rows import Outcomes, Patience, PlannedRow, RowsEnd, run_rows
from wanflow.execute.twins import Twins
from wanflow.imaging.fit import Fitter
from wanflow.model.campaign import CampaignRecord, RowKey, RowState
from wanflow.model.run import RunState
from wanflow.model.values import RunId
from wanflow.store.names import new_run_id
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

# How many jobs are in progress: a little more than the service takes at once, so that no slot of
# it idles; see `perform`.
_AT_ONCE = 64
# Each open row has at least one job that wants to run; a surplus bridges the time between two. On
# this machine few are open at once, so that rows are done one after the other and not all at last.
_OPEN_ROWS = 96
_OPEN_ROWS_A_CORE = 2
_LIVE_EVERY_S = 2.0

_OPEN: tuple[RowState, ...] = ("unfinished", "undecided", "waiting", "running", "not-started")

Report = Callable[[CampaignRecord, RunDirectory], None]


class Settled(Protocol):
    """Hears of every row that has come to its end."""

    def __call__(self, row: RowKey, state: RowState, *, found: bool) -> None:
        """Take it in; `found` says that all of the row was there already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignManner:
    """How a campaign is carried out; the fields are those of `Manner`, and when to stop.

    `report` writes the record's report into the directory. `live` is asked every now and then, in
    a thread, whether to write one while the campaign goes on. `settled` hears of every row's end.
    """

    out: Path
    command: str
    report: Report
    settled: Settled = lambda _row, _state, *, found: None  # noqa: ARG005 # nobody listens
    live: Callable[[Night], object] = lambda _: None
    fresh: bool = False
    signals: bool = True
    max_failures: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPerformed:
    """A campaign that has come to an end."""

    record: CampaignRecord
    directory: Path
    exit_code: Exit
    remarks: tuple[str, ...] = ()
    trouble: WanflowError | None = None


async def perform_campaign(
    order: Order,
    workspace: Workspace,
    *,
    manner: CampaignManner,
    watch: RowWatch,
    account: Account | None = None,
) -> CampaignPerformed:
    """Carry a campaign out; an unfinished run of it goes on in its own directory.

    Raises:
        UnfinishedError: not even the report could be written.
        WorkspaceError: another process is at the same run, or the directory is unfit.
    """
    known = None if manner.fresh else workspace.journal.unfinished_run(order.digest)
    begun = known.directory if known else None
    with _directory(order, begun, manner.out) as directory:
        run = RunId(directory.path.name)
        night = Night(
            order=order,
            desk=Desk(workspace=workspace, directory=directory, run=run),
            watch=watch,
            command=manner.command,
            bills=(lambda: workspace.ledger.bills(run)) if account else dict,
            service=account.service.base_url if account else None,
            region=account.service.priced_in if account else None,
        )
        killed = known is not None and known.state == "running"
        return await _acted(night, account, manner, killed=killed)


def _directory(order: Order, begun: Path | None, out: Path) -> RunDirectory:
    if begun is not None:
        return RunDirectory.open(begun)
    run = new_run_id(order.campaign.name, datetime.now(UTC), token_bytes(2))
    return RunDirectory.create(out, run)


async def _acted(
    night: Night, account: Account | None, manner: CampaignManner, *, killed: bool
) -> CampaignPerformed:
    desk, order = night.desk, night.order
    desk.workspace.journal.begin_run(
        desk.run,
        digest=order.digest,
        recipe=order.campaign.name,
        directory=desk.directory.path,
        started_at=night.started_at,
        facts={
            "command": night.command,
            "provider": order.provider,
            "service": night.service,
            "account": account.key.fingerprint if account else None,
            "campaign": order.campaign.name,
            "steps": order.steps,
            "rows": order.row_count,
        },
    )
    desk.directory.write_text("campaign.yaml", order.source)
    desk.directory.write_text("recipe.yaml", order.recipe_source)
    caught: list[int] = []
    trouble: WanflowError | None = None
    end = RowsEnd(unread=True)
    try:
        async with interruptible(caught, signals=manner.signals):
            end = await _carried_out(night, account, manner, killed=killed)
    except WanflowError as error:
        if isinstance(error, InternalError):
            raise
        trouble = error
    return _ended(night, end, caught, trouble, manner)


async def _carried_out(
    night: Night, account: Account | None, manner: CampaignManner, *, killed: bool
) -> RowsEnd:
    order, desk = night.order, night.desk
    async with AsyncExitStack() as stack:
        names = {order.provider, "builtin"}
        providers: list[Provider] = [engine(name) for name in sorted(names - {NAME})]
        if account is not None:
            provider = await bought_from(
                account,
                desk.workspace,
                desk.run,
                cards=order.catalogue.models,
                stack=stack,
                killed=killed,
                jobs=lambda: [
                    entry.job
                    for one in order.rows.planned(fresh=False)
                    for entry in one.plan.jobs
                    if entry.decision.action == "run"
                ],
            )
            providers.append(provider)
        shop_for = _workshops(night, providers)

        def settle(row: PlannedRow, outcomes: Outcomes, *, found: bool) -> None:
            night.settle(row, outcomes, found=found)
            manner.settled(row.key, ending_of(outcomes.values()), found=found)

        here = _OPEN_ROWS_A_CORE * (os.cpu_count() or 1)
        open_rows = here if account is None else _OPEN_ROWS
        patience = Patience(at_once=open_rows, max_failures=manner.max_failures)
        async with anyio.create_task_group() as group:
            group.start_soon(_reported, night, manner)
            end = await run_rows(night.to_run(), shop_for, settle, patience=patience)
            group.cancel_scope.cancel()
        return end


async def _reported(night: Night, manner: CampaignManner) -> None:
    while True:
        await anyio.sleep(_LIVE_EVERY_S)
        await to_thread.run_sync(manner.live, night)


def _workshops(night: Night, providers: list[Provider]) -> Callable[[PlannedRow], Workshop]:
    cards = night.order.catalogue.models
    families = {provider.family: provider for provider in providers}
    fitter = Fitter({name: card.images for name, card in cards.items()})
    measuring = inspector()
    slots = anyio.CapacityLimiter(_AT_ONCE)
    cores = anyio.CapacityLimiter(os.cpu_count() or 1)
    twins = Twins(night.desk.run)

    def shop_for(row: PlannedRow) -> Workshop:
        return Workshop(
            providers=families,
            objects=night.desk.workspace.objects,
            fitter=fitter,
            tell=night.begin(row).tell,
            at_once=_AT_ONCE,
            inspector=measuring,
            slots=slots,
            cores=cores,
            once=twins.once,
        )

    return shop_for


def _ended(
    night: Night,
    end: RowsEnd,
    caught: list[int],
    trouble: WanflowError | None,
    manner: CampaignManner,
) -> CampaignPerformed:
    state: RunState = "interrupted" if caught else "unfinished"
    try:
        record = night.record(state)
        if not caught and trouble is None and not end.unread:
            state = _state(record.states)
            record = replace(record, state=state)
        manner.report(record, night.desk.directory)
        night.desk.workspace.journal.end_run(
            night.desk.run, state=state, ended_at=record.ended_at or ""
        )
    except UnfinishedError:
        if trouble is not None:
            raise trouble from None
        raise
    code = exit_for(caught) if caught else _exit(record, end, trouble)
    return CampaignPerformed(
        record=record, directory=night.desk.directory.path, exit_code=code, trouble=trouble
    )


def _state(states: Mapping[RowState, int]) -> RunState:
    if any(states.get(state) for state in _OPEN):
        return "unfinished"
    return "failed" if states.get("failed") else "done"


def _exit(record: CampaignRecord, end: RowsEnd, trouble: WanflowError | None) -> Exit:
    if trouble is not None:
        return trouble.exit_code
    states = record.states
    if states.get("undecided") or states.get("waiting"):
        return Exit.DECISION_NEEDED
    if end.because == "failures":
        return Exit.STEP_FAILED
    if record.state == "unfinished":
        return Exit.UNFINISHED
    return Exit.STEP_FAILED if record.state == "failed" else Exit.DONE
