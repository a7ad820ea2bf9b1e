"""The service on a run's account, entered when all that an earlier end left open is settled."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from wanflow.cli.forgotten import age_s
from wanflow.cli.service import Account
from wanflow.execute.ports import Provider
from wanflow.model.card import ModelCard
from wanflow.model.plan import Job
from wanflow.model.values import RunId
from wanflow.store.workspace import Workspace


async def bought_from(
    account: Account,
    workspace: Workspace,
    run: RunId,
    *,
    cards: Mapping[str, ModelCard],
    stack: AsyncExitStack,
    killed: bool,
    jobs: Callable[[], Sequence[Job]],
) -> Provider:
    """Enter the service, and find out what became of requests that never got an answer.

    A run that was killed may have lost the newest entries of its journal with the disk's cache:
    then the service's list is compared with everything that is going to be asked for.

    Args:
        account: who pays.
        workspace: whose ledger it is written in.
        run: for which it is paid.
        cards: the models by name.
        stack: leaves the service at its end.
        killed: the run before did not come to its end.
        jobs: gives all jobs that are going to run; asked only when they are needed.
    """
    ledger = workspace.ledger
    provider = account.provider(run, ledger=ledger, cards=cards)
    await stack.enter_async_context(provider)
    decided = account.terms.resubmit or account.terms.skip
    if killed and not decided:
        await provider.sweep(
            [job for job in jobs() if job.provider == provider.family],
            since_s=ledger.begun_s(run),
            age_s=age_s(run),
        )
    else:
        await provider.sweep()
    return provider
