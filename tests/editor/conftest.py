import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.install import node_modules
from tests.editor.language_server import LanguageServer

ROOT = Path(__file__).parent.parent.parent
RECIPE = (ROOT / "schemas" / "recipe.schema.json").as_uri()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of npm packages; without it there is nothing to test here, but never in CI."""
    place = node_modules()
    if shutil.which("node") is None or not place.is_dir():
        missing = "needs node, and the packages of: python tests/editor/install.py"
        assert "TESTS_MUST_NOT_SKIP" not in os.environ, missing
        pytest.skip(missing)
    return place


@pytest.fixture(scope="session")
def editor(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """An editor in which every file is a recipe."""
    program = ["node", str(packages / "yaml-language-server" / "bin" / "yaml-language-server")]
    root = tmp_path_factory.mktemp("editor")
    with LanguageServer(program, root=root, schemas={RECIPE: "*.yaml"}) as server:
        yield server
