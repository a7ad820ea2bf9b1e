"""`wanflow diff`: what is different between two runs, or two versions of a recipe."""

import sys
from pathlib import Path

import click

from wanflow.cli.compose import Ask, draft, sound
from wanflow.cli.finding import record_in, run_folder
from wanflow.cli.options import FILE_PATH, JSON, NO_COLOR
from wanflow.cli.say import colored, say, say_json, shown_path, tell
from wanflow.cli.writing import write_file
from wanflow.errors import Exit, UsageError
from wanflow.model.campaign import CampaignRecord
from wanflow.model.difference import Comparison
from wanflow.model.recipe import Recipe
from wanflow.model.run import RunRecord
from wanflow.report.diff.compare import compare_recipes, compare_runs
from wanflow.report.diff.page import difference_page
from wanflow.report.diff.text import difference_json, difference_text
from wanflow.report.view import page_language
from wanflow.report.wall.language import language_of as campaign_language

_RECIPES = (".yaml", ".yml")


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--workspace", type=FILE_PATH, metavar="DIR",
              help="The workspace; default is the nearest .wanflow upwards from here.")  # fmt: skip
@click.option("--html", type=FILE_PATH, metavar="FILE", help="Write it as a page, with pictures.")
@click.option("--check", is_flag=True, help="Exit with 10 when anything is different.")
@JSON
@NO_COLOR
def command(
    *,
    before: str,
    after: str,
    workspace: Path | None,
    html: Path | None,
    check: bool,
    as_json: bool,
) -> int:
    """Show what is different between two runs, or between two recipes.

    A and B are runs (an id, the beginning of one, a run's folder, or `last`) or two recipe files.
    Prompts are compared by word, pictures one by one: the same bytes, looking alike, or not.
    """
    names = (before, after)
    recipes = [name.endswith(_RECIPES) for name in names]
    if any(recipes) and not all(recipes):
        other = names[recipes.index(False)]
        raise UsageError(
            f"a recipe is compared with a recipe, and '{other}' is a run",
            hint="the recipe of a run lies in its folder, as recipe.yaml",
        )
    language = "en"
    if all(recipes):
        comparison = compare_recipes(_recipe(before), _recipe(after), names=names)
    else:
        folders = (run_folder(before, workspace), run_folder(after, workspace))
        records = (record_in(folders[0]), record_in(folders[1]))
        kinds = {isinstance(record, CampaignRecord) for record in records}
        if len(kinds) > 1:
            raise UsageError("a campaign is compared with a campaign, and a run with a run")
        language = language_of(records[1])
        comparison = compare_runs(*records, folders=folders, names=(records[0].run, records[1].run))
    _said(comparison, html, language, as_json=as_json)
    return Exit.DIFFERENT if check and not comparison.same else Exit.DONE


def language_of(record: RunRecord | CampaignRecord) -> str:
    """Say in which language a run speaks."""
    if isinstance(record, CampaignRecord):
        return campaign_language(record)
    return page_language(record)


def _recipe(name: str) -> Recipe:
    made = sound(draft(Ask(recipe=Path(name), lenient=True)))
    assert made.recipe is not None  # noqa: S101 # a sound draft has one
    return made.recipe


def _said(comparison: Comparison, html: Path | None, language: str, *, as_json: bool) -> None:
    if html is not None:
        write_file(html, difference_page(comparison, language=language))
        tell(shown_path(html.absolute()))
    if as_json:
        say_json(difference_json(comparison))
    else:
        say(difference_text(comparison, color=colored(sys.stdout)))
