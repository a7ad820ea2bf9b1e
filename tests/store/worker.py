"""A second process for the tests: `python worker.py WHAT FOLDER [WORD...]`."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.store.parts import RUN, done, fingerprint, probe, written
from wanflow.errors import WanflowError
from wanflow.model.values import JobKey, RunId
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace


def hold(folder: Path, run: str) -> None:
    """Hold a run directory and a scratch folder until the end of the standard input."""
    with Workspace.open(folder / ".wanflow", probe=probe) as workspace:
        scratch = workspace.objects.scratch()
        written(scratch / "half.png")
        with RunDirectory.create(folder / "runs", RunId(run)):
            tell(str(scratch))
            sys.stdin.read()


def work(folder: Path, run: str, jobs: str) -> None:
    """Make pictures like a run does, and tell of each when it is durable."""
    with Workspace.open(folder / ".wanflow", probe=probe) as workspace:
        path = folder / "runs" / run
        with (
            RunDirectory.open(path)
            if path.exists()
            else RunDirectory.create(folder / "runs", RunId(run)) as directory
        ):
            workspace.journal.begin_run(
                RunId(run),
                digest="d",
                recipe="cat",
                directory=directory.path,
                started_at="2026-11-23T10:15:30Z",
                facts={},
            )
            for number in range(int(jobs)):
                one_job(workspace, directory, run=RunId(run), number=number)
                tell(str(number))
        workspace.journal.end_run(RunId(run), state="done", ended_at="2026-11-23T10:16:30Z")
    tell("end")


def one_job(workspace: Workspace, directory: RunDirectory, *, run: RunId, number: int) -> None:
    key, shade = JobKey(f"step-{number}"), number % 256
    workspace.journal.job_started(
        run, key, fingerprint=fingerprint(f"{run}/{key}"), request={"prompt": f"第{number}张"}
    )
    picture = workspace.objects.add(written(workspace.objects.scratch() / "made.png", shade))
    directory.place(picture, workspace.objects.path(picture), f"images/图-{number}.png")
    workspace.journal.job_settled(run, key, outcome=done(shade))


def make(folder: Path) -> None:
    """Open a workspace, which makes it."""
    Workspace.open(folder / ".wanflow", probe=probe).close()
    tell("end")


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(what: str, folder: str, *words: str) -> int:
    doing: dict[str, Callable[..., None]] = {"hold": hold, "work": work, "make": make}
    try:
        doing[what](Path(folder), *words)
    except WanflowError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["work", ".", RUN, "1"])))
