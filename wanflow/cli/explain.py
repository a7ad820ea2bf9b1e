"""`wanflow explain`: what a code means, what causes it and what cures it."""

from difflib import get_close_matches

import click

from wanflow.cli.options import JSON, NO_COLOR
from wanflow.cli.say import say, say_json
from wanflow.errors import UsageError
from wanflow.messages import Explanation, explanations
from wanflow.report.explained import explanation_text, explanations_json, explanations_text


@click.command("explain")
@click.argument("code", required=False, metavar="[CODE]")
@JSON
@NO_COLOR
def command(*, code: str | None, as_json: bool) -> None:
    """Say what a code means, in English and Chinese; without one, list all of them by theme."""
    chosen = tuple(explanations().values()) if code is None else (known_code(code),)
    if as_json:
        say_json(explanations_json(chosen))
    elif code is None:
        say(f"{explanations_text(chosen)}\n\nExplain one with: wanflow explain CODE")
    else:
        say(explanation_text(chosen[0]))


def known_code(code: str) -> Explanation:
    """Give the explanation of a code; case does not count.

    Raises:
        UsageError: there is none; names the nearest.
    """
    known = explanations()
    folded = {name.casefold(): name for name in known}
    name = folded.get(code.casefold())
    if name is not None:
        return known[name]
    near = get_close_matches(code.casefold(), folded, n=1, cutoff=0.6)
    hint = f"did you mean '{folded[near[0]]}'?" if near else "see all with: wanflow explain"
    raise UsageError(f"there is no code '{code[:80]}'", hint=hint)
