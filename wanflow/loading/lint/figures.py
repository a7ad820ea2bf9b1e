"""Numbers of pictures in prompts: none beyond the pictures there are, none left out."""

import re
from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.counts import ANY, counts
from wanflow.loading.templated import constant_text, in_template, names_in
from wanflow.loading.view import RecipeView, StepView, words

_FIGURES = re.compile(r"图\s?(\d{1,3})(?!\d)|\bimage (\d{1,3})\b(?!\s?[:*x]\s?\d)", re.IGNORECASE)


def figure_problems(view: RecipeView) -> Iterator[Problem]:
    """Find numbers of pictures that are not there, and pictures that a prompt never mentions."""
    for step in view.steps:
        prompt = words(step.get("prompt"))
        if prompt is None or not step.by_model:
            continue
        numbers = _numbers(step, prompt)
        yield from _beyond(view, step, numbers)
        yield from _unmentioned(view, step, prompt, numbers={number for number, _ in numbers})


def _numbers(step: StepView, prompt: str) -> list[tuple[int, int]]:
    """List (number, where it begins in the prompt) of pictures that are named by number."""
    text = constant_text(prompt)
    found = [(int(hit[1] or hit[2]), hit.start()) for hit in _FIGURES.finditer(text)]
    form = words(step.get("figure"))
    if form is not None and "{n}" in form:
        own = re.compile(re.escape(form).replace(re.escape("{n}"), r"(\d{1,3})(?!\d)", 1))
        places = {at for _, at in found}
        found.extend(
            (int(hit[1]), hit.start())
            for hit in own.finditer(text)
            if not any(hit.start() <= at < hit.end() for at in places)
        )
    return found


def _beyond(view: RecipeView, step: StepView, numbers: list[tuple[int, int]]) -> Iterator[Problem]:
    _, most = counts(view, step)
    for number, at in numbers:
        if not 1 <= number <= most and step.images:
            many = "1 picture" if most == 1 else f"{most} pictures"
            message = f"the prompt names picture {number}, and the step has {many}"
            numbers_are = (
                "picture 1 is the only one" if most == 1 else f"they are numbered 1 to {most}"
            )
            hint = f"{numbers_are}; or add one to `images`"
            place = step.place("prompt")
            yield view.problem("unknown-figure", message, place, offset=at, hint=hint)


def _unmentioned(
    view: RecipeView, step: StepView, prompt: str, *, numbers: set[int]
) -> Iterator[Problem]:
    least, most = counts(view, step)
    names = names_in(prompt)
    if most != least or not 2 <= least < ANY or ("fig" in names and not _roles_in(names)):
        return
    roles = _roles(step, least)
    missing = []
    position = 0
    for one in step.images:
        first, position = position + 1, position + (_width(view, one.name) if one.every else 1)
        named = in_template(one.name) in names or bool(numbers & set(range(first, position + 1)))
        by_role = f"fig.{one.role or roles[first - 1]}" in names
        if not named and not by_role:
            missing.append(one.text)
    if missing:
        which = " and ".join(f"'{text}'" for text in missing)
        message = f"the prompt never mentions {which}, and the model gets it all the same"
        hint = f"name it in the prompt, such as {_example(step, missing[0])}"
        yield view.problem(
            "unmentioned-image", message, step.place("prompt"), hint=hint, severity="warning"
        )


def _width(view: RecipeView, name: str) -> int:
    return view.by_id[name].n if name in view.by_id else 1


def _roles_in(names: frozenset[str]) -> bool:
    return any(name.startswith("fig.") for name in names)


def _roles(step: StepView, count: int) -> list[str]:
    """Name the pictures by role: of fewer the first roles go, of more the first repeats."""
    roles = list(step.operation.roles) if step.operation else []
    if not roles:
        return [""] * count
    if count <= len(roles):
        return roles[len(roles) - count :]
    return [roles[0]] * (count - len(roles)) + roles


def _example(step: StepView, text: str) -> str:
    for number, one in enumerate(step.images, start=1):
        if one.text == text and one.form != "name":
            return f"图{number}"
    return f"{{{{ {in_template(text.partition('[')[0])} }}}}"
