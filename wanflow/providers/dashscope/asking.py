"""Requests that cost nothing: queries, lists, cancels. All of them under one pace."""

from contextlib import suppress

from wanflow.errors import AccountError
from wanflow.providers.dashscope.codes import meaning_of_refusal
from wanflow.providers.dashscope.pace import Pace
from wanflow.providers.dashscope.patience import Breaker
from wanflow.providers.dashscope.service_time import ServiceTime
from wanflow.providers.dashscope.transport import BrokenError, Links, Reply, WireError
from wanflow.providers.dashscope.verdict import retry_after_s
from wanflow.providers.dashscope.wire.answers import Refusal, read_refusal
from wanflow.providers.dashscope.wire.requests import Request, list_tasks

# A 403 says nothing about the account here: an object store or a gateway may mean this request.
_ACCOUNT_STATUSES = frozenset({401})


class Asking:
    """Sends what costs nothing, and learns from every answer.

    Args:
        links: the connections.
        pace: of all these requests together. Source: the limit of 20 a second is the account's,
            for query, list and cancel.
        time: is told the service's clock.
        breaker: is stopped when the service refuses the key.
    """

    def __init__(self, links: Links, *, pace: Pace, time: ServiceTime, breaker: Breaker) -> None:
        self._links = links
        self.pace = pace
        self.time = time
        self._breaker = breaker

    async def ask(
        self, request: Request, *, has_turn: bool = False, deadline_s: float | None = None
    ) -> Reply:
        """Send a request and give a good answer.

        Args:
            request: costs nothing.
            has_turn: the pace has been waited for.
            deadline_s: instead of the usual one.

        Raises:
            WireError: no answer, or one that says no for now.
            RefusedError: the service says no for good.
            AccountError: the key is refused; from then on nothing is sent.
        """
        if self._breaker.stopped is not None:
            raise self._breaker.stopped
        if not has_turn:
            await self.pace.turn()
        reply = await self._links.ask(request, deadline_s=deadline_s)
        self.time.heard(reply.headers)
        if 200 <= reply.status < 300:
            self.pace.went_well()
            return reply
        if reply.status == 429:
            self.pace.slow_down(retry_after_s(reply))
        raise self._said_no(reply)

    async def service_time_s(self) -> float | None:
        """Say what time it is for the service, and ask it if it has not been heard yet.

        Any answer will do, a refusal too: each of them has a date.

        Raises:
            AccountError: the key is refused.
        """
        if self.time.now_s() is None:
            with suppress(WireError, RefusedError):
                await self.ask(list_tasks(page_size=1))
        return self.time.now_s()

    def _said_no(self, reply: Reply) -> Exception:
        refusal = read_refusal(reply.body)
        meaning = meaning_of_refusal(reply.status, refusal.code)
        name = refusal.code or f"HTTP {reply.status}"
        if reply.status in _ACCOUNT_STATUSES:
            stop = AccountError(f"{meaning.words} ({name})", hint=meaning.hint)
            self._breaker.stop(stop)
            return stop
        if reply.status == 429 or not 400 <= reply.status < 500:
            return BrokenError(name)
        return RefusedError(reply.status, refusal)


class RefusedError(Exception):
    """The service refuses a request that costs nothing, and would again."""

    def __init__(self, status: int, refusal: Refusal) -> None:
        super().__init__(refusal.code or f"HTTP {status}")
        self.status = status
        self.refusal = refusal
