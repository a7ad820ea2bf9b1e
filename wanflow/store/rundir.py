"""The directory of a run: held by one process, every file in it complete."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from wanflow.errors import ImageError, WorkspaceError
from wanflow.model.values import Artifact, RunId
from wanflow.store import durable
from wanflow.store.disk import Disk
from wanflow.store.locks import HeldError, Lock, is_held
from wanflow.store.media import extension_of, named_for
from wanflow.store.names import checked_file_name, checked_path
from wanflow.store.trust import refuse_foreign, refuse_open_to_all

_LOCK = ".lock"


class RunDirectory:
    """A run directory that this process holds until `close`, or until it ends.

    Every file is written under a random name, synced and renamed, so what stands under a final
    name is complete. Pictures are copies of the workspace's objects and no hard links to them:
    a person may open `images/placed-1.png` and draw in it, and that must not reach the object,
    from which other runs are made.
    """

    def __init__(self, path: Path, descriptor: int, lock: Lock) -> None:
        self.path = path
        self._folder = descriptor
        self._lock = lock
        self._disk = Disk(path)

    @classmethod
    def create(cls, out: Path, run: RunId, *, unsafe_fs: bool = False) -> "RunDirectory":
        """Make the directory of a new run below `out`, which is made if need be, and hold it.

        Raises:
            UnfinishedError: the disk is full or broken.
            WorkspaceError: it is there already, or `out` is unfit.
        """
        path = (out / checked_file_name(run)).absolute()
        with Disk(out).used("make a run directory", opening=True):
            durable.make_folders(path.parent)
            refuse_open_to_all(path.parent, path.parent.stat())
            if not durable.make_folder(path):
                raise WorkspaceError(
                    f"there is already a run directory {path}", hint="run the same command again"
                )
        return cls.open(path, unsafe_fs=unsafe_fs)

    @classmethod
    def open(cls, path: Path, *, unsafe_fs: bool = False) -> "RunDirectory":
        """Hold the directory of an earlier run, and take away what its end left half-written.

        `unsafe_fs` goes on without a lock where the file system has none.

        Raises:
            UnfinishedError: the disk is full or broken.
            WorkspaceError: another process holds it, or it is unfit: gone, no directory, a
                symbolic link, somebody else's, open for everybody to write.
        """
        path = path.absolute()
        with Disk(path).used("use the run directory", opening=True):
            descriptor = durable.open_folder(path)
            try:
                refuse_foreign(path, os.fstat(descriptor))
                lock = Lock.take(_LOCK, at=descriptor, unsafe=unsafe_fs)
                durable.sweep_parts(descriptor)
            except HeldError as error:
                os.close(descriptor)
                raise _held(path, error) from error
            except BaseException:
                os.close(descriptor)
                raise
        return cls(path, descriptor, lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the directory go; a second time does nothing."""
        if self._folder >= 0:
            self._lock.release()
            os.close(self._folder)
            self._folder = -1

    def place(self, artifact: Artifact, source: Path, name: str) -> str:
        """Give a picture a final name.

        A file that holds the same bytes already is left as it is; one that holds others is
        replaced in one step.

        Args:
            artifact: what the picture is; what is copied must be that.
            source: where it lies, such as `ObjectStore.path(artifact)`.
            name: relative, with forward slashes: `images/placed-1.png`. The ending is put right
                if it is not that of the picture's kind.

        Returns:
            The name that it has now, relative to the run directory.

        Raises:
            ImageError: the source does not hold the picture.
            UnfinishedError: the disk is full or broken.
            UsageError: the name is not safe.
        """
        parts = checked_path(named_for(name, extension_of(artifact)))

        def fill(target: int) -> None:
            with durable.opened(source) as picture:
                if durable.copy(picture, target) != artifact.sha256:
                    raise ImageError(
                        "object-changed",
                        f"the picture {source} was changed since it was made",
                        hint="run the same command again",
                    )

        with self._disk.used(f"write {'/'.join(parts)}"):
            self._put(parts, fill, lambda file: _same_picture(file, artifact))
        return "/".join(parts)

    def place_bytes(self, artifact: Artifact, content: bytes, name: str) -> str:
        """Give a picture that is no object a final name, and give that name back.

        As `place` otherwise; `content` is what `artifact` says.
        """
        parts = checked_path(named_for(name, extension_of(artifact)))

        with self._disk.used(f"write {'/'.join(parts)}"):
            self._put(
                parts,
                lambda file: durable.write_all(file, content),
                lambda file: _same_picture(file, artifact),
            )
        return "/".join(parts)

    def write_text(self, name: str, text: str) -> str:
        """Give a text in UTF-8 a final name, and give that name back; as `place` otherwise."""
        parts = checked_path(name)
        content = text.encode()

        with self._disk.used(f"write {'/'.join(parts)}"):
            self._put(
                parts,
                lambda file: durable.write_all(file, content),
                lambda file: durable.read_all(file, at_most=len(content) + 1) == content,
            )
        return "/".join(parts)

    def _put(
        self, parts: tuple[str, ...], fill: Callable[[int], None], same: Callable[[int], bool]
    ) -> None:
        with contextlib.ExitStack() as stack:
            within = self._folder
            for part in parts[:-1]:
                within = stack.enter_context(durable.folder(part, at=within, make=True))
            if not _stands(parts[-1], within, same):
                durable.write_whole(parts[-1], fill, at=self._folder, within=within)


def is_run_held(path: Path) -> bool:
    """Say whether some process, this one included, holds a run directory."""
    with Disk(path).used("look at the run directory", opening=True):
        return is_held(path / _LOCK)


def _stands(name: str, within: int, same: Callable[[int], bool]) -> bool:
    try:
        with durable.opened(name, at=within) as file:
            return same(file)
    except OSError as error:
        # Nothing there, or something that is no file of ours: it is replaced.
        if error.errno in {errno.ENOENT, errno.ELOOP, errno.EINVAL, errno.EACCES, errno.ENXIO}:
            return False
        raise


def _same_picture(file: int, artifact: Artifact) -> bool:
    if os.fstat(file).st_size != artifact.size_bytes:
        return False
    return durable.hash_of(file) == artifact.sha256


def _held(path: Path, holder: HeldError) -> WorkspaceError:
    return WorkspaceError(
        f"the run directory {path} is held by {holder}",
        hint="wait until that run has ended, or begin another one with --new",
    )
