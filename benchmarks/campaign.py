"""How well chains keep the account's slots busy.

    python benchmarks/campaign.py [--rows 200] [--slots 16] [--median 3.0] [--sigma 0.4]

A recipe of so many chains of three steps each, carried out as `wanflow run` does, against an
emulator in a process of its own that runs 16 tasks at once and has the limit of 20 queries a
second. How long each task ran is read from the emulator's record. The bound is what nobody can
beat: all that work divided by the slots, or the longest chain if that is more. Prints the bound
divided by the time until the last picture was home, and what the run cost beside that. The pace
of submissions is measured by `pace.py`.
"""

import argparse
import heapq
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
from PIL import Image

from wanflow.cli.compose import Ask, Draft, draft, open_workspace, planned, sound
from wanflow.cli.perform import Manner, Performed, perform
from wanflow.cli.service import Terms, account
from wanflow.model.events import Event

MODEL = "wan2.5-i2i-preview"
KEY = "sk-benchmark-of-campaigns"
HEAD = """\
wanflow: 1
name: rows
inputs: [photo]
defaults: {size: 768*768, prompt_extend: false}
steps:
"""
STEPS = """\
  - {{id: a{row}, use: edit, images: [photo], prompt: "row {row} first, image 1"}}
  - {{id: b{row}, use: edit, images: [a{row}], prompt: "row {row} second, image 1"}}
  - {{id: c{row}, use: edit, images: [b{row}], prompt: "row {row} third, image 1"}}
"""


def main() -> int:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--median", type=float, default=3.0, help="latency in seconds")
    parser.add_argument("--surplus", type=int, default=2, help="tasks that wait for a slot")
    parser.add_argument("--sigma", type=float, default=0.4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = folder / "service.jsonl"
        options = {
            "latency": f"lognormal:{asked.median},{asked.sigma}",
            "limits": f"submit=none,policy=none,query=20,running={asked.slots}",
        }
        with service(record, options, folder / "service.log") as base_url:
            watched = Watched()
            made = drafted(folder, asked.rows, typical_s=asked.median)
            limits = {
                "running_at_once": asked.slots,
                "submits_per_s": 1000.0,
                "surplus": asked.surplus,
            }
            begun_s = time.monotonic()
            done = carried_out(made, folder, base_url, limits=limits, watched=watched)
            took_s = time.monotonic() - begun_s
            home_s = watched.last_s - begun_s
        refused = (folder / "service.log").read_text("utf-8").count(" 429")
        entries = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    bound_s = bound(entries, asked.slots)
    accepted = Counter(entry["prompt"] for entry in entries if entry["event"] == "accepted")
    print(f"tasks       {accepted.total()} in {asked.rows} chains, {asked.slots} slots")
    print(f"bound       {bound_s:.2f} s")
    print(f"time        {home_s:.2f} s until the last picture, {took_s:.2f} s with the report")
    print(f"efficiency  {bound_s / home_s:.3f}")
    print(f"429         {refused}")
    print(f"duplicates  {sum(count - 1 for count in accepted.values())}")
    print(f"exit        {done.exit_code}, {done.record.billed_images} pictures billed")
    return int(done.exit_code)


class Watched:
    """Hears when the last step settled."""

    def __init__(self) -> None:
        self.last_s = 0.0

    def tell(self, event: Event) -> None:
        """Hear of an event."""
        del event
        self.last_s = time.monotonic()


def bound(entries: Sequence[Mapping[str, Any]], slots: int) -> float:
    """The shortest time in which that many slots could have done these very tasks."""
    ends = {e["task_id"]: float(e["at_s"]) for e in entries if e["event"] != "accepted"}
    free = [0.0] * slots
    chains: dict[str, float] = defaultdict(float)
    for entry in (entry for entry in entries if entry["event"] == "accepted"):
        # Tasks begin in the order of their acceptance, each as soon as a slot is free.
        begun_s = max(float(entry["at_s"]), heapq.heappop(free))
        end_s = ends[entry["task_id"]]
        heapq.heappush(free, end_s)
        chains[entry["prompt"].split()[1]] += end_s - begun_s
    return max(sum(chains.values()) / slots, *chains.values())


def drafted(folder: Path, rows: int, *, typical_s: float) -> Draft:
    """Read a recipe of so many chains, for a service that is as quick as the emulator."""
    steps = "".join(STEPS.format(row=row) for row in range(rows))
    outputs = ", ".join(f"c{row}: c{row}" for row in range(rows))
    recipe = folder / "rows.yaml"
    recipe.write_text(f"{HEAD}{steps}outputs: {{{outputs}}}\n", encoding="utf-8")
    Image.effect_noise((640, 480), 40).convert("RGB").save(folder / "photo.jpg")
    ask = Ask(recipe=recipe, inputs={"photo": str(folder / "photo.jpg")}, provider="dashscope")
    made = sound(draft(ask))
    card = replace(made.catalogue.models[MODEL], latency_typical_s=typical_s)
    known = replace(made.catalogue, models={**made.catalogue.models, MODEL: card})
    return replace(made, catalogue=known)


def carried_out(
    made: Draft, folder: Path, base_url: str, *, limits: Mapping[str, float], watched: Watched
) -> Performed:
    """Carry the recipe out as the command does."""
    who = account(None, Terms(base_url=base_url, limits=limits), {"DASHSCOPE_API_KEY": KEY})
    with open_workspace(folder / ".wanflow") as workspace:
        manner = Manner(out=folder / "runs", command="wanflow run rows.yaml")
        plan = planned(made, workspace)
        return anyio.run(
            lambda: perform(made, plan, workspace, manner=manner, watch=watched.tell, account=who)
        )


@contextmanager
def service(record: Path, options: Mapping[str, str], log: Path) -> Iterator[str]:
    """Start an emulator; it logs every request."""
    words = [word for name, text in options.items() for word in (f"--{name}", text)]
    command = [sys.executable, "-m", "wanflow.emulator", "--verbose", "--ledger", str(record)]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=file, text=True
        )
        try:
            yield (process.stdout or sys.stdin).readline().strip()
        finally:
            process.terminate()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


if __name__ == "__main__":
    sys.exit(main())
