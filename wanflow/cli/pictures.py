"""The pictures that a recipe takes from outside: found, confined, looked at."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wanflow.errors import ImageError, Problem, Span
from wanflow.expand.images import Fitted, Pictures
from wanflow.imaging.fit import plan_fit, refuse
from wanflow.imaging.limits import limit_findings
from wanflow.imaging.probe import Probe, probe, probe_artifact, upright_size
from wanflow.model.card import ImageLimits
from wanflow.model.document import Document
from wanflow.model.plan import FileImage, JobImage
from wanflow.model.recipe import Input, PathRef, Recipe
from wanflow.model.values import Artifact, JsonValue, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the paths of an input are written: they are relative to `folder` and must stay in it.

    `span` is the place of the value, such as the cell of a row.
    """

    folder: Path
    span: Span | None


class Album:
    """What is known of pictures that were looked at, the last few hundred of them.

    A file is read again when its size or its time has changed.
    """

    _MOST = 512

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[Path, int, int], tuple[Probe, Artifact]] = OrderedDict()

    def look(self, path: Path) -> tuple[Probe, Artifact]:
        """Read what a picture is; raises as `probe` does."""
        try:
            status = path.stat()
        except OSError:
            return probe(path), probe_artifact(path)  # which say what is wrong
        key = (path, status.st_size, status.st_mtime_ns)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = (probe(path), probe_artifact(path))
            if len(self._seen) > self._MOST:
                self._seen.popitem(last=False)
        self._seen.move_to_end(key)
        return found


@dataclass(slots=True, kw_only=True)
class Gallery:
    """Collects the pictures of one recipe; each file is read once.

    `given` names the inputs that its user gave: their paths are the user's own word and relative
    to the working directory. `homes` are those of inputs that a campaign or its rows give.
    Everything else is relative to the recipe's folder. What is not the user's own word must stay
    in its folder, in the recipe's, or in one of `allowed`. An `album` knows pictures from other
    galleries.
    """

    recipe: Recipe
    document: Document
    folder: Path
    allowed: Sequence[Path]
    given: frozenset[str]
    homes: Mapping[str, Home] = field(default_factory=dict)
    album: Album = field(default_factory=Album)
    problems: list[Problem] = field(default_factory=list)
    _seen: dict[Path, Probe] = field(default_factory=dict)

    def collect(self, values: Mapping[str, JsonValue]) -> Pictures:
        """Find all pictures; what is wrong with one is added to `problems`."""
        inputs = {
            entry.name: self._of_input(entry, values.get(entry.name))
            for entry in self.recipe.inputs
            if entry.type in {"image", "images"}
        }
        refs = [ref for step in self.recipe.steps for ref in step.images]
        paths = {
            str(ref.pointer): image
            for ref in refs
            if isinstance(ref, PathRef)
            and not ref.path.startswith("https://")
            and (image := self._found(ref.path, ref.path, ref.pointer, own_word=False))
        }
        return Pictures(inputs=inputs, paths=paths, fit=self._fit)

    def _of_input(self, entry: Input, value: JsonValue) -> tuple[FileImage, ...]:
        texts = value if isinstance(value, list | tuple) else (value,)
        own_word = entry.name in self.given and entry.name not in self.homes
        found = (
            self._found(entry.name, text, entry.pointer, own_word=own_word)
            for text in texts
            if isinstance(text, str)
        )
        return tuple(image for image in found if image)

    def _found(self, name: str, text: str, pointer: str, *, own_word: bool) -> FileImage | None:
        home = self.homes.get(name)
        if home is None:
            home = Home(folder=self.folder, span=None if own_word else self.document.span(pointer))
        path = (Path.cwd() if own_word else home.folder) / Path(text).expanduser()
        span = home.span
        try:
            if not own_word:
                self._confine(path, text, home.folder)
            self._seen[path], artifact = self.album.look(path)
        except ImageError as error:
            self._note(error, span, name if own_word else None)
            return None
        size = Size(width_px=artifact.width_px, height_px=artifact.height_px)
        return FileImage(name=name, path=str(path), artifact=artifact, size=size)

    def _confine(self, path: Path, text: str, folder: Path) -> None:
        real = path.resolve()
        if any(
            real.is_relative_to(place.resolve()) for place in (folder, self.folder, *self.allowed)
        ):
            return
        whose = "the recipe's folder" if folder == self.folder else f"the folder '{folder.name}'"
        raise ImageError(
            "image-outside",
            f"'{text}' lies outside of {whose}",
            hint=f"move it there, or allow its folder with --allow-dir {path.parent}",
        )

    def _note(self, error: ImageError, span: Span | None, name: str | None) -> None:
        message = f"input '{name}': {error}" if name else str(error)
        problem = Problem(code=error.code, message=message, span=span, hint=error.hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def _fit(self, image: FileImage | JobImage, limits: ImageLimits | None, mode: str) -> Fitted:
        seen = self._seen[Path(image.path)] if isinstance(image, FileImage) else _foreseen(image)
        name = f"picture '{image.name}'"
        try:
            findings = limit_findings(seen, limits) if limits else ()
            if findings and mode == "strict":
                raise refuse(findings, name)
            size, notes = plan_fit(seen, limits, name=name)
        except ImageError as error:
            refusal = (error.code, str(error), error.hint)
            return Fitted(size=upright_size(seen), refusal=refusal)
        return Fitted(size=size, mended=notes)


def _foreseen(image: JobImage) -> Probe:
    """Describe a picture that is not made yet: every result is a plain PNG."""
    size = image.size or Size(width_px=1, height_px=1)
    return Probe(
        media_type="image/png",
        width_px=size.width_px,
        height_px=size.height_px,
        size_bytes=0,
    )
