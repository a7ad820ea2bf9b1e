import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.store.parts import RUN, done, fingerprint, finished, probe
from wanflow.errors import InternalError, UnfinishedError, UsageError, WanflowError
from wanflow.model.plan import Recorded
from wanflow.model.run import Done, Failed, Outcome, Reused, RunState, Skipped
from wanflow.model.values import JobKey, JsonValue, Note, RunId
from wanflow.store.journal import Journal
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace

AT = "2026-11-23T10:15:30Z"
LATER = "2026-11-23T10:16:30Z"
A, B, C = JobKey("a"), JobKey("b"), JobKey("c")


def begin(
    journal: Journal, run: str = RUN, *, directory: Path = Path("/nowhere"), recipe: str = "cat"
) -> RunId:
    journal.begin_run(
        RunId(run),
        digest="digest",
        recipe=recipe,
        directory=directory,
        started_at=AT,
        facts={"provider": "local@1", "主机": [1, None]},
    )
    return RunId(run)


def start(journal: Journal, run: RunId, key: JobKey, prompt: str) -> None:
    request: JsonValue = {"prompt": prompt}
    journal.job_started(run, key, fingerprint=fingerprint(prompt), request=request)


def test_a_run_is_found_again_after_closing(tmp_path: Path) -> None:
    root = tmp_path / ".wanflow"
    with Workspace.open(root, probe=probe) as workspace:
        begin(workspace.journal, directory=tmp_path / "runs" / RUN)
        workspace.journal.end_run(RUN, state="done", ended_at=LATER)

    with Workspace.open(root, probe=probe) as workspace:
        (row,) = workspace.journal.runs()

    assert (row.run, row.digest, row.recipe, row.state) == (RUN, "digest", "cat", "done")
    assert (row.started_at, row.ended_at) == (AT, LATER)
    assert row.facts == {"provider": "local@1", "主机": [1, None]}
    assert row.directory == tmp_path / "runs" / RUN


def test_run_directories_move_with_the_project(tmp_path: Path) -> None:
    before, after = tmp_path / "甲", tmp_path / "乙"
    with Workspace.open(before / ".wanflow", probe=probe) as workspace:
        begin(workspace.journal, "near", directory=before / "runs" / "near")
        begin(workspace.journal, "far", directory=tmp_path / "elsewhere" / "far")

    before.rename(after)

    with Workspace.open(after / ".wanflow", probe=probe) as workspace:
        found = {row.run: row.directory for row in workspace.journal.runs()}
    assert found == {
        "near": after / "runs" / "near",
        "far": tmp_path / "elsewhere" / "far",
    }


def test_a_run_that_goes_on_keeps_its_start_and_becomes_the_newest(workspace: Workspace) -> None:
    journal = workspace.journal
    begin(journal, "first")
    start(journal, RunId("first"), A, "red")
    journal.job_settled(RunId("first"), A, outcome=done())
    journal.end_run(RunId("first"), state="interrupted", ended_at=LATER)
    begin(journal, "second")

    journal.begin_run(
        RunId("first"), digest="x", recipe="x", directory=Path("/x"), started_at="x", facts={}
    )

    newest = journal.runs()[0]
    assert [row.run for row in journal.runs()] == ["first", "second"]
    assert (newest.state, newest.started_at, newest.ended_at) == ("running", AT, None)
    assert (newest.digest, newest.directory) == ("digest", Path("/nowhere"))
    assert journal.outcomes(RunId("first")) == {A: done()}


def test_the_runs_that_begin_after_one_goes_on_are_newer(workspace: Workspace) -> None:
    for run in ("one", "two", "one", "three"):
        begin(workspace.journal, run)

    assert [row.run for row in workspace.journal.runs()] == ["three", "one", "two"]


def test_a_run_is_found_by_id_prefix_or_last(workspace: Workspace) -> None:
    for run in ("cat-1", "cat-12", "dog-1"):
        begin(workspace.journal, run)

    found = [workspace.journal.find_run(text).run for text in ("cat-1", "cat-12", "d", "last")]

    assert found == ["cat-1", "cat-12", "dog-1", "dog-1"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("cat", "3 runs begin with 'cat'", "write more of it: cat-30, cat-2, cat-1"),
        ("cta-1", "no run 'cta-1'", "did you mean cat-1"),
        ("30", "no run '30'", "did you mean cat-30"),
        ("zebra", "no run 'zebra'", "wanflow runs lists them all"),
        ("", "no run ''", "wanflow runs lists them all"),
    ],
)
def test_a_run_that_is_not_found_names_near_ones(
    workspace: Workspace, text: str, message: str, hint: str
) -> None:
    for run in ("cat-1", "cat-2", "cat-30"):
        begin(workspace.journal, run)

    with pytest.raises(UsageError, match=message) as caught:
        workspace.journal.find_run(text)

    assert hint in (caught.value.hint or "")


def test_an_empty_workspace_has_no_last_run(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no run in this workspace yet"):
        workspace.journal.find_run("last")


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [("interrupted", True), ("unfinished", True), ("done", False), ("failed", False)],
)
def test_only_a_run_that_has_not_come_to_its_end_goes_on(
    workspace: Workspace, tmp_path: Path, state: RunState, *, goes_on: bool
) -> None:
    begin(workspace.journal, directory=tmp_path)
    workspace.journal.end_run(RUN, state=state, ended_at=LATER)

    found = workspace.journal.unfinished_run("digest")

    assert (found is not None) == goes_on
    assert workspace.journal.unfinished_run("another") is None


def test_of_several_unfinished_runs_the_latest_goes_on_whoever_holds_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "runs"
    for run in ("old", "older"):
        with RunDirectory.create(out, RunId(run)) as directory:
            begin(workspace.journal, run, directory=directory.path)
    with RunDirectory.create(out, RunId("held")) as held:
        begin(workspace.journal, "held", directory=held.path)
        begin(workspace.journal, "gone", directory=out / "gone")

        found = workspace.journal.unfinished_run("digest")

    assert found is not None
    assert found.run == "held"


def test_outcomes_come_in_the_order_in_which_jobs_settled(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)
    for key in (A, B, C):
        start(journal, run, key, key)
    outcomes: dict[JobKey, Outcome] = {
        B: done(2),
        A: Failed(code="refused", message="不行", pictures=(done(1).pictures)),
        JobKey("d"): Skipped(because=A, reason="upstream-skipped"),
        JobKey("e"): Reused(
            pictures=done(3).pictures, run="other", notes=(Note(code="n", text="t"),)
        ),
    }

    for key, outcome in outcomes.items():
        journal.job_settled(run, key, outcome=outcome)

    assert journal.outcomes(run) == outcomes
    assert list(journal.outcomes(run)) == list(outcomes)
    assert journal.outcomes(RunId("unknown")) == {}


def test_a_request_is_found_in_every_run_and_the_latest_counts(workspace: Workspace) -> None:
    journal = workspace.journal
    for shade, run in enumerate(("one", "two")):
        begin(journal, run)
        start(journal, RunId(run), A, "red")
        journal.job_settled(RunId(run), A, outcome=done(shade, seconds=shade))

    found = journal.recorded([fingerprint("red"), fingerprint("blue")])

    red = fingerprint("red")
    assert found == {
        red: Recorded(fingerprint=red, pictures=done(1).pictures, notes=(), seconds=1, run="two")
    }


def test_only_what_was_done_with_pictures_is_reused(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)
    outcomes: dict[str, Outcome] = {
        "failed": Failed(code="x", message="x", pictures=done().pictures),
        "empty": Done(pictures=()),
        "reused": Reused(pictures=done().pictures, run="x"),
    }
    for key, outcome in outcomes.items():
        start(journal, run, JobKey(key), key)
        journal.job_settled(run, JobKey(key), outcome=outcome)
    start(journal, run, JobKey("started"), "started")

    found = journal.recorded([fingerprint(key) for key in ("failed", "empty", "reused", "started")])

    assert found == {}


def test_thousands_of_requests_are_looked_up_at_once(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)
    start(journal, run, A, "red")
    journal.job_settled(run, A, outcome=done())

    found = journal.recorded(
        [fingerprint(str(number)) for number in range(3000)] + [fingerprint("red")]
    )

    assert list(found) == [fingerprint("red")]


def test_a_job_that_is_started_again_forgets_its_first_try(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)
    start(journal, run, A, "red")
    journal.job_settled(run, A, outcome=done())

    start(journal, run, A, "blue")

    assert journal.outcomes(run) == {}
    assert journal.recorded([fingerprint("red")]) == {}


def test_the_last_requests_of_a_recipe_tell_what_has_changed(workspace: Workspace) -> None:
    journal = workspace.journal
    one, two = begin(journal, "one"), begin(journal, "two")
    other = begin(journal, "other", recipe="dog")
    for run, key, prompt in (
        (one, A, "red"),
        (one, B, "green"),
        (one, C, "grey"),
        (two, A, "blue"),
        (two, C, "black"),
        (other, A, "dog"),
    ):
        start(journal, run, key, prompt)
    journal.job_settled(one, B, outcome=Failed(code="x", message="x"))
    journal.job_settled(two, A, outcome=done())
    journal.job_settled(two, C, outcome=Reused(pictures=(), run="one"))
    journal.job_settled(two, JobKey("d"), outcome=Skipped(because=None, reason="when-false"))

    found = journal.last_requests("cat")

    assert found == {
        A: ({"prompt": "blue"}, "done"),
        B: ({"prompt": "green"}, "failed"),
        C: ({"prompt": "black"}, "done"),
    }
    assert journal.last_requests("dog") == {A: ({"prompt": "dog"}, "started")}


def test_many_threads_write_and_every_word_of_theirs_is_there(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)

    def write(letter: str) -> None:
        for number in range(20):
            key = JobKey(f"{letter}{number}")
            start(journal, run, key, key)
            journal.job_settled(run, key, outcome=done(number))

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert journal.outcomes(run) == {
        JobKey(f"{letter}{number}"): done(number) for letter in "abcdefgh" for number in range(20)
    }


def test_an_entry_that_is_wrong_takes_no_other_with_it(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)
    refused: list[WanflowError] = []

    def write(number: int) -> None:
        try:
            start(journal, RunId("unknown") if number % 2 else run, JobKey(f"k{number}"), "red")
        except InternalError as error:
            refused.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 20
    assert len(journal.last_requests("cat")) == 20


def test_two_processes_write_side_by_side(tmp_path: Path) -> None:
    errors = []

    def work(run: str) -> None:
        result = finished("work", str(tmp_path), run, "15")
        errors.append(result.stderr)

    threads = [threading.Thread(target=work, args=(run,)) for run in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == ["", "", ""]
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        assert {row.run: row.state for row in workspace.journal.runs()} == dict.fromkeys(
            ("one", "two", "three"), "done"
        )
        assert [len(workspace.journal.outcomes(RunId(run))) for run in ("one", "two", "three")] == [
            15,
            15,
            15,
        ]


def test_a_journal_that_another_process_keeps_busy_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanflow.store.database._BUSY_S", 0.01)
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        run = begin(workspace.journal)
        path = workspace.root / "journal.sqlite"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnfinishedError, match=r"another process has kept .* busy"):
                start(workspace.journal, run, A, "red")

        start(workspace.journal, run, A, "red")

        assert list(workspace.journal.last_requests("cat")) == [A]


def test_the_end_of_a_run_that_never_began_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="there is no run 'nobody'"):
        workspace.journal.end_run(RunId("nobody"), state="done", ended_at=LATER)


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / ".wanflow", probe=probe)
    workspace.close()
    workspace.close()

    with pytest.raises(InternalError, match="after it was closed"):
        workspace.journal.runs()
    with pytest.raises(InternalError, match="after it was closed"):
        begin(workspace.journal)


def test_closing_leaves_one_file(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        begin(workspace.journal)

    assert [path.name for path in (tmp_path / ".wanflow").glob("journal*")] == ["journal.sqlite"]


def test_every_commit_is_synced(workspace: Workspace) -> None:
    path = workspace.root / "journal.sqlite"

    with contextlib.closing(sqlite3.connect(path)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]

    assert mode == "wal"


def test_an_interrupt_in_a_change_leaves_the_journal_usable(workspace: Workspace) -> None:
    journal, run = workspace.journal, begin(workspace.journal)

    def interrupted(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM runs")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        journal._database.write(interrupted)

    start(journal, run, A, "red")
    assert [row.run for row in journal.runs()] == [run]


def test_a_run_that_finds_what_it_has_made_itself_still_remembers_having_made_it(
    workspace: Workspace,
) -> None:
    run = begin(workspace.journal)
    start(workspace.journal, run, A, "one")
    made = done()
    workspace.journal.job_settled(run, A, outcome=made)

    found = Reused(pictures=made.pictures, run=run)
    workspace.journal.job_settled(run, A, outcome=found)

    assert workspace.journal.recorded([fingerprint("one")])[fingerprint("one")].run == run
    assert workspace.journal.outcomes(run)[A] == made
