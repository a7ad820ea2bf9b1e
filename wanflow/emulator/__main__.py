"""`python -m wanflow.emulator`: serve on this machine."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wanflow.emulator.options import OPTIONS, OptionError, described_faults, settings_from
from wanflow.emulator.serve import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until it is stopped; 2 if an option is wrong or the port is taken."""
    given = _parser().parse_args(arguments)
    if given.list_faults:
        sys.stdout.write(described_faults() + "\n")
        return 0
    texts = {option.name: getattr(given, option.name.replace("-", "_")) for option in OPTIONS}
    try:
        settings = settings_from(texts)
        serve(
            settings,
            host=given.host,
            port=given.port,
            ledger_file=given.ledger,
            verbose=given.verbose,
        )
    except OptionError as error:
        sys.stderr.write(f"error: {error}\n hint: {error.hint}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wanflow.emulator",
        description="A local service that speaks DashScope's image-editing protocol.",
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=int, default=0, help="port to listen at; 0 picks one")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="JSON lines of what was bought")
    parser.add_argument("--verbose", action="store_true", help="log every request to stderr")
    parser.add_argument("--list-faults", action="store_true", help="list all faults and end")
    for option in OPTIONS:
        parser.add_argument(
            f"--{option.name}",
            metavar="TEXT",
            default=option.default,
            help=f"{option.meaning}: {option.form} (default: {option.default or 'none'})",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
