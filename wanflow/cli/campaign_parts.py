"""Parts of a campaign that join rooms: its templates, words over its inputs, its file of rows."""

import os
import sys
from collections.abc import Container
from contextlib import AbstractContextManager
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from wanflow.cli.campaign_draft import STDIN, CampaignDraft
from wanflow.errors import InternalError, Problem
from wanflow.expand.row_keys import key_problems
from wanflow.expand.survey import used_columns
from wanflow.expand.templates import check_template, used_attributes, used_names
from wanflow.loading import Given, Spool, bind_inputs, file_opener, rows_of
from wanflow.model.document import Document

_SHOWN_AS = "<stdin>"


def given_of(made: CampaignDraft) -> Given:
    """Say what the campaign itself gives to its recipe."""
    campaign = made.sound
    words = frozenset(made.ask.inputs)
    in_all = [set(one.inputs) for one in made.combinations]
    return Given(
        inputs=frozenset(campaign.inputs) | words,
        matrix=frozenset().union(*in_all),
        always=frozenset(campaign.inputs) | words | set.intersection(*in_all),
        used=_used_columns(made),
    )


def template_problems(made: CampaignDraft, document: Document) -> list[Problem]:
    """Look at the templates of the key and of the campaign's inputs."""
    campaign = made.sound
    keys = tuple(dict.fromkeys(key for one in made.combinations for key in one.values))
    sources = {f"/inputs/{name}": str(campaign.inputs[name]) for name in made.templates}
    checked = [
        (pointer, check_template(text, names={"row", *keys})) for pointer, text in sources.items()
    ]
    if campaign.key is not None:
        checked.append(("/key", key_problems(campaign.key, keys)))
    return [
        Problem(
            code=found.code,
            message=found.message,
            span=document.span_within(pointer, found.offset),
            hint=found.hint,
        )
        for pointer, problems in checked
        for found in problems
    ]


def word_problems(made: CampaignDraft) -> list[Problem]:
    """Look at the words of the command line, which go before the campaign's inputs."""
    if not made.combinations:
        return []
    _, found = bind_inputs(made.recipe, made.ask.inputs, texts=True)
    wrong = [problem for problem in found if problem.code != "missing-input"]
    matrix = {key for one in made.combinations for key in one.inputs}
    for name in made.ask.inputs:
        if name in matrix:
            message = f"'{name}' stands under `matrix` of the campaign"
            wrong.append(Problem(code="given-twice", message=message, hint=f"leave out {name}=..."))
    return wrong


def open_rows(made: CampaignDraft, document: Document) -> list[Problem]:
    """Find the rows; nothing of them is read yet."""
    source = made.sound.rows
    if not made.combinations:
        return []
    opened, name = _no_file, ""
    if source.pattern == STDIN:
        opened, name = Spool(stream=sys.stdin.buffer).opened, _SHOWN_AS
    elif source.form not in ("list", "glob"):
        path = made.ask.recipe.parent / str(source.pattern)
        wrong = _unusable_file(made, path, document)
        if wrong is not None:
            return [wrong]
        opened, name = file_opener(path), str(path)
    typed = [one.name for one in made.recipe.inputs if one.type not in ("string", "image")]
    made.rows = rows_of(source, document, folder=made.folder, opened=opened, file=name, typed=typed)
    return _pictures_to(made, document) if source.form == "glob" else []


def _no_file() -> AbstractContextManager[BinaryIO]:
    raise InternalError("rows without a file were opened")


def _unusable_file(made: CampaignDraft, path: Path, document: Document) -> Problem | None:
    """Say why a file of rows cannot be read: what a campaign names must lie beside it."""
    span = document.span("/rows")
    real = path.resolve()
    places = (made.folder, *(place.resolve() for place in made.ask.allowed))
    if not any(real.is_relative_to(place) for place in places):
        return Problem(
            code="rows-outside",
            message=f"'{path}' lies outside of the campaign's folder",
            span=span,
            hint=f"move it there, or allow its folder with --allow-dir {path.parent}",
        )
    if real.is_file() and os.access(real, os.R_OK):
        return None
    names = [entry.name for entry in path.parent.glob("*")] if path.parent.is_dir() else []
    near = get_close_matches(path.name, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else "its path is relative to the campaign"
    what = "is no file that can be read" if path.exists() else "is not there"
    message = f"the file of rows '{path}' {what}"
    return Problem(code="unreadable-rows", message=message, span=span, hint=hint)


def _pictures_to(made: CampaignDraft, document: Document) -> list[Problem]:
    """Find out which input the pictures are for."""
    free = made.free_pictures
    used = any("row" in used_names(str(made.sound.inputs[name])) for name in made.templates)
    if len(free) == 1 or used:
        return []
    message = f"the recipe has {len(free)} inputs that the pictures could be for"
    hint = 'say which, such as `inputs: {photo: "{{ row.path }}"}`'
    if not free:
        message = "the recipe has no input left that the pictures could be for"
    span = document.span("/rows")
    return [Problem(code="which-picture", message=message, span=span, hint=hint)]


def _used_columns(made: CampaignDraft) -> Container[str]:
    """Say which columns templates name as `row.x`; every one if that cannot be told."""
    campaign = made.sound
    texts = [str(campaign.inputs[name]) for name in made.templates]
    texts += [campaign.key] if campaign.key is not None else []
    found = [used_attributes(text, "row") for text in texts]
    found.append(used_columns(made.combinations[0].variant.document))
    if None in found:
        return _Everything()
    return frozenset().union(*(columns for columns in found if columns is not None))


class _Everything:
    """Contains whatever is asked for."""

    def __contains__(self, name: object) -> bool:
        return True
