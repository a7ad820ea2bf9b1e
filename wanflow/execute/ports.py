"""What the executor needs from the outside, as protocols; providers and store fit them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wanflow.model.measure import Check, Measure
from wanflow.model.operation import Counted
from wanflow.model.plan import Job
from wanflow.model.values import Artifact, Note, Size
from wanflow.planning.frames import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One edit as a provider gets it: every picture on disk and within the limits.

    `pictures` stand in the order of the job's images, those behind a public URL left out.
    `scratch` is an empty folder on the workspace's file system in which the provider writes what
    it makes.

    A picture that the same provider has just made need not travel home first. `urls`, if not
    empty, has a place for each of `pictures`: the address at which the provider itself can read
    it, or None; where there is one, the file may not be there yet. `announce` is called once, as
    soon as the addresses of this edit's pictures are known and before they are downloaded; it
    gets them by the numbers of the pictures, from 1.
    """

    job: Job
    pictures: tuple[Path, ...]
    scratch: Path
    urls: tuple[str | None, ...] = ()
    announce: Callable[[Mapping[int, str]], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a provider made of a call: files in its scratch folder, in the order of the outputs.

    `missing` are the numbers, from 1, of outputs that were asked for and not made: with 2 missing
    of 3, the files are outputs 1 and 3. `billed_images` is what the service says that it bills.
    `actual_prompts` has a place for each file, None where the prompt was taken as it is.
    `urls`, one for each file, are signed and live for a day: they belong into no report.
    """

    files: tuple[Path, ...]
    notes: tuple[Note, ...] = ()
    missing: tuple[int, ...] = ()
    billed_images: int = 0
    actual_prompts: tuple[str | None, ...] = ()
    urls: tuple[str, ...] = ()
    task_id: str | None = None
    request_id: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A picture that a result is compared with.

    `frame` is where it stands in the result; None if only the pixels can tell.
    """

    name: str
    path: Path
    frame: Frame | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One picture that a step has made, and what is to be measured on it.

    `number` is the picture's, from 1. `before` is the picture that it was made from, None if it
    is not on this machine; `first` the first one of the chain, None if that is the same or shows
    something else. `change` is the part of the result that was meant to change, None if that is
    all of it; `mask` is a picture that is white in that part, if one says so.
    """

    number: int
    artifact: Artifact
    path: Path
    wanted: tuple[Check, ...]
    asked_size: Size | None = None
    before: Compared | None = None
    first: Compared | None = None
    change: Frame | None = None
    mask: Path | None = None
    counts: Counted | None = None


class Inspector(Protocol):
    """Measures pictures. It decides nothing, and nothing that it finds stops a run."""

    def measures(self, examination: Examination) -> tuple[Measure, ...]:
        """Measure one picture; called in a thread.

        Returns:
            One measure for each that is wanted, without a value where it cannot be taken; and
            further ones that are worth knowing.
        """
        ...


class Fitter(Protocol):
    """Brings pictures within the limits of whoever gets them."""

    def prepared(self, job: Job, pictures: Sequence[Path], scratch: Path) -> tuple[Path, ...]:
        """Give for each picture the file to use: itself, or a mended copy in `scratch`.

        Raises:
            ImageError: a picture breaks a limit that must not or cannot be mended.
        """
        ...
