"""Disks that are full, read-only or broken: real ones, as far as the machine lets us have them."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.parts import (
    RUN,
    artifact,
    done,
    fingerprint,
    finished,
    png,
    probe,
    written,
)
from tests.store.worker import work
from wanflow.errors import UnfinishedError, WorkspaceError
from wanflow.model.values import JobKey
from wanflow.store.disk import Disk
from wanflow.store.rundir import RunDirectory
from wanflow.store.workspace import Workspace


def mount(*words: str) -> None:
    tool = shutil.which("mount")
    if os.geteuid() != 0 or tool is None:
        pytest.skip("only root can mount a small disk")
    result = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        pytest.skip(f"this machine lets nobody mount: {result.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 1 MB."""
    place = tmp_path / "磁盘"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    return ballast


def begin(workspace: Workspace) -> None:
    workspace.journal.begin_run(
        RUN, digest="d", recipe="cat", directory=workspace.root, started_at="t", facts={}
    )


def start_jobs(workspace: Workspace, count: int) -> int:
    """Start jobs until the disk is full, and say how many were taken."""
    for number in range(count):
        try:
            workspace.journal.job_started(
                RUN,
                JobKey(f"job-{number}"),
                fingerprint=fingerprint("x"),
                request={"prompt": "红" * 4000},
            )
        except UnfinishedError:
            return number
    return count


def test_a_workspace_is_not_half_made_on_a_full_disk(disk: Path) -> None:
    ballast = fill(disk)

    with pytest.raises(UnfinishedError, match="the disk is full") as caught:
        Workspace.open(disk / "项目" / ".wanflow", probe=probe)

    assert caught.value.exit_code == 3
    assert "make room" in (caught.value.hint or "")
    assert [path.name for path in disk.iterdir()] == ["ballast"]
    ballast.unlink()
    Workspace.open(disk / "项目" / ".wanflow", probe=probe).close()


@pytest.mark.parametrize("room_bytes", [8192, 40_960, 65_536, 90_112, 163_840])
def test_a_workspace_is_whole_or_not_there_with_little_room(disk: Path, room_bytes: int) -> None:
    ballast, root = fill(disk), disk / ".wanflow"
    os.truncate(ballast, 1024 * 1024 - room_bytes)

    with contextlib.suppress(UnfinishedError):
        Workspace.open(root, probe=probe).close()

    assert not root.exists() or (root / "README.txt").is_file()
    ballast.unlink()
    Workspace.open(root, probe=probe).close()


def test_a_full_disk_is_told_from_a_broken_one_where_sqlite_does_not(disk: Path) -> None:
    root = disk / ".wanflow"
    Workspace.open(root, probe=probe).close()
    ballast = fill(disk)

    with pytest.raises(UnfinishedError, match=r"journal in .*: the disk is full"):
        Workspace.open(root, probe=probe)

    ballast.unlink()
    Workspace.open(root, probe=probe).close()


def test_a_full_disk_refuses_jobs_and_takes_them_again_when_there_is_room(disk: Path) -> None:
    with Workspace.open(disk / ".wanflow", probe=probe) as workspace:
        begin(workspace)
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 200_000)
        taken = start_jobs(workspace, 200)
        asked = len(workspace.journal.last_requests("cat"))

        ballast.unlink()
        workspace.journal.job_settled(RUN, JobKey("job-0"), outcome=done())

        assert 0 < taken < 200
        assert asked == taken
        assert workspace.journal.outcomes(RUN) == {JobKey("job-0"): done()}


def test_what_was_recorded_before_the_disk_was_full_can_be_read_later(disk: Path) -> None:
    with Workspace.open(disk / ".wanflow", probe=probe) as workspace:
        begin(workspace)
        taken = start_jobs(workspace, 200)

    (disk / "ballast").unlink(missing_ok=True)

    with Workspace.open(disk / ".wanflow", probe=probe) as workspace:
        assert 0 < taken < 200
        assert len(workspace.journal.last_requests("cat")) == taken


def test_a_picture_that_finds_no_room_is_kept_by_who_made_it(disk: Path, tmp_path: Path) -> None:
    with Workspace.open(disk / ".wanflow", probe=probe) as workspace:
        mine = written(tmp_path / "mine.png")
        scratch = workspace.objects.scratch()
        made = written(scratch / "made.png", 1)
        ballast = fill(disk)
        with pytest.raises(UnfinishedError, match=r"cannot copy a picture .* the disk is full"):
            workspace.objects.import_file(mine)
        with (
            pytest.raises(UnfinishedError, match="the disk is full"),
            RunDirectory.create(disk / "runs", RUN) as directory,
        ):
            directory.place(artifact(), mine, "a.png")

        ballast.unlink()
        added = workspace.objects.add(made)
        imported = workspace.objects.import_file(mine)

        assert workspace.objects.path(added).read_bytes() == png(1)
        assert workspace.objects.path(imported).read_bytes() == mine.read_bytes()


def test_a_placed_picture_leaves_nothing_behind_on_a_full_disk(disk: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "object.png")
    with RunDirectory.create(disk / "runs", RUN) as directory:
        fill(disk)

        with pytest.raises(UnfinishedError, match=r"cannot write a\.png .* the disk is full"):
            directory.place(artifact(), source, "a.png")

        assert [path.name for path in directory.path.iterdir()] == [".lock"]


def test_a_read_only_disk_takes_no_workspace(disk: Path) -> None:
    mount("-o", "remount,ro", str(disk))

    with pytest.raises(WorkspaceError, match="the file system is read-only") as caught:
        Workspace.open(disk / ".wanflow", probe=probe)

    assert caught.value.exit_code == 5
    assert "--workspace" in (caught.value.hint or "")
    assert list(disk.iterdir()) == []


def test_a_workspace_on_a_read_only_disk_is_refused(disk: Path) -> None:
    Workspace.open(disk / ".wanflow", probe=probe).close()
    mount("-o", "remount,ro", str(disk))

    with pytest.raises(WorkspaceError, match=r"cannot .* the journal in "):
        Workspace.open(disk / ".wanflow", probe=probe)
    with pytest.raises(WorkspaceError, match="the file system is read-only"):
        RunDirectory.create(disk / "runs", RUN)


def test_a_disk_that_becomes_read_only_ends_the_run_unfinished(
    tmp_path: Path, strace: tuple[str, ...]
) -> None:
    # The fourth folder is the first that is made for a job; none can be made from there on.
    fault = ("-e", "trace=mkdir", "-e", "inject=mkdir:error=EROFS:when=4+")

    result = finished("work", str(tmp_path), RUN, "2", under=(*strace, *fault))

    assert (result.returncode, result.stdout) == (3, "")
    assert "work in progress" in result.stderr
    assert "the file system is read-only" in result.stderr


def test_after_an_input_output_error_nothing_more_is_written(workspace: Workspace) -> None:
    disk = Disk(workspace.root)
    with pytest.raises(UnfinishedError, match="input/output error"), disk.used("write"):
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(UnfinishedError, match="nothing more is written below"), disk.used("write"):
        pytest.fail("the disk was used again")


def test_after_a_full_disk_writing_goes_on(workspace: Workspace) -> None:
    disk = Disk(workspace.root)
    with pytest.raises(UnfinishedError, match="quota"), disk.used("write"):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    with disk.used("write"):
        pass


def test_an_error_without_words_of_its_own_is_told_in_those_of_the_system(
    workspace: Workspace,
) -> None:
    with (
        pytest.raises(UnfinishedError, match=r"cannot write in .*: text file busy"),
        Disk(workspace.root).used("write"),
    ):
        raise OSError(errno.ETXTBSY, "Text file busy")


def test_a_file_that_may_not_grow_breaks_the_journal_once_and_for_all(tmp_path: Path) -> None:
    # The kernel refuses to let a file grow beyond the limit, which SQLite takes for a broken disk.
    limited = ("prlimit", "--fsize=300000")
    if shutil.which("prlimit") is None:
        pytest.skip("there is no prlimit to set a limit with")
    finished("make", str(tmp_path))

    result = finished("work", str(tmp_path), RUN, "400", under=limited)

    assert result.returncode == 3
    assert "cannot write the journal" in result.stderr
    told = result.stdout.split()
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        assert len(workspace.journal.outcomes(RUN)) >= len(told) > 0


def work_on_a_broken_disk(folder: Path, strace: tuple[str, ...], fault: str) -> str:
    """Work until the fault hits, and see that the work can go on later; give what was said."""
    call = fault.partition(":")[0]
    tamper = ("-e", f"trace={call}", "-e", f"inject={fault}")

    result = finished("work", str(folder), RUN, "2", under=(*strace, *tamper))

    assert result.returncode in {0, 3}, result.stderr
    assert ("end" in result.stdout) == (result.returncode == 0)
    work(folder, RUN, "2")
    with Workspace.open(folder / ".wanflow", probe=probe) as workspace:
        assert workspace.journal.find_run("last").state == "done"
        assert len(workspace.journal.outcomes(RUN)) == 2
    return result.stderr


@pytest.mark.parametrize("number", [1, 3, 6, 9, 13, 17, 21])
def test_a_failed_sync_of_ours_ends_the_run(
    tmp_path: Path, strace: tuple[str, ...], number: int
) -> None:
    said = work_on_a_broken_disk(tmp_path, strace, f"fsync:error=EIO:when={number}")

    assert "the disk reports an input/output error" in said


@pytest.mark.parametrize("number", ["1", "4", "5", "8", "9", "12", "17", "18"])
def test_a_failed_sync_of_the_journals_loses_nothing(
    tmp_path: Path, strace: tuple[str, ...], number: str
) -> None:
    # SQLite overlooks some of them on purpose: those of a folder, and those at closing.
    work_on_a_broken_disk(tmp_path, strace, f"fdatasync:error=EIO:when={number}")


def test_a_journal_that_cannot_be_synced_any_more_ends_the_run(
    tmp_path: Path, strace: tuple[str, ...]
) -> None:
    said = work_on_a_broken_disk(tmp_path, strace, "fdatasync:error=EIO:when=11+")

    assert "cannot write the journal" in said
    assert "the disk reports an input/output error" in said
