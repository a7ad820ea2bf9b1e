"""Expectations that no picture can be held against."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.view import RecipeView, StepView, mapping
from wanflow.model.operation import Operation

# What compares the result with the picture before it, so that both must show the same frame.
_COMPARING = ("shift", "zoom", "kept", "changed")
_OTHER_FRAME = {"turned": "turns the picture", "gridded": "puts several pictures together"}


def expectation_problems(view: RecipeView) -> Iterator[Problem]:
    """Find what `expect` asks for and nothing could measure."""
    for step in view.steps:
        wishes = mapping(step.value.get("expect"))
        if step.operation is None:
            continue
        for key in wishes:
            why = _why_not(key, step.operation)
            if why is not None:
                yield _unmeasurable(view, step, key, why)


def _why_not(key: str, operation: Operation) -> tuple[str, str] | None:
    """Say why an operation's result cannot be held against a wish, and what to do instead."""
    other = _OTHER_FRAME.get(operation.size_rule)
    if key in _COMPARING and other is not None:
        return f"'{operation.name}' {other}, so there is nothing to compare", "remove it"
    if key == "changed" and operation.checks.changes == "beyond":
        why = f"'{operation.name}' adds to the picture and changes nothing in it"
        return why, "write `kept: 95%`, or remove it"
    if key == "count" and operation.checks.counts is None:
        why = f"nothing is counted on what '{operation.name}' makes"
        return why, "remove it; operations say under `checks` what they count"
    return None


def _unmeasurable(view: RecipeView, step: StepView, key: str, why: tuple[str, str]) -> Problem:
    return view.problem(
        "nothing-to-measure",
        f"`{key}` cannot be expected here: {why[0]}",
        f"{step.pointer}/expect/{key}",
        hint=why[1],
    )
