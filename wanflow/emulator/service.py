"""The service's memory: everything that one request leaves behind for the next."""

import random
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from wanflow.emulator.clock import Clock
from wanflow.emulator.faults.rules import Dice
from wanflow.emulator.identity import Mint
from wanflow.emulator.ledger import Ledger
from wanflow.emulator.models import Model
from wanflow.emulator.pace import Paces
from wanflow.emulator.pictures import Look, Viewer
from wanflow.emulator.refusals import Refusal, refusal
from wanflow.emulator.settings import Key, Settings
from wanflow.emulator.tasks import TaskBook

_CALLS_REMEMBERED = 100_000
_BEARER = re.compile(r"Bearer (\S+)", re.IGNORECASE)
# Pattern of the SDK for workspace ids.
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that came in, as tests count them."""

    at_s: float
    place: str
    status: int
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Who may upload into a folder of the object store, for which model."""

    account: str
    model: str
    expires_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An uploaded file: what it looks like, or why it is no picture."""

    account: str
    model: str
    stored_s: float
    content: Look | Refusal


class Service:
    """Settings, clock and memory of one emulator; the handlers are functions of it."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        ledger: Ledger,
        connection_lost: Callable[[str], Exception],
        observe: Callable[[Call], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.ledger = ledger
        self.connection_lost = connection_lost
        self._observe = observe
        self.start_s = clock.now_s()
        self.mint = Mint(settings.seed, self.start_s)
        self.rng = random.Random(settings.seed)  # noqa: S311 - latencies and seeds, no secrets
        self.dice = Dice(settings.faults, settings.seed)
        self.paces = Paces(settings.limits.window)
        self.viewer = Viewer()
        self.book = TaskBook(
            running_most=self._running_most,
            keep_s=settings.expire_after_s,
            settled=ledger.settle,
        )
        self.certificates: dict[str, Certificate] = {}
        self.stored: dict[str, Stored] = {}
        self.seen_unknown: set[str] = set()
        self.calls: deque[Call] = deque(maxlen=_CALLS_REMEMBERED)
        self.counts: Counter[tuple[str, int]] = Counter()

    def now_s(self) -> float:
        """Give the time, and let everything happen that happens up to it."""
        now_s = self.clock.now_s()
        self.book.advance(now_s)
        return now_s

    def note(self, call: Call) -> None:
        """Remember that a request came in."""
        self.calls.append(call)
        self.counts[call.place, call.status] += 1
        if self._observe is not None:
            self._observe(call)

    def key(self, authorization: str) -> Key:
        """Read the bearer key of a request.

        Raises:
            Refusal: there is none, or it is not good here.
        """
        if not authorization:
            raise refusal("InvalidApiKey", "No API-key provided.")
        found = _BEARER.fullmatch(authorization.strip())
        if found is None:
            raise refusal("InvalidApiKey")
        known = {key.text: key for key in self.settings.keys}
        if known and found[1] in known:
            return known[found[1]]
        if known or not found[1].startswith("sk-"):
            raise refusal("InvalidApiKey")
        return Key(text=found[1])

    def workspace(self, name: str) -> str | None:
        """Check the workspace header; None for the account's own workspace.

        Raises:
            Refusal: there is no such workspace.
        """
        known = self.settings.workspaces
        if name and (not _WORKSPACE.fullmatch(name) or (known and name not in known)):
            raise refusal("WorkSpaceNotFound")
        return name or None

    def pace(self, account: str, kind: str, now_s: float) -> None:
        """Count a request against the account's limit for its kind.

        Raises:
            Refusal: it is beyond the limit.
        """
        limits = self.settings.limits
        count = limits.policy_per_s if kind.startswith("policy") else limits.query_per_s
        if not self.paces.admits((account, kind), now_s, count=count, per_s=1.0):
            raise refusal("Throttling.RateQuota")

    def pace_submission(self, account: str, model: Model, now_s: float) -> None:
        """Count a submission against the account's limit for its model.

        Raises:
            Refusal: it is beyond the limit.
        """
        asked = self.settings.limits.submit_per_s
        count, per_s = (model.submit_count, model.submit_per_s) if asked is None else (asked, 1.0)
        key = account, "submit", model.name
        if not self.paces.admits(key, now_s, count=count, per_s=per_s):
            raise refusal("Throttling.RateQuota")

    def _running_most(self, model: Model) -> float:
        asked = self.settings.limits.running
        own = model.running_most
        return asked if asked is not None else own if own is not None else float("inf")
