"""Runs the program as a person would: a process of its own in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def environment() -> dict[str, str]:
    """Give an environment without settings of whoever runs the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WANFLOW")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def wanflow(*words: str, cwd: Path, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; stdout and stderr apart, as text."""
    return subprocess.run(
        [sys.executable, "-m", "wanflow", *words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def run_files(cwd: Path, pattern: str) -> Sequence[Path]:
    """List files of all runs, in order."""
    return sorted(cwd.glob(f"runs/*/{pattern}"))
