"""Options and arguments that mean the same in every command."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from wanflow.cli.compose import Ask
from wanflow.cli.service import Terms, cap_of
from wanflow.cli.settings import Settings, settings
from wanflow.errors import RecipeError, UsageError
from wanflow.model.values import JsonValue

Function = TypeVar("Function", bound=Callable[..., Any])

FILE_PATH = click.Path(path_type=Path)
RECIPE = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
WORDS = click.argument("words", nargs=-1, metavar="[NAME=VALUE]...")


def asking(function: Function) -> Function:
    """Add what every command that reads a recipe understands."""
    for option in reversed(
        (
            click.option("--inputs", "inputs_file", type=FILE_PATH, metavar="FILE",
                         help="Take inputs from a YAML or JSON file; words on the line win."),
            click.option("--provider", metavar="NAME", help="Who edits: local is the default."),
            click.option("--region", metavar="NAME", help="Region of the service."),
            click.option("--allow-dir", "allowed", multiple=True, type=FILE_PATH, metavar="DIR",
                         help="A folder outside the recipe's own from which it may take pictures."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """What a command line says about spending money."""

    base_url: str | None
    workspace_id: str | None
    agreed: bool
    max_images: int | None
    max_cost: str | None
    adopt: tuple[str, ...]
    resubmit: bool
    skip: bool
    top_up: bool

    def terms(self, chosen: Settings) -> Terms:
        """Put it together with the settings that hold.

        Raises:
            UsageError: a budget is no amount.
        """
        return Terms(
            base_url=self.base_url or chosen.base_url,
            workspace_id=self.workspace_id or chosen.workspace_id,
            key_file=chosen.key_file,
            cap=cap_of(self.max_images, self.max_cost),
            adopt=self.adopt,
            resubmit=self.resubmit,
            skip=self.skip,
            limits=chosen.limits,
        )


def buying(function: Function) -> Callable[..., Any]:
    """Add what a command understands that may spend money; it gets it all as `buys`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:  # noqa: ANN401 # click's values go through as they are
        own = {entry.name: given.pop(entry.name) for entry in fields(Buying)}
        return function(**given, buys=Buying(**own))

    command: Callable[..., Any] = gathered
    for option in reversed(
        (
            click.option("--base-url", metavar="URL", help="Address of the service, if another."),
            click.option("--workspace-id", metavar="ID",
                         help="Workspace of the service's console to send to."),
            click.option("--yes", "agreed", is_flag=True, help="Buy without asking first."),
            click.option("--max-images", type=int, metavar="N", help="Buy at most N pictures."),
            click.option("--max-cost", metavar="AMOUNT",
                         help='Spend at most this, such as 3.50 or "3.50 CNY".'),
            click.option("--adopt", multiple=True, metavar="ID",
                         help="This task is the answer to the undecided request."),
            click.option("--resubmit-ambiguous", "resubmit", is_flag=True,
                         help="Buy undecided requests once more; they may be billed twice."),
            click.option("--top-up", is_flag=True,
                         help="Ask again for the pictures that a step was not given."),
            click.option("--skip", is_flag=True, help="Leave undecided requests out."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def selecting(function: Function) -> Function:
    """Add what chooses steps."""
    for option in reversed(
        (
            click.option("--only", multiple=True, metavar="STEP",
                         help="This step alone; what it needs is reused, or made if it must be."),
            click.option("--from", "first", metavar="STEP", help="This step and what hangs on it."),
            click.option("--until", metavar="STEP", help="This step and all that it hangs on."),
            click.option("--take", "takes", multiple=True, metavar="STEP=N",
                         help="Make another picture of the same request: the Nth."),
            click.option("--workspace", type=click.Path(path_type=Path), metavar="DIR",
                         help="The workspace; default is the nearest .wanflow upwards from here."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def choosing_rows(function: Function) -> Function:
    """Add what chooses rows of a campaign."""
    for option in reversed(
        (
            click.option("--rows", metavar="FIRST:LAST",
                         help="Of a campaign, these rows: 10:20, 10: or 7; they count from 1."),
            click.option("--row", "keys", multiple=True, metavar="KEY",
                         help="Of a campaign, the row of this name."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def no_rows(rows: str | None, keys: Sequence[str]) -> None:
    """Refuse a choice of rows for what has none.

    Raises:
        UsageError: rows are chosen.
    """
    if rows is not None or keys:
        raise UsageError("a recipe has no rows to choose from", hint="--rows is for campaigns")


JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Only errors and where the report is.")
NO_COLOR = click.option("--no-color", is_flag=True, help="No colour, also on a terminal.",
                        expose_value=False, is_eager=True,
                        callback=lambda _context, _option, on: _no_color(on=on))  # fmt: skip


def _no_color(*, on: bool) -> None:
    if on:
        os.environ["NO_COLOR"] = "1"


def held(provider: str | None, region: str | None) -> Settings:
    """Give the settings that hold here, with the options over them."""
    base = settings(Path.cwd())
    return replace(base, provider=provider or base.provider, region=region or base.region)


def ask_for(  # noqa: PLR0913 # what a command line has
    file: Path,
    words: Sequence[str],
    inputs_file: Path | None,
    *,
    chosen: Settings,
    allowed: Sequence[Path],
    only: Sequence[str] = (),
    first: str | None = None,
    until: str | None = None,
    takes: Sequence[str] = (),
    lenient: bool = False,
) -> Ask:
    """Put a command line together to what it asks for.

    Raises:
        RecipeError: a word is no `name=value`, or a file of inputs is no sound YAML.
        UsageError: the file of inputs cannot be read.
    """
    from wanflow.loading import input_pairs

    given, problems = input_pairs(words, read=lambda name: Path(name).read_text("utf-8-sig"))
    if problems:
        raise RecipeError(problems)
    if inputs_file is not None:
        given = {**_values_in(inputs_file), **given}
    return Ask(
        recipe=file,
        inputs=given,
        texts=True,
        lenient=lenient,
        provider=chosen.provider,
        region=chosen.region,
        allowed=tuple(allowed),
        only=tuple(only),
        first=first,
        until=until,
        takes=_takes(takes),
    )


def _takes(words: Sequence[str]) -> dict[str, int]:
    takes: dict[str, int] = {}
    for word in words:
        step, _, number = word.partition("=")
        if not number.isascii() or not number.isdigit() or int(number) < 1:
            raise UsageError(
                f"'--take {word}' is not understood",
                hint="write --take STEP=2 for a second picture",
            )
        takes[step] = int(number)
    return takes


def _values_in(file: Path) -> dict[str, JsonValue]:
    """Read a file of inputs: one mapping of names to values, in YAML or JSON."""
    from wanflow.loading import parse

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"'{file}' cannot be read: {error.strerror}") from None
    value = parse(data, file=str(file)).value
    return dict(value) if isinstance(value, Mapping) else {}
