"""A small round of `benchmarks/purchases.py`: real runs, real kills, an emulator's own record."""

import shutil
import subprocess

import pytest

from benchmarks.purchases import Tally, kill_loop


@pytest.mark.timeout(400)
def test_killed_runs_pay_nothing_twice_and_lose_nothing() -> None:
    if (
        shutil.which("strace") is None
        or subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("without strace nothing can be killed at a system call")

    tallies = kill_loop(12, seed=7, at_once=6)

    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    assert whole.wrong == []
    assert whole.kills.total() >= 10
    assert set(whole.kills) == {"time", "protocol", "fsync"}
    assert whole.billed == whole.fetched >= 20
