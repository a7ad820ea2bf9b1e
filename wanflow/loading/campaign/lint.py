"""Everything that is wrong with a campaign beyond its schema, but for its rows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from wanflow.errors import Problem
from wanflow.loading.arguments import is_template
from wanflow.loading.bind import worded
from wanflow.loading.campaign.build import COST, form_of
from wanflow.loading.campaign.view import (
    MAX_COMBINATIONS,
    CampaignView,
    combinations,
    excluded,
    parameters,
)
from wanflow.loading.near import did_you_mean, listed
from wanflow.loading.parse import escaped
from wanflow.loading.rules import value_findings
from wanflow.loading.schema import findings
from wanflow.loading.view import mapping, words
from wanflow.model.catalogue import Catalogue
from wanflow.model.values import JsonValue


def campaign_problems(view: CampaignView, catalogue: Catalogue) -> Iterator[Problem]:
    """Look at a campaign from every side; works on one with schema problems too."""
    looks: tuple[Callable[[CampaignView], Iterator[Problem]], ...] = (
        _rows,
        _inputs,
        _matrix,
        _values,
        _exclude,
        _include,
        _number,
        _without_effect,
    )
    for look in looks:
        yield from look(view)
    yield from _budget(view, catalogue)


def _problem(  # a problem has that many parts
    view: CampaignView,
    code: str,
    message: str,
    pointer: str,
    *,
    hint: str | None = None,
    at: Literal["key", "value"] = "value",
    severity: Literal["error", "warning"] = "error",
) -> Problem:
    document = view.document
    span = document.key_span(pointer) if at == "key" else document.span(pointer)
    return Problem(code=code, message=message, span=span, hint=hint, severity=severity)


def _rows(view: CampaignView) -> Iterator[Problem]:
    rows = words(view.value.get("rows"))
    form = form_of(view.value)
    if rows is not None and form is None:
        message = "standard input does not say what form its rows have"
        if rows != "-":
            message = f"the name '{rows[:80]}' does not say what form its rows have"
        yield _problem(
            view, "unknown-format", message, "/rows", hint="write `format: csv` in the campaign"
        )
    for key, forms in (("encoding", ("csv", "tsv", "jsonl")), ("delimiter", ("csv",))):
        if key in view.value and form is not None and form not in forms:
            message = f"`{key}` says nothing about rows of this form"
            yield _problem(view, "not-allowed", message, f"/{key}", hint="remove it", at="key")


def _inputs(view: CampaignView) -> Iterator[Problem]:
    for name, value in view.given.items():
        pointer = f"/inputs/{escaped(name)}"
        if name not in view.inputs:
            message = f"the recipe '{view.recipe.name}' has no input '{name}'"
            hint = did_you_mean(name, view.inputs) or _has(view)
            yield _problem(view, "unknown-input", message, pointer, hint=hint, at="key")
        elif name in view.matrix:
            message = f"'{name}' stands under `inputs` and under `matrix`"
            hint = "remove it in one of the two places"
            yield _problem(view, "given-twice", message, pointer, hint=hint, at="key")
        elif not (isinstance(value, str) and is_template(value)):
            yield from _misfits(view, name, value, pointer)


def _has(view: CampaignView) -> str:
    return f"it has {listed(view.inputs)}" if view.inputs else "it takes no inputs"


def _misfits(view: CampaignView, name: str, value: JsonValue, pointer: str) -> Iterator[Problem]:
    one = view.inputs[name]
    for finding in value_findings(one.type, one.rules, value):
        message = worded(one, finding.message)
        yield _problem(view, "wrong-input", message, pointer, hint=finding.hint)


def _matrix(view: CampaignView) -> Iterator[Problem]:
    for key, values in view.matrix.items():
        pointer = f"/matrix/{escaped(key)}"
        if key not in view.keys:
            yield _unknown(view, key, pointer)
        for at, value in enumerate(values):
            if value in values[:at]:
                message = f"item {at + 1} of `{key}` stands in the list before"
                hint = "remove it"
                yield _problem(view, "repeated-item", message, f"{pointer}/{at}", hint=hint)


def _unknown(view: CampaignView, key: str, pointer: str) -> Problem:
    message = f"'{key}' is no input of the recipe and no parameter of its steps"
    hint = did_you_mean(key, view.keys)
    hint = hint or f"inputs are {listed(view.inputs)}; parameters are {listed(parameters())}"
    return _problem(view, "unknown-matrix-key", message, pointer, hint=hint, at="key")


def _values(view: CampaignView) -> Iterator[Problem]:
    for pointer, key, value in view.matrix_values():
        if key in view.inputs:
            yield from _misfits(view, key, value, pointer)
        elif key in parameters():
            for finding in findings(parameters()[key], value):
                message = finding.message.replace("the file", f"`{key}`")
                yield _problem(view, finding.code, message, pointer, hint=finding.hint)


def _exclude(view: CampaignView) -> Iterator[Problem]:
    made = _all(view)
    for pointer, entry in view.entries("exclude"):
        unknown = [key for key in entry if key not in view.matrix]
        for key in unknown:
            message = f"`matrix` has no '{key}' that could be left out"
            hint = did_you_mean(key, view.matrix)
            hint = hint or (f"it has {listed(view.matrix)}" if view.matrix else None)
            place = f"{pointer}/{escaped(key)}"
            yield _problem(view, "unknown-matrix-key", message, place, hint=hint, at="key")
        if not unknown and made and not any(excluded(one, entry) for one in made):
            yield _problem(
                view,
                "exclude-without-effect",
                "no combination of the matrix has these values",
                pointer,
                hint="write the values as they stand in the matrix, or remove the entry",
                severity="warning",
            )
    if made and not _kept(view):
        message = "every combination of the matrix is left out"
        yield _problem(view, "no-combinations", message, "/exclude", hint="remove an entry")


def _include(view: CampaignView) -> Iterator[Problem]:
    exclude = tuple(entry for _, entry in view.entries("exclude"))
    kept = [one for one in _all(view) if not any(excluded(one, entry) for entry in exclude)]
    for pointer, entry in view.entries("include"):
        for key in entry:
            if key not in view.keys:
                yield _unknown(view, key, f"{pointer}/{escaped(key)}")
            elif key in view.given:
                message = f"'{key}' stands under `inputs` too"
                place = f"{pointer}/{escaped(key)}"
                hint = "remove it in one of the two places"
                yield _problem(view, "given-twice", message, place, hint=hint, at="key")
        for key in view.matrix:
            one = view.inputs.get(key)
            if one is not None and one.required and key not in entry:
                message = f"'{key}' has no value in this combination"
                hint = f"write `{key}: ...`, or give it a default in the recipe"
                yield _problem(view, "incomplete-combination", message, pointer, hint=hint)
        if dict(entry) in kept and view.matrix:
            yield _problem(
                view,
                "include-without-effect",
                "the matrix has this combination already",
                pointer,
                hint="remove the entry",
                severity="warning",
            )
        kept.append(dict(entry))


def _all(view: CampaignView) -> tuple[Mapping[str, JsonValue], ...]:
    """List all combinations of the matrix; none if they are too many, or if there is no matrix."""
    if not view.matrix or view.size > MAX_COMBINATIONS:
        return ()
    return combinations({key: tuple(v) for key, v in view.matrix.items()}, (), ())


def _kept(view: CampaignView) -> bool:
    exclude = tuple(entry for _, entry in view.entries("exclude"))
    left = any(not any(excluded(one, entry) for entry in exclude) for one in _all(view))
    return left or any(True for _ in view.entries("include"))


def _number(view: CampaignView) -> Iterator[Problem]:
    if view.size > MAX_COMBINATIONS:
        message = (
            f"the matrix has {view.size:,} combinations; at most {MAX_COMBINATIONS:,} are made"
        )
        hint = "give what differs from row to row as columns"
        yield _problem(view, "too-many-combinations", message, "/matrix", hint=hint)


def _without_effect(view: CampaignView) -> Iterator[Problem]:
    """Find parameters that every step says itself, so that the matrix changes nothing."""
    raw = mapping(view.recipe_document.value).get("steps")
    steps = [mapping(step) for step in raw] if isinstance(raw, list) else []
    for key in view.matrix:
        if key in view.inputs or key not in parameters():
            continue
        if steps and all(key in step for step in steps):
            yield _problem(
                view,
                "matrix-without-effect",
                f"every step of the recipe says `{key}` itself, which goes before the matrix",
                f"/matrix/{escaped(key)}",
                hint=f"remove `{key}` from the steps that shall follow the matrix",
                at="key",
                severity="warning",
            )


def _budget(view: CampaignView, catalogue: Catalogue) -> Iterator[Problem]:
    cost = words(mapping(view.value.get("budget")).get("cost"))
    found = COST.fullmatch(cost) if cost is not None else None
    prices = {price.currency for card in catalogue.models.values() for price in card.prices}
    if found is not None and found["currency"] not in prices:
        message = f"the budget is in {found['currency']}; prices are in {listed(sorted(prices))}"
        hint = f"write the amount in {min(prices)}"
        yield _problem(view, "budget-currency", message, "/budget/cost", hint=hint)
