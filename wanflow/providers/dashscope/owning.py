"""From a request to a finished task that is ours: bought at most once, whatever happened before."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import anyio

from wanflow.errors import AccountError, PausedError, StepError, UnfinishedError
from wanflow.execute.ledger import Ending, Entry, HeldError, Ledger
from wanflow.model.values import Fingerprint
from wanflow.providers.dashscope.alone import Alone
from wanflow.providers.dashscope.asked import Asked
from wanflow.providers.dashscope.asking import Asking, RefusedError
from wanflow.providers.dashscope.buying import (
    Bought,
    Buying,
    Purchase,
    made_of,
    said_by_service,
)
from wanflow.providers.dashscope.codes import meaning_of_failure
from wanflow.providers.dashscope.deciding import Deciding
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.latency import Latencies
from wanflow.providers.dashscope.settings import Settings
from wanflow.providers.dashscope.transport import WireError
from wanflow.providers.dashscope.watch import Ticket, Watch
from wanflow.providers.dashscope.wire.answers import Picture, Report
from wanflow.providers.dashscope.wire.requests import cancel_task

_DAY_S = 86_400.0
_HELD_S = 0.5
_UNANSWERED_MOST = 3
_SURPLUS_SHARE = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A finished request: its entry, and the answer that has its pictures."""

    entry: Entry
    report: Report


@dataclass(slots=True, kw_only=True)
class _Attempts:
    """What has been tried for one edit; a task that fails by the service's fault gets one more.

    `unanswered` counts requests that had no answer and turned out to have never arrived.
    """

    repeated: bool = False
    unanswered: int = 0


class Owning:
    """Brings a request to its end, beginning where the ledger says it is."""

    def __init__(
        self,
        asking: Asking,
        *,
        buying: Buying,
        watch: Watch,
        deciding: Deciding,
        ledger: Ledger,
        settings: Settings,
        key: ApiKey,
    ) -> None:
        self._asking = asking
        self._buying = buying
        self._watch = watch
        self._deciding = deciding
        self._ledger = ledger
        self._settings = settings
        self._key = key
        self._prompts = Alone()
        self._latencies: dict[str, Latencies] = {}
        self._slots: dict[str, anyio.CapacityLimiter] = {}
        self._bought_here: dict[int, float] = {}

    async def own(self, asked: Asked, purchase: Callable[[], Awaitable[Purchase]]) -> Owned:
        """Give the finished task of a request, bought if it never was.

        Args:
            asked: what is wanted.
            purchase: makes the request; called only if it has to be sent.

        Raises:
            StepError: the request, or its task, is refused or lost; `PausedError` and
                `UndecidedError` where it is neither.
            AccountError: the account cannot go on.
            UnfinishedError: the service cannot be reached, or the disk is broken.
        """
        attempts = _Attempts()
        fingerprint = asked.job.fingerprint
        while True:
            entry = self._entry(fingerprint)
            if entry is not None and entry.state in {"accepted", "made"}:
                owned = await self._over(entry, asked, attempts)
            elif entry is not None and entry.state == "intended":
                async with self._prompts.with_name(asked.prompt_sha256):
                    await self._deciding.clear_up(entry)
                continue
            else:
                if entry is not None and entry.state == "lost":
                    self._again_after_loss(entry)
                owned = await self._buy(asked, await purchase(), attempts)
            if owned is not None:
                return owned

    def give_up(self, entry: Entry) -> None:
        """Count a request as lost because a person has decided to buy it once more."""
        self._ledger.settle(entry.id, Ending(state="lost", reason=_RESUBMITTED))

    def _entry(self, fingerprint: Fingerprint) -> Entry | None:
        entry = self._ledger.latest(fingerprint)
        if entry is None or not self._deciding.from_elsewhere(entry):
            return entry
        if entry.state in {"intended", "accepted"}:
            # Nobody was paid, and nobody is there any more who could answer.
            self._ledger.settle(entry.id, Ending(state="canceled", reason="another local service"))
        return None

    def _again_after_loss(self, entry: Entry) -> None:
        if entry.reason != _RESUBMITTED:
            self._deciding.given_up(entry, reason=_RESUBMITTED, words="a paid result is lost")

    async def _buy(self, asked: Asked, purchase: Purchase, attempts: _Attempts) -> Owned | None:
        """Buy and wait; None if there is something to be settled first."""
        async with self._slot(asked):
            try:
                # Equal prompts one at a time until the task is known: two lost requests with one
                # prompt could not be told apart.
                async with self._prompts.with_name(asked.prompt_sha256):
                    bought = await self._buying.buy(purchase)
                    self._bought_here[bought.entry.id] = anyio.current_time()
                    if bought.doubt is not None:
                        self._deciding.in_doubt(bought.entry)
                        await self._deciding.clear_up(bought.entry, doubt=bought.doubt)
                        attempts.unanswered += 1
            except HeldError:
                await anyio.sleep(_HELD_S)
                return None
            entry = self._ledger.latest(asked.job.fingerprint)
            if entry is None or entry.state not in {"accepted", "made"}:
                _give_up_unanswered(attempts, bought)
                return None
            return await self._over(entry, asked, attempts, bought=bought)

    async def _over(
        self, entry: Entry, asked: Asked, attempts: _Attempts, *, bought: Bought | None = None
    ) -> Owned | None:
        """Wait until a request is over; None if it may, and should, be sent once more."""
        if entry.task_id is None:
            report = bought.report if bought and bought.report else _from_urls(entry)
            return Owned(entry=entry, report=report)
        if entry.intent.service != self._settings.service.base_url:
            self._deciding.given_up(
                entry, reason=_RESUBMITTED, words=f"it was sent to {entry.intent.service}"
            )
            return None
        report = await self._watched(entry, asked)
        match report.state:
            case "SUCCEEDED":
                if entry.state != "made":
                    ending = made_of(report, entry.intent.images)
                    self._ledger.settle(entry.id, ending)
                return Owned(entry=entry, report=report)
            case "FAILED":
                self._failed(entry, report, attempts)
            case "CANCELED":
                self._canceled(entry)
            case _:
                self._unknown(entry)
        return None

    async def _watched(self, entry: Entry, asked: Asked) -> Report:
        now_s = anyio.current_time()
        begun_s = self._bought_here.get(entry.id)
        ticket = Ticket(
            task_id=entry.task_id or "",
            latencies=self._latencies_of(asked),
            begun_s=now_s if begun_s is None else begun_s,
            seen_s=now_s if begun_s is None else begun_s,
            now=begun_s is None,
        )
        try:
            return await self._watch.until_over(
                ticket, deadline_s=now_s + self._settings.deadlines.poll_s
            )
        except anyio.get_cancelled_exc_class():
            if begun_s is not None and ticket.state in {None, "PENDING"}:
                await self._cancel(entry)
            raise

    async def _cancel(self, entry: Entry) -> None:
        """Ask the service not to begin with a task that nobody waits for any more."""
        with anyio.move_on_after(self._settings.deadlines.cancel_s, shield=True):
            with suppress(WireError, RefusedError, AccountError, UnfinishedError):
                self._ledger.canceling(entry.id)
                await self._asking.ask(cancel_task(entry.task_id or ""))
                self._ledger.settle(entry.id, Ending(state="canceled", reason="by us"))

    def _failed(self, entry: Entry, report: Report, attempts: _Attempts) -> None:
        self._ledger.settle(entry.id, Ending(state="failed", reason=report.code))
        meaning = meaning_of_failure(report.code)
        if meaning.repeat and not attempts.repeated:
            attempts.repeated = True
            return
        words = said_by_service(meaning.words, report.message, self._key)
        raise StepError(report.code or "task-failed", words, hint=meaning.hint or None)

    def _canceled(self, entry: Entry) -> None:
        latest = self._ledger.latest(entry.intent.fingerprint)
        ours = latest is not None and latest.canceling
        self._ledger.settle(entry.id, Ending(state="canceled", reason="by us" if ours else ""))
        if not ours:
            raise StepError(
                "canceled",
                f"task {entry.task_id} was cancelled, and not by this program",
                hint="run the same command again to make it; nothing was billed",
            )

    def _unknown(self, entry: Entry) -> None:
        now_s, sent_s = self._asking.time.now_s(), entry.intent.service_time_s
        if now_s is not None and sent_s is not None and now_s - sent_s <= _DAY_S:
            who = "" if entry.intent.account == self._key.fingerprint else ", sent with another key"
            words = f"the service does not know the task any more, within a day{who}"
        else:
            words = "the service has forgotten the task, its pictures are lost"
        self._deciding.given_up(entry, reason=_RESUBMITTED, words=words)

    def _latencies_of(self, asked: Asked) -> Latencies:
        typical_s = max(asked.card.latency_typical_s, 0.1)
        return self._latencies.setdefault(asked.card.name, Latencies(typical_s))

    def _slot(self, asked: Asked) -> anyio.CapacityLimiter:
        """Give the model's slots: those of the service, and a few that wait for one."""
        name = asked.card.name
        if name not in self._slots:
            running = self._settings.running_at_once or asked.card.running_at_once
            tokens = float("inf")
            if running is not None:
                # The more run at once, the more of them end before it is noticed.
                tokens = running + max(self._settings.surplus, int(running * _SURPLUS_SHARE))
            self._slots[name] = anyio.CapacityLimiter(tokens)
        return self._slots[name]


_RESUBMITTED = "given up for --resubmit-ambiguous"


def _from_urls(entry: Entry) -> Report:
    """Rebuild the answer of an edit without a task from what the ledger has kept."""
    return Report(
        state="SUCCEEDED",
        pictures=tuple(Picture(url=url or None) for url in entry.urls),
        request_id=entry.request_id,
        billed_images=entry.billed_images,
    )


def _give_up_unanswered(attempts: _Attempts, bought: Bought) -> None:
    if attempts.unanswered >= _UNANSWERED_MOST:
        raise PausedError(
            "no-answer",
            f"the service gave no answer {attempts.unanswered} times, at last: {bought.doubt}",
            hint="nothing was accepted: run the same command again later",
        )
