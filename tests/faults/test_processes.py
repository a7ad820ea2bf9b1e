"""Real processes on a real file system: lost journals, broken disks, too many open files."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.emulated import QUICK, Emulated, emulated
from tests.faults.program import CHAIN

PHOTO = Path(__file__).parents[2] / "recipes" / "pictures" / "coffee.jpg"
RUN = ("run", "cups.yaml", "photo=photo.jpg")
SLOW = QUICK.replace("grace_s = 0.3", "grace_s = 1.5")


def laid_out(service: Emulated) -> Emulated:
    (service.cwd / "cups.yaml").write_text(CHAIN, encoding="utf-8")
    shutil.copy(PHOTO, service.cwd / "photo.jpg")
    return service


def killed_when_bought(service: Emulated, count: int) -> None:
    """Kill a run with -9 as soon as the service has taken on so many requests."""
    process = subprocess.Popen(
        service.words(*RUN),
        cwd=service.cwd,
        env=service.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while len(service.events("accepted")) < count and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.2)  # the answers are entered
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9])
def test_a_journal_that_forgot_its_newest_entries_is_not_bought_over(
    tmp_path: Path, kept: float
) -> None:
    with emulated(tmp_path, "--latency", "fixed:2", settings=SLOW) as service:
        killed_when_bought(laid_out(service), 2)
        log = tmp_path / ".wanflow" / "journal.sqlite-wal"
        size = log.stat().st_size
        os.truncate(log, int(size * kept))
        (tmp_path / ".wanflow" / "journal.sqlite-shm").unlink(missing_ok=True)

        again = service.run(*RUN[1:])

        prompts = [str(event["prompt"]) for event in service.events("accepted")]
        assert again.returncode == 0, again.stderr
        assert sorted(prompts) == sorted(set(prompts))
        assert len(prompts) == 3


@pytest.mark.parametrize("fault", ["fdatasync:error=EIO:when=14+", "fsync:error=EIO:when=22"])
def test_a_disk_that_cannot_be_trusted_stops_the_money(tmp_path: Path, fault: str) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, so no fault can be injected at a system call")
    call = fault.partition(":")[0]
    with emulated(tmp_path, settings=SLOW) as service:
        laid_out(service)
        command = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
        broken = subprocess.run(
            [*command, "-e", f"inject={fault}", *service.words(*RUN)],
            cwd=tmp_path,
            env=service.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        again = service.run(*RUN[1:])

        prompts = [str(event["prompt"]) for event in service.events("accepted")]
        assert broken.returncode == 3, broken.stderr
        assert "input/output error" in broken.stderr or "cannot be written" in broken.stderr
        assert "Traceback" not in broken.stderr
        assert again.returncode == 0, again.stderr
        assert len(prompts) == len(set(prompts)) == 3


@pytest.mark.parametrize("files", [20, 24, 28])
def test_too_few_files_end_in_words_and_cost_nothing_twice(tmp_path: Path, files: int) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("there is no prlimit to set a limit with")
    with emulated(tmp_path, settings=SLOW) as service:
        laid_out(service)
        limited = subprocess.run(
            ["prlimit", f"--nofile={files}", *service.words(*RUN)],
            cwd=tmp_path,
            env=service.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        again = service.run(*RUN[1:])

        prompts = [str(event["prompt"]) for event in service.events("accepted")]
        assert limited.returncode in {0, 3, 5}, limited.stderr
        assert "Traceback" not in limited.stderr
        assert again.returncode == 0, again.stderr
        assert len(prompts) == len(set(prompts)) == 3


def test_a_forgotten_run_of_other_pictures_is_none_of_ours(tmp_path: Path) -> None:
    with emulated(tmp_path, "--latency", "fixed:2", settings=SLOW) as service:
        killed_when_bought(laid_out(service), 2)
        shutil.rmtree(tmp_path / ".wanflow")
        shutil.copy(PHOTO.with_name("rocket.jpg"), tmp_path / "photo.jpg")

        other = service.run(*RUN[1:])

        assert other.returncode == 0, other.stderr
        assert len(service.events("accepted")) == 5
        assert len(list(tmp_path.glob("runs/*"))) == 2


def test_a_workspace_that_is_gone_is_not_bought_over(tmp_path: Path) -> None:
    with emulated(tmp_path, "--latency", "fixed:2", settings=SLOW) as service:
        killed_when_bought(laid_out(service), 2)
        shutil.rmtree(tmp_path / ".wanflow")

        again = service.run(*RUN[1:])

        assert again.returncode == 0, again.stderr
        assert len(service.events("accepted")) == 3
        assert len(list(tmp_path.glob("runs/*"))) == 1
