"""Operations: that there is one, and that what stands under `with` fits it."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.load.arguments import argument_findings
from wanflow.load.near import did_you_mean, listed
from wanflow.load.schema import Finding
from wanflow.load.view import RecipeView, StepView
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
_ON_THE_STEP = frozenset((*_FOR_MODELS, "images", "figure", "language", "timeout", "pick", "take"))


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
    return view.problem("unknown-operation", f"there is no operation '{use}'", place, hint=hint)


def _all(view: RecipeView) -> str:
    return f"there are {listed(view.operations, most=40)}"


def _arguments(view: RecipeView, step: StepView, operation: Operation) -> Iterator[Problem]:
    given = step.value.get("with", {})
    if not isinstance(given, dict):
        return  # the schema has said so
    for finding in argument_findings(operation, given, templates=True):
        code, message, hint = _worded(finding, operation)
        place = f"{step.pointer}/with{finding.pointer}"
        if "with" not in step.value:
            place = f"{step.pointer}/use"
        yield view.problem(code, message, place, hint=hint, at=finding.at)


def _worded(finding: Finding, operation: Operation) -> tuple[str, str, str | None]:
    top_level = finding.pointer.count("/") <= 1
    key = finding.pointer.rpartition("/")[2]
    if finding.code == "unknown-key" and top_level:
        hint = finding.hint
        if key in _ON_THE_STEP:
            hint = f"write `{key}` on the step itself, not under `with`"
        elif did_you_mean(key, _ON_THE_STEP):
            hint = f"{did_you_mean(key, _ON_THE_STEP)} That stands on the step itself"
        elif not operation.params.get("properties"):
            hint = "remove it; say it in the prompt"
        return "unknown-parameter", f"'{operation.name}' has no parameter '{key}'", hint
    if finding.code == "missing-key":
        message = finding.message.replace(" in the file", "")
        if not finding.pointer:
            message = f"'{operation.name}' needs {message.split(' ')[0]} under `with`"
            written = (finding.hint or "").removeprefix("write `").removesuffix("`")
            return "missing-parameter", message, f"write `with: {{{written}}}`"
        return "missing-parameter", message, finding.hint
    return "wrong-parameter", finding.message.replace("the file", "`with`"), finding.hint


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
