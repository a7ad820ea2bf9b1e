"""Which of several pictures goes on: one that there is, and none paid for in vain."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.view import RecipeView, StepView, whole


def pick_problems(view: RecipeView) -> Iterator[Problem]:
    """Find picks beyond n, and several pictures of which nobody picks one."""
    chosen = _chosen(view)
    for step in view.steps:
        pick = whole(step.value.get("pick"))
        if pick is not None and pick > step.n:
            many = "1 picture" if step.n == 1 else f"{step.n} pictures"
            message = f"picture {pick} is picked, and the step makes {many}"
            hint = f"write `n: {pick}`, or pick one from 1 to {step.n}"
            yield view.problem("pick-beyond-n", message, f"{step.pointer}/pick", hint=hint)
        if step.n > 1 and step.by_model and "pick" not in step.value and step.id not in chosen:
            yield _unpicked(view, step)


def _chosen(view: RecipeView) -> set[str]:
    """Collect the steps of which somebody takes a picture by its number, or all."""
    entries = [one for step in view.steps for one in step.images]
    entries += [output.source for output in view.outputs if output.source is not None]
    return {one.name for one in entries if one.index is not None or one.every}


def _unpicked(view: RecipeView, step: StepView) -> Problem:
    message = (
        f"'{step.id}' makes {step.n} pictures, each is paid for, and nobody says which goes on"
    )
    return view.problem(
        "unpicked-images",
        message,
        f"{step.pointer}/{'n' if 'n' in step.value else 'use'}",
        hint="write `pick: 1` on the step, or `n: 1`",
        severity="warning",
    )
