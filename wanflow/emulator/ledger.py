"""What was accepted and what would have been billed: the truth that clients are held against."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wanflow.emulator.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A submission that was taken on: from here on it may cost money.

    `request_sha256` is that of the canonical JSON of the whole body: two equal ones are the
    same edit bought twice. `at_s` is seconds since 1970.
    """

    at_s: float
    task_id: str
    request_id: str
    account: str
    workspace: str | None
    model: str
    n: int
    prompt: str
    request_sha256: str
    images: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The end of a task. `images` is what is billed: good pictures only, 0 if it failed.

    `price_cny` is the price of one picture in Beijing.
    """

    at_s: float
    task_id: str
    model: str
    status: str
    images: int
    price_cny: float

    @property
    def cost_cny(self) -> float:
        """What the task costs."""
        return self.images * self.price_cny


class Ledger:
    """Everything accepted and everything settled, in order.

    Args:
        write: is given one line of JSON, without line end, for every entry.
    """

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write
        self.accepted: list[Accepted] = []
        self.settled: list[Settled] = []

    @property
    def billed(self) -> tuple[Settled, ...]:
        """Tasks that cost something, in the order of their ends."""
        return tuple(entry for entry in self.settled if entry.images)

    @property
    def billed_images(self) -> int:
        """Number of pictures that were billed."""
        return sum(entry.images for entry in self.settled)

    @property
    def cost_cny(self) -> float:
        """What everything costs, rounded to a hundredth of a fen."""
        return round(sum(entry.cost_cny for entry in self.settled), 4)

    def repeats(self) -> Mapping[str, int]:
        """Count submissions by `request_sha256`, those that came more than once."""
        counts = Counter(entry.request_sha256 for entry in self.accepted)
        return {digest: count for digest, count in counts.items() if count > 1}

    def accept(self, entry: Accepted) -> None:
        """Enter a submission that was taken on."""
        self.accepted.append(entry)
        self._line("accepted", asdict(entry))

    def settle(self, task: Task) -> None:
        """Enter the end of a task; pictures are billed only if it succeeded."""
        entry = Settled(
            at_s=task.ended_s or 0.0,
            task_id=task.id,
            model=task.model_name,
            status=task.state,
            images=len(task.good) if task.state == "SUCCEEDED" else 0,
            price_cny=task.model.price_cny,
        )
        self.settled.append(entry)
        self._line("billed" if entry.images else "unbilled", asdict(entry))

    def _line(self, event: str, values: dict[str, Any]) -> None:
        if self._write is not None:
            self._write(json.dumps({"event": event, **values}, ensure_ascii=False))


def request_sha256(body: object) -> str:
    """Give the SHA-256 of a body's canonical JSON: sorted keys, no spaces.

    Raises:
        ValueError: a text holds half of a surrogate pair, which cannot be written as UTF-8.
    """
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
