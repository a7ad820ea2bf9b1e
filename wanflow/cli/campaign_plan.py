"""`wanflow plan` and `wanflow check` for a campaign: all its rows, none of them kept."""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import click

from wanflow.cli.campaign_draft import CampaignDraft
from wanflow.cli.campaign_rows import Choice, checked_rows
from wanflow.cli.campaigns import campaign_draft, sound_campaign
from wanflow.cli.compose import Ask, is_wrong
from wanflow.cli.row_plans import RowPlanner
from wanflow.cli.say import colored, say_problems
from wanflow.errors import Problem, RecipeError
from wanflow.loading import Digests
from wanflow.model.campaign import CampaignTotals, Row
from wanflow.model.plan import Plan
from wanflow.planning.totals import Tally
from wanflow.report.campaign_plan import (
    head_line,
    json_head,
    json_row,
    json_tail,
    row_text,
    totals_text,
)
from wanflow.store.workspace import Workspace

MOST_PROBLEMS = 100
_FIRST_ROWS = 3
_IN_MEMORY_CHARS = 1_000_000


@dataclass(slots=True, kw_only=True)
class Found:
    """What is wrong with a campaign and its rows: the first hundred problems, and their number."""

    problems: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    _told: set[tuple[str, str]] = field(default_factory=set)

    def take(self, problem: Problem) -> None:
        """Note a problem; a warning that the recipe has with every row is noted once."""
        if problem.severity == "warning":
            place = str(problem.related[0][0] if problem.related else problem.span)
            if (problem.code, place) in self._told:
                return
            self._told.add((problem.code, place))
            self.warnings += 1
        else:
            self.errors += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def all(self) -> tuple[Problem, ...]:
        """Give the problems, and say how many more there are."""
        more = self.errors + self.warnings - len(self.problems)
        if not more:
            return tuple(self.problems)
        message = f"{more:,} more are not listed"
        rest = Problem(
            code="more-problems",
            message=message,
            hint="mend these first, then check again",
            severity="error" if self.errors else "warning",
        )
        return (*self.problems, rest)


def check_campaign(ask: Ask, choice: Choice) -> tuple[Found, CampaignDraft]:
    """Find everything that is wrong with a campaign, its recipe and its rows.

    Raises:
        UsageError: a file is not there, or a row that is asked for.
    """
    made = campaign_draft(ask)
    found = Found()
    for problem in made.problems:
        found.take(problem)
    if not is_wrong(made.problems):
        for _ in planned_rows(made, choice, None, found=found):
            pass
    return found, made


def planned_rows(
    made: CampaignDraft, choice: Choice, workspace: Workspace | None, *, found: Found
) -> Iterator[tuple[Row, Plan]]:
    """Plan all rows that are sound, and note what is wrong with the others."""

    def sound_rows() -> Iterator[Row]:
        for entry in checked_rows(made, choice):
            if isinstance(entry, Problem):
                found.take(entry)
            else:
                yield entry

    for row, plan, problems in RowPlanner(made, workspace).checked_plans(sound_rows()):
        for problem in problems:
            found.take(problem)
        if plan is not None:
            yield row, plan


def plan_campaign(
    ask: Ask, choice: Choice, workspace: Workspace | None, *, as_json: bool
) -> CampaignTotals:
    """Show what all rows of a campaign come to; nothing is sent and nothing is written.

    What is shown waits, on disk if it is long, until every row has turned out to be sound.

    Raises:
        RecipeError: the campaign or one of its rows is wrong.
        UsageError: a file is not there, or a row that is asked for.
    """
    made = sound_campaign(campaign_draft(ask))
    found = Found()
    for problem in made.problems:
        found.take(problem)
    seen = Digests()
    tally = Tally(seen=lambda request: seen.put(int(request[:16], 16) or 1, 0) is not None)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_CHARS, "w+", encoding="utf-8") as page:
        page.writelines(_lines(made, planned_rows(made, choice, workspace, found=found), tally,
                               as_json=as_json))  # fmt: skip
        if found.errors:
            raise RecipeError(found.all())
        if found.problems:
            say_problems(found.all(), sources=made.sources)
        page.seek(0)
        for line in page:
            click.echo(line, nl=False, color=colored(sys.stdout))
    return tally.totals()


def _lines(
    made: CampaignDraft, rows: Iterator[tuple[Row, Plan]], tally: Tally, *, as_json: bool
) -> Iterator[str]:
    campaign, provider = made.sound, made.ask.provider
    color = colored(sys.stdout)
    if as_json:
        digest = sha256(made.recipe_source).hexdigest()
        yield json_head(campaign, recipe_sha256=digest, provider=provider)
    else:
        yield head_line(campaign, provider, len(made.combinations), color=color) + "\n\n"
    for row, plan in rows:
        tally.add(plan)
        if as_json:
            yield (",\n" if tally.rows > 1 else "\n") + json_row(row, plan)
        elif tally.rows <= _FIRST_ROWS:
            yield row_text(row, plan, color=color) + "\n"
    totals = tally.totals()
    if as_json:
        yield "\n" + json_tail(totals) + "\n"
    else:
        shown = min(totals.rows, _FIRST_ROWS)
        yield totals_text(totals, campaign.budget, shown=shown, color=color) + "\n"
