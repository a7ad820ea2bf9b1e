"""Who can do a step: the model, the provider and the region."""

from collections.abc import Iterator, Mapping

from wanflow.errors import Problem
from wanflow.loading.near import listed
from wanflow.loading.parse import escaped
from wanflow.loading.view import RecipeView, StepView, mapping, words
from wanflow.model.card import ModelCard
from wanflow.model.operation import MASK, Operation

LOCAL = "local"
_PARAMETERS = ("n", "size", "seed", "negative_prompt", "prompt_extend", "watermark")


def service_problems(view: RecipeView) -> Iterator[Problem]:
    """Find models that nobody knows or serves, and parameters that a model does not have."""
    yield from _unknown_models(view)
    for step in view.steps:
        if not step.by_model:
            continue
        if view.provider == LOCAL:
            yield from _not_on_this_machine(view, step)
        card = view.card(step)
        if card is not None:
            yield from _unserved(view, step, card)
            yield from _unknown_parameters(view, step, card)
            if view.provider != LOCAL and step.operation is not None:
                yield from _no_function(view, step, card, operation=step.operation)
                yield from _mask_as_picture(view, step, card, operation=step.operation)
                yield from _shape_not_asked(view, step, card, operation=step.operation)


def _unknown_models(view: RecipeView) -> Iterator[Problem]:
    places = ["/defaults/model", *(f"{step.pointer}/model" for step in view.steps)]
    defaults = view.value.get("defaults")
    holders = [defaults if isinstance(defaults, dict) else {}, *(step.value for step in view.steps)]
    for place, holder in zip(places, holders, strict=True):
        name = words(holder.get("model"))
        if name and name not in view.catalogue.models:
            known = list(view.catalogue.models)
            hint = view.near(name, known) or f"there are {listed(known)}"
            only = view.only(name, known)
            fix = view.edit.text(place, only) if only else ()
            message = f"there is no model '{name}'"
            yield view.problem("unknown-model", message, place, hint=hint, fix=fix)


def _not_on_this_machine(view: RecipeView, step: StepView) -> Iterator[Problem]:
    if step.operation is not None and step.operation.local is None:
        message = f"'{step.use}' needs a model; this machine alone cannot do it"
        yield view.problem(
            "needs-a-model",
            message,
            f"{step.pointer}/use",
            hint="run it with --provider dashscope; `wanflow ops` lists what runs locally",
        )


def _unserved(view: RecipeView, step: StepView, card: ModelCard) -> Iterator[Problem]:
    if view.provider == LOCAL:
        return
    place = step.place("model") if step.get("model") is not None else f"{step.pointer}/use"
    if view.provider not in card.providers:
        message = f"the provider '{view.provider}' does not serve '{card.name}'"
        hint = f"it is served by {listed(card.providers)}"
    elif view.region is not None and view.region not in card.regions:
        message = f"'{card.name}' is not served in the region '{view.region}'"
        hint = f"it is served in {listed(card.regions)}"
    else:
        return
    yield view.problem("model-not-served", message, place, hint=hint)


def _unknown_parameters(view: RecipeView, step: StepView, card: ModelCard) -> Iterator[Problem]:
    for key in _PARAMETERS:
        # Whoever asks for nothing gets it from a model that cannot do it, too.
        if step.get(key) in (None, False) or key in card.parameters:
            continue
        message = f"the model '{card.name}' has no parameter '{key}'"
        hint = _INSTEAD.get(key, "remove it")
        others = [name for name, other in view.catalogue.models.items() if key in other.parameters]
        if others:
            hint = f"{hint}, or take a model that has it: {listed(others)}"
        yield view.problem("unknown-parameter", message, step.place(key), at="key", hint=hint)


_INSTEAD = {
    "seed": "remove it: every run draws anew",
    "negative_prompt": "say it in the prompt",
}


def _no_function(
    view: RecipeView, step: StepView, card: ModelCard, *, operation: Operation
) -> Iterator[Problem]:
    """Find operations that a model with functions has none for, and functions that it lacks."""
    uses = operation.models.get(card.name, ())
    functions = card.parameters.get("function", {}).get("values")
    known = functions if isinstance(functions, list) else []
    place = step.place("model") if step.get("model") is not None else f"{step.pointer}/use"
    if known and not uses:
        message = f"'{card.name}' has no function for '{operation.name}'"
        hint = f"take another model, such as '{view.catalogue.default_model}'"
        if not operation.builtin:
            hint = f"name one in the operation: `models: {{{card.name}: {{function: ...}}}}`"
        yield view.problem("operation-not-served", message, place, hint=hint)
    for at, use in enumerate(uses):
        home = _home(view, step, card, at)
        if use.function is not None and use.function not in known:
            message = f"'{card.name}' has no function '{use.function}'"
            hint = view.near(use.function, [str(name) for name in known]) or "remove it"
            yield view.problem("unknown-function", message, f"{home}/function", hint=hint)
        for name in use.parameters:
            if name not in card.parameters:
                message = f"the model '{card.name}' has no parameter '{name}'"
                hint = view.near(name, list(card.parameters)) or "remove it"
                pointer = f"{home}/parameters/{escaped(name)}"
                yield view.problem("unknown-parameter", message, pointer, hint=hint, at="key")


def _home(view: RecipeView, step: StepView, card: ModelCard, at: int) -> str:
    """Point to the `at`-th use of a model in an operation of the recipe."""
    pointer = f"/operations/{escaped(step.use or '')}/models/{escaped(card.name)}"
    own = mapping(mapping(view.value.get("operations")).get(step.use or ""))
    alone = isinstance(mapping(own.get("models")).get(card.name), Mapping)
    return pointer if alone else f"{pointer}/{at}"


def _mask_as_picture(
    view: RecipeView, step: StepView, card: ModelCard, *, operation: Operation
) -> Iterator[Problem]:
    # Whoever is told of the mask in words may go by them.
    told = any(f"fig.{MASK}" in prompt for prompt in operation.prompt.values())
    if MASK not in operation.roles or card.mask is not None or told:
        return
    masked = [name for name, other in view.catalogue.models.items() if other.mask is not None]
    yield view.problem(
        "mask-as-picture",
        f"'{card.name}' has no masks: it gets the mask as one more picture",
        step.place("model") if step.get("model") is not None else f"{step.pointer}/use",
        hint=f"a mask is understood by {listed(masked)}",
        severity="warning",
    )


def _shape_not_asked(
    view: RecipeView, step: StepView, card: ModelCard, *, operation: Operation
) -> Iterator[Problem]:
    if operation.size_rule == "same" or card.result != "service":
        return
    yield view.problem(
        "shape-not-asked",
        f"'{card.name}' cannot be asked for the shape that '{operation.name}' makes",
        step.place("model") if step.get("model") is not None else f"{step.pointer}/use",
        hint=f"take another model, such as '{view.catalogue.default_model}'",
        severity="warning",
    )
