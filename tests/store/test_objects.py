import os
import stat
import threading
from pathlib import Path

import pytest

from tests.store.parts import artifact, finished, png, probe, started, written
from wanflow.errors import ImageError, InternalError
from wanflow.execute.ports import Objects
from wanflow.model.values import Artifact, Sha256
from wanflow.store.objects import ObjectStore
from wanflow.store.workspace import Workspace


@pytest.fixture
def objects(workspace: Workspace) -> ObjectStore:
    return workspace.objects


def add(objects: ObjectStore, shade: int = 0) -> Artifact:
    return objects.add(written(objects.scratch() / "made.png", shade))


def test_the_store_is_what_the_executor_asks_for(objects: ObjectStore) -> None:
    port: Objects = objects

    assert port.path(port.add(written(port.scratch() / "a.png"))).is_file()


def test_an_added_picture_is_moved_to_its_name(objects: ObjectStore, workspace: Workspace) -> None:
    file = written(objects.scratch() / "made.png")

    added = objects.add(file)

    path = objects.path(added)
    assert added == artifact()
    assert path == workspace.root / "objects" / added.sha256[:2] / f"{added.sha256}.png"
    assert path.read_bytes() == png()
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert not file.exists()


def test_a_picture_that_is_there_already_stays(objects: ObjectStore) -> None:
    inode = objects.path(add(objects)).stat().st_ino

    again = objects.path(add(objects))

    assert again.stat().st_ino == inode


def test_a_damaged_object_is_mended_by_the_same_picture(objects: ObjectStore) -> None:
    path = objects.path(add(objects))
    path.chmod(0o644)
    path.write_bytes(b"painted over")

    added = add(objects)

    assert objects.path(added).read_bytes() == png()


def test_an_object_that_is_added_from_its_own_place_stays(objects: ObjectStore) -> None:
    path = objects.path(add(objects))

    added = objects.add(path)

    assert objects.path(added).read_bytes() == png()


def test_what_is_no_picture_is_not_stored(objects: ObjectStore, workspace: Workspace) -> None:
    file = objects.scratch() / "cut.png"
    file.write_bytes(png()[:-10])

    with pytest.raises(ImageError, match="no complete picture"):
        objects.add(file)

    assert list((workspace.root / "objects").iterdir()) == []


def test_a_link_is_not_taken_over(objects: ObjectStore, tmp_path: Path) -> None:
    link = objects.scratch() / "link.png"
    link.symlink_to(written(tmp_path / "mine.png"))

    with pytest.raises(ImageError, match="no regular file"):
        objects.add(link)

    assert (tmp_path / "mine.png").exists()


def test_a_kind_of_picture_that_nobody_keeps_is_refused(tmp_path: Path) -> None:
    def as_tiff(path: Path) -> Artifact:
        known = probe(path)
        return Artifact(
            sha256=known.sha256,
            media_type="image/tiff",
            width_px=1,
            height_px=1,
            size_bytes=known.size_bytes,
        )

    with (
        Workspace.open(tmp_path / ".wanflow", probe=as_tiff) as workspace,
        pytest.raises(ImageError, match="image/tiff is no picture that can be kept"),
    ):
        add(workspace.objects)


def test_a_name_that_is_no_hash_reaches_no_file(objects: ObjectStore) -> None:
    foreign = Artifact(
        sha256=Sha256("../../etc"), media_type="image/png", width_px=1, height_px=1, size_bytes=1
    )

    with pytest.raises(InternalError, match="is no SHA-256"):
        objects.path(foreign)


def test_an_imported_picture_is_a_copy_of_its_own(objects: ObjectStore, tmp_path: Path) -> None:
    mine = written(tmp_path / "我的照片.png")

    imported = objects.import_file(mine)

    stored = objects.path(imported)
    assert stored.read_bytes() == mine.read_bytes() == png()
    assert stored.stat().st_ino != mine.stat().st_ino
    mine.write_bytes(png(7))
    assert stored.read_bytes() == png()


def test_an_imported_picture_leaves_no_scratch(
    objects: ObjectStore, workspace: Workspace, tmp_path: Path
) -> None:
    objects.import_file(written(tmp_path / "a.png"))

    (own,) = (path for path in (workspace.root / "scratch").iterdir() if path.is_dir())
    assert list(own.iterdir()) == []


def test_importing_again_copies_nothing(objects: ObjectStore, tmp_path: Path) -> None:
    mine = written(tmp_path / "a.png")
    inode = objects.path(objects.import_file(mine)).stat().st_ino

    again = objects.import_file(mine)

    assert objects.path(again).stat().st_ino == inode


def test_a_picture_is_imported_through_a_link(objects: ObjectStore, tmp_path: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(written(tmp_path / "mine.png"))

    imported = objects.import_file(link)

    assert objects.holds(imported)


def test_a_picture_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    def changing(path: Path) -> Artifact:
        known = probe(path)
        written(path, 9)
        return known

    with Workspace.open(tmp_path / ".wanflow", probe=changing) as workspace:
        with pytest.raises(ImageError, match="changed while it was read") as caught:
            workspace.objects.import_file(written(tmp_path / "a.png"))
        assert caught.value.code == "image-changed"
        assert not workspace.objects.holds(artifact())


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_only_regular_files_are_imported(objects: ObjectStore, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(ImageError, match="no regular file"):
        objects.import_file(path)


def test_an_object_that_is_gone_is_missed(objects: ObjectStore) -> None:
    added = add(objects)
    objects.path(added).unlink()

    with pytest.raises(ImageError, match="is gone") as caught:
        objects.path(added)

    assert caught.value.code == "object-missing"
    assert not objects.holds(added)


def test_an_object_that_was_changed_is_noticed_in_the_same_process(objects: ObjectStore) -> None:
    added = add(objects)
    path = objects.path(added)
    path.chmod(0o644)
    path.write_bytes(png(1))

    with pytest.raises(ImageError, match="was changed") as caught:
        objects.path(added)

    assert caught.value.code == "object-changed"


def test_an_object_that_was_changed_is_noticed_by_the_next_process(tmp_path: Path) -> None:
    root = tmp_path / ".wanflow"
    with Workspace.open(root, probe=probe) as workspace:
        added = add(workspace.objects)
        path = workspace.objects.path(added)
    path.chmod(0o644)
    path.write_bytes(png()[:-1] + b"!")

    with Workspace.open(root, probe=probe) as workspace:
        assert not workspace.objects.holds(added)


def test_a_link_in_the_place_of_an_object_is_not_followed(
    objects: ObjectStore, tmp_path: Path
) -> None:
    added = add(objects)
    path = objects.path(added)
    path.rename(tmp_path / "moved.png")
    path.symlink_to(tmp_path / "moved.png")

    assert not objects.holds(added)


def test_a_fifo_in_the_place_of_an_object_is_not_waited_for(objects: ObjectStore) -> None:
    added = add(objects)
    path = objects.path(added)
    path.unlink()
    os.mkfifo(path)

    assert not objects.holds(added)


def test_many_threads_add_one_picture(objects: ObjectStore) -> None:
    added: list[Artifact] = []

    threads = [threading.Thread(target=lambda: added.append(add(objects))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert added == [artifact()] * 8
    assert objects.path(artifact()).read_bytes() == png()


def test_scratch_folders_are_new_and_empty(objects: ObjectStore) -> None:
    one, two = objects.scratch(), objects.scratch()

    assert one != two
    assert list(one.iterdir()) == list(two.iterdir()) == []


def test_threads_that_ask_at_once_get_folders_of_one_owner(tmp_path: Path) -> None:
    ready = threading.Barrier(16)

    def ask(objects: ObjectStore) -> None:
        ready.wait()
        objects.scratch()

    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        threads = [threading.Thread(target=ask, args=(workspace.objects,)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        folders = sorted((workspace.root / "scratch").glob("*/*"))

    assert len({folder.parent for folder in folders}) == 1
    assert len(folders) == 16
    assert list((tmp_path / ".wanflow" / "scratch").iterdir()) == []


def test_closing_takes_the_scratch_away(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".wanflow", probe=probe) as workspace:
        written(workspace.objects.scratch() / "half.png")

    assert list((tmp_path / ".wanflow" / "scratch").iterdir()) == []


def test_the_scratch_of_a_process_that_lives_is_left_and_of_a_dead_one_removed(
    tmp_path: Path,
) -> None:
    root = tmp_path / ".wanflow"
    with started("hold", str(tmp_path), "held") as holder:
        assert holder.stdout is not None
        scratch = Path(holder.stdout.readline().strip())

        Workspace.open(root, probe=probe).close()
        left_while_alive = (scratch / "half.png").exists()
        holder.kill()
        holder.wait()
        Workspace.open(root, probe=probe).close()

    assert left_while_alive
    assert list((root / "scratch").iterdir()) == []


def test_what_lies_in_scratch_without_an_owner_is_removed(tmp_path: Path) -> None:
    scratch = tmp_path / ".wanflow" / "scratch"
    finished("make", str(tmp_path))
    (scratch / "orphan" / "1").mkdir(parents=True)
    (scratch / "file").touch()

    Workspace.open(tmp_path / ".wanflow", probe=probe).close()

    assert list(scratch.iterdir()) == []
