"""The page of a run held against what axe-core knows of pages that keep people out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.report.pages import Opens
from tests.report.sample_runs import branching_run, chinese_run, failed_run, running_run
from wanflow.model.run import RunRecord

_FOUND = """async () => (await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})).violations.map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 90)).join(' | '))
"""


def _axe() -> str:
    told = os.environ.get("WANFLOW_AXE")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wanflow-tests"
    script = Path(told) if told else next(iter(cache.glob("axe-core-*.js")), None)
    if script is None:
        pytest.skip("axe-core is not here: tests/fetch_axe.sh brings it")
    return script.read_text(encoding="utf-8")


def _violations(page: Page) -> list[str]:
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_FOUND)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("made", [branching_run, failed_run, chinese_run])
def test_r02_axe_finds_nothing_in_either_theme(
    opens: Opens, tmp_path: Path, made: Callable[[Path], RunRecord], scheme: str
) -> None:
    page = opens(made(tmp_path), color_scheme=scheme)

    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_r02_axe_finds_nothing_in_the_light_and_with_the_keys_open(
    opens: Opens, tmp_path: Path, scheme: str
) -> None:
    page = opens(branching_run(tmp_path), files=True, color_scheme=scheme)
    page.keyboard.press("?")
    keys = _violations(page)

    page.keyboard.press("Escape")
    page.keyboard.press("o")

    assert keys == []
    assert _violations(page) == []


def test_r02_axe_finds_nothing_with_the_map_of_what_changed(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    page.locator("#step-3").get_by_role("button", name="kept 97.4 %").click()

    assert _violations(page) == []


def test_r02_axe_finds_nothing_in_chinese_on_a_telephone(opens: Opens, tmp_path: Path) -> None:
    small = {"width": 390, "height": 800}

    page = opens(running_run(tmp_path), viewport=small, locale="zh-CN")

    assert _violations(page) == []
