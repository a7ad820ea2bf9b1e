"""A campaign made ready to be carried out: every row sound, and the price known."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from wanflow.cli.campaign_draft import STDIN, CampaignDraft
from wanflow.cli.campaign_night import Order, RowPlan
from wanflow.cli.campaign_plan import Found, planned_rows
from wanflow.cli.campaign_rows import Choice, campaign_rows
from wanflow.cli.compose import planned_with
from wanflow.cli.remembering import remembered, tariff_of
from wanflow.cli.row_plans import RowPlanner
from wanflow.cli.service import NAME as SERVICE
from wanflow.errors import InternalError, RecipeError
from wanflow.loading import Digests, catalogue
from wanflow.model.campaign import CampaignTotals
from wanflow.model.values import Sha256
from wanflow.planning.fingerprint import digest_of
from wanflow.planning.totals import Tally
from wanflow.store.workspace import Workspace

_BATCH = 64  # rows that are looked up in the workspace at once, and begin soon


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedRows:
    """The rows of a sound campaign, planned as they are read."""

    made: CampaignDraft
    choice: Choice
    workspace: Workspace

    def planned(self, *, fresh: bool) -> Iterator[RowPlan]:
        """Plan row after row; `fresh` asks nobody what was made before."""
        workspace = None if fresh else self.workspace
        planner = RowPlanner(self.made, workspace)
        source = campaign_rows(self.made, self.choice)
        buys = self.made.ask.provider == SERVICE
        while batch := [(row, planner.row_draft(row)) for row in islice(source, _BATCH)]:
            jobs = [job for _, draft in batch if draft.prepared for job in draft.prepared.jobs]
            memory = remembered([job.fingerprint for job in jobs], workspace, buys=buys)
            for row, draft in batch:
                if draft.prepared is None:
                    raise InternalError(f"the row '{row.key}' was sound, and is not any more")
                yield RowPlan(
                    row=row, plan=planned_with(draft, memory), requests=draft.prepared.requests
                )


def totals_of(
    made: CampaignDraft, choice: Choice, workspace: Workspace
) -> tuple[CampaignTotals, Found]:
    """Plan every row before the first one is sent, and add up what they come to.

    Raises:
        RecipeError: a row is wrong; the first hundred problems are named.
    """
    found = Found()
    for problem in made.problems:
        found.take(problem)
    seen = Digests()
    tally = Tally(seen=lambda request: seen.put(int(request[:16], 16) or 1, 0) is not None)
    for _, plan in planned_rows(made, choice, workspace, found=found):
        tally.add(plan)
    if found.errors:
        raise RecipeError(found.all())
    return tally.totals(), found


def order_of(
    made: CampaignDraft, choice: Choice, workspace: Workspace, totals: CampaignTotals
) -> Order:
    """Put together what carrying out a sound campaign needs."""
    if made.recipe_ask is None:
        raise InternalError("a campaign was carried out that is not sound")
    campaign, ask = made.sound, made.ask
    tariff = tariff_of(ask.provider, ask.region, catalogue())
    return Order(
        campaign=campaign,
        file=ask.recipe,
        source=made.source.decode("utf-8", "replace"),
        recipe=made.recipe,
        recipe_file=made.recipe_ask.recipe,
        recipe_source=made.recipe_source.decode("utf-8", "replace"),
        recipe_sha256=Sha256(sha256(made.recipe_source).hexdigest()),
        catalogue=catalogue(),
        provider=ask.provider,
        currency=tariff.currency,
        row_count=totals.rows,
        steps=totals.run + totals.reuse,
        columns=_columns(made, choice),
        digest=_digest(made, choice),
        rows=DraftedRows(made=made, choice=choice, workspace=workspace),
    )


def _columns(made: CampaignDraft, choice: Choice) -> tuple[str, ...]:
    first = next(campaign_rows(made, choice), None)
    return () if first is None else tuple(first.values)


def _digest(made: CampaignDraft, choice: Choice) -> Sha256:
    """Tell one campaign from another; what its rows say may change, and it is still the same."""
    ask = made.ask
    return digest_of(
        {
            "campaign": sha256(made.source).hexdigest(),
            "recipe": sha256(made.recipe_source).hexdigest(),
            "provider": ask.provider,
            "inputs": {**ask.inputs},
            "rows": str(choice.rows),
            "keys": sorted(choice.keys),
            "stdin": made.sound.rows.pattern == STDIN,
        }
    )
