"""What is said of a picture, for a terminal: whatever comes from the file is made harmless."""

from collections.abc import Iterator, Mapping

from wanflow.cli.inspection import Inspection
from wanflow.cli.say import shown_path
from wanflow.cli.tracing import Match, Trace
from wanflow.imaging.metadata import names
from wanflow.imaging.metadata.properties import Property
from wanflow.imaging.probe import FORMAT_NAMES
from wanflow.model.run import PictureRecord, StepRecord
from wanflow.model.values import JsonValue
from wanflow.report.safe import safe_text

_SHORT = 12
_LONGEST = 600
_COLUMN = 11
_MATCHES: Mapping[Match, str] = {
    "stored": "this is the picture that the step made, byte for byte",
    "written": "this is the file that the run wrote, byte for byte",
    "input": "this is a picture that the run was given, byte for byte",
    "named": "the file names this run; its bytes are others than the run wrote",
}
_SHOWN_ABOVE = frozenset((names.RECORD, names.AIGC))


def inspection_text(seen: Inspection) -> str:
    """Say everything that was found, the file's own word first."""
    found = seen.probe
    size = f"{found.width_px}*{found.height_px} pixels, {found.size_bytes} bytes"
    lines = [
        f"{safe_text(shown_path(seen.file))}: {FORMAT_NAMES[found.media_type]}, {size}",
        _fact("sha256", seen.sha256),
        *_block("the file says", list(_own(seen))),
        *_block("marks", list(_marks(seen))),
        *_block("other properties (XMP)", list(_properties(seen.metadata.properties))),
        *_block("texts of other programs", list(_texts(seen))),
        *_block("from the run", list(_run(seen))),
    ]
    if seen.trace is None:
        lines += ["", "no run of this picture was found here"]
    lines += [f"note: {safe_text(remark, None)}" for remark in seen.searched.remarks]
    lines += [f"note: {safe_text(remark, None)}" for remark in seen.metadata.unreadable]
    return "\n".join(lines)


def _own(seen: Inspection) -> Iterator[str]:
    record = seen.metadata.record
    if record is None:
        return
    yield _fact("made by", _whole(record))
    for key, label in (("run", "run"), ("row", "row"), ("model", "model"), ("seed", "seed")):
        if key in record:
            yield _fact(label, record[key])
    given = record.get("inputs")
    for sha256 in given if isinstance(given, list) else ():
        yield _fact("from", sha256)
    if "prompt" in record:
        yield _fact("prompt", record["prompt"])
    elif "prompt_sha256" in record:
        yield _fact("prompt", f"not in the file; its sha256 is {record['prompt_sha256']}")
    if seen.unchanged is True:
        yield "without this record it is the picture that the record names, byte for byte"
    elif seen.unchanged is False:
        yield "without this record it is not the picture that the record names: something else"
        yield "was written into it, or it was changed"


def _whole(record: Mapping[str, JsonValue]) -> str:
    recipe, step = record.get("recipe", "a recipe"), record.get("step", "?")
    operation, index = record.get("operation", "?"), record.get("index", 1)
    return f"recipe {recipe}, step '{step}' ({operation}), picture {index}"


def _marks(seen: Inspection) -> Iterator[str]:
    metadata = seen.metadata
    if metadata.source_type is not None:
        yield _fact("kind", f"{metadata.source_type} (IPTC digital source type)")
    for label in metadata.labels:
        words = label.text if label.values else f"{label.text} (no label that is known)"
        yield _fact("AIGC", f"{words}  [{label.place}]")
    if metadata.manifest:
        yield _fact("C2PA", "there is a manifest; its signature was not checked")


def _properties(properties: tuple[Property, ...]) -> Iterator[str]:
    for one in properties:
        if one.name in _SHOWN_ABOVE:
            continue
        prefix = names.PREFIXES.get(one.name.space)
        name = f"{prefix}:{one.name.local}" if prefix else f"{one.name.space}{one.name.local}"
        yield f"{safe_text(name, 100)}  {safe_text('; '.join(one.values), _LONGEST)}"


def _texts(seen: Inspection) -> Iterator[str]:
    for one in seen.metadata.texts:
        name = safe_text(one.keyword, 100) or "(without a name)"
        if one.text is None:
            yield f"{name} [{one.kind}]  cannot be unpacked"
        else:
            more = f", {len(one.text)} characters" if len(one.text) > _LONGEST else ""
            yield f"{name} [{one.kind}{more}]  {safe_text(one.text, _LONGEST)}"


def _run(seen: Inspection) -> Iterator[str]:
    trace = seen.trace
    if trace is None:
        return
    record = trace.record
    yield _fact("run", f"{record.run}, in {shown_path(trace.folder)}")
    yield _fact("recipe", f"{record.recipe} {record.recipe_version}".rstrip())
    yield _MATCHES[trace.match]
    for picture in seen.origins:
        yield _fact("input", _named(picture))
    for step in seen.chain:
        yield from _step(step, trace)


def _step(step: StepRecord, trace: Trace) -> Iterator[str]:
    by = step.model if step.model and step.provider != "local" else step.provider
    sources = ", ".join(image.name for image in step.images)
    yield _fact("step", f"{step.key}: {step.operation} by {by}, from {sources or 'nothing'}")
    for picture in step.pictures:
        chosen = step == trace.step and picture.index == trace.index
        yield _fact("", f"{_named(picture)}{'  <- this one' if chosen else ''}")
    if step.prompt:
        yield _fact("", f"prompt: {step.prompt}")


def _named(picture: PictureRecord) -> str:
    return f"{picture.name}  {picture.artifact.sha256[:_SHORT]}…  {picture.file or '(not kept)'}"


def _block(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _fact(label: str, value: object) -> str:
    return f"{label:<{_COLUMN}}{safe_text(str(value), _LONGEST)}"
