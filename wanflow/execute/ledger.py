"""The money: what was asked for, what was accepted, what was billed.

Every paid request has one entry. It is written before the request leaves, so that a crash at any
instant leaves at least the trace of what may have been bought:

    intended ─┬─▶ accepted ─┬─▶ made       billed; its pictures can be fetched for a day
              │             ├─▶ failed     over without a bill
              │             ├─▶ canceled   the same
              │             └─▶ lost       accepted and gone; counted as spent
              ├─▶ refused    certainly not accepted
              ├─▶ made       answered at once, without a task
              └─▶ lost       given up by a person; counted as spent

An entry that stays `intended` after its process has ended is ambiguous: accepted or never arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NewType, Protocol

from wanflow.errors import PausedError
from wanflow.model.values import Fingerprint

EntryId = NewType("EntryId", int)
State = Literal["intended", "accepted", "made", "failed", "canceled", "refused", "lost"]
Ended = Literal["made", "failed", "canceled", "refused", "lost"]

OPEN: frozenset[State] = frozenset({"intended", "accepted"})
# An entry in one of these states is counted with every picture that it asks for.
RESERVED: frozenset[State] = frozenset({"intended", "accepted", "lost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A paid request that is about to leave.

    `purse` names what the budget is counted for, a run or a campaign. `service` is the base URL,
    `account` a fingerprint of the key (never the key). `images` is how many pictures are asked
    for, `price_micro` the price of one in millionths of `currency`. `service_time_s` is the
    service's clock in seconds since 1970, None if it has not been heard yet.
    """

    fingerprint: Fingerprint
    purse: str
    service: str
    account: str
    model: str
    prompt_sha256: str
    body_sha256: str
    images: int
    price_micro: int
    currency: str
    service_time_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One paid request and how far it has come.

    `attempt` counts the requests of one fingerprint from 1. `canceling` says that we have asked
    the service to cancel it. `urls` are the addresses of its pictures, with an empty text for
    one that was not made; only for requests without a task.
    """

    id: EntryId
    attempt: int
    intent: Intent
    state: State = "intended"
    task_id: str | None = None
    request_id: str | None = None
    billed_images: int = 0
    reason: str = ""
    canceling: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an entry ends. `reason` is a stable code or a few words."""

    state: Ended
    billed_images: int = 0
    reason: str = ""
    request_id: str | None = None
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """How much may be spent; None is no limit. `cost_micro` in millionths of the currency."""

    images: int | None = None
    cost_micro: int | None = None


NO_CAP = Cap()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a purse has spent, everything that is open, ambiguous or lost counted in full."""

    images: int
    cost_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one request has cost a purse.

    `billed_images` is what the service says that it bills, `cost_micro` their price.
    `at_risk_images` were asked for by requests that are open, ambiguous or lost: they may be
    billed as well. The names are those of the newest request.
    """

    billed_images: int = 0
    cost_micro: int = 0
    at_risk_images: int = 0
    task_id: str | None = None
    request_id: str | None = None


class HeldError(Exception):
    """Somebody else has this request open; it must not be sent a second time."""


class Ledger(Protocol):
    """Where entries are kept. What a method has written is durable when it returns.

    The methods do not wait for anything but the disk, so that nothing can come between an answer
    and its entry. Each of them raises `UnfinishedError` if the disk is full or broken, and from
    then on `intend` refuses everything.
    """

    def intend(self, intent: Intent, cap: Cap) -> Entry:
        """Enter a request that is about to be sent.

        Raises:
            HeldError: the newest entry with this fingerprint is open.
            PausedError: with the code `budget-reached`; nothing was entered.
        """
        ...

    def accept(self, entry: EntryId, *, task_id: str, request_id: str | None) -> None:
        """Enter the task that the service has made of a request."""
        ...

    def canceling(self, entry: EntryId) -> None:
        """Enter that the service is about to be asked to cancel."""
        ...

    def settle(self, entry: EntryId, ending: Ending) -> None:
        """Enter the end. It may be entered again when more is known."""
        ...

    def latest(self, fingerprint: Fingerprint) -> Entry | None:
        """Give the newest entry of a request."""
        ...

    def open(self) -> tuple[Entry, ...]:
        """List every entry that has not ended, oldest first."""
        ...

    def known_tasks(self) -> frozenset[str]:
        """Name all tasks of all entries."""
        ...

    def witness(self, service: str, since_s: float) -> Entry | None:
        """Give the oldest entry with a task that was sent to a service since then.

        `since_s` is by the service's clock. A list of tasks that does not show it is not whole.
        """
        ...

    def spent(self, purse: str) -> Spent:
        """Say what a purse has spent."""
        ...

    def bills(self, purse: str) -> Mapping[Fingerprint, Bill]:
        """Say what each request has cost a purse."""
        ...


def refuse_beyond(cap: Cap, spent: Spent, intent: Intent) -> None:
    """Hold a request against the cap, before it is entered.

    Raises:
        PausedError: with the code `budget-reached`.
    """
    images = spent.images + intent.images
    cost_micro = spent.cost_micro + intent.images * intent.price_micro
    if cap.images is not None and images > cap.images:
        raise PausedError(
            "budget-reached",
            f"{intent.images} more pictures make {images}, and at most {cap.images} are allowed",
            hint=f"raise --max-images to at least {images} and run the same command again",
        )
    if cap.cost_micro is not None and cost_micro > cap.cost_micro:
        wanted, allowed = cost_micro / 1_000_000, cap.cost_micro / 1_000_000
        raise PausedError(
            "budget-reached",
            f"the cost would come to {wanted:.2f} {intent.currency}, "
            f"and at most {allowed:.2f} is allowed",
            hint=f"raise --max-cost to at least {wanted:.2f} and run the same command again",
        )
