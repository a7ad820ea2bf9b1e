"""The money path: one request, one entry, one verdict. What may have arrived is never repeated."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from wanflow.errors import AccountError, StepError, UnfinishedError
from wanflow.execute.ledger import Ending, Entry, Intent, Ledger
from wanflow.providers.dashscope.asking import Asking
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.pace import Pace, full_jitter_s
from wanflow.providers.dashscope.patience import Breaker, RetryBudget
from wanflow.providers.dashscope.service_time import ServiceTime
from wanflow.providers.dashscope.settings import Settings
from wanflow.providers.dashscope.transport import Links, WireError
from wanflow.providers.dashscope.verdict import (
    Ambiguous,
    Answered,
    NotTaken,
    Refused,
    Taken,
    Verdict,
    judge,
    judge_error,
)
from wanflow.providers.dashscope.wire.answers import Report
from wanflow.providers.dashscope.wire.requests import Request

_UNREACHED_TRIES = 8
_AGAIN_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A request ready to leave. `intent` lacks nothing but the service's time."""

    request: Request
    tasks: bool
    pace: Pace
    intent: Callable[[float | None], Intent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What became of it: `report` if the answer had the pictures, `doubt` if nobody knows."""

    entry: Entry
    report: Report | None = None
    doubt: str | None = None


@dataclass(slots=True, kw_only=True)
class _Tries:
    begun_s: float = field(default_factory=anyio.current_time)
    unreached: int = 0
    again: int = 0


class Buying:
    """Sends paid requests."""

    def __init__(
        self,
        links: Links,
        asking: Asking,
        *,
        key: ApiKey,
        ledger: Ledger,
        settings: Settings,
        breaker: Breaker,
        retries: RetryBudget,
    ) -> None:
        self._links = links
        self._asking = asking
        self._key = key
        self._ledger = ledger
        self._settings = settings
        self._breaker = breaker
        self._retries = retries
        self._flights = anyio.CapacityLimiter(settings.submits_at_once)

    @property
    def _time(self) -> ServiceTime:
        return self._asking.time

    async def buy(self, purchase: Purchase) -> Bought:
        """Send a request until it is accepted, refused for good, or its fate is unknown.

        Only what certainly was not accepted is sent again.

        Raises:
            StepError: refused for good.
            PausedError: the budget is reached.
            AccountError: the account cannot go on; nothing more is sent from here.
            UnfinishedError: the service cannot be reached, or the disk is broken.
            HeldError: somebody else has this request open.
        """
        tries = _Tries()
        while True:
            await self._breaker.passed()
            try:
                entry, verdict = await self._one(purchase)
            finally:
                self._breaker.left()
            match verdict:
                case Taken() | Answered():
                    self._breaker.succeeded()
                    self._retries.earn()
                    purchase.pace.went_well()
                    report = verdict.report if isinstance(verdict, Answered) else None
                    return Bought(entry=entry, report=report)
                case Ambiguous(reason=reason):
                    self._breaker.failed("ambiguous")
                    return Bought(entry=entry, doubt=reason)
                case Refused():
                    self._breaker.succeeded()
                    raise self._no(verdict)
                case NotTaken():
                    await self._wait(verdict, purchase, tries)

    async def _one(self, purchase: Purchase) -> tuple[Entry, Verdict]:
        async with self._flights:
            await self._know_the_time()
            await purchase.pace.turn()
            if self._breaker.stopped is not None:
                raise self._breaker.stopped
            intent = purchase.intent(self._time.now_s())
            entry = self._ledger.intend(intent, self._settings.cap)
            verdict = await _to_its_end(
                lambda: self._send(purchase, entry), patience_s=self._settings.deadlines.cancel_s
            )
        return entry, verdict or Ambiguous(reason="interrupted")

    async def _send(self, purchase: Purchase, entry: Entry) -> Verdict:
        """Send once, and enter the answer before anything else can happen."""
        wait = self._settings.deadlines
        deadline_s = wait.response_s if purchase.tasks else wait.call_s
        try:
            reply = await self._links.buy(purchase.request, deadline_s=deadline_s)
        except WireError as error:
            verdict = judge_error(error)
        else:
            self._time.heard(reply.headers)
            verdict = judge(reply, tasks=purchase.tasks)
        self._enter(entry, verdict)
        return verdict

    def _enter(self, entry: Entry, verdict: Verdict) -> None:
        match verdict:
            case Taken(accepted=accepted):
                self._ledger.accept(
                    entry.id, task_id=accepted.task_id, request_id=accepted.request_id
                )
            case Answered(report=report):
                self._ledger.settle(entry.id, made_of(report, entry.intent.images))
            case NotTaken(reason=reason):
                self._ledger.settle(entry.id, Ending(state="refused", reason=reason))
            case Refused(refusal=refusal):
                ending = Ending(state="refused", reason=refusal.code, request_id=refusal.request_id)
                self._ledger.settle(entry.id, ending)
            case Ambiguous():
                pass  # it stays open: that is what ambiguous means

    async def _know_the_time(self) -> None:
        """Hear the service's clock before the first request: a lost one is looked for by it."""
        tries = 0
        while self._time.now_s() is None:
            if tries >= _UNREACHED_TRIES:
                raise _given_up("cannot be reached", "not even its clock")
            if tries:
                await anyio.sleep(full_jitter_s(tries))
            tries += 1
            await self._asking.service_time_s()

    async def _wait(self, said: NotTaken, purchase: Purchase, tries: _Tries) -> None:
        """Wait before a request that was certainly not accepted is sent again."""
        spent_s = anyio.current_time() - tries.begun_s
        wait = self._settings.deadlines
        self._retries.spend(said.reason)
        if said.throttled:
            self._breaker.failed("throttled")
            purchase.pace.slow_down(said.wait_s)
            if spent_s > wait.throttled_s:
                raise _given_up("says that there are too many requests", said.reason)
            return
        if said.refused is not None:
            self._breaker.succeeded()
            tries.again += 1
            if tries.again >= _AGAIN_TRIES:
                raise self._no(said.refused)
            await anyio.sleep(full_jitter_s(tries.again))
            return
        self._breaker.failed("unreached")
        tries.unreached += 1
        if tries.unreached >= _UNREACHED_TRIES or spent_s > wait.connect_tries_s:
            raise _given_up("cannot be reached", said.reason)
        await anyio.sleep(full_jitter_s(tries.unreached))

    def _no(self, said: Refused) -> StepError | AccountError:
        code = said.refusal.code or "refused"
        message = said_by_service(said.meaning.words, said.refusal.message, self._key)
        if not said.stop:
            return StepError(code, message, hint=said.meaning.hint or None)
        error = AccountError(f"{message} ({code})", hint=said.meaning.hint)
        self._breaker.stop(error)
        return error


def made_of(report: Report, images: int) -> Ending:
    """Say how a request ended that made pictures.

    Args:
        report: the answer.
        images: how many were asked for.
    """
    urls = tuple(picture.url or "" for picture in report.pictures)
    billed = report.billed_images
    if billed is None:
        # Without a word about the bill, good pictures are billed; without pictures, all of them.
        billed = sum(1 for url in urls if url) or images
    return Ending(state="made", billed_images=billed, urls=urls, request_id=report.request_id)


def said_by_service(words: str, message: str, key: ApiKey) -> str:
    """Put our words and the service's together, the key taken out of them."""
    return f"{words}: {key.redacted(message)}" if message else words


def _given_up(what: str, reason: str) -> UnfinishedError:
    return UnfinishedError(
        f"the service {what}: {reason}",
        hint="run the same command again later; it goes on where this one stopped",
    )


async def _to_its_end(
    work: Callable[[], Awaitable[Verdict]], *, patience_s: float
) -> Verdict | None:
    """Do something that must not be cancelled in the middle.

    When we are cancelled meanwhile, it still has `patience_s` to come to its end, so that the
    answer to a request that has left is entered; then the cancellation goes on.
    """
    done: list[Verdict] = []
    failed: list[Exception] = []
    over = anyio.Event()
    shield = anyio.CancelScope(shield=True)

    async def run() -> None:
        with shield:
            try:
                done.append(await work())
            except Exception as error:  # noqa: BLE001 - raised again outside the task group
                failed.append(error)
        over.set()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            try:
                await over.wait()
            except anyio.get_cancelled_exc_class():
                shield.deadline = anyio.current_time() + patience_s
                raise
    finally:
        if failed:
            # It outweighs a cancellation: it may hold the id of a task that could not be entered.
            raise failed[0]
    return done[0] if done else None
