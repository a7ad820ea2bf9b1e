"""Programs of others that a test wants: without one it is skipped, but never in CI."""

import os
import shutil
from pathlib import Path

import pytest

from tests.editor.install import node_modules


def program(name: str, *, hint: str) -> str:
    """Find a program on the PATH, or skip the test."""
    found = shutil.which(name)
    if found is None:
        _leave(f"needs {name}: {hint}")
    return str(found)


def npm_packages() -> Path:
    """Find the folder of npm packages, or skip the test."""
    place = node_modules()
    if not place.is_dir():
        _leave("needs the packages of: python tests/editor/install.py")
    return place


def _leave(missing: str) -> None:
    assert "TESTS_MUST_NOT_SKIP" not in os.environ, missing
    pytest.skip(missing)
