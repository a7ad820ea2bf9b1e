"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "wanflow").rglob("*.py"))
LONGEST_MODULE_LINES = 400
LONGEST_FUNCTION_LINES = 50
NAMELESS = {"utils", "common", "helpers", "core", "base"}
HEAVY = ("jinja2", "httpx", "jsonschema", "PIL", "numpy", "rich", "yaml", "cv2")


def functions(module: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring.count("\n")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_has_outgrown_its_room(module: Path) -> None:
    lines = len(module.read_text(encoding="utf-8").splitlines())

    assert lines <= LONGEST_MODULE_LINES
    assert module.stem not in NAMELESS


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_too_long_to_read_at_once(module: Path) -> None:
    too_long = {name: n for name, n in functions(module) if n > LONGEST_FUNCTION_LINES}

    assert too_long == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_ignored_rule_says_why(module: Path) -> None:
    bare = re.compile(r"#\s*(noqa(:[\sA-Z0-9,]+)?|type: ignore(\[[^\]]*\])?)\s*$")

    lines = module.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if bare.search(line)] == []


def test_help_loads_nothing_that_it_does_not_need() -> None:
    program = (
        "import sys; sys.argv = ['wanflow', '--help']\n"
        "from wanflow.cli.main import main\n"
        "main()\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    text, _, loaded = done.stdout.partition("loaded:")
    assert text.startswith("Usage: wanflow")
    assert set(loaded.split()).isdisjoint(HEAVY)


def test_help_is_the_same_with_and_without_the_fast_path() -> None:
    from click.testing import CliRunner  # noqa: PLC0415 # only here

    from wanflow.cli.overview import overview  # noqa: PLC0415 # beside it
    from wanflow.cli.program import wanflow  # noqa: PLC0415 # beside it

    assert CliRunner().invoke(wanflow, ["--help"]).output == overview()
