"""From the record of a run to what is told of one picture in its own file. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.model.provenance import Facts, Labels
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Artifact, JobKey, Sha256

# What the models of a provider are called in public.
_HOUSES: Mapping[str, str] = {"dashscope": "Alibaba Model Studio"}


def facts_of(
    run: RunRecord | CampaignRecord,
    step: StepRecord,
    index: int,
    *,
    labels: Labels,
    row: RowRecord | None = None,
    marked: bool = False,
) -> Facts | None:
    """Say everything that can be told of one picture of a step.

    Args:
        run: that the step belongs to.
        step: with its pictures.
        index: which of them, from 1.
        labels: what its user wants to be written.
        row: of the campaign, if it is one.
        marked: whether a picture in its chain bears an AIGC label.

    Returns:
        None if the step has no such picture.
    """
    picture = next((one for one in step.pictures if one.index == index), None)
    if picture is None:
        return None
    house = _HOUSES.get(step.provider)
    return Facts(
        recipe=run.recipe,
        recipe_version=run.recipe_version,
        recipe_sha256=run.recipe_sha256,
        run=run.run,
        row=row.key if row else None,
        step=step.key,
        index=index,
        picture=picture.artifact.sha256,
        operation=step.operation,
        provider=step.provider,
        model=step.model if step.provider != "local" else None,
        seed=_seed(step),
        fingerprint=step.fingerprint or "",
        inputs=tuple(image.artifact.sha256 for image in step.images),
        prompt=step.prompt,
        arguments=step.arguments,
        parameters=step.parameters,
        source_type=step.source_type,
        system=f"{step.model} ({house})" if step.model and house else None,
        wanflow_version=run.wanflow_version,
        made_at=step.started_at if step.state == "done" else None,
        labels=labels,
        marked=marked,
    )


def ancestors(steps: Sequence[StepRecord], step: StepRecord) -> tuple[StepRecord, ...]:
    """Give a step and all that it hangs on by its pictures, in the order of the recipe."""
    by_key = {one.key: one for one in steps}
    wanted: set[JobKey] = set()
    open_steps = [step]
    while open_steps:
        one = open_steps.pop()
        if one.key not in wanted:
            wanted.add(one.key)
            sources = (by_key.get(image.step) for image in one.images if image.step is not None)
            open_steps += [source for source in sources if source is not None]
    return tuple(one for one in steps if one.key in wanted)


def chain_pictures(steps: Sequence[StepRecord], step: StepRecord) -> Iterator[Artifact]:
    """Give each picture that a step's pictures were made from, near and far, each once."""
    seen: set[Sha256] = set()
    for one in reversed(ancestors(steps, step)):
        for image in one.images:
            if image.artifact.sha256 not in seen:
                seen.add(image.artifact.sha256)
                yield image.artifact


def origins(steps: Sequence[StepRecord], step: StepRecord) -> tuple[PictureRecord, ...]:
    """Give the input pictures at the beginnings of a step's chain, each once."""
    found: dict[tuple[str, Sha256], PictureRecord] = {}
    for one in ancestors(steps, step):
        for image in one.images:
            if image.step is None:
                found.setdefault((image.name, image.artifact.sha256), image)
    return tuple(found.values())


def _seed(step: StepRecord) -> int | None:
    seed = step.parameters.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None
