"""An emulator as a process of its own, and runs against it as a person would start them."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.cli.running import environment

KEY = "sk-canary-77c1e0a4b95d"
# Looks often and waits little: the emulator answers in tenths of a second.
QUICK = """
[dashscope]
look_every_s = 0.1
grace_s = 0.3
between_s = 0.1
connect_tries_s = 5
"""


@dataclass(frozen=True, kw_only=True)
class Emulated:
    """A service that listens, and the folder in which recipes are run against it."""

    base_url: str
    cwd: Path
    ledger: Path
    process: subprocess.Popen[str]

    def environment(self) -> dict[str, str]:
        state = str(self.cwd / "state")
        return {**environment(), "DASHSCOPE_API_KEY": KEY, "XDG_STATE_HOME": state}

    def words(self, *words: str, agreed: bool = True) -> list[str]:
        paid = ["--provider", "dashscope", "--base-url", self.base_url]
        yes = ["--yes"] if agreed else []
        return [sys.executable, "-m", "wanflow", *words, *paid, *yes]

    def run(self, *words: str, agreed: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `wanflow run ...` to its end."""
        return subprocess.run(
            self.words("run", *words, agreed=agreed),
            cwd=self.cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def events(self, kind: str) -> Sequence[Mapping[str, object]]:
        """Give what the service has entered, such as `accepted` or `billed`."""
        lines = self.ledger.read_text("utf-8").splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    @property
    def billed(self) -> int:
        """How many pictures the service has billed."""
        return sum(int(str(event["images"])) for event in self.events("billed"))

    def served(self, task_id: str) -> list[bytes]:
        """Fetch the pictures of a task once more, as the service gives them out."""
        request = urllib.request.Request(  # noqa: S310 # loopback
            f"{self.base_url}/tasks/{task_id}", headers={"Authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 # loopback
            results = json.load(answer)["output"]["results"]
        pictures = []
        for result in results:
            if "url" in result:
                with urllib.request.urlopen(result["url"], timeout=20) as answer:  # noqa: S310
                    pictures.append(answer.read())
        return pictures

    def reports(self) -> list[Mapping[str, Any]]:
        """Read the reports of all runs, oldest first."""
        files = sorted(self.cwd.glob("runs/*/report.json"))
        return [json.loads(file.read_text("utf-8")) for file in files]


@contextmanager
def emulated(cwd: Path, *options: str, settings: str = QUICK) -> Iterator[Emulated]:
    """Serve on a free port while the body runs."""
    cwd.mkdir(parents=True, exist_ok=True)
    (cwd / "wanflow.toml").write_text(settings, encoding="utf-8")
    ledger = cwd / "ledger.jsonl"
    with (cwd / "emulator.log").open("w", encoding="utf-8") as log:
        process = _started(cwd, ledger, log, options)
    assert process.stdout is not None
    try:
        base_url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/api/v1", base_url)
        yield Emulated(base_url=base_url, cwd=cwd, ledger=ledger, process=process)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def _started(
    cwd: Path, ledger: Path, log: IO[str], options: Sequence[str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "wanflow", "emulator", "--port", "0"),
            *("--ledger", str(ledger), "--latency", "fixed:0.2"),
            *options,
        ],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def holds_key(folder: Path) -> list[Path]:
    """List the files below a folder in which the key stands."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return [file for file in files if KEY.encode() in file.read_bytes()]
