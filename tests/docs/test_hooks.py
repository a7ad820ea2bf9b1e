"""What other programs take from this repository: hooks for commits, an entry of a catalogue."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from wanflow import contract
from wanflow.cli.program import exit_code_of
from wanflow.loading.parse import drafted

ROOT = Path(__file__).parent.parent.parent
HOOKS: list[dict[str, Any]] = drafted(
    b"hooks:\n" + (ROOT / ".pre-commit-hooks.yaml").read_bytes(), file="hooks"
).value["hooks"]  # type: ignore[index, call-overload, assignment] # a mapping with a list


def wanted(hook: dict[str, Any], name: str) -> bool:
    """Say whether a hook looks at a file, as pre-commit decides: by search, not by match."""
    return bool(re.search(hook["files"], name)) and not re.search(hook["exclude"], name)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_looks_at_recipes_and_at_nothing_else(hook: dict[str, Any]) -> None:
    looked = {
        name: wanted(hook, name)
        for name in (
            "a.wanflow.yaml", "x/b.wanflow.yml", "recipes/c.yaml", "x/recipes/d.yml",
            "a.yaml", "recipes/c.lock.yaml", "recipes/pictures/e.jpg", "my-recipes/f.yaml",
        )
    }  # fmt: skip

    assert [name for name, is_one in looked.items() if is_one] == [
        "a.wanflow.yaml",
        "x/b.wanflow.yml",
        "recipes/c.yaml",
        "x/recipes/d.yml",
    ]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_passes_on_the_recipes_of_this_repository(
    hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    files = [f"recipes/{file.name}" for file in sorted((ROOT / "recipes").iterdir())]
    before = {name: (ROOT / name).stat().st_mtime_ns for name in files}
    program, *words = shlex.split(hook["entry"])

    code = exit_code_of([*words, *(name for name in files if wanted(hook, name))])

    assert (program, code) == ("wanflow", 0)
    assert before == {name: (ROOT / name).stat().st_mtime_ns for name in files}
    assert {"id", "name", "entry", "language"} <= hook.keys()


def test_the_entry_of_the_catalogue_is_whole() -> None:
    entry = json.loads((ROOT / "docs" / "schemastore.json").read_text(encoding="utf-8"))

    assert entry.keys() == {"name", "description", "fileMatch", "url"}
    assert entry["url"].startswith("https://")
    assert entry["fileMatch"] == ["*.wanflow.yaml", "*.wanflow.yml"]
    assert "recipe" in contract.names()
