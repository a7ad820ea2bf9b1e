"""`wanflow inspect`: what a picture's file says of how it came to be."""

from pathlib import Path

import click

from wanflow.cli.inspection import inspected, inspection_json
from wanflow.cli.inspection_text import inspection_text
from wanflow.cli.options import JSON, NO_COLOR, held
from wanflow.cli.say import say, say_json
from wanflow.errors import UsageError


@click.command("inspect")
@click.argument("picture", type=click.Path(path_type=Path), metavar="PICTURE")
@click.option(
    "--workspace", type=click.Path(path_type=Path), metavar="DIR",
    help="The workspace; default is the nearest .wanflow upwards from the picture.",
)  # fmt: skip
@click.option(
    "--recipe", "again", type=click.Path(path_type=Path), metavar="DIR",
    help="Write a recipe that makes it again into a new folder, and say what it can do.",
)  # fmt: skip
@JSON
@NO_COLOR
def command(*, picture: Path, workspace: Path | None, again: Path | None, as_json: bool) -> None:
    """Say what stands in a picture's file, and the chain back to the pictures it was made from.

    What a file says is the word of whoever wrote it. What a run's report says of the same bytes
    is told apart from it.
    """
    seen = inspected(picture, workspace=workspace or held(None, None).workspace)
    if again is None:
        if as_json:
            say_json(inspection_json(seen))
        else:
            say(inspection_text(seen))
        return
    if as_json:
        raise UsageError("--recipe and --json do not go together", hint="leave one of them out")
    from wanflow.cli.recipe_again import recipe_again

    say("\n".join(recipe_again(seen, again)))
