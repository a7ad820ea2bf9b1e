"""Who can do a step: the model, the provider and the region."""

from collections.abc import Iterator

from wanflow.errors import Problem
from wanflow.loading.near import listed
from wanflow.loading.view import RecipeView, StepView, words
from wanflow.model.card import ModelCard

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
            hint="`wanflow ops` lists what the local engine can do",
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
        if step.get(key) is not None and key not in card.parameters:
            message = f"the model '{card.name}' has no parameter '{key}'"
            place = step.place(key)
            yield view.problem("unknown-parameter", message, place, at="key", hint="remove it")
