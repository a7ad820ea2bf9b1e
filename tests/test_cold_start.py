"""`wanflow --help` costs at most three times what starting Python costs: the one timed gate."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAIRS = 15
HELP = [sys.executable, "-c", ("import sys; sys.argv=['wanflow','--help']; "
        "from wanflow.cli.main import main; main()")]  # fmt: skip
NOTHING = [sys.executable, "-c", "pass"]


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - begun


def test_help_is_quick() -> None:
    ratios = []
    for _ in range(PAIRS):  # interleaved, since the machine's pace changes
        nothing = seconds(NOTHING)
        ratios.append(seconds(HELP) / nothing)

    assert statistics.median(ratios) <= 3
