import contextlib
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.store.parts import RUN, done, fingerprint, probe, written
from wanflow.errors import WorkspaceError
from wanflow.model.values import JobKey
from wanflow.store.tables import VERSION
from wanflow.store.workspace import Workspace

JOBS = 40


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace in which one run has made pictures."""
    folder = tmp_path_factory.mktemp("original")
    root = folder / ".wanflow"
    with Workspace.open(root, probe=probe) as workspace:
        journal = workspace.journal
        journal.begin_run(RUN, digest="d", recipe="cat", directory=folder, started_at="t", facts={})
        for number in range(JOBS):
            key = JobKey(f"step-{number}")
            journal.job_started(
                RUN, key, fingerprint=fingerprint(key), request={"prompt": "红" * 40}
            )
            journal.job_settled(RUN, key, outcome=done(number))
        workspace.objects.add(written(workspace.objects.scratch() / "a.png"))
    return root


@pytest.fixture
def root(original: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil."""
    return shutil.copytree(original, tmp_path / "图 1" / ".wanflow")


def everything(root: Path) -> object:
    """Read all that the journal can be asked for."""
    with Workspace.open(root, probe=probe) as workspace:
        journal = workspace.journal
        marks = [fingerprint(f"step-{number}") for number in range(JOBS)]
        return (
            journal.runs(),
            journal.outcomes(RUN),
            journal.recorded(marks),
            journal.last_requests("cat"),
            journal.unfinished_run("d"),
        )


def edit(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize("kept", [0.0, 0.02, 0.3, 0.5, 0.99])
def test_a_journal_that_was_cut_is_noticed(root: Path, kept: float) -> None:
    path = root / "journal.sqlite"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    with pytest.raises(WorkspaceError, match="journal-damaged") as caught:
        everything(root)

    assert caught.value.exit_code == 5
    assert f"mv '{root}' '{root}.damaged'" in (caught.value.hint or "")


def test_a_journal_that_is_gone_is_not_begun_again(root: Path) -> None:
    (root / "journal.sqlite").unlink()

    with pytest.raises(WorkspaceError, match=r"journal-damaged: .* it is gone"):
        everything(root)

    assert not (root / "journal.sqlite").exists()


def test_a_journal_that_is_gone_with_the_readme_is_missed_by_the_pictures(root: Path) -> None:
    (root / "journal.sqlite").unlink()
    (root / "README.txt").unlink()

    with pytest.raises(WorkspaceError, match=r"journal-damaged: .* it is gone"):
        everything(root)


def test_a_log_without_its_journal_is_not_taken_for_that_of_a_new_one(tmp_path: Path) -> None:
    root = tmp_path / ".wanflow"
    root.mkdir()
    (root / "journal.sqlite-wal").write_bytes(b"\0" * 100)

    with pytest.raises(WorkspaceError, match=r"journal-damaged: .* it is gone"):
        Workspace.open(root, probe=probe)


def test_a_workspace_without_its_readme_gets_it_back(root: Path) -> None:
    before = everything(root)
    (root / "README.txt").unlink()

    assert everything(root) == before
    assert (root / "README.txt").is_file()


def test_following_the_hint_leads_to_a_new_workspace(root: Path) -> None:
    (root / "journal.sqlite").write_bytes(b"")

    root.rename(f"{root}.damaged")

    with Workspace.open(root, probe=probe) as workspace:
        assert workspace.journal.runs() == ()


@pytest.mark.parametrize("content", [b"\0" * 4096, b"hello", "图".encode() * 5000])
def test_another_file_in_its_place_is_noticed(root: Path, content: bytes) -> None:
    (root / "journal.sqlite").write_bytes(content)

    with pytest.raises(WorkspaceError, match="journal-damaged"):
        everything(root)


def test_a_garbled_journal_is_noticed_or_harmless(root: Path) -> None:
    expected = everything(root)
    path = root / "journal.sqlite"
    whole = path.read_bytes()
    chance = random.Random(20261123)
    noticed = 0

    for _ in range(150):
        content = bytearray(whole)
        at = chance.randrange(len(content))
        for place in range(at, min(at + chance.choice([1, 1, 64]), len(content))):
            content[place] ^= chance.randrange(1, 256)
        for left in root.glob("journal.sqlite-*"):
            left.unlink()
        path.write_bytes(content)
        try:
            found = everything(root)
        except WorkspaceError:
            noticed += 1
        else:
            assert found == expected, f"byte {at}"

    assert noticed > 30


def test_a_changed_entry_is_noticed_by_its_seal(root: Path) -> None:
    edit(root / "journal.sqlite", "UPDATE jobs SET request = '{}' WHERE job = 'step-7'")

    with pytest.raises(WorkspaceError, match=f"the entry of '{RUN}' was changed"):
        everything(root)


def test_a_text_that_is_no_utf8_any_more_is_noticed_by_its_seal(root: Path) -> None:
    edit(
        root / "journal.sqlite",
        "UPDATE jobs SET request = CAST(x'ff22' AS TEXT) WHERE job = 'step-7'",
    )

    with pytest.raises(WorkspaceError, match="was changed"):
        everything(root)


def test_a_newer_journal_says_what_to_upgrade(root: Path) -> None:
    edit(root / "journal.sqlite", f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(WorkspaceError, match="written by a newer wanflow") as caught:
        everything(root)

    assert caught.value.hint == "pip install --upgrade wanflow"


def test_another_programs_database_is_no_journal(root: Path) -> None:
    edit(root / "journal.sqlite", "PRAGMA application_id = 7")

    with pytest.raises(WorkspaceError, match="it is no journal of wanflow"):
        everything(root)


def test_a_missing_table_is_damage(root: Path) -> None:
    edit(root / "journal.sqlite", "DROP TABLE jobs")

    with pytest.raises(WorkspaceError, match="journal-damaged"):
        everything(root)
