"""Real sockets, real processes, real kills."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import anyio
import pytest

from tests.conformance.served import ROOT, Served, served
from tests.e2e.edit_rows import edit_rows
from wanflow.imaging.probe import probe

SPOILT = (
    "drop-after-accept", "reset-after-accept", "hang-after-accept", "http-500-after-accept",
    "truncated-body", "endless-body", "gzip-bomb", "bad-json", "no-id",
)  # fmt: skip
DOWNLOADS = (
    "download-cut", "download-chunked-cut", "download-drop", "download-bad-crc", "download-huge",
)  # fmt: skip


def paid(emulator: Served) -> Counter[str]:
    return Counter(entry["prompt"] for entry in emulator.entries("accepted"))


def test_every_spoilt_answer_is_survived_over_a_socket(tmp_path: Path) -> None:
    faults = [f"{name}#{at}" for at, name in enumerate(SPOILT, start=2)]
    faults += [f"{name}#{at}" for at, name in enumerate(DOWNLOADS, start=1)]
    options = ("--latency", "fixed:0.1", "--limits", "none", "--faults", ",".join(faults))

    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        failed = anyio.run(edit_rows, emulator.base_url, tmp_path, 12)

        assert failed == []
        assert paid(emulator) == {f"edit row {at}": 1 for at in range(12)}
    assert all(probe(tmp_path / f"row-{at}" / "1.png").width_px == 768 for at in range(12))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_nothing_is_paid_twice(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    options = ("--latency", "fixed:0.3", "--limits", "none", "--list-lag", "0.3")

    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        for _ in range(4):
            process = _process(emulator, tmp_path)
            _wait_for_request(emulator, process)
            time.sleep(chance.uniform(0.0, 0.1))
            process.send_signal(signal.SIGKILL)
            process.wait()
        finished = _process(emulator, tmp_path)

        assert finished.wait() == 0
        assert paid(emulator) == {f"edit row {at}": 1 for at in range(8)}
    assert all(probe(tmp_path / f"row-{at}" / "1.png").width_px == 768 for at in range(8))


def _process(emulator: Served, folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.e2e.edit_rows", emulator.base_url, str(folder), "8"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, cwd=ROOT)


def _wait_for_request(emulator: Served, process: "subprocess.Popen[bytes]") -> None:
    """Wait until something more is accepted, or everything is done."""
    before = len(emulator.entries("accepted"))
    while process.poll() is None and len(emulator.entries("accepted")) == before < 8:
        time.sleep(0.005)
