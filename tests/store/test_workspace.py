import errno
import fcntl
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from tests.store.parts import RUN, finished, probe, written
from wanflow.errors import WorkspaceError
from wanflow.store.locks import Lock
from wanflow.store.rundir import RunDirectory, is_run_held
from wanflow.store.workspace import Workspace, find_workspace


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_workspace_is_made_private_and_explains_itself(tmp_path: Path) -> None:
    root = tmp_path / "项目" / "deep" / ".wanflow"

    Workspace.open(root, probe=probe).close()

    assert names(root) == [".gitignore", "README.txt", "journal.sqlite", "objects", "scratch"]
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "journal.sqlite").stat().st_mode) == 0o600
    assert (root / ".gitignore").read_text() == "*\n"
    assert "workspace of wanflow" in (root / "README.txt").read_text()


def test_opening_again_changes_nothing_and_tries_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace.open(tmp_path / ".wanflow", probe=probe).close()
    before = names(tmp_path / ".wanflow")
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    Workspace.open(tmp_path / ".wanflow", probe=probe).close()

    assert names(tmp_path / ".wanflow") == before


def test_many_processes_make_one_workspace(tmp_path: Path) -> None:
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(finished("make", str(tmp_path))))
        for _ in range(6)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(result.returncode, result.stderr) for result in results] == [(0, "")] * 6
    assert names(tmp_path / ".wanflow") == [
        ".gitignore",
        "README.txt",
        "journal.sqlite",
        "objects",
        "scratch",
    ]


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    (tmp_path / ".wanflow").mkdir()
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / ".wanflow").mkdir()
    (tmp_path / "a" / "b" / ".wanflow").touch()

    assert find_workspace(tmp_path / "a" / "b" / "c") == tmp_path / "a" / ".wanflow"
    assert find_workspace(tmp_path) == tmp_path / ".wanflow"


def test_without_a_workspace_upwards_there_is_a_place_for_one(tmp_path: Path) -> None:
    assert find_workspace(tmp_path / "new") == tmp_path / "new" / ".wanflow"


def test_the_working_directory_can_be_given_as_a_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".wanflow").mkdir()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")

    assert find_workspace(Path()) == tmp_path / ".wanflow"


def locks_for_everybody(_file: object, _kind: int) -> None:
    """Be a file system that gives a lock to everybody."""


def locks_for_nobody(_file: object, _kind: int) -> None:
    """Be a file system that cannot lock."""
    raise OSError(95, "Operation not supported")


def locks_that_stay(_file: object, _kind: int) -> None:
    """Be a file system on which a lock outlives its holder."""
    raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize(
    ("lock", "why"),
    [
        (locks_for_everybody, "a lock held by another process is given a second time"),
        (locks_for_nobody, r"files cannot be locked \(Operation not supported\)"),
        (locks_that_stay, "a lock outlives the process that held it"),
    ],
)
def test_a_file_system_that_does_not_lock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: object, why: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", lock)
        with pytest.raises(WorkspaceError, match=why) as caught:
            Workspace.open(tmp_path / ".wanflow", probe=probe)

    assert "--unsafe-fs" in (caught.value.hint or "")
    assert names(tmp_path) == []


def test_a_file_system_that_shows_old_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: None)
        with pytest.raises(WorkspaceError, match="a renamed file is not seen"):
            Workspace.open(tmp_path / ".wanflow", probe=probe)

    assert names(tmp_path) == []


def test_a_file_system_on_which_another_process_cannot_lock_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("true"))

    with pytest.raises(WorkspaceError, match="a second process cannot lock"):
        Workspace.open(tmp_path / ".wanflow", probe=probe)

    assert names(tmp_path) == []


@pytest.mark.parametrize("lock", [locks_for_everybody, locks_for_nobody])
def test_an_unfit_file_system_can_be_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: object
) -> None:
    monkeypatch.setattr(fcntl, "flock", lock)

    with Workspace.open(tmp_path / ".wanflow", probe=probe, unsafe_fs=True) as workspace:
        assert workspace.objects.scratch().is_dir()
        with RunDirectory.create(tmp_path, RUN, unsafe_fs=True) as directory:
            assert not is_run_held(directory.path)


def test_a_run_directory_is_not_held_without_a_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", locks_for_nobody)

    with pytest.raises(WorkspaceError, match="operation not supported"):
        RunDirectory.create(tmp_path, RUN)


def test_a_workspace_that_another_process_is_making_is_waited_for_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / ".wanflow"
    root.mkdir(mode=0o700)
    other = Lock.take(root / ".creating.lock")
    monkeypatch.setattr("wanflow.store.workspace._PATIENCE_S", 0)

    with pytest.raises(WorkspaceError, match=f"is being made by process {os.getpid()} on "):
        Workspace.open(root, probe=probe)

    assert names(root) == [".creating.lock"]
    other.release()


def test_a_file_system_that_cannot_sync_a_folder_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def for_files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", for_files_only)

    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        added = workspace.objects.add(written(workspace.objects.scratch() / "a.png"))
        assert workspace.objects.holds(added)


def test_a_file_in_the_place_of_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".wanflow").touch()

    with pytest.raises(WorkspaceError, match="cannot open the workspace"):
        Workspace.open(tmp_path / ".wanflow", probe=probe)

    assert (tmp_path / ".wanflow").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_workspace_is_refused(tmp_path: Path) -> None:
    Workspace.open(tmp_path / ".wanflow", probe=probe).close()
    os.chown(tmp_path / ".wanflow", 12345, 12345)

    with pytest.raises(WorkspaceError, match="belongs to another user"):
        Workspace.open(tmp_path / ".wanflow", probe=probe)
