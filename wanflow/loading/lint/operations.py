"""Operations: that there is one, and that what stands under `with` fits it."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.arguments import argument_findings, worded
from wanflow.loading.edits import fix_of
from wanflow.loading.near import listed
from wanflow.loading.view import RecipeView, StepView
from wanflow.model.operation import Operation

# What a model does with a picture, and exact pixel work does not know.
_FOR_MODELS = (
    "model",
    "n",
    "size",
    "seed",
    "prompt",
    "negative_prompt",
    "prompt_extend",
    "watermark",
)


def operation_problems(view: RecipeView) -> Iterator[Problem]:
    """Find operations that nobody knows, and arguments that do not fit theirs."""
    for step in view.steps:
        if step.use is None:
            continue
        if step.operation is None:
            yield _unknown(view, step, step.use)
            continue
        yield from _arguments(view, step, step.operation)
        if step.operation.kind == "builtin":
            yield from _ignored(view, step, step.operation)
        elif not step.operation.prompt and "prompt" not in step.value:
            message = f"'{step.use}' has no prompt of its own, and the step says none"
            yield view.problem(
                "no-prompt", message, f"{step.pointer}/use", hint="write `prompt: ...` on the step"
            )


def _unknown(view: RecipeView, step: StepView, use: str) -> Problem:
    place = f"{step.pointer}/use"
    if "/" in use or use.endswith((".yaml", ".yml")):
        message = "this version of wanflow cannot run another recipe as a step"
        hint = "copy its steps into this recipe"
        return view.problem("not-in-this-version", message, place, hint=hint)
    hint = view.near(use, list(view.operations)) or _all(view)
    only = view.only(use, view.operations)
    fix = view.edit.text(place, only) if only else ()
    message = f"there is no operation '{use}'"
    return view.problem("unknown-operation", message, place, hint=hint, fix=fix)


def _all(view: RecipeView) -> str:
    return f"there are {listed(view.operations, most=40)}"


def _arguments(view: RecipeView, step: StepView, operation: Operation) -> Iterator[Problem]:
    given = step.value.get("with", {})
    if not isinstance(given, dict):
        return  # the schema has said so
    for finding in argument_findings(operation, given, templates=True):
        code, message, hint = worded(finding, operation)
        place = f"{step.pointer}/with{finding.pointer}"
        if "with" not in step.value:
            place = f"{step.pointer}/use"
        fix = fix_of(view.edit, finding, place) if hint == finding.hint else ()
        yield view.problem(code, message, place, hint=hint, at=finding.at, fix=fix)


def _ignored(view: RecipeView, step: StepView, operation: Operation) -> Iterator[Problem]:
    for key in _FOR_MODELS:
        if key in step.value:
            message = f"'{operation.name}' is exact pixel work on this machine and ignores `{key}`"
            yield view.problem(
                "ignored-parameter",
                message,
                f"{step.pointer}/{key}",
                at="key",
                hint="remove it",
                severity="warning",
            )
