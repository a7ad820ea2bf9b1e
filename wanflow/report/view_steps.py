"""One step as a page shows it."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from wanflow.model.run import RunRecord, StepRecord
from wanflow.model.values import JsonValue, Sha256
from wanflow.report.marked import Piece, marked_prompt, marked_template
from wanflow.report.view_checks import CheckedView, checked_views
from wanflow.report.view_pictures import PictureView, Shelf
from wanflow.report.words import REASONS, STATES, WORDS, Text, duration, filled, moment, money

# States of a step that made nothing, or not what was asked for.
FALLEN = frozenset({"failed", "unfinished", "undecided"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what stands behind it. `code` is for what machines read, `at` a time in UTC.

    `copied` offers to copy it.
    """

    name: Text
    value: Text
    code: bool = False
    at: str | None = None
    copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What the service made of a prompt for one picture."""

    number: int
    title: Text
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step with its pictures, words and facts. `before` and `after` start the comparison."""

    id: str
    number: int
    record: StepRecord
    state: Text
    why: Text
    images: tuple[PictureView, ...]
    pictures: tuple[PictureView, ...]
    before: str | None
    after: str | None
    prompt: tuple[Piece, ...]
    template: tuple[Piece, ...]
    negative: tuple[Piece, ...]
    facts: tuple[Fact, ...]
    arguments: tuple[Fact, ...]
    parameters: tuple[Fact, ...]
    mended: tuple[tuple[str, str], ...]
    checked: tuple[CheckedView, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()


def fact(name: Text, value: Text | str, *, code: bool = False, at: str | None = None) -> Fact:
    """Pair a name with what is the same in both languages, or said in both."""
    said = value if isinstance(value, Text) else Text(value, value)
    return Fact(name=name, value=said, code=code, at=at, copied=code and bool(said.en))


def value_text(value: JsonValue) -> str:
    """Write a value of a recipe for people: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=list)


def step_view(
    number: int, record: RunRecord, shelf: Shelf, heated: Collection[Sha256] = ()
) -> StepView:
    """Take out of a record what a page says about one step.

    Args:
        number: the step's, from 1.
        record: of the run.
        shelf: its pictures.
        heated: the pictures that have a map of what changed.
    """
    step = record.steps[number - 1]
    images = tuple(shelf.into_step(picture, at) for at, picture in enumerate(step.images, 1))
    pictures = tuple(shelf.of_step(step, picture) for picture in step.pictures)
    after = next((p for p in pictures if p.record.index == step.picked), None)
    after = after or next(iter(pictures), None)
    before = _like(after, images) if after else None
    comparable = before and after and before.shown.large and after.shown.large
    parameters = dict(step.parameters)
    negative = parameters.pop("negative_prompt", None)
    template = step.template if step.template != step.prompt else ""
    return StepView(
        id=f"step-{number}",
        number=number,
        record=step,
        state=STATES[step.state],
        why=decision_text(step),
        images=images,
        pictures=pictures,
        before=before.id if before and comparable else None,
        after=after.id if after and comparable else None,
        prompt=marked_prompt(step.template, step.prompt),
        template=marked_template(template),
        negative=(Piece(negative),) if isinstance(negative, str) and negative else (),
        facts=_facts(step, record),
        arguments=tuple(fact(Text(k, k), value_text(v)) for k, v in step.arguments.items()),
        parameters=tuple(fact(Text(k, k), value_text(v)) for k, v in parameters.items()),
        mended=tuple((p.name, note.text) for p in step.images for note in p.mended),
        checked=checked_views(
            step, {p.record.index or 1: p.id for p in pictures if _digest(p) in heated}
        ),
        rewritten=_rewritten(step),
    )


def decision_text(step: StepRecord) -> Text:
    """Say in a sentence why a step ran, was reused or was left out."""
    reason, detail = REASONS[step.decision.reason], step.decision.detail
    if not detail:
        return reason
    return Text(f"{reason.en}: {detail}", f"{reason.zh}:{detail}")


def _like(after: PictureView, images: tuple[PictureView, ...]) -> PictureView | None:
    # The picture that was worked on has the shape of the result; of equals it is the last one,
    # from which the service takes the size.
    ratio = after.width_px / after.height_px
    return min(
        reversed(images), key=lambda p: abs(p.width_px / p.height_px / ratio - 1), default=None
    )


def _facts(step: StepRecord, record: RunRecord) -> tuple[Fact, ...]:
    facts = [fact(WORDS["operation"], step.operation, code=True)]
    if step.model:
        facts.append(fact(WORDS["model"], step.model, code=True))
    if step.provider:
        facts.append(fact(WORDS["provider"], step.provider, code=True))
    if step.needs:
        facts.append(fact(WORDS["needs"], ", ".join(step.needs), code=True))
    if step.started_at:
        facts.append(fact(WORDS["started"], moment(step.started_at), at=step.started_at))
    if step.state == "done" or step.state in FALLEN:
        facts.append(fact(WORDS["took"], duration(step.seconds)))
    cost = money(step.cost_micro, record.currency) if step.cost_micro else WORDS["free"]
    facts.append(fact(WORDS["cost"], cost))
    facts += _bought(step)
    if step.reused_from:
        facts.append(fact(WORDS["reused_from"], step.reused_from, code=True))
    if step.source_type:
        facts.append(fact(WORDS["source_type"], step.source_type, code=True))
    if step.fingerprint:
        facts.append(fact(WORDS["fingerprint"], step.fingerprint, code=True))
    return tuple(facts)


def _bought(step: StepRecord) -> list[Fact]:
    """Say what the service has billed, and under which names."""
    facts: list[Fact] = []
    if step.billed_images:
        facts.append(fact(WORDS["billed"], f"{step.billed_images:,}"))
    if step.at_risk_images:
        facts.append(fact(WORDS["at_risk"], f"{step.at_risk_images:,}"))
    if step.task_id:
        facts.append(fact(WORDS["task"], step.task_id, code=True))
    if step.request_id:
        facts.append(fact(WORDS["request"], step.request_id, code=True))
    return facts


def _rewritten(step: StepRecord) -> tuple[Rewritten, ...]:
    return tuple(
        Rewritten(
            number=number,
            title=filled(WORDS["rewritten"], number=number),
            pieces=(Piece(prompt),),
        )
        for number, prompt in enumerate(step.actual_prompts, start=1)
        if prompt and prompt != step.prompt
    )


def _digest(view: PictureView) -> Sha256:
    return view.record.artifact.sha256
