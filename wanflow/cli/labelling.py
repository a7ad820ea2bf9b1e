"""What is written into the file of a result beside its pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from wanflow.errors import ImageError
from wanflow.execute.provenance import chain_pictures, facts_of
from wanflow.imaging.metadata.label import labelled
from wanflow.imaging.metadata.read import Metadata, metadata_of
from wanflow.imaging.source import file_bytes
from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.model.provenance import Facts, Labels
from wanflow.model.run import RunRecord, StepRecord
from wanflow.model.values import Artifact, Note, Sha256


class Shelf(Protocol):
    """Where pictures lie by what they are; a workspace's objects fit it."""

    def path(self, artifact: Artifact) -> Path:
        """Give the path of a picture; raises ImageError for one that is gone or changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The file of a result: its bytes and what they are, and what the reader should know.

    `artifact` is None where the file is the picture as it is stored, byte for byte.
    """

    content: bytes
    artifact: Artifact | None
    remarks: tuple[Note, ...] = ()


@dataclass(slots=True, kw_only=True)
class Labeller:
    """Writes labels into the files of one run; reads each picture of a chain once.

    `shelf` holds the pictures as they are stored, which stay as they are.
    """

    shelf: Shelf
    labels: Labels
    _marked: dict[Sha256, bool] = field(default_factory=dict)

    def written(
        self,
        run: RunRecord | CampaignRecord,
        step: StepRecord,
        index: int,
        *,
        steps: Sequence[StepRecord],
        row: RowRecord | None = None,
    ) -> Written:
        """Make the file of one picture of a step.

        Args:
            run: that the step belongs to.
            step: that made the picture.
            index: which of its pictures, from 1.
            steps: all of the run, or of the row.
            row: of the campaign, if it is one.

        Raises:
            ImageError: the stored picture is gone or changed.
        """
        picture = next(one.artifact for one in step.pictures if one.index == index)
        data = self._bytes(picture)
        own = _read(data)
        marked = not own.labels and self._from_marked(steps, step)
        facts = facts_of(run, step, index, labels=self.labels, row=row, marked=marked)
        assert facts is not None  # noqa: S101 # the picture was found above
        content = _labelled(data, facts)
        if content == data:
            wanted = marked or self.labels.mode != "ours-off"
            return Written(
                content=data,
                artifact=None,
                remarks=(_left_alone(manifest=own.manifest),) if wanted else (),
            )
        nameless = marked and not self.labels.producer
        return Written(
            content=content,
            artifact=Artifact(
                sha256=Sha256(sha256(content).hexdigest()),
                media_type=picture.media_type,
                width_px=picture.width_px,
                height_px=picture.height_px,
                size_bytes=len(content),
            ),
            remarks=(_NAMELESS,) if nameless else (),
        )

    def source_type(self, picture: Artifact) -> str | None:
        """Read from a picture's own file what kind of picture it is."""
        return _read(self._bytes(picture)).source_type

    def _from_marked(self, steps: Sequence[StepRecord], step: StepRecord) -> bool:
        return any(map(self._is_marked, chain_pictures(steps, step)))

    def _is_marked(self, picture: Artifact) -> bool:
        if picture.sha256 not in self._marked:
            try:
                self._marked[picture.sha256] = bool(_read(self._bytes(picture)).labels)
            except ImageError:
                self._marked[picture.sha256] = False  # gone since: nothing is known of it
        return self._marked[picture.sha256]

    def _bytes(self, picture: Artifact) -> bytes:
        path = self.shelf.path(picture)
        data = file_bytes(path)
        if sha256(data).hexdigest() != picture.sha256:
            raise ImageError(
                "object-changed",
                f"the picture {path} was changed since it was made",
                hint="run the same command again",
            )
        return data


def _read(data: bytes) -> Metadata:
    """Read what a stored picture says; an odd one says nothing, and is a picture all the same."""
    try:
        return metadata_of(data, "the picture")
    except ImageError:
        return Metadata()


def _labelled(data: bytes, facts: Facts) -> bytes:
    try:
        return labelled(data, facts, facts.labels.mode)
    except ImageError:
        return data


_NAMELESS = Note(
    code="label_without_producer",
    text="it bears the AI label of the picture that it was made from (AIGC) again, without a"
    " ContentProducer: the settings name no producer",
)


def _left_alone(*, manifest: bool) -> Note:
    if manifest:
        text = "its C2PA manifest vouches for every byte of it, so nothing was written into it"
        return Note(code="manifest_kept", text=text)
    return Note(
        code="not_labelled",
        text="nothing was written into it: its metadata cannot be read, or have no room",
    )
