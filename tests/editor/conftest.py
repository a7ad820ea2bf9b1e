from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer
from tests.editor.presence import npm_packages, program

ROOT = Path(__file__).parent.parent.parent
RECIPE = (ROOT / "schemas" / "recipe.schema.json").as_uri()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of npm packages, with node to run them."""
    program("node", hint="Debian: nodejs npm")
    return npm_packages()


@pytest.fixture(scope="session")
def editor(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """An editor in which every file is a recipe."""
    command = ["node", str(packages / "yaml-language-server" / "bin" / "yaml-language-server")]
    root = tmp_path_factory.mktemp("editor")
    with LanguageServer(command, root=root, schemas={RECIPE: "*.yaml"}) as server:
        yield server
