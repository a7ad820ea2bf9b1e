"""Everything that can be said of a picture's file: by itself, and by the run that it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from wanflow.cli.tracing import Searched, Trace, trace_of
from wanflow.execute.provenance import ancestors, origins
from wanflow.imaging.metadata.label import unlabelled
from wanflow.imaging.metadata.read import Metadata, metadata_of
from wanflow.imaging.probe import Probe, probe_bytes
from wanflow.imaging.source import file_bytes
from wanflow.model.run import PictureRecord, StepRecord
from wanflow.model.values import JsonValue, Sha256

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A picture's file, what is in it, and where it comes from.

    `unchanged` says whether the file without our label is the picture that its record names; None
    without a record that names one.
    """

    file: Path
    sha256: Sha256
    probe: Probe
    metadata: Metadata
    unchanged: bool | None
    searched: Searched

    @property
    def trace(self) -> Trace | None:
        """The run that it comes from, if one was found."""
        return self.searched.trace

    @property
    def chain(self) -> tuple[StepRecord, ...]:
        """The steps that led to it, in the order of the recipe; empty for an input picture."""
        if self.trace is None or self.trace.step is None:
            return ()
        return ancestors(self.trace.record.steps, self.trace.step)

    @property
    def origins(self) -> tuple[PictureRecord, ...]:
        """The input pictures at the beginning of the chain."""
        if self.trace is None or self.trace.step is None:
            return ()
        return origins(self.trace.record.steps, self.trace.step)


def inspected(file: Path, *, workspace: Path | None) -> Inspection:
    """Read a picture and look for its run. Nothing is decoded, nothing changed.

    Raises:
        ImageError: there is no such file, or it is no complete picture.
    """
    data = file_bytes(file)
    found = probe_bytes(data, file.name)
    metadata = metadata_of(data, file.name)
    digest = Sha256(sha256(data).hexdigest())
    named = metadata.record.get("picture") if metadata.record else None
    unchanged = None
    if isinstance(named, str):
        unchanged = sha256(unlabelled(data)).hexdigest() == named
    return Inspection(
        file=file,
        sha256=digest,
        probe=found,
        metadata=metadata,
        unchanged=unchanged,
        searched=trace_of(file, digest, metadata.record, workspace=workspace),
    )


def inspection_json(seen: Inspection) -> Mapping[str, JsonValue]:
    """Write it as JSON; the form is held by the schema `inspection`."""
    metadata = seen.metadata
    return {
        "wanflow_inspection": VERSION,
        "file": str(seen.file),
        "sha256": seen.sha256,
        "media_type": seen.probe.media_type,
        "width_px": seen.probe.width_px,
        "height_px": seen.probe.height_px,
        "size_bytes": seen.probe.size_bytes,
        "record": metadata.record,
        "unchanged": seen.unchanged,
        "source_type": metadata.source_type,
        "labels": [
            {"text": one.text, "values": dict(one.values), "place": one.place}
            for one in metadata.labels
        ],
        "manifest": metadata.manifest,
        "properties": [
            {"space": one.name.space, "name": one.name.local, "values": list(one.values)}
            for one in metadata.properties
        ],
        "texts": [
            {"keyword": one.keyword, "kind": one.kind, "text": one.text} for one in metadata.texts
        ],
        "unreadable": list(metadata.unreadable),
        "run": _run_json(seen),
        "remarks": list(seen.searched.remarks),
    }


def _run_json(seen: Inspection) -> JsonValue:
    trace = seen.trace
    if trace is None:
        return None
    return {
        "run": trace.record.run,
        "folder": str(trace.folder),
        "recipe": trace.record.recipe,
        "recipe_version": trace.record.recipe_version,
        "recipe_sha256": trace.record.recipe_sha256,
        "match": trace.match,
        "step": trace.step.key if trace.step else None,
        "index": trace.index,
        "chain": [_step_json(step) for step in seen.chain],
        "inputs": [_picture_json(one) for one in seen.origins],
    }


def _step_json(step: StepRecord) -> JsonValue:
    return {
        "step": step.key,
        "operation": step.operation,
        "provider": step.provider,
        "model": step.model if step.provider != "local" else None,
        "prompt": step.prompt,
        "source_type": step.source_type,
        "fingerprint": step.fingerprint,
        "images": [_picture_json(one) for one in step.images],
        "pictures": [_picture_json(one) for one in step.pictures],
    }


def _picture_json(picture: PictureRecord) -> JsonValue:
    return {
        "name": picture.name,
        "sha256": picture.artifact.sha256,
        "file": picture.file,
        "step": picture.step,
        "index": picture.index,
    }
