"""`wanflow check`: every mistake that can be known without sending anything."""

from pathlib import Path

import click

from wanflow.cli.campaign_plan import check_campaign
from wanflow.cli.campaign_rows import chosen_rows
from wanflow.cli.campaigns import campaign_at
from wanflow.cli.compose import draft
from wanflow.cli.options import JSON, NO_COLOR, ask_for, asking, choosing_rows, held, no_rows
from wanflow.cli.say import say, say_json, say_problems, tell
from wanflow.errors import Exit, Problem
from wanflow.report.problems import problems_json


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE... [NAME=VALUE]...")
@asking
@choosing_rows
@JSON
@NO_COLOR
def command(  # click gives every option as an argument
    *,
    files: tuple[str, ...],
    inputs_file: Path | None,
    provider: str | None,
    region: str | None,
    allowed: tuple[Path, ...],
    rows: str | None,
    keys: tuple[str, ...],
    as_json: bool,
) -> int:
    """Find every mistake of recipes: schema, references, templates, pictures, sizes.

    Nothing is sent and nothing is written. Inputs may be given as NAME=VALUE; without them,
    what needs their values is left unchecked, and that is said. Of a campaign every row is
    checked.
    """
    words = [word for word in files if "=" in word and not Path(word).exists()]
    paths = [Path(word) for word in files if word not in words]
    if not paths:
        raise click.UsageError("name at least one recipe")
    chosen = held(provider, region)
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    campaigns = 0
    for path in paths:
        ask = ask_for(path, words, inputs_file, chosen=chosen, allowed=allowed, lenient=True)
        if campaign_at(path):
            found, campaign = check_campaign(ask, chosen_rows(rows, keys))
            problems += found.all()
            sources |= campaign.sources
            campaigns += 1
            continue
        no_rows(rows, keys)
        made = draft(ask)
        problems += made.problems
        sources |= made.sources
        for remark in made.unchecked:
            tell(f"{path}: {remark}")
    if as_json:
        say_json(problems_json(problems))
    elif problems:
        say_problems(problems, sources=sources)
    if any(problem.severity == "error" for problem in problems):
        return Exit.WRONG_INPUT
    if not as_json and not problems:
        say(_sound(len(paths), campaigns))
    return Exit.DONE


def _sound(count: int, campaigns: int) -> str:
    kind = "recipe" if not campaigns else "campaign" if campaigns == count else "file"
    return f"the {kind} is sound" if count == 1 else f"all {count} {kind}s are sound"
