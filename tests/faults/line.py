"""One line of the fault matrix: what goes wrong, and everything that has to come of it."""

from dataclasses import dataclass

from tests.faults.program import Desk
from wanflow.imaging.metadata.label import unlabelled


@dataclass(frozen=True, kw_only=True)
class Line:
    """What comes of a fault, and of the same command when the fault is over.

    `said` is in what the program writes, `accepted` how many requests the service took on,
    `states` what the journal has of them, `then` the exit code of the same command afterwards with
    `words` added, and `then_accepted` how many requests were taken on in the end.
    """

    faults: str
    exit_code: int = 0
    said: str = ""
    accepted: int = 1
    states: tuple[str, ...] = ("made",)
    words: tuple[str, ...] = ()
    then: int = 0
    then_accepted: int = 1
    list_lag: str = "0"


def hold(desk: Desk, line: Line) -> None:
    """Run, let the fault be over, run again, and hold everything against the line."""
    ran = desk.run()

    assert ran.exit_code == line.exit_code, ran.said
    assert line.said in ran.said
    assert desk.accepted == line.accepted
    assert desk.states == list(line.states)
    assert ran.report["state"] == {0: "done", 1: "failed"}.get(line.exit_code, "unfinished")

    desk.faults("")
    again = desk.run(*line.words)

    assert again.exit_code == line.then, again.said
    assert desk.accepted == line.then_accepted
    assert desk.bought_twice == []
    if line.then == 0:
        assert desk.reported == desk.billed
        results = desk.folder.glob("runs/*/outputs/*")
        assert len({unlabelled(file.read_bytes()) for file in results}) == 1
