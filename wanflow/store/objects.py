"""Pictures by the SHA-256 of their bytes: each is stored once, complete, and never changed."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from wanflow.errors import ImageError, InternalError
from wanflow.model.values import Artifact, Sha256
from wanflow.store import durable
from wanflow.store.disk import Disk
from wanflow.store.media import extension_of
from wanflow.store.scratch import Scratch

_SHA256 = re.compile(r"[0-9a-f]{64}")
_READ_ONLY = 0o444
_NO_FILE = {errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO}  # a link, a folder, a FIFO

# What a file looked like when its bytes were last compared with its name.
_Seen = tuple[int, int, int, int]


class ObjectStore:
    """The objects of a workspace: `objects/ab/<sha256>.<ending>`. For many threads.

    `probe` opens a picture and says what it is, raising ImageError for what is no complete one;
    its sha256 is that of the file's bytes.
    """

    def __init__(
        self,
        root: Path,
        *,
        probe: Callable[[Path], Artifact],
        disk: Disk | None = None,
        unsafe_fs: bool = False,
    ) -> None:
        self._objects = root / "objects"
        self._probe = probe
        self._disk = disk or Disk(root)
        self._scratch = Scratch(root / "scratch", disk=self._disk, unsafe_fs=unsafe_fs)
        self._verified: dict[Sha256, _Seen] = {}

    def add(self, file: Path) -> Artifact:
        """Take a file over (it is moved) and make it durable before returning.

        The order is: fsync of the file, rename, fsync of the folder. A picture that is there
        already stays; one that is there and damaged is replaced by the good one.

        Raises:
            ImageError: it is no complete picture.
            UnfinishedError: the disk is full or broken.
        """
        with self._disk.used("store a picture"):
            if not stat.S_ISREG(file.lstat().st_mode):
                raise ImageError("not-a-file", f"{file} is no regular file")
            artifact = self._probe(file)
            self._publish(file, artifact)
        return artifact

    def import_file(self, path: Path) -> Artifact:
        """Copy a person's picture in; the file itself is neither moved nor linked.

        Raises:
            ImageError: it is no complete picture, or changes while it is read.
            UnfinishedError: the disk is full or broken.
        """
        _refuse_special(path)
        artifact = self._probe(path)
        if self.holds(artifact):
            return artifact
        copy = self.scratch() / "picture"
        with self._disk.used("copy a picture"):
            descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with durable.opened(path, follow=True) as source:
                    copied = durable.copy(source, descriptor)
                if copied != artifact.sha256:
                    raise ImageError(
                        "image-changed",
                        f"{path} was changed while it was read",
                        hint="wait until it is written completely, then run the same command again",
                    )
                self._publish(copy, artifact)
            finally:
                os.close(descriptor)
                copy.unlink(missing_ok=True)
                copy.parent.rmdir()
        return artifact

    def path(self, artifact: Artifact) -> Path:
        """Give the path of an object whose bytes are what its name says.

        They are compared once in this process, and again if the file's size, times or inode move.

        Raises:
            ImageError: `object-missing` or `object-changed`.
            UnfinishedError: the disk is broken.
        """
        path = self._place(artifact)
        with self._disk.used("read a picture"):
            try:
                same = self._is_same(path, artifact.sha256)
            except OSError as error:
                if error.errno == errno.ENOENT:
                    raise _lost("object-missing", f"the stored picture {path} is gone") from None
                if error.errno not in _NO_FILE:
                    raise
                same = False
        if not same:
            raise _lost("object-changed", f"the stored picture {path} was changed")
        return path

    def holds(self, artifact: Artifact) -> bool:
        """Say whether the object is there, its bytes compared as by `path`.

        Raises:
            UnfinishedError: the disk is broken.
        """
        try:
            self.path(artifact)
        except ImageError:
            return False
        return True

    def scratch(self) -> Path:
        """Make a new empty folder on the same file system; it is gone when the process is.

        Raises:
            UnfinishedError: the disk is full or broken.
        """
        return self._scratch.new()

    def sweep(self) -> None:
        """Remove the scratch folders of processes that are gone."""
        self._scratch.sweep()

    def close(self) -> None:
        """Remove the scratch folders of this process."""
        self._scratch.close()

    def _is_same(self, path: Path, sha256: Sha256) -> bool:
        with durable.opened(path) as file:
            seen = _look(os.fstat(file))
            if self._verified.get(sha256) == seen:
                return True
            if durable.hash_of(file) != sha256:
                return False
        self._verified[sha256] = seen
        return True

    def _publish(self, file: Path, artifact: Artifact) -> None:
        path = self._place(artifact)
        durable.make_folder(path.parent, mode=0o700)
        if self.holds(artifact):
            if not os.path.samestat(file.stat(), path.stat()):
                file.unlink()
        else:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.fchmod(descriptor, _READ_ONLY)
                durable.sync(descriptor)
                file.rename(path)
                self._verified[artifact.sha256] = _look(os.fstat(descriptor))
            finally:
                os.close(descriptor)
        # Also for a picture that another process has just put there and not yet synced.
        durable.sync_folder(path.parent)

    def _place(self, artifact: Artifact) -> Path:
        if not _SHA256.fullmatch(artifact.sha256):
            raise InternalError(f"{artifact.sha256!r} is no SHA-256")
        return self._objects / artifact.sha256[:2] / f"{artifact.sha256}.{extension_of(artifact)}"


def _refuse_special(path: Path) -> None:
    # Opening a FIFO waits for its writer, and /proc has no end.
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise ImageError("not-a-file", f"{path} is no regular file")


def _lost(code: str, message: str) -> ImageError:
    return ImageError(
        code,
        message,
        hint="run the same command again: the picture is made anew, and plan shows at what cost",
    )


def _look(status: os.stat_result) -> _Seen:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
