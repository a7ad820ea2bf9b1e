"""Deciding in the page of one run, in a real browser, opened from disk."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from tests.report.sample_runs import branching_run, failed_run
from wanflow.model.run import RunRecord
from wanflow.report.html_page import report_html

Opens = Callable[[RunRecord], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "these tests need Chromium on the PATH as 'chromium'"
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Open the report of a run; at the end nothing was said or thrown."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(record: RunRecord) -> Page:
        file = tmp_path / "report.html"
        file.write_text(report_html(record, folder=tmp_path), encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def review_of(page: Page) -> Any:  # noqa: ANN401 # JSON, looked at by tests
    with page.expect_download() as download:
        page.get_by_role("button", name="Save review.json", exact=True).click()
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def test_r07_keys_decide_on_one_step_after_the_other(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    page = opens(record)

    page.keyboard.press("3")
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.type("1 x s, 图2 too dark")
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    page.keyboard.press("2")
    review = review_of(page)

    evening, boxed, wide = (
        [picture.artifact.sha256 for picture in step.pictures] for step in record.steps
    )
    told = [(entry["step"], entry["sha256"], entry["decision"], entry["stars"], entry["note"])
            for entry in review["decisions"]]  # fmt: skip
    assert {entry["row"] for entry in review["decisions"]} == {None}
    assert told == [
        ("evening", evening[2], "pick", 0, ""),
        ("boxed", boxed[0], "reject", 0, ""),
        ("wide", wide[0], "pick", 1, "1 x s, 图2 too dark"),
    ]
    assert "2 picked" in page.locator(".review-counts").inner_text()


def test_arrows_and_next_open_go_from_step_to_step(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    current = page.locator(".current-step h3")

    page.keyboard.press("ArrowRight")
    second = current.inner_text()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    first = current.inner_text()
    page.keyboard.press("1")
    page.get_by_role("button", name="Next open").click()

    assert "boxed" in second
    assert "evening" in first
    assert "wide" in current.inner_text()


def test_nothing_is_left_to_decide_at_the_end(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    for _ in range(3):
        page.keyboard.press("1")

    expect(page.get_by_role("button", name="Next open")).to_be_disabled()


def test_keys_on_the_slider_stay_with_the_slider(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")

    assert review_of(page)["decisions"] == []
    assert page.locator("input[type=range]").first.input_value() == "51"


def test_decisions_live_through_a_reload_and_leaving_warns(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    warned: list[str] = []

    def accepted(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", accepted)
    page.get_by_role("button", name="Pick picture 2 (key 2)").click()
    page.reload()

    picked = page.get_by_role("button", name="Pick picture 2 (key 2)")
    expect(picked).to_have_attribute("aria-pressed", "true")
    assert warned == ["beforeunload"]


def test_the_review_speaks_the_language_of_the_page(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    page.get_by_role("button", name="切换到中文").or_(
        page.get_by_role("button", name="Switch to Chinese")
    ).click()

    expect(page.locator(".review-counts")).to_contain_text("3 未选")
    expect(page.get_by_role("button", name="下一个未选")).to_be_visible()
    expect(page.get_by_role("button", name="选用第 2 张(按键 2)")).to_be_visible()


def test_a_run_that_made_nothing_has_no_review(opens: Opens, tmp_path: Path) -> None:
    record = failed_run(tmp_path)
    page = opens(replace(record, steps=tuple(replace(s, pictures=()) for s in record.steps)))

    assert not page.locator("#review").is_visible()
