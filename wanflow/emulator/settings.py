"""How an emulator behaves: everything that can be switched, with the defaults."""

import math
import random
from dataclasses import dataclass
from typing import Literal

from wanflow.emulator.faults.rules import Rule
from wanflow.emulator.pictures import CheckImages

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a task runs: always `median_s`, or lognormal around it where `sigma` > 0."""

    median_s: float = 1.0
    sigma: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The account's limits; None is the model's own number, infinity is no limit.

    `window` says what "5 per second" means, which no page does: `token` lets through a burst
    of 5 and then one every 200 ms, `sliding` never more than 5 within any second.
    """

    submit_per_s: float | None = None
    query_per_s: float = 20.0
    policy_per_s: float = 100.0
    running: float | None = None
    window: Literal["token", "sliding"] = "token"


NO_LIMITS = Limits(
    submit_per_s=math.inf, query_per_s=math.inf, policy_per_s=math.inf, running=math.inf
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key and the main account that it belongs to."""

    text: str
    account: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be switched.

    Attributes:
        latency: how long a task runs once it is scheduled.
        limits: rate limits and tasks running at once.
        faults: what goes wrong, in order of precedence.
        seed: of everything random, the faults too.
        list_lag_s: how late the task list shows a new task.
        expire_after_s: how long tasks and results are kept after their end.
        check_images: `strict` holds inputs against the documented limits, `ratio` also
            against the disputed 1:4 to 4:1, `off` only wants them to be pictures.
        refuse_images_at: where a bad picture shows: as a FAILED task, or at the submission.
        outside_urls: whether addresses that are not the emulator's own are taken on trust.
            Nothing is ever fetched from them.
        keys: the keys that are good; empty means every key that begins with `sk-`.
        workspaces: the workspaces that exist; empty means every well-formed name.
        body_most_bytes: the largest submission.
    """

    latency: Latency = Latency()
    limits: Limits = Limits()
    faults: tuple[Rule, ...] = ()
    seed: int = 0
    list_lag_s: float = 0.0
    expire_after_s: float = DAY_S
    check_images: CheckImages = "strict"
    refuse_images_at: Literal["task", "submission"] = "task"
    outside_urls: Literal["accept", "refuse"] = "accept"
    keys: tuple[Key, ...] = ()
    workspaces: tuple[str, ...] = ()
    body_most_bytes: int = 64 * 1024 * 1024


def draw_latency_s(latency: Latency, rng: random.Random) -> float:
    """Draw how long one task runs."""
    if not latency.sigma or not latency.median_s:
        return latency.median_s
    return latency.median_s * math.exp(rng.gauss(0.0, latency.sigma))
