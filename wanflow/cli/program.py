"""The click program: commands loaded when they are called, and one way out for every error."""

import os
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

import click

from wanflow.cli.overview import COMMANDS, overview
from wanflow.errors import Exit, RecipeError, WanflowError

# The name is the provider's; it is not imported for it, so that starting stays quick.
_KEY = "DASHSCOPE_API_KEY"
_MODULES = {name: module for name, module, _ in COMMANDS}


class LazyGroup(click.Group):
    """A group that imports the module of a command only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's signature
        """Name all commands."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give one command; an unknown one gets the nearest name."""
        if cmd_name not in _MODULES:
            near = get_close_matches(cmd_name, _MODULES, n=1, cutoff=0.6)
            hint = f"; did you mean '{near[0]}'?" if near else "; see wanflow --help"
            raise click.UsageError(f"there is no command '{cmd_name}'{hint}", ctx)
        command: click.Command = import_module(_MODULES[cmd_name]).command
        return command

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002 # click's signature
        """Say the same as the fast path of `wanflow --help`."""
        return overview().rstrip("\n")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wanflow", message="wanflow %(version)s")
def wanflow() -> None:
    """Declarative recipes for image editing with Alibaba's Wan models."""


def program(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with the exit code that says how it ended."""
    sys.exit(exit_code_of(list(sys.argv[1:] if arguments is None else arguments)))


def exit_code_of(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code; every error becomes words on stderr.

    The API key is taken out of the environment first, and handed to the command that pays: the
    processes in which pictures are opened are started later, and do not get it.
    """
    environment = dict(os.environ)
    os.environ.pop(_KEY, None)
    try:
        result: Any = wanflow.main(
            args=list(arguments), prog_name="wanflow", standalone_mode=False, obj=environment
        )
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.WRONG_INPUT
    except WanflowError as error:
        return _told(error)
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 # the last line of defence: a person reads this
        return _odd(error, environment)
    return int(result) if isinstance(result, int) else Exit.DONE


def _odd(error: Exception, environment: Mapping[str, str]) -> int:
    if isinstance(error, BrokenPipeError):
        # The reader of our output has left; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    return _bug(error, environment)


def _told(error: WanflowError) -> int:
    from wanflow.cli.say import say_error, say_problems

    if isinstance(error, RecipeError):
        say_problems(error.problems)
    else:
        say_error(error)
    return error.exit_code


def _bug(error: Exception, environment: Mapping[str, str]) -> int:
    import traceback

    from wanflow.providers.dashscope.key import redacted_for
    from wanflow.report.safe import safe_text

    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"  {frame.name} ({frame.filename}:{frame.lineno})" for frame in frames[-6:])
    words = redacted_for(environment, str(error))
    click.echo(
        f"wanflow: this is a bug in wanflow: {type(error).__name__}: {safe_text(words)}\n"
        f"{places}\n"
        "hint: nothing that was made is lost; please report these lines with the recipe",
        err=True,
    )
    return Exit.BUG
