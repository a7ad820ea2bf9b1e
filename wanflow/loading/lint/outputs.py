"""Outputs: each leads to a picture of a step."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.near import listed
from wanflow.loading.references import Reference
from wanflow.loading.view import RecipeView


def output_problems(view: RecipeView) -> Iterator[Problem]:
    """Find outputs that lead nowhere."""
    for output in view.outputs:
        if output.source is not None:
            yield from _source(view, output.source)


def _source(view: RecipeView, one: Reference) -> Iterator[Problem]:
    step = view.by_id.get(one.name) if one.form == "name" else None
    if step is None:
        message = f"there is no step '{one.text[:80]}'"
        if one.form == "name" and one.name in view.inputs:
            message = f"'{one.name}' is an input; an output is the picture of a step"
        hint = view.near(one.name or one.text, view.by_id)
        hint = hint or f"there are {listed(view.by_id)}"
        only = view.only(one.name, view.by_id) if one.form == "name" else None
        fix = view.edit.text(one.pointer, only + one.text[len(one.name) :]) if only else ()
        yield view.problem("unknown-step", message, one.pointer, hint=hint, fix=fix)
    elif one.every:
        message = f"an output is one picture, and '{one.text}' stands for all"
        hint = f"write one output each: {one.name}[1], {one.name}[2]"
        yield view.problem("output-of-many", message, one.pointer, hint=hint)
    elif one.index is not None and one.index > step.n:
        many = "1 picture" if step.n == 1 else f"{step.n} pictures"
        message = f"the step '{step.id}' makes {many}; there is no picture {one.index}"
        hint = f"write `n: {one.index}` on '{step.id}'"
        yield view.problem("unknown-picture", message, one.pointer, hint=hint)
