"""How long `wanflow check` takes, cold, as a ratio to loading the libraries that it stands on.

Each command is a process of its own, with compiled modules, as people have it. The pairs are
interleaved, since the machine's pace changes; the median of the ratios is what counts. Goals: a
recipe of 10 steps under 250 ms, one of 1000 steps under 1 s.

    python benchmarks/check.py [--pairs 15]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
LIBRARIES = [sys.executable, "-c", "import yaml, jsonschema, jinja2"]
CHECK = [sys.executable, "-m", "wanflow", "check"]
GOALS_S = {10: 0.25, 1000: 1.0}


def recipe(steps: int) -> str:
    """Write a recipe of chains of three steps, each with arguments and a prompt of its own."""
    inputs = "photo: {type: image, default: photo.png}, title: {type: string, default: 晨光}"
    parts = [f"wanflow: 1\nname: many\ninputs: {{{inputs}}}\nsteps:\n"]
    for at in range(steps):
        before = f"s{at - 1}" if at % 3 else "photo"
        parts.append(
            f"  - id: s{at}\n    use: outpaint\n    images: [{before}]\n    seed: {at}\n"
            f"    with: {{left: 0.1}}\n    prompt: 把{{{{ {before} }}}}向左扩展,{{{{ title }}}}\n"
        )
    return "".join(parts)


def seconds(command: list[str], folder: Path) -> float:
    """Run a command to its end and time it."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("WANFLOW")}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    settings |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=settings)
    return time.perf_counter() - begun


def measure(name: str, folder: Path, pairs: int) -> tuple[float, float]:
    """Give the median of the seconds, and of the ratios to loading the libraries."""
    times: list[float] = []
    ratios: list[float] = []
    for at in range(pairs + 1):
        libraries = seconds(LIBRARIES, folder)
        took = seconds([*CHECK, name], folder)
        if at:  # the first pair compiles the modules
            times.append(took)
            ratios.append(took / libraries)
    return statistics.median(times), statistics.median(ratios)


def main() -> int:
    """Print a line for each size of recipe."""
    parser = argparse.ArgumentParser(description="time wanflow check, cold")
    parser.add_argument("--pairs", type=int, default=15)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        Image.new("RGB", (1000, 800), "gray").save(folder / "photo.png")
        for steps, goal_s in GOALS_S.items():
            name = f"{steps}.yaml"
            (folder / name).write_text(recipe(steps), encoding="utf-8")
            took_s, ratio = measure(name, folder, pairs)
            print(f"{steps:>5} steps: {took_s * 1000:6.0f} ms, {ratio:5.2f} times loading the "
                  f"libraries (goal {goal_s * 1000:.0f} ms)")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
