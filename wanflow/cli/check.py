"""`wanflow check`: every mistake that can be known without sending anything."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from wanflow.cli.campaign_draft import CampaignDraft
from wanflow.cli.campaign_plan import check_campaign
from wanflow.cli.campaign_rows import chosen_rows
from wanflow.cli.campaigns import campaign_at
from wanflow.cli.compose import Draft, draft
from wanflow.cli.options import JSON, NO_COLOR, ask_for, asking, choosing_rows, held, no_rows
from wanflow.cli.say import colored, say, say_json, sources_of, tell
from wanflow.errors import Exit, Problem, UsageError
from wanflow.report.amounts import counted
from wanflow.report.problems import problems_json, render_problems

_FORMATS = ("text", "json", "github", "sarif")


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE... [NAME=VALUE]...")
@asking
@choosing_rows
@click.option("--format", "form", type=click.Choice(_FORMATS), help="How to tell; text by default.")
@click.option("--select", multiple=True, metavar="CODE,...", help="Tell of these codes alone.")
@click.option("--ignore", multiple=True, metavar="CODE,...", help="Do not warn of these codes.")
@click.option("--fix", is_flag=True, help="Mend what has one right answer, in the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@JSON
@NO_COLOR
def command(  # noqa: PLR0913 # click gives every option as an argument
    *,
    files: tuple[str, ...],
    inputs_file: Path | None,
    provider: str | None,
    region: str | None,
    allowed: tuple[Path, ...],
    rows: str | None,
    keys: tuple[str, ...],
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,
    diff: bool,
    as_json: bool,
) -> int:
    """Find every mistake of recipes: schema, references, templates, pictures, sizes.

    Nothing is sent, and nothing is written but by --fix. Inputs may be given as NAME=VALUE;
    without them, what needs their values is left unchecked, and that is said. Of a campaign
    every row is checked.
    """
    words = [word for word in files if "=" in word and not Path(word).exists()]
    paths = [Path(word) for word in files if word not in words]
    if not paths:
        raise click.UsageError("name at least one recipe")
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} say different things")
    wanted = _wanted(select, ignore)
    chosen = held(provider, region)
    drafts: list[Draft | CampaignDraft] = []
    found: list[Problem] = []
    for path in paths:
        ask = ask_for(path, words, inputs_file, chosen=chosen, allowed=allowed, lenient=True)
        if campaign_at(path):
            of_rows, campaign = check_campaign(ask, chosen_rows(rows, keys))
            found += of_rows.all()
            drafts.append(campaign)
            continue
        no_rows(rows, keys)
        made = draft(ask)
        if fix or diff:
            made = _mended(made, wanted, show=diff)
        found += made.problems
        drafts.append(made)
    told = "json" if as_json else form or "text"
    _tell(drafts, found, wanted, form=told, silent=diff)
    errors = any(problem.severity == "error" for problem in found)
    return Exit.WRONG_INPUT if errors else Exit.DONE


def _wanted(select: Sequence[str], ignore: Sequence[str]) -> Callable[[Problem], bool]:
    """Say which problems somebody wants to hear of.

    Raises:
        UsageError: there is no such code, or an error is to be ignored.
    """
    selected, ignored = _codes(select), _codes(ignore)
    if not selected and not ignored:
        return lambda _: True
    from wanflow.cli.explain import known_code

    for code in (*selected, *ignored):
        explained = known_code(code)
        if code in ignored and explained.severity == "error":
            raise UsageError(
                f"'{code}' is an error, and an error cannot be ignored",
                hint="a recipe with an error does not run: mend it",
            )
    return lambda p: p.code not in ignored and (not selected or p.code in selected)


def _codes(words: Sequence[str]) -> frozenset[str]:
    return frozenset(code.strip() for word in words for code in word.split(",") if code.strip())


def _mended(made: Draft, wanted: Callable[[Problem], bool], *, show: bool) -> Draft:
    """Mend a recipe, or show how it would be."""
    from wanflow.cli.mending import difference, mend, write

    path = made.ask.recipe
    result = mend(made, wanted)
    if result.draft.source == made.source:
        return made
    if show:
        patch = difference(made.source, result.draft.source, file=path.as_posix())
        click.echo(patch, nl=False)
        return made
    write(path, result.draft.source, instead_of=made.source)
    tell(f"{path}: mended {counted(result.count, 'problem')}")
    return result.draft


def _tell(
    drafts: Sequence[Draft | CampaignDraft],
    found: Sequence[Problem],
    wanted: Callable[[Problem], bool],
    *,
    form: str,
    silent: bool,
) -> None:
    problems = [problem for problem in found if wanted(problem)]
    sources = {file: text for made in drafts for file, text in made.sources.items()}
    for made in drafts:
        for remark in made.unchecked if isinstance(made, Draft) else ():
            tell(f"{made.ask.recipe}: {remark}")
    _FORMS[form](problems, sources_of(problems, sources))
    if form not in ("text", "github"):
        return
    hidden = sum(problem.severity == "error" for problem in found) - sum(
        problem.severity == "error" for problem in problems
    )
    if hidden:
        tell(f"and {counted(hidden, 'error')} that --select leaves out")
    mendable = sum(bool(problem.fix) for problem in problems)
    if mendable and not silent:
        tell(f"{counted(mendable, 'problem')} can be mended with: wanflow check --fix")
    if not found:
        (tell if silent or form == "github" else say)(_sound(drafts))


def _sound(drafts: Sequence[Draft | CampaignDraft]) -> str:
    count, campaigns = len(drafts), sum(isinstance(made, CampaignDraft) for made in drafts)
    kind = "recipe" if not campaigns else "campaign" if campaigns == count else "file"
    return f"the {kind} is sound" if count == 1 else f"all {count} {kind}s are sound"


def _as_text(problems: Sequence[Problem], sources: Mapping[str, str]) -> None:
    if problems:
        tell(render_problems(problems, sources, color=colored(sys.stderr)))


def _as_json(problems: Sequence[Problem], _sources: Mapping[str, str]) -> None:
    say_json(problems_json(problems))


def _as_annotations(problems: Sequence[Problem], _sources: Mapping[str, str]) -> None:
    from wanflow.report.annotations import annotations

    if problems:
        say(annotations(problems))


def _as_sarif(problems: Sequence[Problem], sources: Mapping[str, str]) -> None:
    from wanflow.cli.version import wanflow_version
    from wanflow.report.sarif import sarif

    say_json(sarif(problems, sources, version=wanflow_version()))


_FORMS: Mapping[str, Callable[[Sequence[Problem], Mapping[str, str]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
    "sarif": _as_sarif,
}
