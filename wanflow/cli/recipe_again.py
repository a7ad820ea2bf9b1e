"""A recipe that makes a picture again: the run's own with its pictures, or what the file tells."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from wanflow.cli.compose import Ask, Draft, draft, open_workspace
from wanflow.cli.inspection import Inspection
from wanflow.cli.say import shown_path
from wanflow.cli.tracing import Trace
from wanflow.errors import ImageError, UnfinishedError, UsageError, WorkspaceError
from wanflow.imaging.source import file_bytes
from wanflow.model.run import PictureRecord, RunRecord
from wanflow.model.values import JsonValue
from wanflow.report.safe import safe_text
from wanflow.store.media import extension_of

_RECIPE, _INPUTS, _PICTURES = "recipe.yaml", "inputs.json", "pictures"
_SERVICE = "dashscope"
_NAME = re.compile("[A-Za-z][A-Za-z0-9_-]{0,63}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def recipe_again(seen: Inspection, folder: Path) -> tuple[str, ...]:
    """Write a recipe that makes a picture again, and say exactly what it can do.

    With the run at hand it is the run's own recipe with the pictures that the run was given;
    without, a recipe of the last step alone, as far as the picture's own record tells.

    Args:
        seen: the picture.
        folder: where the recipe goes; new, or empty.

    Raises:
        UsageError: the folder is not empty, or neither a run nor the file tells enough.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is there already", hint="name a new folder")
    if seen.trace is not None:
        return _whole(seen.trace, folder)
    from wanflow.cli.recipe_from_file import last_step

    text, pictures = last_step(seen)
    _write(folder / _RECIPE, text.encode())
    made = draft(Ask(recipe=folder / _RECIPE, lenient=True))
    words = [
        f"wrote {shown_path(folder / _RECIPE)}: the last step alone, from what the file says",
        *_troubles(made),
        "the pictures that it was made from are not in the file; give them by their sha256:",
        *(f"  {name}={sha}" for name, sha in pictures.items()),
        f"then: wanflow run {shlex.quote(shown_path(folder / _RECIPE))} NAME=PATH ...",
    ]
    return tuple(words)


@dataclass(slots=True, kw_only=True)
class _Packing:
    """A run's recipe being packed: where its pictures come from, and what could not be had."""

    record: RunRecord
    folder: Path
    sources: "_Sources"
    lost: list[str] = field(default_factory=list)
    values: dict[str, JsonValue] = field(default_factory=dict)
    count: int = 0

    def place(self, picture: PictureRecord, name: str) -> str | None:
        """Put a picture where the recipe will look for it; None if it is gone."""
        data = self.sources.bytes_of(picture)
        if data is None:
            self.lost.append(f"the picture '{picture.name}' ({picture.artifact.sha256}) is gone")
            return None
        _write(self.folder / name, data)
        self.count += 1
        return name

    def place_input(self, name: str, value: JsonValue) -> None:
        """Put the pictures of an input in place, and say where they are now."""
        found = [one for one in self.record.input_pictures if one.name == name]
        wanted = value if isinstance(value, list) else [value]
        if len(found) != len(wanted):
            self.lost.append(f"which pictures were given for '{name}' is not recorded")
            return
        placed = [
            self.place(one, f"{_PICTURES}/{name}-{number}.{extension_of(one.artifact)}")
            for number, one in enumerate(found, 1)
        ]
        if None not in placed:
            self.values[name] = list(placed) if isinstance(value, list) else placed[0]


def _whole(trace: Trace, folder: Path) -> tuple[str, ...]:
    record = trace.record
    _write(folder / _RECIPE, _source(trace))
    packing = _Packing(record=record, folder=folder, sources=_Sources(trace=trace))
    named = set(record.inputs)
    pictures = _picture_inputs(trace, folder)
    for name, value in record.inputs.items():
        if name in pictures and value is not None:
            packing.place_input(name, value)
        elif name not in pictures:
            packing.values[name] = value
    for picture in record.input_pictures:
        if picture.name not in named:
            _place_literal(packing, picture)
    _write(folder / _INPUTS, _json(packing.values))
    which = f"{record.recipe} {record.recipe_version} as run {record.run} had it"
    pictures_written = f"{packing.count} picture{'s' * (packing.count != 1)}"
    words = [
        f"wrote {shown_path(folder / _RECIPE)}: {safe_text(which)}, with {pictures_written}",
        *(f"missing: {safe_text(one, None)}" for one in packing.lost),
        *_checked(trace, folder, packing),
    ]
    return (*words, f"then: {_command(trace, folder)}")


def _picture_inputs(trace: Trace, folder: Path) -> frozenset[str]:
    """Name the inputs that are pictures: those that the recipe declares, and those that were given.

    A recipe that cannot be read alone, since its operations lay beside it, declares nothing here.
    """
    made = draft(_ask(trace, folder, lenient=True))
    declared = (
        one.name for one in (made.recipe.inputs if made.recipe else ()) if "image" in one.type
    )
    record = trace.record
    given = (one.name for one in record.input_pictures if one.name in record.inputs)
    return frozenset((*declared, *filter(_NAME.fullmatch, given)))


def _place_literal(packing: _Packing, picture: PictureRecord) -> None:
    """Put a picture that the recipe names by its path at that path, if it lies within."""
    path = PurePosixPath(picture.name)
    if path.is_absolute() or ".." in path.parts or str(path) in {_RECIPE, _INPUTS}:
        packing.lost.append(
            f"the recipe takes '{picture.name}' from outside its folder"
            f" (sha256 {picture.artifact.sha256}); put it there"
        )
        return
    packing.place(picture, picture.name)


def _checked(trace: Trace, folder: Path, packing: _Packing) -> Iterator[str]:
    """Hold what the written recipe asks for against what the run asked for."""
    values = {name: _absolute(value, folder) for name, value in packing.values.items()}
    made = draft(replace(_ask(trace, folder), inputs=values))
    yield from _troubles(made)
    if made.prepared is None:
        return
    asked = {step.key: step.fingerprint for step in trace.record.steps if step.fingerprint}
    again = {job.key: job.fingerprint for job in made.prepared.jobs}
    differing = [key for key, fingerprint in asked.items() if again.get(key) != fingerprint]
    if not differing:
        yield "checked: every step asks for exactly what it asked for in that run; with the run's"
        yield "workspace, what is still there is neither made nor bought again"
    else:
        steps = ", ".join(map(str, differing))
        yield f"it is not quite the same: {safe_text(steps)} would be asked for otherwise"
        yield f"the run's own command was: {safe_text(trace.record.command, None)}"


def _absolute(value: JsonValue, folder: Path) -> JsonValue:
    """Give the path of a written picture as it is found from anywhere."""
    if isinstance(value, list):
        return [_absolute(one, folder) for one in value]
    is_ours = isinstance(value, str) and value.startswith(f"{_PICTURES}/")
    return str(folder.absolute() / value) if is_ours and isinstance(value, str) else value


def _ask(trace: Trace, folder: Path, *, lenient: bool = False) -> Ask:
    record = trace.record
    return Ask(
        recipe=folder / _RECIPE,
        lenient=lenient,
        provider=record.provider.partition("@")[0],
        region=record.region,
    )


def _command(trace: Trace, folder: Path) -> str:
    record = trace.record
    provider = record.provider.partition("@")[0]
    words = ["wanflow", "run", _RECIPE, "--inputs", _INPUTS]
    if provider != "local":
        words += ["--provider", provider]
    if provider == _SERVICE and record.region:
        words += ["--region", record.region]
    return f"cd {shlex.quote(shown_path(folder))} && {shlex.join(words)}"


def _source(trace: Trace) -> bytes:
    """Give the recipe's own bytes: those of the record, or of the run's folder."""
    record = trace.record
    kept = record.recipe_source.encode("utf-8", "surrogatepass")
    if sha256(kept).hexdigest() == record.recipe_sha256:
        return kept
    file = trace.folder / _RECIPE
    if file.is_file():
        found = file.read_bytes()
        if sha256(found).hexdigest() == record.recipe_sha256:
            return found
    raise UsageError(
        f"the recipe of run {record.run} is no longer what was run",
        hint="its report.json was changed; take it from a copy",
    )


def _troubles(made: Draft) -> Iterator[str]:
    for problem in made.problems:
        if problem.severity == "error":
            yield f"it does not run as it is: {safe_text(problem.message, None)}"
            if problem.code == "unreadable-operations":
                yield "copy the folder of operation files that lay beside the recipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """Where pictures of a run may lie: its own folder, then the workspace's objects."""

    trace: Trace

    def bytes_of(self, picture: PictureRecord) -> bytes | None:
        """Give a picture's bytes, if they are anywhere."""
        places = (self._in_folder, self._in_workspace)
        found = (place(picture) for place in places)
        return next((data for data in found if data is not None), None)

    def _in_folder(self, picture: PictureRecord) -> bytes | None:
        if picture.file is None or ".." in PurePosixPath(picture.file).parts:
            return None
        return _same(self.trace.folder / picture.file, picture)

    def _in_workspace(self, picture: PictureRecord) -> bytes | None:
        root = self.trace.workspace
        if root is None or not root.is_dir():
            return None
        try:
            with open_workspace(root) as opened:
                return _same(opened.objects.path(picture.artifact), picture)
        except (ImageError, WorkspaceError, UnfinishedError):
            return None


def _same(path: Path, picture: PictureRecord) -> bytes | None:
    try:
        data = file_bytes(path)
    except ImageError:
        return None
    return data if sha256(data).hexdigest() == picture.artifact.sha256 else None


def _json(values: Mapping[str, JsonValue]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=2, default=dict)
    return (_SURROGATE.sub(lambda one: f"\\u{ord(one.group()):04x}", text) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except (OSError, ValueError) as error:
        raise UsageError(f"'{path}' cannot be written: {error}") from None
