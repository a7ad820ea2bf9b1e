"""Requests whose fate is unknown: looked for, then asked about, never silently bought again."""

from datetime import UTC, datetime

import anyio

from wanflow.errors import StepError, UndecidedError, UsageError
from wanflow.execute.ledger import Ending, Entry, Ledger
from wanflow.providers.dashscope.asking import Asking
from wanflow.providers.dashscope.regions import is_loopback
from wanflow.providers.dashscope.settings import Settings
from wanflow.providers.dashscope.sweep import Absent, Adopted, Fate, Sweep, Unresolved

_LOOK_AT_LEDGER_S = 0.5
# A request that is cut off may still lie in a buffer for a moment.
_AFTERMATH_S = 10.0
_FLAGS = (
    "look it up in the console of Model Studio; then --adopt ID takes a task over, "
    "--resubmit-ambiguous pays once more, --skip leaves the step out"
)
_FLAGS_WITHOUT_TASK = (
    "see in the console's bill of Model Studio whether it was charged; its pictures cannot be "
    "fetched: --resubmit-ambiguous pays once more, --skip leaves the step out"
)


class Deciding:
    """Settles what stayed open without an answer.

    Args:
        asking: knows the service's time.
        sweep: looks into the service's list.
        ledger: where entries are.
        settings: what a person has decided, and the deadlines.
    """

    def __init__(self, asking: Asking, sweep: Sweep, *, ledger: Ledger, settings: Settings) -> None:
        self._asking = asking
        self._sweep = sweep
        self._ledger = ledger
        self._settings = settings
        # Entries of this process: from when on, by the service's time, they cannot arrive.
        self._over_s: dict[int, float] = {}
        self._begun_s: float | None = None

    def in_doubt(self, entry: Entry) -> None:
        """Note that a request of this process has ended without an answer."""
        now_s = self._asking.time.now_s()
        if now_s is not None:
            self._over_s[entry.id] = now_s

    async def clear_up(self, entry: Entry, *, doubt: str = "") -> None:
        """Find out what became of an open entry without a task, and enter it.

        Args:
            entry: it may belong to another process that is still waiting for its answer.
            doubt: what went wrong, if it is known.

        Raises:
            UndecidedError: it cannot be found out.
            StepError: a person has decided to leave it out.
        """
        await self._asking.service_time_s()
        if await self._somebody_does(entry):
            return
        adopted = self._adopted_by_hand(entry)
        if adopted is not None:
            self._ledger.accept(entry.id, task_id=adopted, request_id=None)
            return
        fate = await self.fate_of(entry)
        if isinstance(fate, Unresolved):
            self._unresolved(entry, fate, doubt)
        else:
            self.enter(entry, fate)

    async def fate_of(self, entry: Entry) -> Fate:
        """Look for a request at the service."""
        if entry.intent.service != self._settings.service.base_url:
            return Unresolved(reason=f"it was sent to {entry.intent.service}")
        if await self._asking.service_time_s() is None:
            return Unresolved(reason="the service's clock is not known")
        return await self._sweep.fate_of(entry, over_s=self._end_s(entry))

    def enter(self, entry: Entry, fate: Fate) -> None:
        """Enter what became of a request; what is unresolved stays as it is."""
        if isinstance(fate, Adopted):
            self._ledger.accept(entry.id, task_id=fate.task_id, request_id=None)
        elif isinstance(fate, Absent):
            self._ledger.settle(entry.id, Ending(state="refused", reason="never arrived"))

    def given_up(self, entry: Entry, *, reason: str, words: str) -> None:
        """Count an entry as lost if a person has said so.

        Raises:
            UndecidedError: nobody has decided yet.
            StepError: a person has decided to leave it out.
        """
        decisions = self._settings.decisions
        if decisions.skip:
            raise StepError("left-out", f"left out by --skip: {words}")
        if not decisions.resubmit:
            hint = _FLAGS if self._sweep.has_task(entry) else _FLAGS_WITHOUT_TASK
            raise UndecidedError("unresolved", f"{words}: {_described(entry)}", hint=hint)
        self._ledger.settle(entry.id, Ending(state="lost", reason=reason))

    def may_be_answered(self, entry: Entry) -> bool:
        """Say whether another process may be at work and still get the answer to its request."""
        if entry.id in self._over_s or entry.intent.purse == self._settings.purse:
            return False
        return (self._asking.time.now_s() or float("inf")) < self._end_s(entry)

    def from_elsewhere(self, entry: Entry) -> bool:
        """Say whether an entry was made at a program on a machine, where nothing was paid."""
        service = self._settings.service.base_url
        return entry.intent.service != service and is_loopback(entry.intent.service)

    def _unresolved(self, entry: Entry, fate: Unresolved, doubt: str) -> None:
        among = f" (it may be {', '.join(fate.candidates[:4])})" if fate.candidates else ""
        why = f"{doubt}; {fate.reason}" if doubt else fate.reason
        words = f"it is not known whether a paid request was accepted: {why}{among}"
        self.given_up(entry, reason=fate.reason, words=words)

    async def _somebody_does(self, entry: Entry) -> bool:
        """Wait while another process may still get the answer; True if it got one."""
        while self.may_be_answered(entry):
            await anyio.sleep(_LOOK_AT_LEDGER_S)
            latest = self._ledger.latest(entry.intent.fingerprint)
            if latest is None or latest.id != entry.id or latest.state != "intended":
                return True
        return False

    def _end_s(self, entry: Entry) -> float:
        """Say from when on a request cannot arrive any more, by the service's time.

        A run is held by one process at a time: an entry of our own run that we did not make was
        made by a process that has ended.
        """
        if entry.id in self._over_s:
            return self._over_s[entry.id]
        now_s = self._asking.time.now_s() or 0.0
        if entry.intent.purse == self._settings.purse:
            return self._over_s.setdefault(entry.id, now_s)
        sent_s, wait = entry.intent.service_time_s or 0.0, self._settings.deadlines
        answers_s = wait.response_s if self._sweep.has_task(entry) else wait.call_s
        return sent_s + answers_s + _AFTERMATH_S

    def _adopted_by_hand(self, entry: Entry) -> str | None:
        """Find the task that a person has named for this request."""
        known = self._ledger.known_tasks()
        alone: list[str] = []
        for word in self._settings.decisions.adopt:
            request, _, task = word.rpartition("=")
            if request and entry.intent.fingerprint.startswith(request):
                if not self._sweep.has_task(entry):
                    raise UsageError(
                        f"request {request} was sent to a model that has no tasks to adopt",
                        hint="use --resubmit-ambiguous or --skip",
                    )
                return task
            if not request and task not in known:
                alone.append(task)
        if not alone or not self._sweep.has_task(entry):
            return None
        others = [
            other
            for other in self._ledger.open()
            if other.task_id is None and self._sweep.has_task(other)
        ]
        if len(alone) > 1 or len(others) > 1:
            raise UsageError(
                f"{len(others)} requests are undecided: say which one a task belongs to",
                hint=f"write --adopt {entry.intent.fingerprint[:12]}={alone[0]}",
            )
        return alone[0]


def _described(entry: Entry) -> str:
    intent = entry.intent
    when = "at a time not known"
    if intent.service_time_s is not None:
        moment = datetime.fromtimestamp(intent.service_time_s, UTC)
        when = f"at {moment:%Y-%m-%dT%H:%M:%SZ} (service time)"
    cost = intent.images * intent.price_micro / 1_000_000
    task = f", task {entry.task_id}" if entry.task_id else ""
    return (
        f"request {intent.fingerprint[:12]} sent {when}{task}, prompt {intent.prompt_sha256[:12]}, "
        f"{intent.images} picture{'s' * (intent.images != 1)}, {cost:.2f} {intent.currency}"
    )
