"""What the executor needs from the outside, as protocols; providers and store fit them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wanflow.model.plan import Job
from wanflow.model.values import Artifact, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One edit as a provider gets it: every picture on disk and within the limits.

    `pictures` stand in the order of the job's images. `scratch` is an empty folder on the
    workspace's file system in which the provider writes what it makes.
    """

    job: Job
    pictures: tuple[Path, ...]
    scratch: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a provider made of a call: files in its scratch folder, in the order of the outputs."""

    files: tuple[Path, ...]
    notes: tuple[Note, ...] = ()


class Provider(Protocol):
    """Somebody who can edit pictures."""

    @property
    def family(self) -> str:
        """Name and version of what makes the pictures, such as `local@1`; part of fingerprints."""
        ...

    async def edit(self, call: Call) -> Made:
        """Do one edit.

        Raises:
            StepError: the edit is refused, and would be again.
            ImageError: a picture is not what it should be.
        """
        ...


class Objects(Protocol):
    """Pictures by the SHA-256 of their bytes. An object is complete and never changes."""

    def add(self, file: Path) -> Artifact:
        """Take a file over (it is moved) and make it durable before returning.

        Raises:
            ImageError: it is no complete picture.
            UnfinishedError: the disk is full or broken.
        """
        ...

    def path(self, artifact: Artifact) -> Path:
        """Give the path of an object, its bytes verified once in this process.

        Raises:
            ImageError: the object is gone or no longer what its name says.
        """
        ...

    def scratch(self) -> Path:
        """Make a new empty folder on the same file system."""
        ...


class Fitter(Protocol):
    """Brings pictures within the limits of whoever gets them."""

    def prepared(self, job: Job, pictures: Sequence[Path], scratch: Path) -> tuple[Path, ...]:
        """Give for each picture the file to use: itself, or a mended copy in `scratch`.

        Raises:
            ImageError: a picture breaks a limit that must not or cannot be mended.
        """
        ...
