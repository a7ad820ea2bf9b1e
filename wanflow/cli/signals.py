"""Signals that end a run in order: the first one lets it come to its end, a second one kills it."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from wanflow.errors import Exit
from wanflow.execute.run import first_error


@asynccontextmanager
async def interruptible(caught: list[int], *, signals: bool) -> AsyncIterator[None]:
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


def exit_for(caught: list[int]) -> Exit:
    """Give the exit code that tells of the signal that ended a run."""
    return Exit.INTERRUPTED if caught[0] == signal.SIGINT else Exit.TERMINATED
