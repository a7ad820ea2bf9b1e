"""`wanflow check`: every mistake that can be known without sending anything."""

import sys
from pathlib import Path

import click

from wanflow.cli.compose import draft
from wanflow.cli.options import JSON, NO_COLOR, ask_for, asking, held
from wanflow.cli.say import colored, say, say_json, tell
from wanflow.errors import Exit, Problem
from wanflow.report.problems import problems_json, render_problems


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE... [NAME=VALUE]...")
@asking
@JSON
@NO_COLOR
def command(  # click gives every option as an argument
    *,
    files: tuple[str, ...],
    inputs_file: Path | None,
    provider: str | None,
    region: str | None,
    allowed: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Find every mistake of recipes: schema, references, templates, pictures, sizes.

    Nothing is sent and nothing is written. Inputs may be given as NAME=VALUE; without them,
    what needs their values is left unchecked, and that is said.
    """
    words = [word for word in files if "=" in word and not Path(word).exists()]
    paths = [Path(word) for word in files if word not in words]
    if not paths:
        raise click.UsageError("name at least one recipe")
    chosen = held(provider, region)
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    for path in paths:
        ask = ask_for(path, words, inputs_file, chosen=chosen, allowed=allowed, lenient=True)
        made = draft(ask)
        problems += made.problems
        sources |= made.sources
        for remark in made.unchecked:
            tell(f"{path}: {remark}")
    if as_json:
        say_json(problems_json(problems))
    elif problems:
        tell(render_problems(problems, sources, color=colored(sys.stderr)))
    if any(problem.severity == "error" for problem in problems):
        return Exit.WRONG_INPUT
    if not as_json and not problems:
        say(f"{'the recipe is' if len(paths) == 1 else f'all {len(paths)} recipes are'} sound")
    return Exit.DONE
