import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.parts import RUN, artifact, png, started, written
from wanflow.errors import ImageError, UnfinishedError, UsageError, WorkspaceError
from wanflow.model.values import Artifact, RunId
from wanflow.store.rundir import RunDirectory, is_run_held


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[RunDirectory]:
    with RunDirectory.create(tmp_path / "输出" / "runs", RUN) as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path / "object.png")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def jpeg_of(known: Artifact) -> Artifact:
    return Artifact(
        sha256=known.sha256,
        media_type="image/jpeg",
        width_px=1,
        height_px=1,
        size_bytes=known.size_bytes,
    )


def test_a_picture_gets_a_final_name_of_any_script(directory: RunDirectory, source: Path) -> None:
    name = directory.place(artifact(), source, "images/海报-春.png")

    assert name == "images/海报-春.png"
    assert (directory.path / name).read_bytes() == png()
    assert source.exists()


def test_a_placed_picture_can_be_painted_over_without_reaching_the_object(
    directory: RunDirectory, source: Path
) -> None:
    source.chmod(0o444)
    placed = directory.path / directory.place(artifact(), source, "images/a.png")

    placed.write_bytes(b"painted over")

    assert source.read_bytes() == png()


def test_the_same_picture_under_the_same_name_is_left_alone(
    directory: RunDirectory, source: Path
) -> None:
    placed = directory.path / directory.place(artifact(), source, "a.png")
    before = placed.stat()

    directory.place(artifact(), source, "a.png")

    assert placed.stat() == before


def test_a_picture_that_is_no_object_gets_a_name_and_is_left_alone_when_equal(
    directory: RunDirectory,
) -> None:
    placed = directory.path / directory.place_bytes(artifact(), png(), "outputs/海报.jpg")
    before = placed.stat()

    again = directory.place_bytes(artifact(), png(), "outputs/海报.jpg")

    assert again == "outputs/海报.png"
    assert placed.read_bytes() == png()
    assert placed.stat() == before


@pytest.mark.parametrize("other", [b"short", png(5), b"x" * 10_000])
def test_another_picture_under_the_same_name_is_replaced(
    directory: RunDirectory, source: Path, other: bytes
) -> None:
    (directory.path / "a.png").write_bytes(other)

    directory.place(artifact(), source, "a.png")

    assert (directory.path / "a.png").read_bytes() == png()


def test_a_link_under_the_name_is_replaced_and_not_followed(
    directory: RunDirectory, source: Path, tmp_path: Path
) -> None:
    treasure = tmp_path / "treasure"
    treasure.write_text("gold")
    (directory.path / "a.png").symlink_to(treasure)

    directory.place(artifact(), source, "a.png")

    assert treasure.read_text() == "gold"
    assert not (directory.path / "a.png").is_symlink()


def test_a_link_in_the_place_of_a_folder_is_refused(
    directory: RunDirectory, source: Path, tmp_path: Path
) -> None:
    (directory.path / "images").symlink_to(tmp_path)

    with pytest.raises(UnfinishedError, match="cannot write images/a"):
        directory.place(artifact(), source, "images/a.png")

    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", "a.jpg"),
        ("a.jpg", "a.jpg"),
        ("a.JPEG", "a.JPEG"),
        ("a.png", "a.jpg"),
        ("海报v1.2", "海报v1.2.jpg"),
        ("v1.0/a.bmp", "v1.0/a.jpg"),
    ],
)
def test_the_ending_is_that_of_the_pictures_kind(
    directory: RunDirectory, source: Path, name: str, expected: str
) -> None:
    assert directory.place(jpeg_of(artifact()), source, name) == expected


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", "a/../../b.png", ".lock", "", "nul.png", "a//b"]
)
def test_a_name_cannot_leave_the_directory(
    directory: RunDirectory, source: Path, name: str
) -> None:
    with pytest.raises(UsageError, match="cannot be a file name"):
        directory.place(artifact(), source, name)
    with pytest.raises(UsageError, match="cannot be a file name"):
        directory.write_text(name, "x")


def test_a_source_that_is_not_the_picture_gets_no_name(
    directory: RunDirectory, source: Path
) -> None:
    written(source, 3)

    with pytest.raises(ImageError, match="was changed") as caught:
        directory.place(artifact(), source, "a.png")

    assert caught.value.code == "object-changed"
    assert [path.name for path in directory.path.iterdir()] == [".lock"]


def test_a_text_is_written_whole_and_left_alone_when_equal(directory: RunDirectory) -> None:
    assert directory.write_text("report.md", "# 报告\r\n") == "report.md"
    before = (directory.path / "report.md").stat()

    directory.write_text("report.md", "# 报告\r\n")

    assert (directory.path / "report.md").stat() == before
    assert (directory.path / "report.md").read_bytes() == "# 报告\r\n".encode()


@pytest.mark.parametrize("text", ["", "longer than before", "short"])
def test_a_new_text_replaces_the_old_one(directory: RunDirectory, text: str) -> None:
    directory.write_text("报告/report.md", "something")

    directory.write_text("报告/report.md", text)

    assert (directory.path / "报告" / "report.md").read_text() == text


def test_final_files_can_be_read_by_others_and_the_lock_cannot(
    directory: RunDirectory, source: Path
) -> None:
    before = os.umask(0o022)
    try:
        directory.place(artifact(), source, "a.png")
        os.umask(0o077)
        directory.write_text("b.md", "x")
    finally:
        os.umask(before)

    modes = {name: mode(directory.path / name) for name in ("a.png", "b.md", ".lock")}
    assert modes == {"a.png": 0o644, "b.md": 0o600, ".lock": 0o600}


def test_a_second_process_is_refused_soon_and_told_who_holds_the_run(tmp_path: Path) -> None:
    with started("hold", str(tmp_path), RUN) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        with pytest.raises(WorkspaceError) as caught:
            RunDirectory.open(tmp_path / "runs" / RUN)

        holder.kill()

    message = str(caught.value)
    assert caught.value.exit_code == 5
    assert f"held by process {holder.pid} on " in message
    assert ", since 20" in message


def test_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "runs" / RUN
    with started("hold", str(tmp_path), RUN) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        held = is_run_held(path)
        holder.kill()
        holder.wait()

        assert held
        assert not is_run_held(path)
        RunDirectory.open(path).close()


def test_a_forked_child_does_not_keep_the_lock(directory: RunDirectory) -> None:
    ready, hold = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hold[1])
        os.write(ready[1], b"x")
        os.read(hold[0], 1)
        os._exit(0)
    os.read(ready[0], 1)

    directory.close()

    held = is_run_held(directory.path)
    for end in (*hold, *ready):
        os.close(end)
    os.waitpid(child, 0)
    assert not held


def test_who_holds_an_unsigned_lock_is_another_process(directory: RunDirectory) -> None:
    (directory.path / ".lock").write_text("[]")

    with pytest.raises(WorkspaceError, match="is held by another process"):
        RunDirectory.open(directory.path)


def test_a_directory_that_was_let_go_can_be_held_again(directory: RunDirectory) -> None:
    directory.close()
    directory.close()

    with RunDirectory.open(directory.path) as again:
        assert is_run_held(again.path)
    assert not is_run_held(directory.path)


def test_a_directory_without_a_lock_is_held_by_nobody(tmp_path: Path) -> None:
    assert not is_run_held(tmp_path)
    assert not is_run_held(tmp_path / "gone")


def test_what_was_half_written_is_taken_away_at_the_next_opening(
    directory: RunDirectory, source: Path
) -> None:
    directory.place(artifact(), source, "a.png")
    (directory.path / ".part-0123456789abcdef").write_bytes(png()[:20])
    directory.close()

    with RunDirectory.open(directory.path):
        assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "a.png"]


def test_a_run_directory_is_made_once(directory: RunDirectory) -> None:
    with pytest.raises(WorkspaceError, match="there is already a run directory"):
        RunDirectory.create(directory.path.parent, RUN)


@pytest.mark.parametrize("what", ["gone", "file", "link"])
def test_what_is_no_directory_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    if what == "file":
        path.touch()
    if what == "link":
        (tmp_path / "real").mkdir()
        path.symlink_to(tmp_path / "real")

    with pytest.raises(WorkspaceError, match="cannot use the run directory"):
        RunDirectory.open(path)


def test_a_directory_that_everybody_may_write_to_is_refused(directory: RunDirectory) -> None:
    directory.close()
    directory.path.chmod(0o777)

    with pytest.raises(WorkspaceError, match="everybody may write") as caught:
        RunDirectory.open(directory.path)

    assert "chmod o-w" in (caught.value.hint or "")


def test_a_sticky_directory_is_good_enough(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)

    RunDirectory.create(tmp_path / "shared", RUN).close()

    assert (tmp_path / "shared" / RUN / ".lock").is_file()


def test_a_run_is_not_made_where_everybody_can_exchange_it(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)

    with pytest.raises(WorkspaceError, match="everybody may write"):
        RunDirectory.create(tmp_path / "open", RUN)

    assert list((tmp_path / "open").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_directory_is_refused(directory: RunDirectory) -> None:
    directory.close()
    os.chown(directory.path, 12345, 12345)

    with pytest.raises(WorkspaceError, match="belongs to another user"):
        RunDirectory.open(directory.path)


def test_a_run_id_that_is_no_name_makes_no_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be a file name"):
        RunDirectory.create(tmp_path, RunId("../elsewhere"))
