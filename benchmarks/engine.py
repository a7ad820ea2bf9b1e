"""Measure the local engine: seconds and peak memory of every operation at 1280*1280, on one core.

    python benchmarks/engine.py [OPERATION...]

Each operation runs in a fresh process, tied to one core, as the engine's own worker runs it, with
the arguments of its example in the catalogue. Both times include loading OpenCV and the networks;
the second one is that of the processor alone, which other programs on the machine do not lengthen.
What is removed by `remove_text` is written on the picture before. Limits to stay under: 12 s and
600 MB.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from wanflow.loading import catalogue, parse, with_defaults
from wanflow.model.operation import Operation
from wanflow.providers.local.worker import Order, work

ROOT = Path(__file__).parent.parent
PICTURES = ("astronaut", "coffee", "chelsea")
FONT = ROOT / "wanflow/providers/local/data/NotoSansSC-Medium-subset.otf"
SIDE_PX = 1280
# Where the example of the catalogue is for a model: the nearest that the engine can do.
HERE: Mapping[str, Mapping[str, Any]] = {
    "colorize": {"tint": "sepia"},
    "extract": {"items": ["subject"]},
}


def example(entry: Operation) -> Mapping[str, Any]:
    """Give the arguments of an operation's example, defaults filled in."""
    value: Any = parse(f"steps:\n{entry.example}".encode(), file="example").value
    given = HERE.get(entry.name) or value["steps"][0].get("with", {})
    filled: Any = with_defaults(entry, given)
    return dict(filled)


def once(name: str) -> None:
    """Do one operation in this process, and print what it took."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    entry = catalogue().operations[name]
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for number in range(max(entry.images_min, len(entry.roles))):
            path = Path(scratch) / f"in-{number}.png"
            source = ROOT / "recipes/pictures" / f"{PICTURES[number]}.jpg"
            if "mask" in entry.roles and number == 1:
                source = ROOT / "recipes/pictures/rocket-mask.png"
            with Image.open(source) as picture:
                whole = picture.convert("RGB").resize((SIDE_PX, SIDE_PX))
            if name == "remove_text":
                write_on(whole)
            whole.save(path)
            paths.append(path)
        before, spent = time.monotonic(), time.process_time()
        order = Order(
            algorithm=entry.local or "",
            arguments=example(entry),
            pictures=tuple(paths),
            scratch=Path(scratch),
            seeds=(0,),
        )
        names, _ = work(order)
        seconds, processor = time.monotonic() - before, time.process_time() - spent
        digests = [(Path(scratch) / made).read_bytes() for made in names]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        json.dumps(
            {
                "seconds": seconds,
                "processor_s": processor,
                "peak_mb": peak_mb,
                "pictures": len(digests),
            }
        )
    )


def write_on(picture: Image.Image) -> None:
    """Write two lines near the foot of a picture."""
    face = ImageFont.truetype(FONT, SIDE_PX // 16)
    corner = (SIDE_PX // 10, SIDE_PX * 3 // 4)
    ImageDraw.Draw(picture).text(corner, "样张 SAMPLE 2026\n不得转载", fill="white", font=face)


def main() -> None:
    """Measure what the command line names, or everything."""
    names = sys.argv[1:] or [
        entry.name
        for entry in catalogue().operations.values()
        if entry.local and entry.kind == "model"
    ]
    print(f"{'operation':<18}{'seconds':>9}{'of CPU':>9}{'peak MB':>9}")
    for name in names:
        done = subprocess.run(
            [sys.executable, __file__, "--once", name],
            env={"PYTHONPATH": str(ROOT), "PATH": "", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"{name:<18}{done.stderr.strip().splitlines()[-1]}")
            continue
        took = json.loads(done.stdout)
        print(
            f"{name:<18}{took['seconds']:>9.1f}{took['processor_s']:>9.1f}{took['peak_mb']:>9.0f}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        once(sys.argv[2])
    else:
        main()
