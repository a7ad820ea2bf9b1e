"""From a recipe without mistakes to the value that the other rooms work with."""

from collections.abc import Mapping
from typing import Any, cast

from wanflow.loading.references import Reference
from wanflow.loading.rules import rules_of
from wanflow.loading.view import InputView, OutputView, RecipeView, StepView, mapping, words
from wanflow.loading.wishes import amount, seconds, size_wish
from wanflow.model.recipe import (
    Expect,
    ImageRef,
    Input,
    NameRef,
    Output,
    PathRef,
    Ratio,
    Recipe,
    Step,
)
from wanflow.model.values import JsonValue, Pointer, Size, StepId


def recipe_from(view: RecipeView) -> Recipe:
    """Build a recipe in which every reference leads somewhere and every value is in range.

    Args:
        view: one of which schema and lint found nothing that is an error.
    """
    return Recipe(
        name=str(view.value["name"]),
        version=words(view.value.get("version")) or "0.0.0",
        description=words(view.value.get("description")) or "",
        inputs=tuple(_input(one) for one in view.inputs.values()),
        vars=view.vars,
        steps=tuple(_step(one) for one in view.steps),
        outputs=tuple(_output(one) for one in view.outputs),
        operations=view.operations,
    )


def _input(one: InputView) -> Input:
    default = one.value.get("default")
    return Input(
        name=one.name,
        type=cast("Any", one.type),
        required=default is None,
        default=default,
        description=words(one.value.get("description")) or "",
        rules=rules_of(one.value),
        pointer=Pointer(one.pointer),
    )


def _step(step: StepView) -> Step:
    get = cast("Any", step.get)
    size = words(get("size"))
    return Step(
        id=StepId(step.id),
        use=str(step.use),
        images=tuple(_image(one) for one in step.images),
        implicit_images=step.implied,
        prompt=get("prompt"),
        negative_prompt=get("negative_prompt"),
        arguments=mapping(step.value.get("with")),
        model=get("model"),
        n=get("n"),
        size=size_wish(size) if size is not None else None,
        seed=get("seed"),
        prompt_extend=get("prompt_extend"),
        watermark=get("watermark"),
        language=get("language"),
        figure=get("figure"),
        when=get("when"),
        pick=_or(get("pick"), 1),
        take=_or(get("take"), 1),
        fit=_or(get("fit"), "auto"),
        expect=_expect(step.value["expect"]) if "expect" in step.value else None,
        timeout_s=seconds(get("timeout")),
        on_error=_or(get("on_error"), "continue"),
        pointer=Pointer(step.pointer),
    )


def _or(value: Any, otherwise: Any) -> Any:  # noqa: ANN401  # a validated value of its own type
    return otherwise if value is None else value


def _image(one: Reference) -> ImageRef:
    pointer = Pointer(one.pointer)
    if one.form == "path":
        return PathRef(path=one.text, role=one.role, pointer=pointer)
    return NameRef(name=one.name, index=one.index, every=one.every, role=one.role, pointer=pointer)


def _expect(given: JsonValue) -> Expect:
    value: Mapping[str, Any] = mapping(given)
    size = size_wish(value.get("size", ""))
    ratio = size_wish(value.get("ratio", ""))
    return Expect(
        ratio=ratio if isinstance(ratio, Ratio) else None,
        size=size if isinstance(size, Size) else None,
        min_width_px=value.get("min_width"),
        min_height_px=value.get("min_height"),
        shift_px=amount(value.get("shift"), "px"),
        zoom_percent=amount(value.get("zoom"), "%"),
        kept_percent=amount(value.get("kept"), "%"),
        changed_percent=amount(value.get("changed"), "%"),
        border_percent=amount(value.get("border"), "%"),
        text=value.get("text"),
        count=value.get("count"),
    )


def _output(one: OutputView) -> Output:
    source = cast("Reference", one.source)
    return Output(
        name=one.name,
        source=NameRef(name=source.name, index=source.index, pointer=Pointer(source.pointer)),
        file_name=one.template if one.template is not None else one.name,
        pointer=Pointer(one.pointer),
    )
