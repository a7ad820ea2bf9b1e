"""The tasks of all accounts: waiting, running, ended, forgotten.

Nothing runs in the background. What has happened up to a moment follows from what was
submitted before it, so the book is brought up to date whenever somebody looks.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from wanflow.emulator.drawing import Sketch
from wanflow.emulator.models import Model
from wanflow.emulator.refusals import Verdict, verdict

State = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"]

# Source: error-code page, InternalError.Timeout: no result within three hours.
GIVEN_UP_AFTER_S = 3 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How a task will end: decided when it is accepted, seen when it has run.

    `failure` fails it as a whole, `lost` single pictures by their index from 0. `twist` names
    the fault that changes what queries show of it.
    """

    duration_s: float
    failure: Verdict | None = None
    lost: dict[int, Verdict] = field(default_factory=dict)
    canceled: bool = False
    twist: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One accepted order. Times are seconds since 1970.

    `sketches` are its pictures in order; `listed` is False for synchronous calls, which have
    no task id that anybody could ask for.
    """

    id: str
    request_id: str
    account: str
    api_key_id: str
    model: Model
    model_name: str
    prompt: str
    actual_prompt: str | None
    sketches: tuple[Sketch, ...]
    fate: Fate
    submitted_s: float
    listed: bool = True
    state: State = "PENDING"
    started_s: float | None = None
    ended_s: float | None = None

    @property
    def good(self) -> tuple[int, ...]:
        """Indices of the pictures that it makes, from 0, if it ends well."""
        return tuple(at for at in range(len(self.sketches)) if at not in self.fate.lost)


class TaskBook:
    """All tasks that are not forgotten.

    Args:
        running_most: how many tasks of a model may run at once, for one account.
        keep_s: how long a task is known after its end.
        settled: called once for each task that ends, in the order of the ends.
    """

    def __init__(
        self,
        *,
        running_most: Callable[[Model], float],
        keep_s: float,
        settled: Callable[[Task], None],
    ) -> None:
        self._running_most = running_most
        self._keep_s = keep_s
        self._settled = settled
        self._tasks: dict[str, Task] = {}
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._ended: deque[tuple[float, str]] = deque()

    def submit(self, task: Task, now_s: float) -> None:
        """Take a task over; it starts as soon as the account has a slot for its model."""
        self._tasks[task.id] = task
        most = self._running_most(task.model) if task.listed else math.inf
        key = task.account, task.model.name if task.listed else ""
        self._lanes.setdefault(key, _Lane(most)).waiting.append(task.id)
        self.advance(now_s)

    def advance(self, now_s: float) -> None:
        """Let everything happen that happens up to now."""
        ended: list[Task] = []
        for lane in self._lanes.values():
            while self._step(lane, now_s, ended):
                pass
        for task in sorted(ended, key=lambda task: (task.ended_s, task.submitted_s)):
            self._settle(task)
        while self._ended and self._ended[0][0] + self._keep_s <= now_s:
            del self._tasks[self._ended.popleft()[1]]

    def find(self, task_id: str, account: str | None = None) -> Task | None:
        """Give a task that is known to the account; to anybody if none is named."""
        task = self._tasks.get(task_id)
        return task if task and account in {None, task.account} else None

    def cancel(self, task_id: str, account: str, now_s: float) -> bool:
        """Cancel a task that waits; False if it does not."""
        task = self.find(task_id, account)
        if task is None or task.state != "PENDING" or not task.listed:
            return False
        self._lanes[account, task.model.name].waiting.remove(task_id)
        self._settle(replace(task, state="CANCELED", ended_s=now_s))
        return True

    def of_account(self, account: str) -> Iterable[Task]:
        """List an account's tasks, newest first."""
        newest_first = reversed(self._tasks.values())
        return (task for task in newest_first if task.account == account and task.listed)

    def next_due_s(self) -> float:
        """Give the time of the next thing that will happen by itself; infinity for nothing."""
        return min((self._due_s(lane) for lane in self._lanes.values()), default=math.inf)

    def _due_s(self, lane: "_Lane") -> float:
        end_s = lane.running[0][0] if lane.running else math.inf
        if lane.waiting and len(lane.running) < lane.most:
            return min(end_s, self._ready_s(lane))
        return end_s

    def _ready_s(self, lane: "_Lane") -> float:
        task = self._tasks[lane.waiting[0]]
        return max(task.submitted_s + _schedule_delay_s(task), lane.free_s)

    def _step(self, lane: "_Lane", now_s: float, ended: list[Task]) -> bool:
        """Do the next thing of a lane; False if it is not due yet."""
        if lane.waiting and len(lane.running) < lane.most:
            ready_s = self._ready_s(lane)
            if ready_s <= now_s:
                self._start(lane, ready_s)
                return True
        if lane.running and lane.running[0][0] <= now_s:
            ended_s, task_id = heapq.heappop(lane.running)
            lane.free_s = ended_s
            ended.append(replace(self._tasks[task_id], ended_s=ended_s))
            return True
        return False

    def _start(self, lane: "_Lane", at_s: float) -> None:
        task = self._tasks[lane.waiting.popleft()]
        self._tasks[task.id] = replace(task, state="RUNNING", started_s=at_s)
        runs_s = min(task.fate.duration_s - _schedule_delay_s(task), GIVEN_UP_AFTER_S)
        heapq.heappush(lane.running, (at_s + max(runs_s, 0.0), task.id))

    def _settle(self, task: Task) -> None:
        done = _ended_well_or_not(task)
        self._tasks[task.id] = done
        self._ended.append((done.ended_s or 0.0, done.id))
        self._settled(done)


class _Lane:
    """The slots that one account has for one model."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.free_s = 0.0
        self.waiting: deque[str] = deque()
        self.running: list[tuple[float, str]] = []


def _schedule_delay_s(task: Task) -> float:
    # A recorded task was scheduled 31 ms after it was submitted.
    return min(0.031, task.fate.duration_s * 0.1)


def _ended_well_or_not(task: Task) -> Task:
    if task.state == "CANCELED" or task.fate.canceled:
        return replace(task, state="CANCELED")
    fate = task.fate
    if fate.duration_s > GIVEN_UP_AFTER_S:
        fate = replace(fate, failure=verdict("InternalError.Timeout"))
    if not task.good and fate.failure is None:
        fate = replace(fate, failure=next(iter(fate.lost.values())))
    return replace(task, fate=fate, state="FAILED" if fate.failure else "SUCCEEDED")
