"""Kill runs that buy pictures, with -9, and see that nothing is paid twice and nothing is lost.

    python benchmarks/purchases.py --kills 300 --seed 1

Each round is a recipe with prompts of its own, run by real `wanflow run --provider dashscope`
processes against an emulator in a process of its own. It is killed one to three times: a third of
the kills comes at a random time, a third when the service has just dealt with a request (accepted a
submission, answered a query, sent a picture), a third at the Nth fsync or fdatasync. Then the same
command is repeated until it exits with 0. Where it asks for a decision, the person at the console
is played by the emulator's own record: a task that is there is adopted, one that is not is bought.

Held against that record: no request accepted twice unless the task before had failed; every
picture that the service has made lies in the run directory, byte for byte; the report's bill is
the service's; the same command once more buys nothing and changes nothing. Exits 1 if anything is
wrong.
"""

import argparse
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "recipes" / "pictures" / "coffee.jpg"
KEY = "sk-benchmark-of-purchases"
KINDS = ("time", "protocol", "fsync")
PLACES = ("submit", "submit", "poll", "download", "download", "list")
LONGEST_RUN_S = 300.0
REPEATS_MOST = 15
EACH = 10  # kills with one emulator
LATEST_S = 4.0  # of a kill at a random time: a run takes about this long
RECIPE = """\
wanflow: 1
name: cups
inputs: [photo]
defaults: {{size: 768*768, prompt_extend: false}}
steps:
  - {{id: many, use: edit, images: [photo], n: 2, prompt: "{tag} 两只杯子, 图1"}}
  - {{id: one, use: edit, images: [photo], prompt: "{tag} one cup, image 1"}}
  - {{id: two, use: edit, images: [one], prompt: "{tag} another colour for image 1"}}
  - {{id: alone, use: edit, images: [photo], prompt: "{tag} no cup in image 1"}}
outputs: {{many: many, two: two, alone: alone}}
"""
# The list is at most a second late here, and nobody else's tasks are waited for.
LIMITS = """\
[dashscope]
look_every_s = 0.3
grace_s = 3.0
between_s = 0.5
"""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """What goes wrong while the kills come: options of the emulator."""

    name: str
    options: Mapping[str, str]


MIXES = (
    Mix(name="calm", options={}),
    Mix(name="late list", options={"list-lag": "1", "faults": "drop-after-accept:0.3"}),
    Mix(
        name="accepted, no answer",
        options={
            "list-lag": "0.5",
            "faults": "drop-after-accept:0.2,reset-after-accept:0.2,http-500-after-accept:0.2",
        },
    ),
    Mix(name="not accepted", options={"faults": "http-500:0.15,drop:0.15,http-429:0.15"}),
    Mix(name="partial, failed", options={"faults": "partial:0.6,failed-internal:0.2"}),
    Mix(
        name="bad answers",
        options={
            "faults": "bad-json:0.2,poll/http-500:0.1,list/http-503:0.2,"
            "download-cut:0.2,download-bad-crc:0.1"
        },
    ),
)


@dataclass(kw_only=True)
class Tally:
    """What has been seen so far; `wrong` holds what must not be, in words."""

    kills: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    too_late: int = 0
    rounds: int = 0
    accepted: int = 0
    billed: int = 0
    fetched: int = 0
    adopted: int = 0
    resubmitted: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add what another has seen."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True, kw_only=True)
class Service:
    """An emulator that kills, and its record."""

    base_url: str
    orders: Path
    ledger: Path

    def entries(self, tag: str) -> list[dict[str, Any]]:
        """Give what was accepted of a round, each with its end under `end`, None while it runs."""
        # The last line may be written just now.
        lines = self.ledger.read_text("utf-8").split("\n")[:-1]
        found = [json.loads(line) for line in lines]
        ends = {entry["task_id"]: entry for entry in found if entry["event"] != "accepted"}
        mine = [e for e in found if e["event"] == "accepted" and e["prompt"].startswith(tag)]
        return [{**entry, "end": ends.get(entry["task_id"])} for entry in mine]

    def digests(self, task_id: str) -> list[str]:
        """Fetch the pictures of a task and give their SHA-256, as a person with curl would."""
        output = json.loads(self._get(f"{self.base_url}/tasks/{task_id}"))["output"]
        urls = [result["url"] for result in output["results"] if result.get("url")]
        return [hashlib.sha256(self._get(url)).hexdigest() for url in urls]

    def _get(self, url: str) -> bytes:
        """Read an address, through the faults that are on for everybody."""
        for _ in range(100):
            with suppress(httpx.HTTPError):
                answer = httpx.get(url, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False)
                body = answer.content
                if answer.status_code == 200 and (body.startswith(b"{") or is_whole(body)):
                    return body
        raise RuntimeError(f"{url} does not come")


def is_whole(body: bytes) -> bool:
    """Say whether a PNG has all that it should have, by another reader than the program's own."""
    try:
        with Image.open(io.BytesIO(body)) as picture:
            picture.verify()
    except Exception:  # noqa: BLE001 # Pillow raises whatever it likes
        return False
    return True


@contextmanager
def serving(folder: Path, options: Mapping[str, str], seed: int) -> Iterator[Service]:
    """Start an emulator that kills."""
    orders, ledger = folder / "orders.json", folder / "ledger.jsonl"
    texts = {"latency": "lognormal:0.5,0.5", "limits": "none", "seed": str(seed), **options}
    command = [sys.executable, str(ROOT / "benchmarks" / "deadly.py"), str(orders), str(ledger)]
    process = subprocess.Popen(
        [*command, *(f"{name}={text}" for name, text in texts.items())],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101 # asked for above
    try:
        yield Service(base_url=process.stdout.readline().strip(), orders=orders, ledger=ledger)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class Round:
    """One recipe in one folder, killed and finished."""

    def __init__(self, folder: Path, service: Service, *, tag: str, chance: random.Random) -> None:
        self._folder = folder
        self._service = service
        self._tag = tag
        self._chance = chance
        self._tally = Tally(rounds=1)
        (folder / "cups.yaml").write_text(RECIPE.format(tag=tag), encoding="utf-8")
        (folder / "wanflow.toml").write_text(LIMITS, encoding="utf-8")
        shutil.copy(PICTURE, folder / "photo.jpg")

    def played(self, kinds: Sequence[str]) -> Tally:
        """Kill in these ways, finish, and look at what came of it."""
        for kind in kinds:
            code = self._killed(kind)
            if code == -signal.SIGKILL:
                self._tally.kills[kind] += 1
            else:
                self._tally.too_late += 1
        if self._finished():
            self._audited()
            self._repeated()
        return self._tally

    def _killed(self, kind: str) -> int:
        chance = self._chance
        under: list[str] = []
        if kind == "fsync":
            call = chance.choice(["fsync", "fdatasync"])
            nth = chance.randint(1, 60 if call == "fsync" else 40)
            fault = f"inject={call}:signal=KILL:when={nth}"
            under = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", fault]
        process = self._start(under)
        if kind == "protocol":
            self._order(process.pid)
        timer = None
        if kind == "time":
            timer = threading.Timer(chance.uniform(0.3, LATEST_S), _kill, (process.pid,))
            timer.start()
        code = self._end(process)
        if timer is not None:
            timer.cancel()
        self._service.orders.unlink(missing_ok=True)
        # A traced program's death is its tracer's, as a signal or as 128 and its number.
        return -signal.SIGKILL if code in {-signal.SIGKILL, 128 + signal.SIGKILL} else code

    def _order(self, group: int) -> None:
        order = {
            "number": time.monotonic_ns(),
            "group": group,
            "place": self._chance.choice(PLACES),
            "nth": self._chance.randint(1, 3),
            "delay_s": self._chance.choice([0.0, 0.0, 0.001, 0.003, 0.01, 0.03]),
        }
        part = self._service.orders.with_suffix(".part")
        part.write_text(json.dumps(order), encoding="utf-8")
        part.rename(self._service.orders)

    def _finished(self) -> bool:
        decisions: list[str] = []
        for _ in range(REPEATS_MOST):
            process = self._start([], decisions)
            code = self._end(process)
            self._tally.exits[code] += 1
            if code == 0:
                return True
            if code == 4:
                decisions = self._decided()
            elif code not in {1, 3}:
                self._wrong(f"exit {code}: {self._said()}")
                return False
        self._wrong(f"not finished: {self._said()}")
        return False

    def _decided(self) -> list[str]:
        """Do what the program says: look into the console, then adopt or buy again."""
        words: list[str] = []
        accepted = {
            hashlib.sha256(entry["prompt"].encode()).hexdigest()[:12]: entry["task_id"]
            for entry in self._service.entries(self._tag)
            if entry["end"] is None or entry["end"]["event"] == "billed"
        }
        asked = re.findall(r"request ([0-9a-f]{12}) .{0,200}?prompt ([0-9a-f]{12})", self._said())
        for request, prompt in dict.fromkeys(asked):
            if prompt in accepted:
                words += ["--adopt", f"{request}={accepted[prompt]}"]
                self._tally.adopted += 1
            else:
                words.append("--resubmit-ambiguous")
                self._tally.resubmitted += 1
        if not words:
            self._wrong(f"exit 4 without a request to decide on: {self._said()}")
        return words

    def _audited(self) -> None:
        entries = self._service.entries(self._tag)
        billed = [entry for entry in entries if entry["end"] and entry["end"]["event"] == "billed"]
        unclear = [entry for entry in entries if entry["end"] is None]
        for prompt, count in Counter(entry["prompt"] for entry in billed + unclear).items():
            if count > 1:
                self._wrong(f"'{prompt}' was bought {count} times")
        held = {
            hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self._folder.glob("runs/*/images/*")
        }
        made = [digest for entry in billed for digest in self._service.digests(entry["task_id"])]
        for digest in made:
            if digest not in held:
                self._wrong(f"a picture that was made is not there: {digest}")
        images = sum(entry["end"]["images"] for entry in billed)
        reports = [
            json.loads(file.read_text("utf-8")) for file in self._folder.glob("runs/*/report.json")
        ]
        reported = sum(report["billed_images"] for report in reports)
        if reported != images:
            self._wrong(f"the report says {reported} pictures billed, the service {images}")
        self._tally.accepted += len(entries)
        self._tally.billed += images
        self._tally.fetched += len(made)

    def _repeated(self) -> None:
        before, bought = self._bytes(), len(self._service.entries(self._tag))
        code = self._end(self._start([]))
        if code != 0:
            self._wrong(f"the same command after success exits with {code}: {self._said()}")
        if len(self._service.entries(self._tag)) != bought:
            self._wrong("the same command after success bought something")
        after = self._bytes()
        if {name: after.get(name) for name in before} != before:
            self._wrong("the same command after success changed a file")

    def _bytes(self) -> dict[str, str]:
        files = (file for file in self._folder.glob("runs/**/*") if file.is_file())
        return {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
            if file.name != ".lock"
        }

    def _start(self, under: Sequence[str], words: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "wanflow", "run", "cups.yaml", "photo=photo.jpg",
            "--provider", "dashscope", "--base-url", self._service.base_url, "--yes", *words,
        ]  # fmt: skip
        with (self._folder / "said.txt").open("wb") as said:
            return subprocess.Popen(
                [*under, *command],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "DASHSCOPE_API_KEY": KEY},
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait(LONGEST_RUN_S)
        except subprocess.TimeoutExpired:
            self._wrong(f"a run does not end: {self._said()}")
            _kill(process.pid)
            return process.wait()

    def _said(self) -> str:
        return (self._folder / "said.txt").read_text("utf-8", "replace")

    def _wrong(self, words: str) -> None:
        self._tally.wrong.append(f"{self._tag}: {words}")


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def batch(mix: Mix, kills: int, seed: str, *, first: int = 0) -> Tally:
    """Kill so many times with one emulator, in as many rounds as it takes."""
    tally, chance = Tally(), random.Random(seed)
    order = [KINDS[(first + at) % len(KINDS)] for at in range(len(KINDS))]
    with tempfile.TemporaryDirectory(prefix="wanflow-kills-") as name:
        folder = Path(name)
        with serving(folder, mix.options, chance.randrange(1_000_000)) as service:
            while (done := tally.kills.total()) < kills and tally.rounds < 4 * kills:
                # What has killed least often comes first, so that each does its third.
                behind = sorted(order, key=tally.kills.__getitem__)
                kinds = behind[: min(kills - done, chance.randint(1, 3))]
                place = folder / f"round-{tally.rounds}"
                place.mkdir()
                tag = f"{seed}/{tally.rounds}"
                played = Round(place, service, tag=tag, chance=chance).played(kinds)
                if played.wrong:
                    keep(place)
                shutil.rmtree(place)
                tally.add(played)
    return tally


def keep(place: Path) -> None:
    """Keep the folder of a round in which something was wrong."""
    kept = Path(tempfile.mkdtemp(prefix="wanflow-wrong-")) / place.name
    shutil.copytree(place, kept)
    print(f"kept: {kept}", file=sys.stderr)


def kill_loop(kills: int, seed: int, *, at_once: int) -> dict[str, Tally]:
    """Kill that many times, shared out over the mixes; give a tally for each mix."""
    batches = min(kills, len(MIXES) * max(1, round(kills / len(MIXES) / EACH)))
    shares = [kills // batches + (at < kills % batches) for at in range(batches)]
    tallies = {mix.name: Tally() for mix in MIXES}

    def play(at: int) -> None:
        mix = MIXES[at % len(MIXES)]
        tally = batch(mix, shares[at], f"{seed}.{at}", first=2 * at)
        tallies[mix.name].add(tally)
        state = "clean" if not tally.wrong else "; ".join(tally.wrong)
        print(f"batch {at}, {mix.name}: {tally.kills.total()} kills, {state}", file=sys.stderr)

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        list(pool.map(play, range(batches)))
    return tallies


def table(tallies: Mapping[str, Tally]) -> str:
    """Show what was seen, a line for each mix and one for all."""
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    columns = (
        *("kills", "time", "prot.", "fsync", "late", "rounds", "bought", "billed"),
        *("exit 3", "exit 4", "adopt", "again", "wrong"),
    )
    head = f"{'mix':<20} " + " ".join(f"{column:>6}" for column in columns)
    lines = [head, "-" * len(head)]
    for name, seen in {**tallies, "all": whole}.items():
        numbers = (
            *(seen.kills.total(), *(seen.kills[kind] for kind in KINDS), seen.too_late),
            *(seen.rounds, seen.accepted, seen.billed, seen.exits[3], seen.exits[4]),
            *(seen.adopted, seen.resubmitted, len(seen.wrong)),
        )
        lines.append(f"{name:<20} " + " ".join(f"{number:>6}" for number in numbers))
    return "\n".join(lines)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=6, help="rounds side by side")
    options = parser.parse_args()
    begun = time.monotonic()
    tallies = kill_loop(options.kills, options.seed, at_once=options.at_once)
    wrong = [words for tally in tallies.values() for words in tally.wrong]
    print(table(tallies))
    print(f"seed {options.seed}, {time.monotonic() - begun:.0f} s")
    for words in wrong:
        print(f"WRONG {words}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
