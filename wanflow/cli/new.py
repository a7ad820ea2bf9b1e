"""`wanflow new`: a first recipe, valid, commented, and with pictures to run it on."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from wanflow.cli.options import NO_COLOR
from wanflow.cli.say import say
from wanflow.errors import UsageError

# The recipe that newcomers get, and the pictures that it names.
_TEMPLATE = "first.yaml"
_NAME_LINE = re.compile(r"^name: .*$", re.MULTILINE)
_PICTURE = re.compile(r"pictures/[\w.-]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


@click.command("new")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@NO_COLOR
def command(*, file: Path) -> None:
    """Write a first recipe with two photographs beside it, ready to run and to change.

    Nothing that exists is overwritten.
    """
    if file.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"'{file}' is no name for a recipe", hint=f"wanflow new {file}.yaml")
    if file.exists():
        raise UsageError(f"'{file}' exists already", hint="choose another name")
    folder = bundled_recipes()
    text = (folder / _TEMPLATE).read_text(encoding="utf-8")
    pictures = sorted(set(_PICTURE.findall(text)))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            _copy(folder / picture, file.parent / picture)
        file.write_text(_NAME_LINE.sub(f"name: {_name(file.stem)}", text, count=1), "utf-8")
    except OSError as error:
        raise UsageError(f"'{file}' cannot be written: {error.strerror}") from None
    say(f"wrote {file} and {', '.join(pictures)}\nrun it with: wanflow run {file}")


def bundled_recipes() -> Traversable:
    """Find the recipes that come with wanflow, installed or in a checkout."""
    package = files("wanflow")
    installed = package / "_recipes"
    return installed if installed.is_dir() else package.joinpath("..", "recipes")


def _copy(source: Traversable, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())


def _name(stem: str) -> str:
    """Make a recipe's name of a file's name: ASCII letters, digits, dashes, a letter first."""
    name = _NOT_IN_NAMES.sub("-", stem).strip("-_0123456789")
    return name[:64] or "recipe"
