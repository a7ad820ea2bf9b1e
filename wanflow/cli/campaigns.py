"""A campaign from its file: its recipe, its combinations, and the rows, which are not read yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wanflow.cli.campaign_draft import CampaignDraft, Combination, Variant
from wanflow.cli.campaign_parts import open_rows, template_problems, word_problems
from wanflow.cli.compose import Ask, in_order, is_wrong, loaded_recipe, read_file
from wanflow.errors import Problem, RecipeError, UsageError
from wanflow.expand.row_keys import row_names
from wanflow.loading import (
    CampaignFile,
    LoadedCampaign,
    against_recipe,
    catalogue,
    combinations,
    is_campaign,
    read_campaign,
)
from wanflow.model.campaign import Campaign
from wanflow.model.document import Document
from wanflow.model.values import JsonValue
from wanflow.planning.fingerprint import canonical

_ROW = ("row",)


def campaign_at(path: Path) -> bool:
    """Say whether a file is a campaign; what cannot be read is none."""
    try:
        source = read_file(path)
    except UsageError:
        return False
    return is_campaign(source, file=str(path))


def campaign_draft(ask: Ask) -> CampaignDraft:
    """Read a campaign and its recipe; of the rows nothing is read yet.

    Args:
        ask: its `recipe` names the campaign's file, its `inputs` go before those of the campaign.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    source = read_file(ask.recipe)
    sources = {str(ask.recipe): source.decode("utf-8", "replace")}
    read = read_campaign(source, file=str(ask.recipe))
    start = CampaignDraft(ask=ask, source=source, problems=read.problems, sources=sources)
    if read.recipe is None:
        return start
    path = ask.recipe.parent / read.recipe
    recipe_ask = replace(ask, recipe=path, inputs={}, lenient=False)
    try:
        recipe_source = read_file(path)
    except UsageError as error:
        start.problems = (*read.problems, _no_recipe(read, error))
        return start
    start.recipe_ask, start.recipe_source = recipe_ask, recipe_source
    start.sources = {**sources, str(path): recipe_source.decode("utf-8", "replace")}
    return _against_recipe(start, read, recipe_ask)


def _against_recipe(start: CampaignDraft, read: CampaignFile, recipe_ask: Ask) -> CampaignDraft:
    loaded, found = loaded_recipe(start.recipe_source, recipe_ask, further=_ROW)
    problems = [*read.problems, *in_order(found)]
    if loaded.recipe is None or loaded.document is None or is_wrong(found):
        start.problems = tuple(problems)
        return start
    whole = against_recipe(read, loaded.recipe, loaded.document, catalogue=catalogue())
    # What is wrong with the file by itself is among the problems of both.
    problems = [*whole.problems, *in_order(found)]
    start.document = whole.document
    if whole.campaign is not None:
        start.campaign = whole.campaign
        start.names = row_names(_key_template(whole.campaign))
        base = Variant(recipe=loaded.recipe, document=loaded.document)
        start.combinations, wrong = _combined(start, whole, base, found)
        problems += wrong
        problems += template_problems(start, whole.document)
        problems += word_problems(start)
        problems += open_rows(start, whole.document)
    if is_wrong(problems):
        start.campaign = None
    start.problems = tuple(problems)
    return start


def sound_campaign(made: CampaignDraft) -> CampaignDraft:
    """Give the draft back if it has no error.

    Raises:
        RecipeError: it has.
    """
    if is_wrong(made.problems):
        raise RecipeError(made.problems)
    return made


def _no_recipe(read: CampaignFile, error: UsageError) -> Problem:
    hint = error.hint if error.hint and error.hint.startswith("did") else None
    return Problem(
        code="unknown-recipe",
        message=str(error),
        span=read.draft.document().span("/recipe"),
        hint=hint or "name a recipe; its path is relative to the campaign",
    )


def _key_template(campaign: Campaign) -> str | None:
    if campaign.key is None and campaign.rows.form == "glob":
        return "{{ row.stem }}"
    return campaign.key


def _combined(
    start: CampaignDraft, whole: LoadedCampaign, base: Variant, known: Sequence[Problem]
) -> tuple[tuple[Combination, ...], list[Problem]]:
    """Make the combinations, each with its variant of the recipe; equal variants are one."""
    campaign = start.sound
    names = {one.name for one in base.recipe.inputs}
    variants: dict[str, Variant | None] = {canonical({}): base}
    made: list[Combination] = []
    problems: list[Problem] = []
    every = combinations(campaign.matrix, campaign.exclude, campaign.include)
    for number, values in enumerate(every):
        replaced = {key: value for key, value in values.items() if key not in names}
        form = canonical(replaced)
        if form not in variants:
            variants[form], found = _variant(start, whole.document, replaced)
            problems += [problem for problem, bare in found if bare not in known]
        variant = variants[form]
        if variant is not None:
            inputs = {key: value for key, value in values.items() if key in names}
            suffix = start.names.suffix(values)
            made.append(
                Combination(
                    number=number, values=values, inputs=inputs, variant=variant, suffix=suffix
                )
            )
    return tuple(made), list(dict.fromkeys(problems))


def _variant(
    start: CampaignDraft, document: Document, replaced: Mapping[str, JsonValue]
) -> tuple[Variant | None, list[tuple[Problem, Problem]]]:
    """Read the recipe with other defaults.

    Returns:
        The variant, None if it is wrong; and each problem at its place in the campaign, beside
        the problem as the recipe has it.
    """
    assert start.recipe_ask is not None  # noqa: S101 # it has been read
    ask = start.recipe_ask
    loaded, found = loaded_recipe(start.recipe_source, ask, replaced=replaced, further=_ROW)
    placed = []
    for bare in found:
        pointer = _meant(start.sound, replaced, bare)
        related = ((bare.span, "in the recipe"),) if bare.span else ()
        there = document.span(pointer)
        placed.append((replace(bare, span=there, related=related, fix=()), bare))
    if loaded.recipe is None or loaded.document is None:
        return None, placed
    return Variant(recipe=loaded.recipe, document=loaded.document), placed


def _meant(campaign: Campaign, replaced: Mapping[str, JsonValue], problem: Problem) -> str:
    """Point to the value of the matrix that a problem speaks of, as well as can be told."""
    said = [key for key, value in replaced.items() if str(value) in problem.message]
    said.sort(key=lambda key: len(str(replaced[key])), reverse=True)
    named = [key for key in replaced if key in problem.message]
    key = next(iter((*said, *named, *replaced)))
    values = campaign.matrix.get(key, ())
    if replaced[key] in values:
        return f"/matrix/{key}/{values.index(replaced[key])}"
    return "/include"
