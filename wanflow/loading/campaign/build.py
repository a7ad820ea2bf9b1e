"""From a campaign without mistakes to the value that the other rooms work with."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from wanflow.loading.campaign.view import CampaignView
from wanflow.loading.view import mapping, whole, words
from wanflow.model.campaign import Budget, Campaign, RowForm, RowSource, Sample
from wanflow.model.values import JsonValue

COST = re.compile(r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?) ?(?P<currency>[A-Z]{3})")
_MICRO = 1_000_000
_STDIN = "-"
_FORMS: Mapping[str, RowForm] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "yaml",
}


def campaign_from(view: CampaignView) -> Campaign:
    """Build a campaign in which every name leads somewhere and every value is in range."""
    value = view.value
    return Campaign(
        name=str(value["campaign"]),
        version=words(value.get("version")) or "0.0.0",
        description=words(value.get("description")) or "",
        recipe=str(value["recipe"]),
        rows=row_source(value),
        key=words(value.get("key")),
        inputs=view.given,
        matrix={key: tuple(values) for key, values in view.matrix.items()},
        exclude=tuple(entry for _, entry in view.entries("exclude")),
        include=tuple(entry for _, entry in view.entries("include")),
        budget=_budget(mapping(value.get("budget"))),
        sample=_sample(value.get("sample")),
    )


def form_of(value: Mapping[str, JsonValue]) -> RowForm | None:
    """Tell the form of a campaign's rows by its word for it, or by their name; None if neither."""
    rows = value.get("rows")
    if isinstance(rows, list):
        return "list"
    pattern = words(rows) or ""
    said = words(value.get("format"))
    if said is not None:
        return cast("RowForm", said)
    if any(char in pattern for char in "*?["):
        return "glob"
    name = pattern.rpartition("/")[2].lower()
    return _FORMS.get(f".{name.rpartition('.')[2]}" if "." in name else "")


def row_source(value: Mapping[str, JsonValue]) -> RowSource:
    """Say where the rows come from."""
    rows, form = value.get("rows"), form_of(value)
    if isinstance(rows, list):
        return RowSource(form="list", given=tuple(mapping(row) for row in rows))
    return RowSource(
        form=form or "csv",
        pattern=words(rows),
        encoding=words(value.get("encoding")) or "utf-8",
        delimiter=words(value.get("delimiter")),
    )


def _budget(value: Mapping[str, JsonValue]) -> Budget:
    found = COST.fullmatch(words(value.get("cost")) or "")
    return Budget(
        images=whole(value.get("images")),
        cost_micro=int(Decimal(found["number"]) * _MICRO) if found else None,
        currency=found["currency"] if found else None,
    )


def _sample(value: JsonValue) -> Sample | None:
    if isinstance(value, Mapping):
        return Sample(count=whole(value.get("count")) or 1, seed=whole(value.get("seed")))
    count = whole(value)
    return None if count is None else Sample(count=count)
