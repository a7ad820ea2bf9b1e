"""Equal requests of several rows: made once, and the others stand on it."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

import anyio

from wanflow.execute.attempt import reused
from wanflow.model.plan import Job, Recorded
from wanflow.model.run import Done, Outcome
from wanflow.model.values import Fingerprint

# Rows are planned some hundred ahead of their turn; what was made since is found here.
_MOST = 2_000


class Twins:
    """What is being made at this moment, and what was made last, by its request.

    Args:
        run: in whose name it is made.
    """

    def __init__(self, run: str) -> None:
        self._run = run
        self._making: dict[Fingerprint, anyio.Event] = {}
        self._made: OrderedDict[Fingerprint, Recorded] = OrderedDict()

    async def once(self, job: Job, make: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Make a job, unless an equal one was made or is being made.

        Whoever comes while an equal job is under way waits for it; if that fails, the next one
        tries for itself.
        """
        request = job.fingerprint
        while (under_way := self._making.get(request)) is not None:
            await under_way.wait()
        known = self._made.get(request)
        if known is not None:
            return reused(job, known)
        settled = self._making[request] = anyio.Event()
        try:
            outcome = await make()
            if isinstance(outcome, Done) and outcome.pictures:
                self._keep(request, outcome)
            return outcome
        finally:
            del self._making[request]
            settled.set()

    def _keep(self, request: Fingerprint, done: Done) -> None:
        self._made[request] = Recorded(
            fingerprint=request,
            pictures=done.pictures,
            notes=done.notes,
            seconds=done.seconds,
            run=self._run,
            missing=done.missing,
            receipt=done.receipt,
            checks=done.checks,
        )
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
