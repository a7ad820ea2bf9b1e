"""An emulator in a process of its own, for clients that know nothing of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running emulator: its base URL and what its ledger holds so far."""

    base_url: str
    ledger_file: Path

    @property
    def origin(self) -> str:
        return self.base_url.removesuffix("/api/v1")

    def entries(self, event: str) -> list[dict[str, Any]]:
        lines = self.ledger_file.read_text(encoding="utf-8").splitlines()
        return [entry for line in lines if (entry := json.loads(line))["event"] == event]


@contextmanager
def served(ledger_file: Path, *options: str) -> Iterator[Served]:
    """Start an emulator, and stop it as a person would."""
    command = [sys.executable, "-m", "wanflow.emulator", "--ledger", str(ledger_file), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield Served(base_url=process.stdout.readline().strip(), ledger_file=ledger_file)
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=10)
    assert process.returncode == 0, said
    assert "Traceback" not in said, said
