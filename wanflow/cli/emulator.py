"""`wanflow emulator`: the service in miniature, on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wanflow.cli.say import say
from wanflow.emulator.options import OPTIONS, OptionError, described_faults, settings_from
from wanflow.errors import UsageError


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command every option that the emulator itself knows."""
    for option in reversed(OPTIONS):
        function = click.option(
            f"--{option.name}",
            option.name.replace("-", "_"),
            default=option.default,
            metavar="TEXT",
            help=f"{option.meaning}: {option.form} (default: {option.default or 'none'})",
        )(function)
    return function


@click.command("emulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=int, default=0, help="Port to listen at; 0 picks one.")
@click.option("--ledger", type=click.Path(path_type=Path), metavar="FILE",
              help="JSON lines of what was accepted and would have been billed.")  # fmt: skip
@click.option("--verbose", is_flag=True, help="Log every request to stderr.")
@click.option("--list-faults", is_flag=True, help="List all faults and end.")
@_with_options
def command(
    *,
    host: str,
    port: int,
    ledger: Path | None,
    verbose: bool,
    list_faults: bool,
    **texts: str,
) -> None:
    """Serve DashScope's image-editing protocol here; the first line on stdout is the base URL.

    Point any client at it, the official SDK for one; any key will do. Ctrl-C ends it.
    """
    if list_faults:
        say(described_faults())
        return
    try:
        from wanflow.emulator.serve import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the emulator needs {error.name}, which this Python does not have",
            hint="python -m pip install 'wanflow[emulator]'",
        ) from None
    try:
        settings = settings_from(
            {option.name: texts[option.name.replace("-", "_")] for option in OPTIONS}
        )
        serve(settings, host=host, port=port, ledger_file=ledger, verbose=verbose)
    except OptionError as error:
        raise UsageError(str(error), hint=error.hint) from None
    except OSError as error:
        raise UsageError(f"cannot listen at {host}:{port}: {error.strerror or error}") from None
