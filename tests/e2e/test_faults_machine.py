"""Any order of edits, faults and crashes: whatever happens, nothing is paid for twice."""

import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Literal

import anyio
import httpx
import trio
import trio.testing
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.providers.dashscope.counter import Counter, job, open_counter
from wanflow.emulator.app import Emulator
from wanflow.emulator.options import settings_from
from wanflow.errors import WanflowError
from wanflow.execute.ledger import Cap, Ending, Entry, EntryId, Intent
from wanflow.providers.dashscope.settings import Decisions
from wanflow.store.ledger import SqliteLedger

NAMES = ("a", "b", "c")
NONE = Decisions()
Instant = Literal["intent", "sent", "accepted", "answered", "entered", "made", "download"]
INSTANTS: tuple[Instant, ...] = (
    "intent", "sent", "accepted", "answered", "entered", "made", "download",
)  # fmt: skip
FAULTS = (
    "",
    "drop-after-accept:0.5",
    "http-500-after-accept:0.4",
    "http-500:0.4",
    "http-429:0.5",
    "bad-json:0.5",
    "failed-internal:0.3",
    "poll/http-500:0.3,list/drop:0.2",
    "download-cut:0.4,download-bad-crc:0.2",
    "list-shift,drop-after-accept:0.5",
)


class CrashError(BaseException):
    """The process is gone: nothing of it may do anything any more."""


class CarriedClock:
    """Goes on from one event loop to the next."""

    def __init__(self) -> None:
        self.before_s = 1_763_856_000.0

    def now_s(self) -> float:
        try:
            return self.before_s + anyio.current_time()
        except anyio.NoEventLoopError:
            return self.before_s


class Process:
    """One process: it ends at an instant, and then neither writes nor sends."""

    def __init__(self, instant: Instant | None, nth: int) -> None:
        self.instant, self.left, self.dead = instant, nth, False

    def at(self, instant: Instant) -> None:
        if instant == self.instant:
            self.left -= 1
        self.dead = self.dead or (instant == self.instant and self.left == 0)
        if self.dead:
            raise CrashError


class MortalLedger(SqliteLedger):
    """The ledger on disk, for a process that may end."""

    process: Process

    def intend(self, intent: Intent, cap: Cap) -> Entry:
        self.process.at("intent")
        entry = super().intend(intent, cap)
        self.process.at("sent")
        return entry

    def accept(self, entry: EntryId, *, task_id: str, request_id: str | None) -> None:
        self.process.at("answered")
        super().accept(entry, task_id=task_id, request_id=request_id)
        self.process.at("entered")

    def canceling(self, entry: EntryId) -> None:
        if self.process.dead:
            raise CrashError
        super().canceling(entry)

    def settle(self, entry: EntryId, ending: Ending) -> None:
        if self.process.dead:
            raise CrashError
        super().settle(entry, ending)
        if ending.state == "made":
            self.process.at("made")


class MortalTransport(httpx.AsyncBaseTransport):
    """The network, for a process that may end."""

    def __init__(self, inner: httpx.AsyncBaseTransport, process: Process) -> None:
        self._inner, self._process = inner, process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._process.dead:
            raise CrashError
        try:
            answer = await self._inner.handle_async_request(request)
        finally:
            if "image-synthesis" in request.url.path:
                self._process.at("accepted")
        if "/results/" in request.url.path:
            self._process.at("download")
        return answer


class AtMostOnce(RuleBasedStateMachine):
    """The model: for every edit, how many pictures of it have come home."""

    @initialize(lag_s=st.sampled_from([0, 5, 40]))
    def open(self, lag_s: int) -> None:
        self.clock = CarriedClock()
        self.folder = Path(tempfile.mkdtemp(prefix="wanflow-machine-"))
        self.home: set[str] = set()
        self.lag_s = lag_s
        self.emulator: Emulator | None = None
        self.counter: Counter

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self.everything_comes_home()
        finally:
            shutil.rmtree(self.folder)

    def everything_comes_home(self) -> None:
        self.with_faults("", 0)
        # What was in doubt while the list had nothing to be believed by is told by now: the
        # second round has witnesses. Only with no purchase at all does a person have to decide.
        for decisions in (Decisions(), Decisions(), Decisions(resubmit=True)):
            for name in NAMES:
                self.run_until(None, 1, name, decisions=decisions)
            self.clock.before_s += 200
        assert self.home == set(NAMES)
        assert self.emulator is not None
        assert len(self.emulator.ledger.billed) == len(NAMES)

    @rule(faults=st.sampled_from(FAULTS), seed=st.integers(0, 1000))
    def with_faults(self, faults: str, seed: int) -> None:
        self.faults, self.seed = faults, seed

    @rule(seconds=st.sampled_from([1, 30, 600, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.clock.before_s += seconds

    @rule(name=st.sampled_from(NAMES))
    def edit(self, name: str) -> None:
        self.run_until(None, 1, name)

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
          instant=st.sampled_from(INSTANTS), nth=st.integers(1, 2))  # fmt: skip
    def crash(self, names: list[str], instant: Instant, nth: int) -> None:
        self.run_until(instant, nth, *names)

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        if getattr(self, "emulator", None) is None:
            return
        assert self.emulator is not None
        billed = {entry.task_id for entry in self.emulator.ledger.billed}
        prompts = [
            entry.prompt for entry in self.emulator.ledger.accepted if entry.task_id in billed
        ]
        assert len(prompts) == len(set(prompts)), prompts

    def run_until(
        self, instant: Instant | None, nth: int, *names: str, decisions: Decisions = NONE
    ) -> None:
        process = Process(instant, nth)
        trio.run(self._process, process, names, decisions, clock=_jumping_clock())

    async def _process(
        self, process: Process, names: tuple[str, ...], decisions: Decisions
    ) -> None:
        begun_s = anyio.current_time()
        counter = self._counter(process)
        try:
            async with (
                counter.provider(purse="run", decisions=decisions) as provider,
                trio.open_nursery() as nursery,
            ):
                for name in names:
                    nursery.start_soon(
                        self._edit, partial(provider.edit, counter.call(job(name))), name
                    )
        except BaseExceptionGroup as group:
            if group.split(CrashError)[1] is not None:
                raise
        except CrashError:
            pass
        finally:
            counter.ledger.close()
            self.clock.before_s += anyio.current_time() - begun_s

    async def _edit(self, edit: Callable[[], Awaitable[object]], name: str) -> None:
        try:
            await edit()
        except WanflowError:
            return
        self.home.add(name)

    def _counter(self, process: Process) -> Counter:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        counter = open_counter(folder)
        counter.ledger.close()
        if self.emulator is None:
            options = {"latency": "fixed:20", "list-lag": str(self.lag_s), "limits": "none"}
            self.emulator = Emulator(
                settings_from(options), self.clock, connection_lost=httpx.RemoteProtocolError
            )
            self.app = self.emulator.app()
        service = self.emulator.service
        service.dice = type(service.dice)(
            settings_from({"faults": self.faults}).faults,
            seed=self.seed + len(self.emulator.calls),
        )
        counter.ledger = MortalLedger(self.folder / "journal.sqlite")
        counter.ledger.process = process
        counter.transport = MortalTransport(httpx.ASGITransport(self.app), process)
        return counter

    faults, seed = "", 0


def _jumping_clock() -> trio.testing.MockClock:
    return trio.testing.MockClock(autojump_threshold=0)


AtMostOnce.TestCase.settings = settings(
    deadline=None,
    max_examples=25,
    stateful_step_count=8,
    suppress_health_check=list(HealthCheck),
)
TestAtMostOnce = AtMostOnce.TestCase
