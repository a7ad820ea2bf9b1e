"""How commands speak: results on stdout, everything else on stderr."""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from wanflow.errors import Problem, WanflowError
from wanflow.model.values import JsonValue
from wanflow.report.problems import problems_json, render_problems
from wanflow.report.safe import safe_text

_SURROGATE = re.compile("[\ud800-\udfff]")


def colored(stream: object) -> bool:
    """Say whether a stream wants colour: a terminal, and nobody has asked for none."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and "NO_COLOR" not in os.environ


def say(text: str) -> None:
    """Write a result to stdout."""
    click.echo(text, color=colored(sys.stdout))


def tell(text: str) -> None:
    """Write anything that is not the result to stderr."""
    click.echo(text, err=True, color=colored(sys.stderr))


def say_json(value: JsonValue) -> None:
    """Write the one JSON document of `--json` to stdout, UTF-8 as it is."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # A lone surrogate cannot be written as UTF-8, only as an escape.
    click.echo(_SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text))


def say_error(error: WanflowError) -> None:
    """Tell of an error that has no place in a file."""
    tell(f"wanflow: {safe_text(str(error), limit=None)}")
    if error.hint:
        tell(f"hint: {safe_text(error.hint, limit=None)}")


def say_problems(
    problems: Sequence[Problem], *, sources: Mapping[str, str] | None = None, as_json: bool = False
) -> None:
    """Tell of everything that is wrong with a recipe, with the lines it is on."""
    if as_json:
        say_json(problems_json(problems))
        return
    texts = sources_of(problems, sources or {})
    tell(render_problems(problems, texts, color=colored(sys.stderr)))


def sources_of(problems: Sequence[Problem], sources: Mapping[str, str]) -> dict[str, str]:
    """Give the text of every file that problems are in, read again where it is not there yet."""
    known = {p.span.file for p in problems if p.span}
    missing = known - sources.keys()
    return {**sources, **{file: _text_of(Path(file)) for file in missing}}


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes()[:1_000_000].decode("utf-8", "replace")
    except OSError:
        return ""


def shown_path(path: Path) -> str:
    """Write a path as it can be typed here: relative when it lies below the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
