"""A browser for the tests of this room."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.report.pages import Opens, opening


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "these tests need Chromium on the PATH as 'chromium'"
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Open the report of a run from disk; at the end nothing was said, asked for or thrown."""
    with opening(browser, tmp_path) as opened:
        yield opened
