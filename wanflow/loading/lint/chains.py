"""What goes wrong from step to step: marks that are painted over, pictures that wear out."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.view import RecipeView, StepView

_LONG = 4


def chain_problems(view: RecipeView) -> Iterator[Problem]:
    """Find marks and painted boxes that a next step takes for content, and long chains."""
    makers = {maker.id: maker for _, maker in view.sources}
    for maker in makers.values():
        if maker.get("watermark") is True and maker.by_model:
            yield _marked(view, maker)
    yield from _painted(view)
    yield from _long(view)


def _marked(view: RecipeView, maker: StepView) -> Problem:
    message = (
        f"the mark on '{maker.id}' is content for the step after it, which redraws or moves it"
    )
    return view.problem(
        "watermark-in-chain",
        message,
        f"{maker.pointer}/{'watermark' if 'watermark' in maker.value else 'use'}",
        hint="write `watermark: true` on the last step only",
        severity="warning",
    )


def _painted(view: RecipeView) -> Iterator[Problem]:
    for step in view.steps:
        for one in step.images:
            maker = view.by_id.get(one.name) if one.form == "name" else None
            if maker is None or maker.operation is None or not step.by_model:
                continue
            if maker.operation.paints and maker.id != step.id:
                message = f"what '{maker.id}' painted on the picture is content for this step"
                before = maker.images[0].text if maker.images else "the picture before it"
                yield view.problem(
                    "painted-input",
                    message,
                    one.pointer,
                    hint=f"write `images: [{before}]` to leave '{maker.id}' beside the chain",
                    severity="warning",
                )


def _long(view: RecipeView) -> Iterator[Problem]:
    depth: dict[str, int] = {}
    for step in view.steps:
        before = max((depth.get(one.name, 0) for one in step.images), default=0)
        depth[step.id] = before + step.by_model
        if step.by_model and depth[step.id] == _LONG:
            message = f"'{step.id}' is the fourth paid edit in a line; each one drifts further"
            yield view.problem(
                "long-chain",
                message,
                f"{step.pointer}/use",
                hint="say more in one prompt, or take an earlier picture",
                severity="warning",
            )
