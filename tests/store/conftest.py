import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.parts import probe
from wanflow.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as opened:
        yield opened


@pytest.fixture(scope="session")
def strace() -> tuple[str, ...]:
    """Give the beginning of a command that tampers with system calls, where that is possible."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed, so no fault can be injected at a system call")
    command = (path, "-qq", "-o", os.devnull)
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets no process be traced, so no fault can be injected")
    return command
