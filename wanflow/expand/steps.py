"""From a recipe and its inputs to concrete steps: every template rendered, every picture named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from wanflow.errors import Problem, Span
from wanflow.expand.images import Pictures, images_of
from wanflow.expand.naming import outputs_of
from wanflow.expand.wording import Arguments, Words, words_of
from wanflow.model.card import ModelCard
from wanflow.model.catalogue import Catalogue
from wanflow.model.concrete import Concrete, ConcreteStep
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.plan import SourceImage
from wanflow.model.recipe import Ratio, Recipe, Step, Tier
from wanflow.model.values import JsonValue, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a size follows from: an operation on pictures, and the model that may do it.

    `tier` is the model's own name for a size, where the step wishes for one.
    """

    operation: Operation
    images: tuple[SourceImage, ...]
    arguments: Mapping[str, JsonValue]
    card: ModelCard | None
    tier: str | None = None


# A model's own parameters; and (argument, code, message, hint) of what it cannot do.
OwnWords = tuple[Mapping[str, JsonValue], tuple[tuple[str | None, str, str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What expansion asks of other rooms, as functions.

    `arguments` completes rendered arguments (types, defaults) and says what is wrong with them;
    `lengths` says what a model would cut off the words; `ratio_size` makes a ratio a legal size;
    `own_size` says which size an operation asks the model for when the step names none, such as
    the larger canvas of an extension; `predict` says how large a result will be, None where only
    the model knows; `worded` puts an operation into the words of a model that has its own.
    """

    arguments: Arguments
    lengths: Callable[[str, str | None, ModelCard], tuple[Problem, ...]]
    ratio_size: Callable[[Ratio, ModelCard], Size | None]
    own_size: Callable[[Edit], Size | None]
    predict: Callable[[Edit, Size | None], Size | None]
    worded: Callable[[Edit], OwnWords]


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What has been expanded so far, and what was wrong on the way."""

    steps: dict[str, ConcreteStep] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def concrete(
    recipe: Recipe,
    document: Document,
    values: Mapping[str, JsonValue],
    *,
    catalogue: Catalogue,
    pictures: Pictures,
    rules: Rules,
    row: Mapping[str, JsonValue] | None = None,
) -> tuple[Concrete, tuple[Problem, ...]]:
    """Expand a recipe for one set of inputs.

    Args:
        recipe: after validation.
        document: that it was read from, for the places of problems.
        values: of the inputs, bound and checked; pictures as their paths.
        catalogue: for the model cards.
        pictures: the pictures from outside.
        rules: see there.
        row: of a campaign, which templates see as `row`; None where there is none.

    Returns:
        The concrete steps and outputs, and everything that is wrong with them, in the order of
        the recipe. With an error among the problems the steps are not to be used.
    """
    progress = _Progress()
    for step in recipe.steps:
        card = _card(step, recipe, catalogue)
        operation = recipe.operations[step.use]
        images, problems = images_of(
            step,
            document,
            pictures=pictures,
            before=progress.steps,
            card=card,
            operation=operation,
        )
        progress.problems += problems
        words, found = words_of(
            step,
            recipe,
            document,
            values=values,
            images=images,
            arguments=rules.arguments,
            row=row,
        )
        progress.problems += found
        progress.problems += _too_long(step, words, document, card, rules)
        edit = _edit(step, operation, card, images=images, words=words)
        own, refusals = _own_words(edit, step, document, rules)
        progress.problems += refusals if words.applies else []
        progress.steps[step.id] = _step(step, edit, words=words, own=own, rules=rules)
    outputs, problems = outputs_of(recipe, document, values=values, steps=progress.steps, row=row)
    progress.problems += problems
    whole = Concrete(steps=tuple(progress.steps.values()), outputs=outputs, inputs=values)
    return whole, tuple(progress.problems)


def _card(step: Step, recipe: Recipe, catalogue: Catalogue) -> ModelCard | None:
    if recipe.operations[step.use].kind == "builtin":
        return None
    return catalogue.models[step.model or catalogue.default_model]


def _edit(
    step: Step,
    operation: Operation,
    card: ModelCard | None,
    *,
    images: tuple[SourceImage, ...],
    words: Words,
) -> Edit:
    return Edit(
        operation=operation,
        images=images,
        arguments=words.arguments,
        card=card,
        tier=step.size.name if isinstance(step.size, Tier) else None,
    )


def _own_words(
    edit: Edit, step: Step, document: Document, rules: Rules
) -> tuple[Mapping[str, JsonValue], list[Problem]]:
    own, refusals = rules.worded(edit)
    problems = [
        Problem(
            code=code,
            message=message,
            span=document.span(f"{step.pointer}/{f'with/{name}' if name else 'use'}"),
            hint=hint,
        )
        for name, code, message, hint in refusals
    ]
    return own, problems


def _step(
    step: Step, edit: Edit, *, words: Words, own: Mapping[str, JsonValue], rules: Rules
) -> ConcreteStep:
    card, wish = edit.card, step.size
    if card is None or wish is None or isinstance(wish, Tier):
        size = rules.own_size(edit)
    else:
        size = _pixels(wish, card, rules)
    return ConcreteStep(
        step=step,
        operation=edit.operation,
        applies=words.applies,
        model=card.name if card else None,
        images=edit.images,
        prompt=words.prompt,
        template=words.template,
        language=words.language,
        arguments=words.arguments,
        parameters={**_parameters(step, words, size, card), **own} if card else {},
        size=size,
        result_size=rules.predict(edit, size),
    )


def _pixels(wish: Size | Ratio, card: ModelCard, rules: Rules) -> Size | None:
    if isinstance(wish, Ratio):
        return rules.ratio_size(wish, card)
    return wish


def _parameters(
    step: Step, words: Words, size: Size | None, card: ModelCard
) -> Mapping[str, JsonValue]:
    """List what is asked of the model.

    `n` and, where the model has it, `prompt_extend` always stand in it: left out, the service
    bills four pictures and sends other words than the recipe says.
    """
    parameters: dict[str, JsonValue] = {"n": step.n or 1}
    if "prompt_extend" in card.parameters:
        parameters["prompt_extend"] = bool(step.prompt_extend)
    if size is not None:
        parameters["size"] = str(size)
    elif isinstance(step.size, Tier):
        parameters["size"] = step.size.name
    if step.seed is not None:
        parameters["seed"] = step.seed
    if step.watermark is not None and "watermark" in card.parameters:
        parameters["watermark"] = step.watermark
    if words.negative_prompt:
        parameters["negative_prompt"] = words.negative_prompt
    return parameters


def _too_long(
    step: Step, words: Words, document: Document, card: ModelCard | None, rules: Rules
) -> list[Problem]:
    if card is None:
        return []
    found = rules.lengths(words.prompt, words.negative_prompt, card)
    return [replace(problem, span=_place(step, document, problem)) for problem in found]


def _place(step: Step, document: Document, problem: Problem) -> Span:
    """Find the words that a problem speaks of; an operation's own prompt stands nowhere here."""
    key = "negative_prompt" if "negative" in problem.code else "prompt"
    return document.span(f"{step.pointer}/{key}")
