"""The pictures of a page, each with a name of its own and one home where it stands large."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Sha256
from wanflow.report.thumbnails import Shown, href
from wanflow.report.words import WORDS, Text, filled


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """One picture at one place of a page.

    `id` names the picture's bytes within the page, the same at every place. `label` is short,
    `alt` says in a sentence what it is, `caption` its role or whether it goes on. `home` says that
    this is the one place of the page where it stands large. `picked` says that it goes on of
    several; `seed` is its own, where the service takes one.
    """

    id: str
    record: PictureRecord
    shown: Shown
    label: Text
    alt: Text
    size: str
    caption: Text | None = None
    home: bool = False
    picked: bool = False
    seed: int | None = None

    @property
    def width_px(self) -> int:
        """Width of the original."""
        return self.record.artifact.width_px

    @property
    def height_px(self) -> int:
        """Height of the original."""
        return self.record.artifact.height_px


class Shelf:
    """All pictures of a page by their digest; `inputs` are those that no step of the run made."""

    def __init__(self, record: RunRecord, shown: Mapping[Sha256, Shown]) -> None:
        self._shown = shown
        self._ids = {key: f"p{at}" for at, key in enumerate(shown)}
        self._operations = {step.key: step.operation for step in record.steps}
        self._counts = {step.key: len(step.pictures) for step in record.steps}
        given = _inputs(record)
        self.inputs = tuple(self.view(p, label=Text(p.name, p.name), home=True) for p in given)
        homes: set[Sha256] = {picture.artifact.sha256 for picture in given}
        self._homes: set[int] = set()
        for step in record.steps:
            for picture in step.pictures:
                if picture.artifact.sha256 not in homes:
                    homes.add(picture.artifact.sha256)
                    self._homes.add(id(picture))

    def of_step(self, step: StepRecord, picture: PictureRecord) -> PictureView:
        """Show a picture that a step has made, beside the step."""
        goes_on = len(step.pictures) > 1 and picture.index == step.picked
        view = self.view(
            picture,
            label=self._made_label(picture),
            caption=WORDS["picked"] if goes_on else None,
            home=id(picture) in self._homes,
        )
        return replace(view, picked=goes_on, seed=seed_of(step, picture))

    def into_step(self, picture: PictureRecord, at: int) -> PictureView:
        """Show a picture that goes into a step as its `at`-th, from 1."""
        label = Text(picture.name, picture.name)
        figure = filled(WORDS["figure"], at=at)
        if picture.role:
            figure = Text(f"{figure.en}, {picture.role}", f"{figure.zh},{picture.role}")
        return self.view(picture, label=label, caption=figure)

    def view(
        self,
        picture: PictureRecord,
        *,
        label: Text,
        caption: Text | None = None,
        home: bool = False,
        file: str | None = None,
    ) -> PictureView:
        """Show a picture; `file` is where its link leads if that is not the picture's own file."""
        key = picture.artifact.sha256
        shown = self._shown[key]
        if file is not None and shown.href is not None:
            shown = replace(shown, href=href(file))
        size = picture.size
        return PictureView(
            id=self._ids[key],
            record=picture,
            shown=shown,
            label=label,
            alt=self._alt(picture),
            size=f"{size.width_px} × {size.height_px}",
            caption=caption,
            home=home,
        )

    def _made_label(self, picture: PictureRecord) -> Text:
        count = self._counts.get(picture.step, 1) if picture.step else 1
        name = picture.step or picture.name
        label = f"{name} {picture.index}/{count}" if count > 1 else name
        return Text(label, label)

    def _alt(self, picture: PictureRecord) -> Text:
        if picture.step is None:
            return filled(WORDS["alt_input"], name=picture.name)
        return filled(
            WORDS["alt_output"],
            step=picture.step,
            at=picture.index or 1,
            count=self._counts.get(picture.step, 1),
            operation=self._operations.get(picture.step, ""),
        )


def seed_of(step: StepRecord, picture: PictureRecord) -> int | None:
    """Say with which seed a picture of several was made; None where it is the step's or unknown.

    Source:
        The service counts on from the seed of the request: picture 1 has it, picture 2 one more
        (Model Studio's reference of image editing, parameter `seed`).
    """
    seed = step.parameters.get("seed")
    of_service = step.provider.partition("@")[0] == "dashscope"
    if not of_service or isinstance(seed, bool) or not isinstance(seed, int):
        return None
    return seed + picture.index - 1 if picture.index and len(step.pictures) > 1 else None


def _inputs(record: RunRecord) -> list[PictureRecord]:
    # A path that a step names itself is an input too, though the recipe does not list it; so is
    # what another run has made.
    found: dict[tuple[str, Sha256], PictureRecord] = {}
    made = {p.artifact.sha256 for step in record.steps for p in step.pictures}
    of_steps = [
        picture
        for step in record.steps
        for picture in step.images
        if picture.step is None or picture.artifact.sha256 not in made
    ]
    seen: set[Sha256] = {p.artifact.sha256 for p in record.input_pictures}
    for picture in record.input_pictures:
        found.setdefault((picture.name, picture.artifact.sha256), picture)
    for picture in of_steps:
        if picture.artifact.sha256 not in seen:
            seen.add(picture.artifact.sha256)
            found[picture.name, picture.artifact.sha256] = picture
    return list(found.values())
