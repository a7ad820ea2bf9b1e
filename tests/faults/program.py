"""The whole program in one process, with its own time: command line, rooms, provider, service.

The command is the one that people type. Only two things are exchanged: the network leads to an
emulator in this process, and the event loop's clock jumps to the next deadline whenever nothing is
left to do, so that a wait of fifteen minutes takes none. No limit is shortened.
"""

import json
import math
import sqlite3
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import pytest
import trio
import trio.testing
from anyio import to_thread
from PIL import Image

from wanflow.cli.program import exit_code_of
from wanflow.emulator.app import Emulator
from wanflow.emulator.faults.rules import Dice
from wanflow.emulator.options import settings_from
from wanflow.providers.dashscope import provider as provider_room

KEY = "sk-canary-77f3e0d9a1c4"
BASE = "http://127.0.0.1/api/v1"
ONE = """\
wanflow: 1
name: cups
inputs: [photo]
defaults: {size: 768*768, prompt_extend: false}
steps:
  - {id: cup, use: edit, images: [photo], prompt: "把杯子换成红色, image 1"}
outputs: {poster: cup}
"""
CHAIN = """\
wanflow: 1
name: cups
inputs: [photo]
defaults: {size: 768*768, prompt_extend: false}
steps:
  - {id: cup, use: edit, images: [photo], prompt: "a red cup in image 1"}
  - {id: next, use: edit, images: [cup], prompt: "a saucer for image 1"}
  - {id: beside, use: edit, images: [photo], prompt: "no cup in image 1"}
outputs: {poster: next, beside: beside}
"""

Result = TypeVar("Result")
# What may go wrong before a request has left; None lets it through.
Trouble = Callable[[httpx.Request], Exception | None]


class CarriedClock:
    """The service's time goes on from one run of the program to the next."""

    def __init__(self) -> None:
        self.before_s = 1_763_856_000.0

    def now_s(self) -> float:
        try:
            return self.before_s + anyio.current_time()
        except anyio.NoEventLoopError:
            return self.before_s


class Network(httpx.AsyncBaseTransport):
    """Leads to the emulator, remembers every request, and fails when it is told to."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []
        self.trouble: Trouble = lambda _request: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        error = self.trouble(request)
        if error is not None:
            raise error
        return await self._inner.handle_async_request(request)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended. `report` is that of the newest run, `seconds` what its clock showed."""

    exit_code: int
    out: str
    err: str
    report: dict[str, Any]
    seconds: float

    @property
    def said(self) -> str:
        return self.out + self.err

    def step(self, key: str) -> dict[str, Any]:
        return next(step for step in self.report["steps"] if step["key"] == key)


@dataclass(kw_only=True)
class Desk:
    """A folder with a recipe, and a service that it is run against."""

    folder: Path
    emulator: Emulator
    network: Network
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    clock: CarriedClock
    key: str = KEY
    said: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def run(self, *words: str) -> Ran:
        """Type `wanflow run` with the recipe, its picture and these words."""
        return self.type(
            "run", "cups.yaml", "photo=photo.png", "--provider", "dashscope", "--yes", *words
        )

    def type(self, *words: str) -> Ran:
        """Type a command."""
        self.capture.readouterr()
        self.seconds.clear()
        self.patch.setattr(sys, "argv", ["wanflow", *words])
        self.patch.setenv("DASHSCOPE_API_KEY", self.key)
        code = exit_code_of(words)
        said = self.capture.readouterr()
        self.said.append(said.out + said.err)
        reports = sorted(
            self.folder.glob("runs/*/report.json"), key=lambda file: file.stat().st_mtime_ns
        )
        report = json.loads(reports[-1].read_text("utf-8")) if reports else {}
        return Ran(
            exit_code=code, out=said.out, err=said.err, report=report, seconds=sum(self.seconds)
        )

    def write(self, recipe: str) -> None:
        (self.folder / "cups.yaml").write_text(recipe, encoding="utf-8")

    def faults(self, spec: str, seed: int = 0) -> None:
        """Exchange what goes wrong at the service; counting begins anew."""
        self.emulator.service.dice = Dice(settings_from({"faults": spec}).faults, seed)

    @property
    def accepted(self) -> int:
        """How many requests the service has taken on: each of them may cost money."""
        return len(self.emulator.ledger.accepted)

    @property
    def billed(self) -> int:
        """How many pictures the service bills, tasks that nobody asks for any more included."""
        self.emulator.service.now_s()
        return self.emulator.ledger.billed_images

    @property
    def reported(self) -> int:
        """How many pictures the reports of all runs say are billed."""
        reports = self.folder.glob("runs/*/report.json")
        return sum(json.loads(file.read_text("utf-8"))["billed_images"] for file in reports)

    @property
    def bought_twice(self) -> list[str]:
        """Prompts of which more than one task was billed, or may still be."""
        self.emulator.service.now_s()
        settled = {entry.task_id: entry.images for entry in self.emulator.ledger.settled}
        costly = Counter(
            entry.prompt
            for entry in self.emulator.ledger.accepted
            if settled.get(entry.task_id, entry.n)
        )
        return [prompt for prompt, count in costly.items() if count > 1]

    def count(self, place: str) -> int:
        """How many requests of a kind came in."""
        return sum(count for (name, _), count in self.emulator.counts.items() if name == place)

    @property
    def states(self) -> list[str]:
        """What the journal says of every purchase, oldest first."""
        file = self.folder / ".wanflow" / "journal.sqlite"
        with closing(sqlite3.connect(file)) as journal:
            rows = journal.execute("SELECT state FROM purchases ORDER BY id")
            return [state for (state,) in rows]

    def pictures(self) -> list[Path]:
        return sorted(self.folder.glob("runs/*/images/*"))

    def left_over(self) -> list[Path]:
        """Files under names that are not final ones, in run directories and in the workspace."""
        everything = (*self.folder.glob("runs/**/*"), *self.folder.glob(".wanflow/scratch/**/*"))
        named = {"README.txt", "report.html", "report.json", "report.md", "recipe.yaml", ".lock"}
        return [
            file
            for file in everything
            if file.is_file()
            and file.name not in named
            and not (file.suffix == ".png" and file.parent.name in {"images", "inputs", "outputs"})
        ]

    def run_loop(self, work: Callable[..., Awaitable[Result]], *words: object) -> Result:
        """Stand in for `anyio.run`: trio, with time that jumps."""
        clock = trio.testing.MockClock()

        async def main() -> Result:
            trio.lowlevel.spawn_system_task(_jumping, clock)
            return await work(*words)

        begun_s = clock.current_time()
        try:
            return trio.run(main, clock=clock)
        finally:
            took_s = clock.current_time() - begun_s
            self.seconds.append(took_s)
            self.clock.before_s += took_s


async def _jumping(clock: trio.testing.MockClock) -> None:
    """Move the clock to the next deadline when everybody waits for it; threads are waited for."""
    limiter = to_thread.current_default_thread_limiter()
    while True:
        await trio.testing.wait_all_tasks_blocked(0.0005)
        left_s = trio.lowlevel.current_statistics().seconds_to_next_deadline
        if not limiter.borrowed_tokens and 0 < left_s < math.inf:
            clock.jump(left_s)


def open_desk(
    folder: Path,
    capture: pytest.CaptureFixture[str],
    patch: pytest.MonkeyPatch,
    *,
    recipe: str = ONE,
    **options: str,
) -> Desk:
    """Lay out a folder and open a service; options are the emulator's."""
    texts = {"latency": "fixed:60", **{k.replace("_", "-"): v for k, v in options.items()}}
    clock = CarriedClock()
    emulator = Emulator(settings_from(texts), clock, connection_lost=httpx.RemoteProtocolError)
    network = Network(httpx.ASGITransport(emulator.app()))
    desk = Desk(
        folder=folder, emulator=emulator, network=network, capture=capture, patch=patch, clock=clock
    )
    desk.write(recipe)
    Image.effect_noise((640, 480), 40).convert("RGB").save(folder / "photo.png")
    patch.chdir(folder)
    patch.setenv("WANFLOW_BASE_URL", BASE)
    # Without a folder for it the pace is this process's own, and kept by the clock that jumps.
    patch.delenv("XDG_STATE_HOME", raising=False)
    patch.delenv("HOME", raising=False)
    patch.setenv("COLUMNS", "200")
    patch.setattr(anyio, "run", desk.run_loop)
    whole = partial(provider_room.DashScopeProvider, transport=network)
    patch.setattr(provider_room, "DashScopeProvider", whole)
    return desk
