"""The plan of a campaign as a person reads it, and row by row as a program reads it."""

import json
from collections.abc import Iterator

from wanflow.model.campaign import Budget, Campaign, CampaignTotals, Row
from wanflow.model.plan import Plan, Planned
from wanflow.model.values import JsonValue
from wanflow.report.amounts import counted, duration, money
from wanflow.report.columns import wrapped
from wanflow.report.decisions import in_words
from wanflow.report.ink import Ink
from wanflow.report.safe import safe_text

_COLUMNS = 80
_PROMPT_CHARS = 200


def head_line(campaign: Campaign, provider: str, combinations: int, *, color: bool = False) -> str:
    """Say what is planned: the campaign, its recipe and where its rows come from."""
    source = campaign.rows.pattern or "rows in place"
    times = f", {combinations} combinations" if combinations > 1 else ""
    title = safe_text(f"{campaign.name} {campaign.version} with {provider}")
    return f"{Ink(color)(title, 'bold')}\n{safe_text(f'{campaign.recipe}, {source}{times}')}"


def row_text(row: Row, plan: Plan, *, color: bool = False) -> str:
    """Show what one row comes to, a line or two for each step."""
    ink = Ink(color)
    place = ink(f"row {row.number}, {safe_text(str(row.place))}", "dim")
    lines = [f"{ink(safe_text(row.key), 'bold')}  {place}"]
    for planned in plan.jobs:
        lines += _step_lines(planned, ink)
    for step in plan.skipped:
        lines.append(f"  {safe_text(step.key)}: {in_words(step.decision)}")
    return "\n".join(lines)


def _step_lines(planned: Planned, ink: Ink) -> Iterator[str]:
    job = planned.job
    colour = "green" if planned.decision.action == "reuse" else "yellow"
    words = ink(in_words(planned.decision), colour)  # type: ignore[arg-type] # both are colours
    yield f"  {safe_text(job.key)}  {words}"
    if job.prompt:
        for line in wrapped(safe_text(job.prompt, _PROMPT_CHARS), _COLUMNS - 4):
            yield f"    {line}"


def totals_text(totals: CampaignTotals, budget: Budget, *, shown: int, color: bool = False) -> str:
    """Say what all rows come to, and whether the budget holds it.

    Args:
        totals: over all rows.
        budget: of the campaign.
        shown: how many of the rows stand above.
        color: paint it.
    """
    ink = Ink(color)
    more = totals.rows - shown
    lines = [f"... and {counted(more, 'row')} more", ""] if more > 0 else [""]
    parts = [counted(totals.rows, "row"), f"{counted(totals.run, 'step')} to run"]
    if totals.shared:
        parts.append(f"{totals.shared:,} of them the same as in an earlier row")
    if totals.reuse:
        parts.append(f"{totals.reuse:,} made already")
    buy = f"{counted(totals.images_to_buy, 'picture')} to buy"
    parts.append(buy if totals.images_to_buy else "nothing to buy")
    if totals.cost_micro:
        parts.append(money(totals.cost_micro, totals.currency))
    lines.append(ink(", ".join(parts), "bold"))
    if totals.seconds:
        lines.append(f"the longest row takes about {duration(totals.seconds)}")
    lines += [ink(line, "red") for line in over_budget(totals, budget)]
    return "\n".join(lines)


def over_budget(totals: CampaignTotals, budget: Budget) -> Iterator[str]:
    """Say by how much the plan is beyond the budget."""
    if budget.images is not None and totals.images_to_buy > budget.images:
        yield (
            f"the budget of {counted(budget.images, 'picture')} does not hold that:"
            f" it ends {counted(totals.images_to_buy - budget.images, 'picture')} short"
        )
    if budget.cost_micro is not None and totals.cost_micro > budget.cost_micro:
        short = money(totals.cost_micro - budget.cost_micro, totals.currency)
        limit = money(budget.cost_micro, totals.currency)
        yield f"the budget of {limit} does not hold that: it ends {short} short"


def json_head(campaign: Campaign, *, recipe_sha256: str, provider: str) -> str:
    """Begin the document of `schemas/campaign-plan.schema.json`; rows and `json_tail` follow."""
    fields: dict[str, JsonValue] = {
        "version": 1,
        "campaign": campaign.name,
        "campaign_version": campaign.version,
        "recipe_sha256": recipe_sha256,
        "provider": provider,
    }
    return f'{_json(fields)[:-1]}, "rows": ['


def json_row(row: Row, plan: Plan) -> str:
    """Write one row of the document, on a line of its own."""
    return _json(
        {
            "key": row.key,
            "number": row.number,
            "place": {"file": row.place.file, "line": row.place.line, "column": row.place.column},
            "combination": row.combination,
            "images_to_buy": plan.images_to_buy,
            "cost_micro": plan.cost_micro,
            "digest": plan.digest,
            "steps": [_step_json(planned) for planned in plan.jobs],
            "skipped": [
                {"step": step.key, "reason": step.decision.reason} for step in plan.skipped
            ],
        }
    )


def json_tail(totals: CampaignTotals) -> str:
    """End the document with the sums."""
    return (
        "], "
        + _json(
            {
                "totals": {
                    "rows": totals.rows,
                    "run": totals.run,
                    "shared": totals.shared,
                    "reuse": totals.reuse,
                    "skip": totals.skip,
                    "images_to_buy": totals.images_to_buy,
                    "cost_micro": totals.cost_micro,
                    "currency": totals.currency,
                    "seconds_longest_row": totals.seconds,
                }
            }
        )[1:]
    )


def _step_json(planned: Planned) -> JsonValue:
    return {
        "step": planned.job.key,
        "action": planned.decision.action,
        "reason": planned.decision.reason,
        "prompt": planned.job.prompt,
        "fingerprint": planned.job.fingerprint,
    }


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
