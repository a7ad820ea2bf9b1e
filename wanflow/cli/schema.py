"""`wanflow schema`: print one of the JSON Schemas of the contract."""

from difflib import get_close_matches

import click

from wanflow import contract
from wanflow.cli.say import say
from wanflow.errors import UsageError


@click.command("schema")
@click.argument("name", required=False, metavar="[NAME]")
def command(*, name: str | None) -> None:
    """Print a JSON Schema; without a name, list them."""
    known = contract.names()
    if name is None:
        say("\n".join(known))
        return
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        raise UsageError(f"there is no schema '{name}'", hint=hint)
    say(contract.schema(name).rstrip("\n"))
