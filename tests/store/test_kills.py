"""A process killed at any moment loses nothing that it has told, and leaves no half-made file."""

import random
from pathlib import Path

import pytest

from tests.store.parts import RUN, done, fingerprint, finished, png, probe, started
from tests.store.worker import work
from wanflow.model.values import JobKey
from wanflow.store.rundir import RunDirectory, is_run_held
from wanflow.store.workspace import Workspace

# What the order of writing is made of, and how often each is called when two pictures are made:
# from the first folder of the workspace to the folding of the log at its closing.
INSTANTS = [
    *(("fsync", number) for number in range(1, 25, 3)),
    *(("fdatasync", number) for number in range(1, 19, 3)),
    *(("pwrite64", number) for number in range(2, 80, 19)),
    *(("mkdir", number) for number in (1, 4, 6)),
    *(("rename", number) for number in (1, 2, 3)),
    *(("renameat", number) for number in (1, 2, 4)),
    *(("unlink", number) for number in (2, 5)),
]


def check(folder: Path, told: list[str]) -> None:
    """Hold everything on disk against what a killed process has told."""
    with Workspace.open(folder / ".wanflow", probe=probe) as workspace:
        outcomes = workspace.journal.outcomes(RUN)
        for number in (int(word) for word in told if word != "end"):
            assert outcomes[JobKey(f"step-{number}")] == done(number % 256)
        for outcome in outcomes.values():
            assert all(workspace.objects.holds(one) for one in getattr(outcome, "pictures", ()))
        marks = [fingerprint(f"{RUN}/{key}") for key in outcomes]
        assert set(workspace.journal.recorded(marks)) == set(marks)
        assert list((workspace.root / "scratch").iterdir()) == []
    path = folder / "runs" / RUN
    if path.is_dir():
        assert not is_run_held(path)
        RunDirectory.open(path).close()
        for picture in path.glob("images/*"):
            assert picture.name.startswith("图-"), "a half-written file has a final name"
            assert picture.read_bytes() == png(int(picture.stem[2:]) % 256)
        for number in (int(word) for word in told if word != "end"):
            assert (path / "images" / f"图-{number}.png").is_file()


@pytest.mark.parametrize("seed", range(12))
def test_kill_9_at_any_moment_loses_nothing_that_was_told(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    patience = chance.randrange(1, 25)

    with started("work", str(tmp_path), RUN, "100000") as worker:
        assert worker.stdout is not None
        told = [worker.stdout.readline().strip() for _ in range(patience)]
        sum(range(chance.randrange(100_000)))  # somewhere within the next job, not at its edge
        worker.kill()
        told += worker.stdout.read().split()

    check(tmp_path, told)


@pytest.mark.parametrize(("call", "number"), INSTANTS)
def test_death_at_a_system_call_leaves_a_workspace_that_goes_on(
    tmp_path: Path, strace: tuple[str, ...], call: str, number: int
) -> None:
    fault = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")

    killed = finished("work", str(tmp_path), RUN, "2", under=(*strace, *fault))

    # Which calls SQLite makes, and how many, is its own business: past the last one it has ended.
    assert killed.returncode != 0 or killed.stdout == "0\n1\nend\n"
    check(tmp_path, killed.stdout.split())
    work(tmp_path, RUN, "2")
    check(tmp_path, ["0", "1"])
