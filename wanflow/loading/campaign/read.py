"""A campaign from its bytes, in two steps: the file by itself, then against its recipe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wanflow.errors import Problem
from wanflow.loading.campaign.build import campaign_from
from wanflow.loading.campaign.lint import campaign_problems
from wanflow.loading.campaign.view import CampaignView, input_schema, parameters
from wanflow.loading.near import CAMPAIGN_WORDS
from wanflow.loading.parse import Draft, drafted, in_file_order
from wanflow.loading.rows.listed import take_texts
from wanflow.loading.schema import Finding, contract, findings
from wanflow.loading.texts import text_pointers
from wanflow.loading.view import mapping, words
from wanflow.model.campaign import Campaign
from wanflow.model.catalogue import Catalogue
from wanflow.model.document import Document
from wanflow.model.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFile:
    """A campaign file by itself: `recipe` is the path that it names, None if it names none."""

    draft: Draft
    problems: tuple[Problem, ...]
    recipe: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCampaign:
    """A campaign file held against its recipe; `campaign` is None if something is an error."""

    document: Document
    campaign: Campaign | None
    problems: tuple[Problem, ...]


def is_campaign(data: bytes, *, file: str) -> bool:
    """Tell a campaign from a recipe: it has a key `campaign` at its top."""
    if b"campaign" not in data:
        return False
    return "campaign" in mapping(drafted(data, file=file).value)


def read_campaign(data: bytes, *, file: str) -> CampaignFile:
    """Read and validate a campaign file as far as that goes without its recipe.

    Args:
        data: the file's bytes.
        file: what it is called in messages.
    """
    draft = drafted(data, file=file)
    if not draft.readable:
        problems = in_file_order(draft.all_problems(), file=file)
        return CampaignFile(draft=draft, problems=problems, recipe=None)
    schema = contract("campaign")
    for pointer in list(text_pointers(draft.value, schema)):
        draft.as_text(pointer)
    found = [*draft.all_problems(), *_schema_problems(draft, schema)]
    return CampaignFile(
        draft=draft,
        problems=in_file_order(tuple(found), file=file),
        recipe=words(mapping(draft.value).get("recipe")),
    )


def against_recipe(
    read: CampaignFile, recipe: Recipe, document: Document, *, catalogue: Catalogue
) -> LoadedCampaign:
    """Hold a campaign against its recipe, and build it.

    Args:
        read: the campaign's file.
        recipe: without mistakes.
        document: the recipe's.
        catalogue: for currencies and parameters.
    """
    draft = read.draft
    _take_texts(draft, recipe)
    campaign = draft.document()
    view = CampaignView(document=campaign, recipe=recipe, recipe_document=document)
    problems = (*read.problems, *campaign_problems(view, catalogue))
    wrong = any(problem.severity == "error" for problem in problems)
    return LoadedCampaign(
        document=campaign,
        campaign=None if wrong else campaign_from(view),
        problems=in_file_order(problems, file=draft.file),
    )


def _take_texts(draft: Draft, recipe: Recipe) -> None:
    """Take as text what an input or a parameter of the recipe wants as text."""
    inputs = {one.name: input_schema(one) for one in recipe.inputs}
    both: dict[str, Any] = {**parameters(), **inputs}
    lists = {name: {"items": schema} for name, schema in both.items()}
    combinations = {"items": {"properties": both}}
    shape = {
        "properties": {
            "inputs": {"properties": inputs},
            "matrix": {"properties": lists},
            "exclude": combinations,
            "include": combinations,
        }
    }
    for pointer in list(text_pointers(draft.value, shape)):
        draft.as_text(pointer)
    rows = mapping(draft.value).get("rows")
    typed = frozenset(one.name for one in recipe.inputs if one.type not in ("string", "image"))
    if isinstance(rows, list):
        take_texts(draft, rows, "/rows", typed=typed)


def _schema_problems(draft: Draft, schema: Mapping[str, Any]) -> Iterator[Problem]:
    document = draft.document()
    for finding in findings(schema, draft.value):
        if finding.pointer in draft.unreadable:
            continue  # said better already
        said = _reworded(finding)
        at_key = said.at == "key"
        span = document.key_span(said.pointer) if at_key else document.span(said.pointer)
        yield Problem(code=said.code, message=said.message, span=span, hint=said.hint)


def _reworded(finding: Finding) -> Finding:
    key = finding.pointer.removeprefix("/")
    if finding.pointer == "/wanflow":
        message, hint = "this wanflow reads version 1 of the language", "write `wanflow: 1`"
        return Finding(pointer="/wanflow", code="wrong-version", message=message, hint=hint)
    if finding.code == "unknown-key" and "/" not in key:
        message = f"a campaign has no '{key}' at its top"
        meant = CAMPAIGN_WORDS.get(key) or finding.hint
        return replace(finding, message=message, hint=meant)
    return finding
