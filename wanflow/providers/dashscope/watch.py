"""One watch over all tasks: asks where a finished task is most likely to be found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import anyio

from wanflow.errors import PausedError
from wanflow.providers.dashscope.asking import Asking, RefusedError
from wanflow.providers.dashscope.latency import Latencies
from wanflow.providers.dashscope.pace import full_jitter_s
from wanflow.providers.dashscope.transport import WireError
from wanflow.providers.dashscope.wire.answers import (
    BadAnswerError,
    Report,
    State,
    read_page,
    read_report,
)
from wanflow.providers.dashscope.wire.requests import list_tasks, query_task

_OVER: frozenset[State | None] = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})
# A task is asked for when it is expected to be over for this share of the usual latency.
_WORTH_SHARE, _WORTH_LEAST_S = 0.005, 0.02
# How much earlier than a task's own time the list is read, for clocks that disagree.
_EARLIER_S = 5.0
_IDLE_MOST_S = 1.0
# UNKNOWN is believed when it was said this often over this long.
_UNKNOWNS, _UNKNOWN_FOR_S, _UNKNOWN_EVERY_S = 5, 60.0, 15.0
# With more tasks than this, one list tells more than one query.
_MANY, _LIST_EVERY_S, _LIST_REST_S = 20, 0.5, 60.0

_Role = Literal["ask", "list"]


@dataclass(eq=False, slots=True, kw_only=True)
class Ticket:
    """One task that somebody waits for. Times are the event loop's, in seconds.

    `state` is the last one that the service has named; `now` says that it is to be asked at once.
    """

    task_id: str
    latencies: Latencies
    begun_s: float
    seen_s: float
    state: State | None = None
    now: bool = False
    not_before_s: float = 0.0
    unknown_since_s: float | None = None
    unknowns: int = 0
    failures: int = 0
    role: _Role | None = None
    called: anyio.Event = field(default_factory=anyio.Event)


class Watch:
    """Looks after all tasks of a provider.

    There is no task of its own behind it: of those who wait, one hands out the turns, and when it
    gets one itself, or goes, the next takes over.

    Args:
        asking: sends queries and lists.
        look_every_s: how often each task is looked at, at the least.
    """

    def __init__(self, asking: Asking, *, look_every_s: float) -> None:
        self._asking = asking
        self._look_every_s = look_every_s
        self._waiting: list[Ticket] = []
        self._driver: Ticket | None = None
        self._listed_s = float("-inf")

    async def until_over(self, ticket: Ticket, *, deadline_s: float) -> Report:
        """Wait until a task is over.

        Args:
            ticket: the task; its state is kept up to date.
            deadline_s: the event loop's time at which to give up; one more look is taken then.

        Returns:
            The last answer: SUCCEEDED, FAILED or CANCELED, or UNKNOWN if the service has said so
            five times over a minute.

        Raises:
            PausedError: with the code `deadline`; the task goes on.
            AccountError: the key is refused.
        """
        while True:
            late = anyio.current_time() >= deadline_s
            role: _Role | None = "ask" if late else None
            if late:
                await self._asking.pace.turn()
            else:
                with anyio.move_on_at(deadline_s):
                    role = await self._turn(ticket)
            if role == "list":
                await self._list()
            elif role == "ask":
                report = await self._ask(ticket)
                if report is not None:
                    return report
            if late:
                raise PausedError(
                    "deadline",
                    f"task {ticket.task_id} is not over ({ticket.state or 'state not documented'})",
                    hint="it goes on at the service: run the same command again to fetch it",
                )

    async def _ask(self, ticket: Ticket) -> Report | None:
        """Query one task; None if it is not over, or nobody could say."""
        try:
            reply = await self._asking.ask(query_task(ticket.task_id), has_turn=True)
            report = read_report(reply.body)
        except (WireError, RefusedError, BadAnswerError):
            # Not one submission because of it: the answer is in no hurry.
            ticket.failures += 1
            ticket.not_before_s = anyio.current_time() + full_jitter_s(ticket.failures)
            return None
        ticket.failures, ticket.now = 0, False
        ticket.seen_s, ticket.state = anyio.current_time(), report.state
        if report.state == "UNKNOWN":
            return report if self._believed(ticket) else None
        ticket.unknowns, ticket.unknown_since_s = 0, None
        if report.state not in _OVER:
            return None
        if report.state == "SUCCEEDED":
            age_s = ticket.seen_s - ticket.begun_s
            ticket.latencies.seen(age_s if report.seconds is None else report.seconds)
        return report

    def _believed(self, ticket: Ticket) -> bool:
        now_s = anyio.current_time()
        if ticket.unknown_since_s is None:
            ticket.unknown_since_s = now_s
        ticket.unknowns += 1
        ticket.not_before_s = now_s + _UNKNOWN_EVERY_S
        return ticket.unknowns >= _UNKNOWNS and now_s - ticket.unknown_since_s >= _UNKNOWN_FOR_S

    async def _list(self) -> None:
        """Look at many tasks with one query."""
        now_s = anyio.current_time()
        self._listed_s = now_s
        oldest_s = min((ticket.begun_s for ticket in self._waiting), default=now_s)
        service_s = self._asking.time.now_s()
        since_s = None if service_s is None else service_s - (now_s - oldest_s) - _EARLIER_S
        try:
            reply = await self._asking.ask(list_tasks(since_s=since_s), has_turn=True)
            page = read_page(reply.body)
        except (WireError, RefusedError, BadAnswerError):
            self._listed_s = anyio.current_time() + _LIST_REST_S
            return
        found = {row.task_id: row.state for row in page.rows}
        for ticket in self._waiting:
            state = found.get(ticket.task_id)
            if state in _OVER:
                ticket.now = True
            elif state is not None and state != "UNKNOWN":
                ticket.seen_s, ticket.state = now_s, state

    async def _turn(self, ticket: Ticket) -> _Role:
        """Wait for the turn to send one request."""
        ticket.role = None
        self._waiting.append(ticket)
        try:
            while ticket.role is None:
                if self._driver is None:
                    await self._drive(ticket)
                else:
                    await ticket.called.wait()
                    ticket.called = anyio.Event()
        finally:
            self._waiting.remove(ticket)
        return ticket.role

    async def _drive(self, driver: Ticket) -> None:
        """Hand out turns until one's own comes."""
        self._driver = driver
        try:
            while driver.role is None:
                if self._chosen() is None:
                    await anyio.sleep(self._idle_s())
                    continue
                await self._asking.pace.turn()
                found = self._chosen()
                if found is not None:
                    ticket, ticket.role = found[0], found[1]
                    ticket.called.set()
        finally:
            self._driver = None
            for ticket in self._waiting:
                if ticket is not driver and ticket.role is None:
                    ticket.called.set()
                    break

    def _chosen(self) -> tuple[Ticket, _Role] | None:
        """Find the task that is expected to have been over for longest."""
        now_s = anyio.current_time()
        free = [ticket for ticket in self._waiting if ticket.role is None]
        if not free:
            return None
        certain = [ticket for ticket in free if ticket.now and ticket.not_before_s <= now_s]
        if certain:
            return certain[0], "ask"
        if len(free) > _MANY and now_s - self._listed_s >= _LIST_EVERY_S:
            return free[0], "list"
        due = [ticket for ticket in free if self._is_due(ticket, now_s)]
        if not due:
            return None
        return max(due, key=_overdue(now_s)), "ask"

    def _idle_s(self) -> float:
        shortest_s = min(ticket.latencies.typical_s for ticket in self._waiting)
        longest_s = min(_IDLE_MOST_S, self._look_every_s / 5)
        return min(longest_s, max(self._asking.pace.interval_s, shortest_s / 100))

    def _is_due(self, ticket: Ticket, now_s: float) -> bool:
        if ticket.not_before_s > now_s:
            return False
        if now_s - ticket.seen_s >= self._look_every_s:
            return True
        worth_s = max(_WORTH_LEAST_S, _WORTH_SHARE * ticket.latencies.typical_s)
        return _overdue(now_s)(ticket) >= worth_s


def _overdue(now_s: float) -> Callable[[Ticket], float]:
    def overdue_s(ticket: Ticket) -> float:
        return ticket.latencies.overdue_s(
            asked_s=ticket.seen_s - ticket.begun_s, now_s=now_s - ticket.begun_s
        )

    return overdue_s
