"""The words of one step: its templates rendered with what may stand in them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from wanflow.errors import Problem
from wanflow.expand.figures import Facts, figure_names, figures, language_of
from wanflow.expand.problem import TemplateError, TemplateProblem
from wanflow.expand.templates import (
    check_expression,
    check_template,
    evaluate,
    render,
)
from wanflow.model.document import Document
from wanflow.model.operation import Operation
from wanflow.model.plan import FileImage, SourceImage, UrlImage
from wanflow.model.recipe import Language, Recipe, Step
from wanflow.model.values import JsonValue

_WORD = re.compile(r"\w+")

# A finding about an operation's arguments: pointer inside `with`, message, hint.
ArgumentFinding = tuple[str, str, str | None]
Arguments = Callable[
    [Operation, Mapping[str, JsonValue]],
    tuple[Mapping[str, JsonValue], tuple[ArgumentFinding, ...]],
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a step says, rendered. `template` is its prompt before that."""

    applies: bool
    language: Language
    template: str
    prompt: str
    negative_prompt: str | None
    arguments: Mapping[str, JsonValue]


@dataclass(slots=True, kw_only=True)
class _Desk:
    """One step's templates at work: what may stand in them, and what was wrong so far."""

    step: Step
    recipe: Recipe
    document: Document
    context: Mapping[str, JsonValue]
    names: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    def render(self, source: str, pointer: str) -> str:
        """Render one template of the recipe; what is wrong is noted, and the source stands in."""
        problems = check_template(source, names=self.names)
        if not problems:
            try:
                return render(source, self.context)
            except TemplateError as error:
                problems = error.problems
        self.note(problems, pointer, source)
        return source

    def applies(self, expression: str) -> bool:
        """Evaluate `when`; what is wrong is noted, and the step then counts as applying."""
        problems = check_expression(expression, names=self.names)
        if not problems:
            try:
                return evaluate(expression, self.context)
            except TemplateError as error:
                problems = error.problems
        self.note(problems, self.place("when"), expression)
        return True

    def note(self, problems: tuple[TemplateProblem, ...], pointer: str, source: str) -> None:
        """Turn findings inside a text into problems at their line and column."""
        self.problems += [
            Problem(
                code=found.code,
                message=self._message(found, source),
                span=self.document.span_within(pointer, found.offset),
                hint=found.hint,
            )
            for found in problems
        ]

    def place(self, key: str) -> str:
        """Give the pointer of one of the step's own keys, or of the default it comes from."""
        own = f"{self.step.pointer}/{key}"
        return own if own in self.document.spans else f"/defaults/{key}"

    def _message(self, found: TemplateProblem, source: str) -> str:
        word = _WORD.match(source, found.offset)
        if found.code != "unknown-name" or word is None:
            return found.message
        if word[0] not in _picture_names(self.recipe):
            return found.message
        return f"'{word[0]}' is not an image of this step, so it has no figure number here"


def words_of(
    step: Step,
    recipe: Recipe,
    document: Document,
    *,
    values: Mapping[str, JsonValue],
    images: tuple[SourceImage, ...],
    arguments: Arguments,
    row: Mapping[str, JsonValue] | None = None,
) -> tuple[Words, tuple[Problem, ...]]:
    """Render everything that a step says.

    Args:
        step: as written.
        recipe: that it stands in.
        document: for the places of problems.
        values: of the inputs.
        images: of this step, in the order that numbers them.
        arguments: completes rendered arguments and says what is wrong with them.
        row: of a campaign, None where there is none.

    Returns:
        The words, and everything that is wrong with them; after an error they are not to be used.
    """
    operation = recipe.operations[step.use]
    language = _language(step, operation, recipe, values)
    drawn = figures_of(step, images, language)
    given_names = given_to_templates(recipe, values, row)
    desk = _Desk(
        step=step,
        recipe=recipe,
        document=document,
        context={**given_names, **drawn},
        names=frozenset(given_names) | _figure_names(images),
    )
    given = _rendered(step.arguments, f"{step.pointer}/with", desk)
    complete, findings = arguments(operation, given if isinstance(given, Mapping) else {})
    if not desk.problems:
        desk.problems += _argument_problems(findings, step, document)
    words = Words(
        applies=True if step.when is None else desk.applies(step.when),
        language=language,
        template=step.prompt or operation.prompt.get(language, ""),
        prompt=_prompt(desk, operation, language, complete),
        negative_prompt=_negative(desk),
        arguments=complete,
    )
    return words, tuple(desk.problems)


def given_to_templates(
    recipe: Recipe, values: Mapping[str, JsonValue], row: Mapping[str, JsonValue] | None
) -> dict[str, JsonValue]:
    """Give what every template of a recipe sees: constants, inputs but pictures, and the row."""
    plain = {name: value for name, value in values.items() if not _is_picture(recipe, name)}
    given = {**_readable(recipe.vars), **_readable(plain)}
    return given if row is None else {**given, "row": row}


def _prompt(
    desk: _Desk, operation: Operation, language: Language, arguments: Mapping[str, JsonValue]
) -> str:
    if desk.step.prompt is not None:
        return desk.render(desk.step.prompt, desk.place("prompt"))
    source = operation.prompt.get(language, "")
    if desk.problems or not source:
        return ""  # without sound arguments its words would only add noise
    # A template asks `is defined` of what was left out: it must be there, and be nothing.
    absent = dict.fromkeys(_parameters(operation))
    context = _readable({**absent, **arguments}) | {"fig": desk.context["fig"]}
    try:
        return render(source, context)
    except TemplateError as error:
        desk.note(error.problems, f"/operations/{operation.name}/prompt/{language}", source)
        return ""


def figures_of(
    step: Step, images: tuple[SourceImage, ...], language: Language
) -> dict[str, JsonValue]:
    """Number the images under their names; a picture by path or URL is numbered without a name."""
    facts = [
        Facts(
            size=None if isinstance(image, UrlImage) else image.size,
            stem=PurePath(image.path).stem if isinstance(image, FileImage) else image.name,
        )
        for image in images
    ]
    return figures(
        [image.name for image in images],
        roles=[image.role for image in images],
        facts=facts,
        language=language,
        form=step.figure,
    )


def _figure_names(images: tuple[SourceImage, ...]) -> frozenset[str]:
    return figure_names([image.name for image in images], [image.role for image in images])


def _parameters(operation: Operation) -> tuple[str, ...]:
    properties = operation.params.get("properties")
    return tuple(properties) if isinstance(properties, Mapping) else ()


def _negative(desk: _Desk) -> str | None:
    source = desk.step.negative_prompt
    return None if source is None else desk.render(source, desk.place("negative_prompt"))


def _language(
    step: Step, operation: Operation, recipe: Recipe, values: Mapping[str, JsonValue]
) -> Language:
    """Decide what language a step speaks.

    Its own word for it, else the script of its own prompt; an operation's prompt speaks as the
    rest of the recipe does, so that a chain does not change its language halfway.
    """
    if step.language is not None:
        return step.language
    if step.prompt is not None:
        return language_of(step.prompt)
    spoken = spoken_in(recipe, values)
    if operation.prompt and spoken not in operation.prompt:
        return "zh" if "zh" in operation.prompt else "en"
    return spoken


def follows_words(step: Step) -> bool:
    """Say whether a step speaks as the rest of its recipe does."""
    return step.language is None and step.prompt is None


def spoken_in(recipe: Recipe, values: Mapping[str, JsonValue]) -> Language:
    """Tell the language of all words of a recipe and of its inputs together."""
    words = [entry.prompt or "" for entry in recipe.steps]
    words += [text for entry in recipe.steps for _, text in _texts(entry.arguments, "")]
    words += [text for _, text in _texts(values, "")]
    return language_of(" ".join(words))


def _rendered(value: JsonValue, pointer: str, desk: _Desk) -> JsonValue:
    if isinstance(value, str):
        return desk.render(value, pointer)
    if isinstance(value, Mapping):
        return {
            key: _rendered(item, f"{pointer}/{_escaped(key)}", desk) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_rendered(item, f"{pointer}/{at}", desk) for at, item in enumerate(value)]
    return value


def _texts(value: JsonValue, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{pointer}/{_escaped(key)}")
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{at}")


def _argument_problems(
    findings: tuple[ArgumentFinding, ...], step: Step, document: Document
) -> list[Problem]:
    return [
        Problem(
            code="bad-argument",
            message=message,
            span=document.span(f"{step.pointer}/with{pointer}"),
            hint=hint,
        )
        for pointer, message, hint in findings
    ]


def _readable(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Offer names with dashes as a template can read them."""
    return {name.replace("-", "_"): value for name, value in values.items()}


def _is_picture(recipe: Recipe, name: str) -> bool:
    return any(entry.name == name and entry.type in {"image", "images"} for entry in recipe.inputs)


def _picture_names(recipe: Recipe) -> frozenset[str]:
    names = [entry.name for entry in recipe.inputs if entry.type in {"image", "images"}]
    return frozenset(name.replace("-", "_") for name in [*names, *(s.id for s in recipe.steps)])


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
