"""What two runs or two recipes are compared by: every fact under its part, name and field."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.model.difference import Part
from wanflow.model.recipe import Expect, Input, NameRef, Output, Recipe, Step
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import JsonValue

Facts = Mapping[tuple[Part, str], Mapping[str, str]]
_SHOWN_DIGITS = 12
# Fields of a step as written whose names are no part of the language.
_NOT_WRITTEN = frozenset({"id", "expect", "pointer", "implicit_images", "images", "arguments"})


@dataclass(frozen=True, slots=True)
class _Fact:
    part: Part
    name: str
    fields: Mapping[str, str]


def run_facts(record: RunRecord) -> Facts:
    """Take from a run what it was asked for; when it was, for how much, and what is left out."""
    facts = [_head(record), *_asked(record, "")]
    return {(fact.part, fact.name): fact.fields for fact in facts}


def campaign_facts(record: CampaignRecord) -> Facts:
    """Take from a campaign what each of its rows was asked for; names begin with the row's key."""
    facts = [_head(record)]
    for row in record.rows:
        facts += _asked(row, f"{row.key}/")
    return {(fact.part, fact.name): fact.fields for fact in facts}


def recipe_facts(recipe: Recipe) -> Facts:
    """Take from a recipe everything that it says."""
    return {(fact.part, fact.name): fact.fields for fact in _of_recipe(recipe)}


def _head(record: RunRecord | CampaignRecord) -> _Fact:
    campaign = record.campaign if isinstance(record, CampaignRecord) else None
    said = _said(
        campaign=campaign,
        name=record.recipe,
        version=record.recipe_version,
        description=record.description,
        provider=record.provider,
    )
    return _Fact("recipe", "", said)


def _asked(record: RunRecord | RowRecord, before: str) -> Iterator[_Fact]:
    pictures = _by_name(record.input_pictures)
    for name, value in record.inputs.items():
        shown = pictures.pop(name, None) or _text(value)
        yield _Fact("input", before + name, _said(value=shown))
    for name, shown in pictures.items():
        yield _Fact("input", before + name, _said(picture=shown))
    for step in record.steps:
        yield _Fact("step", before + step.key, _step_of_run(step))
    for output in record.outputs:
        picture = _numbered(output.step, output.index)
        yield _Fact("output", before + output.name, _said(picture=picture))


def _by_name(pictures: Iterable[PictureRecord]) -> dict[str, str]:
    grouped: dict[str, list[str]] = {}
    for picture in pictures:
        grouped.setdefault(picture.name, []).append(picture.artifact.sha256[:_SHOWN_DIGITS])
    return {name: f"picture {', '.join(digests)}" for name, digests in grouped.items()}


def _step_of_run(step: StepRecord) -> dict[str, str]:
    images = [
        _numbered(image.step, image.index) if image.step and image.index else image.name
        for image in step.images
    ]
    fields = _said(
        use=step.operation,
        provider=step.provider,
        model=step.model,
        images=", ".join(images),
        template=step.template,
        prompt=step.prompt,
        pick=str(step.picked),
    )
    fields |= {f"with.{key}": _text(value) for key, value in step.arguments.items()}
    return fields | {key: _text(value) for key, value in step.parameters.items()}


def _of_recipe(recipe: Recipe) -> Iterator[_Fact]:
    said = _said(name=recipe.name, version=recipe.version, description=recipe.description)
    said |= {f"vars.{key}": _text(value) for key, value in recipe.vars.items()}
    yield _Fact("recipe", "", said)
    for one in recipe.inputs:
        yield _Fact("input", one.name, _input(one))
    for step in recipe.steps:
        yield _Fact("step", step.id, _step(step))
    for output in recipe.outputs:
        yield _Fact("output", output.name, _output(output))


def _input(one: Input) -> dict[str, str]:
    default = None if one.default is None else _text(one.default)
    fields = _said(type=one.type, default=default, description=one.description)
    return fields | {key: _text(value) for key, value in one.rules.items()}


def _step(step: Step) -> dict[str, str]:
    images = [_reference(image) for image in step.images]
    fields = _fields(step, _NOT_WRITTEN)
    if step.expect is not None:
        fields |= {f"expect.{key}": value for key, value in _fields(step.expect).items()}
    fields |= _said(images=", ".join(images))
    return fields | {f"with.{key}": _text(value) for key, value in step.arguments.items()}


def _fields(written: Step | Expect, without: frozenset[str] = frozenset()) -> dict[str, str]:
    names = (name for name in written.__dataclass_fields__ if name not in without)
    values = ((name, getattr(written, name)) for name in names)
    return {
        name: _text(value) if isinstance(value, int | float | str) else str(value)
        for name, value in values
        if value is not None
    }


def _reference(image: object) -> str:
    if not isinstance(image, NameRef):
        return str(getattr(image, "path", image))
    return f"{image.name}[*]" if image.every else _numbered(image.name, image.index)


def _output(output: Output) -> dict[str, str]:
    return _said(
        picture=_numbered(output.source.name, output.source.index), file_name=output.file_name
    )


def _numbered(name: str, index: int | None) -> str:
    return name if index is None else f"{name}[{index}]"


def _said(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=list)
