"""What a page shows, taken out of a run record: every text chosen, nothing drawn yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wanflow.model.run import OutputRecord, PictureRecord, RunRecord, StepRecord
from wanflow.model.values import JobKey, Sha256
from wanflow.report.thumbnails import Shown, href
from wanflow.report.view_chain import ChainView, chain_view
from wanflow.report.view_pictures import PictureView, Shelf
from wanflow.report.view_steps import FALLEN, Fact, StepView, fact, step_view, value_text
from wanflow.report.words import STATES, WORDS, Text, duration, filled, moment, money


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """One named result; `picture` is None as long as it has not been made."""

    name: str
    step: JobKey
    picture: PictureView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One line of the provenance: what lies where, and the digest of its bytes."""

    name: str
    file: str | None
    href: str | None
    sha256: str
    size: str
    bytes: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader should know of something that was written into a result's file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A whole page. `language` is that of the recipe, in which the page stands without script."""

    language: str
    state: Text
    local: bool
    facts: tuple[Fact, ...]
    chain: ChainView
    results: tuple[ResultView, ...]
    failed: tuple[StepView, ...]
    steps: tuple[StepView, ...]
    inputs: tuple[Fact, ...]
    input_pictures: tuple[PictureView, ...]
    files: tuple[FileRow, ...]
    remarks: tuple[Remark, ...]
    verify: str


def page_language(record: RunRecord) -> str:
    """Say in which language a recipe speaks: by most of its prompts, else its description."""
    prompts = [step.language for step in record.steps if step.prompt]
    chinese = sum(language == "zh" for language in prompts)
    if chinese * 2 != len(prompts):
        return "zh" if chinese * 2 > len(prompts) else "en"
    han = any("\u4e00" <= character <= "\u9fff" for character in record.description)
    return "zh" if han else "en"


def is_local(record: RunRecord) -> bool:
    """Say whether the pictures come from this machine and not from a Wan model."""
    return record.provider.partition("@")[0] in {"local", "builtin"}


def uses(record: RunRecord) -> tuple[PictureRecord, ...]:
    """List every place of a page at which a picture stands, inputs first."""
    of_steps = [picture for step in record.steps for picture in (*step.images, *step.pictures)]
    return (*record.input_pictures, *of_steps, *_picked(record), *record.input_pictures)


def page_view(
    record: RunRecord, shown: Mapping[Sha256, Shown], heated: Collection[Sha256] = ()
) -> PageView:
    """Take out of a record what a page says.

    Args:
        record: of the run.
        shown: its pictures.
        heated: those that have a map of what changed.
    """
    shelf = Shelf(record, shown)
    steps = tuple(step_view(at, record, shelf, heated) for at in range(1, len(record.steps) + 1))
    return PageView(
        language=page_language(record),
        state=STATES[record.state],
        local=is_local(record),
        facts=_facts(record),
        chain=chain_view(record, shelf),
        results=tuple(_result(output, record, shelf) for output in record.outputs),
        failed=tuple(step for step in steps if step.record.state in FALLEN),
        steps=steps,
        inputs=tuple(
            fact(Text(name, name), value_text(value)) for name, value in record.inputs.items()
        ),
        input_pictures=shelf.inputs,
        files=_files(record, shelf),
        remarks=tuple(
            Remark(output.name, remark.text)
            for output in record.outputs
            for remark in output.remarks
        ),
        verify=f"wanflow verify {record.run}",
    )


def run_facts(record: RunRecord) -> tuple[Text, Text]:
    """Say how many pictures were made and reused, and what they cost."""
    made = sum(len(step.pictures) for step in record.steps if step.state != "reused")
    reused = sum(len(step.pictures) for step in record.steps if step.state == "reused")
    amount = money(record.cost_micro, record.currency)
    cost = Text(amount, amount) if record.cost_micro else WORDS["free"]
    return filled(WORDS["made"], made=made, reused=reused), cost


def _facts(record: RunRecord) -> tuple[Fact, ...]:
    pictures, cost = run_facts(record)
    paid = []
    if record.service:
        where = f"{record.service}, {record.region}" if record.region else record.service
        paid.append(fact(WORDS["service"], where))
        paid.append(fact(WORDS["billed"], f"{record.billed_images:,}"))
    if record.at_risk_images:
        paid.append(fact(WORDS["at_risk"], f"{record.at_risk_images:,}"))
    return (
        fact(WORDS["run"], record.run),
        fact(WORDS["started"], moment(record.started_at), at=record.started_at),
        fact(WORDS["took"], duration(record.seconds)),
        fact(WORDS["pictures"], pictures),
        fact(WORDS["cost"], cost),
        fact(WORDS["provider"], record.provider),
        *paid,
    )


def _picked(record: RunRecord) -> list[PictureRecord]:
    return [
        picture
        for step in record.steps
        for picture in step.pictures
        if picture.index == step.picked
    ]


def _result(output: OutputRecord, record: RunRecord, shelf: Shelf) -> ResultView:
    step = next((step for step in record.steps if step.key == output.step), None)
    made = _made(step.pictures if step else (), output)
    if made is None:
        return ResultView(name=output.name, step=output.step, picture=None)
    name = Text(output.name, output.name)
    return ResultView(
        name=output.name,
        step=output.step,
        picture=shelf.view(made, label=name, file=output.file),
    )


def _made(pictures: Sequence[PictureRecord], output: OutputRecord) -> PictureRecord | None:
    if output.artifact is None:
        return None
    return next((picture for picture in pictures if picture.index == output.index), None)


def _files(record: RunRecord, shelf: Shelf) -> tuple[FileRow, ...]:
    recipe = FileRow(
        name=f"{record.recipe} {record.recipe_version}",
        file=record.recipe_file,
        href=None,
        sha256=record.recipe_sha256,
        size="",
        bytes=f"{len(record.recipe_source.encode(errors='surrogatepass')):,}",
    )
    made = [_step_row(step, picture, shelf) for step in record.steps for picture in step.pictures]
    results = map(_result_row, record.outputs)
    return (recipe, *(_row(view) for view in shelf.inputs), *made, *filter(None, results))


def _result_row(output: OutputRecord) -> FileRow | None:
    content = output.content
    if content is None or output.file is None:
        return None
    return FileRow(
        name=output.name,
        file=output.file,
        href=href(output.file),
        sha256=content.sha256,
        size=f"{content.width_px} × {content.height_px}",
        bytes=f"{content.size_bytes:,}",
    )


def _step_row(step: StepRecord, picture: PictureRecord, shelf: Shelf) -> FileRow:
    return _row(shelf.of_step(step, picture))


def _row(view: PictureView) -> FileRow:
    artifact = view.record.artifact
    return FileRow(
        name=view.label.en,
        file=view.record.file,
        href=view.shown.href,
        sha256=artifact.sha256,
        size=f"{artifact.width_px} × {artifact.height_px}",
        bytes=f"{artifact.size_bytes:,}",
    )
