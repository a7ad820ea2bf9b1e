"""Kill a run with -9 at random moments, again and again, and see that nothing is lost or half made.

    python benchmarks/kills.py --kills 200

Each round starts `wanflow run` on a recipe of ten steps in an empty folder, kills it (and what it
started) at a random moment, up to three times in a row, looks at every file that has a final name,
and then lets the same command finish. Prints what it found; exits 1 if anything was wrong.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "recipes" / "pictures" / "coffee.jpg"
STEPS = 10
RECIPE = """\
wanflow: 1
name: ten
inputs: [photo]
steps:
  - {id: a, use: resize, with: {longest: 800}}
  - {id: b, use: crop, with: {aspect: "1:1"}}
  - {id: c, use: rotate, with: {degrees: 90}}
  - {id: d, use: pad, images: [a], with: {aspect: "16:9"}}
  - {id: e, use: resize, images: [b], with: {factor: 0.5}}
  - {id: f, use: convert, images: [c], with: {format: jpeg}}
  - {id: g, use: rotate, images: [d], with: {degrees: 180}}
  - {id: h, use: grid, images: [b, c, e], with: {columns: 3}}
  - {id: i, use: overlay, images: [d, e], with: {at: {x: 0.5, y: 0.5}, height: 0.5}}
  - {id: j, use: grid, images: [g, h, i], with: {columns: 1}}
outputs: {poster: j}
"""


@dataclass(slots=True)
class Tally:
    """What has been seen so far."""

    kills: int = 0
    too_late: int = 0
    rounds: int = 0
    incomplete: int = 0
    unfinished: int = 0

    @property
    def clean(self) -> bool:
        """No final name held anything half made, and every run was finished."""
        return not (self.incomplete or self.unfinished)


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the run in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "wanflow", "run", "ten.yaml", "photo=photo.jpg"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def incomplete(folder: Path) -> list[Path]:
    """Name the files with a final name that are not whole."""
    from wanflow.errors import ImageError  # noqa: PLC0415 # the checkout is put on the path below
    from wanflow.imaging.probe import probe  # noqa: PLC0415 # the same

    broken: list[Path] = []
    for kind in ("images", "inputs", "outputs"):
        for file in folder.glob(f"runs/*/{kind}/*"):
            try:
                complete = file.name.startswith(".") or bool(probe(file))
            except ImageError:
                complete = False
            if not complete:
                broken.append(file)
    pages = folder.glob("runs/*/report.html")
    whole = "</html>"
    return broken + [
        page for page in pages if not page.read_text(encoding="utf-8").rstrip().endswith(whole)
    ]


def one_round(tally: Tally, chance: random.Random, full_s: float, left: int) -> None:
    """Kill one run up to three times, then let it finish."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ten.yaml").write_text(RECIPE, encoding="utf-8")
        shutil.copy(PICTURE, folder / "photo.jpg")
        for _ in range(min(left, chance.randint(1, 3))):
            process = start(folder)
            time.sleep(chance.uniform(0.05, full_s))
            ended = process.poll() is not None
            tally.too_late += ended
            os.killpg(process.pid, signal.SIGKILL) if not ended else None
            process.communicate()
            tally.kills += not ended
            found = incomplete(folder)
            tally.incomplete += len(found)
            for file in found:
                print("incomplete:", file.relative_to(folder))
        _, words = (last := start(folder)).communicate()
        finished = last.returncode == 0 and any(folder.glob("runs/*/outputs/poster.png"))
        if not finished:
            print("not finished:", last.returncode, words.decode("utf-8", "replace"))
        tally.unfinished += not finished
        tally.incomplete += len(incomplete(folder))
        tally.rounds += 1


def full_duration_s() -> float:
    """Measure an undisturbed run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ten.yaml").write_text(RECIPE, encoding="utf-8")
        shutil.copy(PICTURE, folder / "photo.jpg")
        begun = time.perf_counter()
        start(folder).communicate()
        return time.perf_counter() - begun


def kill_loop(kills: int, seed: int) -> Tally:
    """Kill that many times and say what came of it."""
    tally, chance = Tally(), random.Random(seed)
    full_s = full_duration_s()
    while tally.kills < kills:
        one_round(tally, chance, full_s, kills - tally.kills)
        print(f"{tally.kills} kills, clean so far: {tally.clean}", flush=True)
    return tally


def main() -> None:
    """Run from the command line."""
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally = kill_loop(options.kills, options.seed)
    print(
        f"{tally.kills} kills in {tally.rounds} runs of {STEPS} steps "
        f"({tally.too_late} more came after the end): {tally.incomplete} incomplete files, "
        f"{tally.unfinished} runs that the same command did not finish"
    )
    sys.exit(not tally.clean)


if __name__ == "__main__":
    main()
