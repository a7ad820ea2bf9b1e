"""The program `wanflow`: finds the command and loads only that."""

import sys


def main() -> None:
    """Run the command line. Exits with the codes of `wanflow.errors.Exit`."""
    if sys.argv[1:] in ([], ["--help"], ["-h"]):
        from wanflow.cli.overview import overview

        sys.stdout.write(overview())
        return
    from wanflow.cli.program import program

    program()
