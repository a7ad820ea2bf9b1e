"""What is there and serves nothing: inputs, constants, operations, steps."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.parse import escaped
from wanflow.loading.shape import entries
from wanflow.loading.templated import in_template, names_in, names_in_expression
from wanflow.loading.view import RecipeView, words
from wanflow.model.values import JsonValue


def unused_problems(view: RecipeView) -> Iterator[Problem]:
    """Find what nobody uses."""
    used = _used(view)
    lost = _has_lost_references(view)  # what seems unused may be what one of them means
    for one in view.inputs.values():
        if in_template(one.name) not in used and not lost:
            yield _unused(view, "input", one.name, pointer=one.pointer)
    for name in view.vars:
        if in_template(name) not in used:
            yield _unused(view, "var", name, pointer=f"/vars/{escaped(name)}")
    in_use = {step.use for step in view.steps}
    for name in view.own:
        if name not in in_use and f"/operations/{name}" in view.document.keys:
            yield _unused(view, "operation", name, pointer=f"/operations/{name}")
    if not lost:
        yield from _steps(view)


def _has_lost_references(view: RecipeView) -> bool:
    given = [one for step in view.steps for one in step.images]
    given += [output.source for output in view.outputs if output.source is not None]
    outputs_lost = any(output.source is None for output in view.outputs)
    known = {*view.inputs, *view.by_id}
    return outputs_lost or any(
        one.form == "other" or (one.form == "name" and one.name not in known) for one in given
    )


def _unused(view: RecipeView, kind: str, name: str, *, pointer: str) -> Problem:
    return view.problem(
        f"unused-{kind}",
        f"nothing uses the {kind} '{name}'",
        pointer,
        at="key",
        hint="remove it, or use it",
        severity="warning",
    )


def _used(view: RecipeView) -> set[str]:
    """Collect the names that pictures and templates use, as templates write them."""
    used = {in_template(one.name) for step in view.steps for one in step.images}
    texts = [output.template for output in view.outputs if output.template]
    for step in view.steps:
        texts.extend(words(step.get(key)) or "" for key in ("prompt", "negative_prompt"))
        used |= names_in_expression(words(step.get("when")) or "")
        texts.extend(_texts(step.value.get("with")))
    return used.union(*(names_in(text) for text in texts if "{" in text))


def _texts(value: JsonValue) -> Iterator[str]:
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, str):
            yield at
        else:
            todo.extend(item for _, item in entries(at))


def _steps(view: RecipeView) -> Iterator[Problem]:
    """Where outputs are named, a step that leads to none of them is made for nothing."""
    if not view.outputs:
        return
    needed = {one.source.name for one in view.outputs if one.source is not None}
    for step in reversed(view.steps):
        if step.id in needed:
            needed.update(one.name for one in step.images)
    for step in view.steps:
        if step.id not in needed:
            yield view.problem(
                "unused-step",
                f"no output needs the pictures of '{step.id}'",
                f"{step.pointer}/id" if step.named else f"{step.pointer}/use",
                hint=f"write it under `outputs`, such as `{step.id}: {step.id}`, or remove it",
                severity="warning",
            )
