"""How the provider behaves: limits of time and money, and what a person has decided."""

from dataclasses import dataclass
from pathlib import Path

from wanflow.execute.ledger import NO_CAP, Cap
from wanflow.providers.dashscope.regions import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Every wait has an end, in seconds: `poll_s` of a task, `call_s` of an edit without one.

    `connect_tries_s` is how long a service that cannot be reached is tried again, `throttled_s`
    how long one that says 429: it is said to recover within a minute.
    """

    connect_s: float = 10.0
    response_s: float = 60.0
    call_s: float = 300.0
    upload_s: float = 300.0
    download_s: float = 120.0
    poll_s: float = 900.0
    cancel_s: float = 8.0
    connect_tries_s: float = 300.0
    throttled_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a person has decided about paid requests whose fate is unknown.

    `adopt` holds task ids, each alone or as `REQUEST=TASK` with the beginning of the request's
    fingerprint; `resubmit` is `--resubmit-ambiguous`: they are bought again and the old ones are
    counted as spent; `skip` leaves them and what hangs on them out, without asking the service.
    """

    adopt: tuple[str, ...] = ()
    resubmit: bool = False
    skip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """How a lost request is looked for in the service's list.

    A task is looked for from `early_s` before its request on. It counts as absent when `listings`
    complete lists, the last one `grace_s` after the request was over, do not have it: how late
    the list shows a task is not documented. `patience_s` is how long an answer is waited for.
    """

    early_s: float = 5.0
    grace_s: float = 60.0
    listings: int = 2
    between_s: float = 5.0
    patience_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set.

    `purse` names what `cap` is counted for. `state_folder` is where processes of this machine
    agree on their pace; None for a pace of one's own. `submits_at_once` bounds the requests in
    flight, and so the pictures at risk in a crash; `surplus` is how many tasks wait at the service
    beyond those it runs at once, at the least: it is a third of those, if that is more. Pictures up
    to `inline_bytes` travel inside the first request. A task is looked at every `look_every_s` at
    the least; the English API page advises 5 s.
    """

    service: Service
    purse: str
    cap: Cap = NO_CAP
    decisions: Decisions = Decisions()
    deadlines: Deadlines = Deadlines()
    sweeping: Sweeping = Sweeping()
    state_folder: Path | None = None
    submits_at_once: int = 4
    surplus: int = 2
    queries_per_s: float = 20.0
    look_every_s: float = 5.0
    submits_per_s: float | None = None
    running_at_once: int | None = None
    inline_bytes: int = 4 * 1024 * 1024
