"""The page of a campaign in a real browser, opened from disk."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from tests.report.campaign_runs import REFUSED, Shop, campaign, record_of
from tests.report.random_records import HOSTILE_TEXTS
from wanflow.model.campaign import CampaignRecord
from wanflow.report.visible import visible
from wanflow.report.wall import campaign_html

Opens = Callable[..., Page]
SHOWN = "document.getElementById('shown').textContent"
KEYS = "[...document.querySelectorAll('#wall h3')].map(name => name.textContent)"


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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[CampaignRecord, Path]:
    """100 rows with every state among them."""
    folder = tmp_path_factory.mktemp("shop")
    record = campaign(folder, Shop(rows=100))
    (folder / "report.html").write_text(campaign_html(record, folder), encoding="utf-8")
    return record, folder


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Open a page from disk; at the end nothing was said, asked of the network or thrown."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(folder: Path, place: str = "", lacking: str = "nothing", **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type] # options of a context
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: None if lacking in message.text else heard.append(message.text),
        )
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("data:", "blob:", folder.as_uri()))
                else heard.append(f"request: {asked.url[:200]}")
            ),
        )
        page.goto((folder / "report.html").as_uri() + place)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("#bar:not([hidden])")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def written(folder: Path, record: CampaignRecord) -> Path:
    (folder / "report.html").write_text(campaign_html(record, folder), encoding="utf-8")
    return folder


def review_of(page: Page) -> Any:  # noqa: ANN401 # JSON, looked at by tests
    with page.expect_download() as download:
        page.get_by_role("button", name="Save review.json", exact=True).click()
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def test_r09_typing_narrows_prompts_and_values_and_says_how_many(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder)
    at_first = page.evaluate(SHOWN)

    page.get_by_label("Search").fill("COFFEE snow")

    coffee = [row for row in record.rows if row.values["product"] == "coffee"]
    fitting = [row.key for row in coffee if "snow" in str(row.values["scene"])]
    expect(page.locator("#shown")).not_to_have_text("showing 100 of 100")
    assert at_first == "showing 100 of 100"
    assert page.evaluate(SHOWN) == f"showing {len(fitting)} of 100"
    assert page.evaluate(KEYS) == fitting
    assert "q=COFFEE+snow" in page.url


def test_r09_states_are_filters_with_counts(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder)

    page.get_by_role("button", name="4 failed").click()
    failed = page.evaluate(KEYS)
    page.get_by_role("button", name="2 waiting for a pick").click()

    both = [row.key for row in record.rows if row.state in {"failed", "waiting"}]
    assert failed == [row.key for row in record.rows if row.state == "failed"]
    assert page.evaluate(KEYS) == both
    assert page.get_by_role("button", name="4 failed").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Show all").click()
    assert page.evaluate(SHOWN) == "showing 100 of 100"


def test_r12_a_class_of_problems_leads_to_its_rows(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder)

    page.get_by_role("button", name=f"Show them: {REFUSED}").click()

    assert page.evaluate(SHOWN) == "showing 2 of 100"
    assert "scene: DataInspectionFailed" in page.locator(".tile").first.inner_text()


@pytest.mark.parametrize(
    ("order", "figure"),
    [
        ("worst drift", lambda row: -max(m.value for s in row.steps for m in s.checks
                                         if m.check == "shift")),
        ("lowest kept", lambda row: min(m.value for s in row.steps for m in s.checks
                                        if m.check == "kept")),
        ("time", lambda row: -sum(step.seconds for step in row.steps)),
        ("price", lambda row: -sum(step.cost_micro for step in row.steps)),
    ],
)  # fmt: skip
def test_r16_rows_are_sorted_by_what_was_measured(
    opens: Opens,
    shop: tuple[CampaignRecord, Path],
    order: str,
    figure: Callable[[Any], float],
) -> None:
    record, folder = shop
    page = opens(folder, "#state=done")

    page.get_by_label("Sort").select_option(label=order)

    done = sorted((row for row in record.rows if row.state == "done"), key=figure)
    assert page.evaluate(KEYS) == [row.key for row in done]


def test_the_place_is_in_the_address_and_opens_again(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder)
    page.get_by_role("radio", name="Rows").check()
    page.get_by_label("Search").fill("rocket")
    page.get_by_label("Sort").select_option(label="key")
    page.locator(".line a").nth(2).click()
    name = page.locator("#panel h2").inner_text()
    address = page.url.partition("#")[2]

    again = opens(folder, f"#{address}")

    assert again.locator("#panel h2").inner_text() == name
    assert again.get_by_role("radio", name="Rows").is_checked()
    assert again.get_by_label("Search").input_value() == "rocket"
    assert again.evaluate(SHOWN) == page.evaluate(SHOWN)


def test_arrows_walk_the_rows_that_are_shown_and_esc_returns(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    failed = [row.key for row in record.rows if row.state == "failed"]
    page = opens(folder, "#state=failed")
    page.locator(".tile a").first.click()
    heading = page.locator("#panel h2")

    seen = [heading.inner_text()]
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(heading.inner_text())
    said = page.locator("#live").inner_text()
    page.keyboard.press("Escape")

    assert seen == [failed[0], failed[1], failed[2], failed[1]]
    assert said.startswith(f"row 2 of 4, {failed[1]}")
    assert not page.locator("#panel").is_visible()
    focused = page.evaluate(
        "document.activeElement.closest('.tile').querySelector('h3').textContent"
    )
    assert focused == failed[1]


def test_arrows_up_and_down_go_by_lines_of_the_wall(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    keys = [row.key for row in record.rows]
    page = opens(folder)
    across = page.evaluate(
        "getComputedStyle(document.getElementById('wall')).gridTemplateColumns.split(' ').length"
    )
    page.locator(".tile a").first.focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    assert page.locator("#panel h2").inner_text() == keys[across + 1]


def test_the_panel_stands_beside_the_wall_with_words_numbers_and_pictures(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    row = next(iter(record.rows))
    page = opens(folder, "#r0")
    panel, wall = page.locator("#panel"), page.locator("#wall")

    text = panel.inner_text()

    wall_box, panel_box = wall.bounding_box(), panel.bounding_box()
    assert wall_box
    assert panel_box
    assert wall_box["x"] + wall_box["width"] <= panel_box["x"]
    scene = row.steps[1]
    words = ("{{ row.product }}", "¥0.60", "wan2.5-i2i-preview", "shift", "kept", "strength")
    for said in (row.key, scene.prompt, scene.task_id, scene.fingerprint, "AS-0001", *words):
        assert said
        assert said in text
    assert panel.locator("[open] mark").all_inner_texts()[:2] == ["astronaut", "a summer storm"]
    assert panel.locator(".candidates button").count() == 3


def test_r01_the_result_is_compared_with_what_went_into_its_step(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    row = next(iter(record.rows))
    page = opens(folder, "#r0")
    chosen = "select => select.selectedOptions[0].textContent"
    before, after = page.get_by_label("Before", exact=True), page.get_by_label("After", exact=True)
    at_first = (before.evaluate(chosen), after.evaluate(chosen))

    page.get_by_role("button", name="Show scene 3/3 as after").click()
    page.get_by_role("radio", name="Difference").check()

    assert at_first == ("cut (384 × 384)", "scene 1/3 (384 × 384)")
    source = page.locator(".pane-after img").get_attribute("src")
    assert source == f"./{row.steps[1].pictures[2].file}"
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.pane-after')).mixBlendMode"
    ) == "difference"  # fmt: skip
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel h2").inner_text() == row.key


def test_zoom_moves_both_pictures_by_arrow_keys_and_the_slider_by_its_own(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    page.get_by_label("Zoom", exact=True).select_option("4")
    frame = page.locator(".frame")

    frame.focus()
    page.keyboard.press("ArrowRight")
    moved = frame.evaluate("frame => frame.style.getPropertyValue('--x')")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("PageUp")

    assert moved == "55%"
    assert slider.get_attribute("aria-valuetext") == "60 % before, 40 % after"
    assert page.locator("#panel h2").inner_text() == "AS-0001 1:1"


def test_a_refused_row_shows_the_words_of_the_service(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    at = [row.state for row in record.rows].index("failed")
    page = opens(folder, f"#r{at}")

    said = page.locator("#panel .failure").inner_text()

    assert "DataInspectionFailed" in said
    assert "Input data may contain inappropriate content." in said
    assert "nothing was billed" in said
    assert page.locator("#panel .controls").count() == 0


def test_r07_keys_pick_reject_star_and_note(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    rows = list(record.rows)
    page = opens(folder, "#r0")

    page.keyboard.press("2")
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.type("too dark, 1x")
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    counts = page.locator(".review-counts").inner_text()
    review = review_of(page)

    scenes = [row.steps[1] for row in rows[:3]]
    assert counts.split("\n") == ["2 picked", "1 rejected", "85 open"] or (
        "2 picked" in counts and "1 rejected" in counts
    )
    assert (review["v"], review["run"]) == (1, record.run)
    told = [(entry["row"], entry["step"], entry["sha256"], entry["decision"], entry["stars"],
             entry["note"]) for entry in review["decisions"]]  # fmt: skip
    assert told == [
        (rows[0].key, "scene", scenes[0].pictures[1].artifact.sha256, "pick", 0, ""),
        *((rows[1].key, "scene", picture.artifact.sha256, "reject", 0, "")
          for picture in scenes[1].pictures),
        (rows[2].key, "scene", scenes[2].pictures[0].artifact.sha256, "pick", 2, "too dark, 1x"),
    ]  # fmt: skip
    assert all(entry["at"].endswith("Z") for entry in review["decisions"])


def test_the_same_key_again_takes_a_decision_back(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Go on after a decision").uncheck()
    page.locator("#panel h2").focus()

    page.keyboard.press("3")
    picked = page.locator("#r0 .marks").inner_text()
    page.keyboard.press("3")

    assert picked == "✓ 3"
    assert page.locator("#r0 .marks").count() == 0
    assert review_of(page)["decisions"] == []


def test_a_picked_picture_stands_on_the_wall(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder, "#r0")

    page.get_by_role("button", name="Pick picture 2 (key 2)").click()

    picked = next(iter(record.rows)).steps[1].pictures[1]
    assert page.locator("#r0 img").get_attribute("src") == f"./{picked.file}"
    assert page.evaluate("new URLSearchParams(location.hash.slice(1)).get('row')") == "AS-0001 4:3"


def test_a_star_alone_stays_in_the_page_and_leaving_warns(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    warned: list[str] = []

    def accepted(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", accepted)
    page.keyboard.press("s")
    page.reload()

    expect(page.locator("#r0 .marks")).to_have_text("★1")
    assert warned == ["beforeunload"]
    assert review_of(page)["decisions"] == []


def test_shortcuts_can_be_switched_off(opens: Opens, shop: tuple[CampaignRecord, Path]) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Keys 1-4, x, s, n").uncheck()
    page.locator("#panel h2").focus()

    for key in "1xsn":
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")

    assert review_of(page)["decisions"] == []
    assert page.locator("#panel h2").inner_text() == "AS-0001 4:3"


def test_keys_in_a_field_are_letters(opens: Opens, shop: tuple[CampaignRecord, Path]) -> None:
    _, folder = shop
    page = opens(folder, "#r0")

    page.get_by_label("Search").focus()
    page.keyboard.type("1xsn")

    assert page.get_by_label("Search").input_value() == "1xsn"
    assert review_of(page)["decisions"] == []


def test_next_open_goes_to_a_row_without_a_decision(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    rows = list(record.rows)
    page = opens(folder, "#r5")
    page.keyboard.press("1")

    page.get_by_role("button", name="Next open").click()

    open_ones = [row.key for row in rows[7:] if row.state in {"done", "reused", "waiting"}]
    assert page.locator("#panel h2").inner_text() == open_ones[0]


def test_r17_a_reload_keeps_place_and_decisions_while_the_campaign_runs(
    opens: Opens, tmp_path: Path
) -> None:
    record = campaign(tmp_path, Shop(rows=20, state_of=lambda at: "done" if at < 9 else "running"))
    page = opens(written(tmp_path, record), "#state=done&sort=drift")
    page.locator(".tile a").nth(3).click()
    name = page.locator("#panel h2").inner_text()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Go on after a decision").uncheck()
    page.locator("#panel h2").focus()
    page.keyboard.press("2")
    page.on("dialog", lambda dialog: dialog.accept())
    more = campaign(tmp_path, Shop(rows=20, state_of=lambda at: "done" if at < 15 else "running"))

    written(tmp_path, more)
    page.reload()
    page.wait_for_selector("#bar:not([hidden])")

    assert page.locator("#panel h2").inner_text() == name
    assert page.evaluate(SHOWN) == "showing 15 of 20"
    assert page.locator(".tile.current .marks").inner_text() == "✓ 2"
    assert len(review_of(page)["decisions"]) == 1


def test_leaving_with_decisions_that_were_not_saved_warns(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    warned: list[str] = []

    def accepted(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", accepted)

    page.get_by_role("button", name="Reject (key x)").click()
    page.reload()
    review_of(page)
    page.reload()

    assert warned == ["beforeunload"]


def test_a_review_of_a_colleague_is_taken_in_and_foreign_pictures_left(
    opens: Opens, shop: tuple[CampaignRecord, Path], tmp_path: Path
) -> None:
    record, folder = shop
    scene = next(iter(record.rows)).steps[1]
    entry = {"row": "AS-0001 1:1", "step": "scene", "decision": "pick", "stars": 4,
             "note": "<b>warm</b>", "by": "Li", "at": "2026-11-24T08:00:00Z"}  # fmt: skip
    decisions = [
        {**entry, "sha256": scene.pictures[2].artifact.sha256},
        {**entry, "sha256": "f" * 64},
        {**entry, "row": "nobody", "sha256": scene.pictures[2].artifact.sha256},
    ]
    given = tmp_path / "review.json"
    given.write_text(json.dumps({"v": 1, "run": record.run, "decisions": decisions}))
    page = opens(folder)

    page.get_by_text("More", exact=True).click()
    page.get_by_label("Go on with a review.json").set_input_files(given)

    expect(page.locator("#live")).to_have_text("1 of 3 decisions taken in")
    assert page.locator("#r0 .marks").inner_text().split() == ["✓", "3", "★4", "✎"]
    assert [entry["note"] for entry in review_of(page)["decisions"]] == ["<b>warm</b>"]


def test_a_file_that_is_no_review_is_refused(
    opens: Opens, shop: tuple[CampaignRecord, Path], tmp_path: Path
) -> None:
    _, folder = shop
    given = tmp_path / "notes.json"
    given.write_text("[]")
    page = opens(folder)

    page.get_by_text("More", exact=True).click()
    page.get_by_label("Go on with a review.json").set_input_files(given)

    page.get_by_text("This file is not a review.json.").first.wait_for()
    assert "0 picked" in page.locator(".review-counts").inner_text()


def test_decisions_leave_as_csv_and_no_cell_is_a_formula(opens: Opens, tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=2))
    rows = [replace(row, values={**row.values, "product": "=1+1", "scene": 'a, "b"'})
            for row in record.rows]  # fmt: skip
    page = opens(written(tmp_path, replace(record, rows=rows)), "#r0")
    page.keyboard.press("1")

    page.get_by_text("More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("row,format,sku,product,scene,state,decision,picture,sha256")
    assert lines[1].startswith('AS-0001 1:1,1:1,AS-0001,\'=1+1,"a, ""b""",done,pick,./images/')


def test_the_review_filter_shows_what_is_open_or_picked(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#r0")
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Escape")

    page.get_by_role("combobox", name="Review").select_option(label="picked (2)")

    assert page.evaluate(KEYS) == ["AS-0001 1:1", "AS-0001 4:3"]


def test_r10_the_matrix_is_a_table_and_an_empty_cell_says_why(opens: Opens, tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=12))
    rows = [row for at, row in enumerate(record.rows) if at != 4]
    page = opens(written(tmp_path, record_of(rows)), "#view=matrix&y=product")
    table = page.get_by_role("table", name="product down, format across")

    page.get_by_label("Search").fill("16:9")
    expect(page.locator("#shown")).to_have_text("showing 4 of 11")
    narrowed = table.get_by_role("columnheader").all_inner_texts()
    page.get_by_label("Search").fill("")
    expect(page.locator("#shown")).to_have_text("showing 11 of 11")
    page.get_by_role("button", name="1 failed").click()
    page.get_by_role("button", name="10 done").click()

    assert narrowed == ["16:9"]
    assert table.get_by_role("columnheader").all_inner_texts() == ["1:1", "4:3", "16:9"]
    assert table.get_by_role("rowheader").all_inner_texts() == [
        "astronaut", "chelsea", "coffee", "rocket",
    ]  # fmt: skip
    cells = table.get_by_role("cell").all_inner_texts()
    assert sum("no such row" in cell for cell in cells) == 1
    page.get_by_label("Down", exact=True).select_option("format")
    assert page.get_by_role("table", name="format down, product across").count() == 1


def test_a_cell_with_many_rows_leads_to_them(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder, "#view=matrix")

    page.get_by_role("button", name="more").first.click()

    square = [row for row in record.rows if row.combination["format"] == "1:1"]
    fitting = [row.key for row in square if row.values["product"] == "astronaut"]
    assert page.evaluate(KEYS) == fitting
    assert page.locator(".only").inner_text() == "format = 1:1, product = astronaut"


def test_without_two_variables_the_matrix_says_so(opens: Opens, tmp_path: Path) -> None:
    page = opens(written(tmp_path, campaign(tmp_path, Shop(rows=1))), "#view=matrix")

    assert "no matrix to draw" in page.locator("#matrix").inner_text()


def test_rows_show_the_whole_chain_with_what_goes_on(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder, "#view=rows")

    first = page.locator(".line").first

    row = next(iter(record.rows))
    sources = first.locator("img").evaluate_all("all => all.map(one => one.getAttribute('src'))")
    assert len(sources) == 1 + 1 + 3
    assert sources[1] == f"./{row.steps[0].pictures[0].file}"
    assert first.locator(".goes").count() == 1
    sizes = first.locator("img").evaluate_all(
        "all => all.every(one => one.loading === 'lazy' && one.width && one.height)"
    )
    assert sizes
    assert page.locator(".line").count() < 100


def test_above_500_rows_the_tiles_are_made_by_the_page(opens: Opens, tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=620, distinct=4))
    page = opens(written(tmp_path, record))

    at_first = page.locator(".tile").count()
    page.get_by_label("Search").fill("CO-0007")

    expect(page.locator("#shown")).to_have_text("showing 3 of 620")
    assert at_first < 620
    assert page.evaluate(KEYS) == ["CO-0007 1:1", "CO-0007 4:3", "CO-0007 16:9"]
    source = page.locator(".tile img").first.get_attribute("src")
    assert source
    assert source.startswith("./report/thumbs/")
    assert (tmp_path / source).is_file()


def test_without_script_every_row_can_be_read(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    record, folder = shop
    page = opens(folder, java_script_enabled=False)

    assert page.locator(".tile").count() == 100
    assert page.locator("#bar").is_visible() is False
    assert page.locator(".tile .said").first.is_visible()
    link = page.locator(".tile a").first.get_attribute("href")
    assert link == f"./{next(iter(record.rows)).outputs[0].file}"
    assert "need script" in page.locator("noscript").inner_text()


def test_without_script_a_large_campaign_lists_its_rows(opens: Opens, tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=510, distinct=2))
    page = opens(written(tmp_path, record), java_script_enabled=False)

    assert page.locator(".plain li").count() == 510
    assert page.locator(".plain li").nth(7).inner_text() == "CO-0003 4:3 failed"


def test_the_page_speaks_both_languages(opens: Opens, shop: tuple[CampaignRecord, Path]) -> None:
    _, folder = shop
    page = opens(folder, "#r7", locale="zh-CN")

    at_first = page.locator("#bar").inner_text()
    page.get_by_role("button", name="Switch to English").click()

    assert "图墙" in at_first
    assert "显示 100 / 100" in at_first
    assert page.locator("html").get_attribute("lang") == "en"
    assert "showing 100 of 100" in page.locator("#bar").inner_text()
    assert "Values of the row" in page.locator("#panel").inner_text()
    assert page.locator("#r0 img").get_attribute("alt") == (
        "AS-0001 1:1, scene: picture 1 of 3, made by restage"
    )


def test_a_picture_that_goes_missing_later_says_so(opens: Opens, tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=3, distinct=100))
    folder = written(tmp_path, record)
    cut = next(iter(record.rows)).steps[0].pictures[0].file
    assert cut
    (tmp_path / cut).unlink()

    page = opens(folder, "#view=rows", lacking="ERR_FILE_NOT_FOUND")

    page.get_by_text(f"The file {cut} is missing.").first.wait_for()


@pytest.mark.parametrize("view", ["wall", "rows", "matrix"])
def test_hostile_text_stays_text_in_every_view(opens: Opens, tmp_path: Path, view: str) -> None:
    record = campaign(tmp_path, Shop(rows=len(HOSTILE_TEXTS)))
    rows = [
        replace(row, key=f"{text}{at}", values=dict.fromkeys(row.values, text),
                steps=tuple(replace(step, prompt=text, template=f"{{{{ a }}}}{text}", error=text,
                                    error_code=text, hint=text) for step in row.steps))
        for at, (row, text) in enumerate(zip(record.rows, HOSTILE_TEXTS, strict=True))
    ]  # fmt: skip
    page = opens(written(tmp_path, replace(record, rows=rows, campaign=HOSTILE_TEXTS[0])),
                 f"#view={view}")  # fmt: skip

    for at, text in enumerate(HOSTILE_TEXTS):
        page.evaluate(f"location.hash = '#r{at}'")
        expect(page.locator("#panel h2")).to_have_js_property("textContent", visible(f"{text}{at}"))
    assert page.title() != "taken"
    assert page.evaluate("document.querySelectorAll('#panel script, #panel style').length") == 0


def test_print_is_a_contact_sheet_of_twelve_a_page(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder, "#view=rows&q=rocket")
    shown = int(page.evaluate(SHOWN).split()[1])

    pdf = page.pdf(prefer_css_page_size=True)

    page.emulate_media(media="print")
    assert shown == 24
    assert page.locator("#wall").is_visible()
    assert not page.locator("#bar").is_visible()
    cover, sheets = 1, 2
    assert pdf.count(b"/Type /Page\n") == cover + sheets


def test_it_reflows_on_a_narrow_screen(opens: Opens, shop: tuple[CampaignRecord, Path]) -> None:
    _, folder = shop
    for place in ("", "#r0", "#view=rows", "#view=matrix"):
        page = opens(folder, place, viewport={"width": 320, "height": 640})

        width = page.evaluate("document.documentElement.scrollWidth")

        assert width <= 320


@pytest.mark.parametrize("place", ["", "#r0", "#view=rows", "#view=matrix"])
def test_r02_everything_has_a_name_and_is_large_enough(
    opens: Opens, tmp_path: Path, place: str
) -> None:
    record = campaign(tmp_path, Shop(rows=9, state_of=lambda _: "done"))
    page = opens(written(tmp_path, record), place)
    page.get_by_text("More", exact=True).click()

    wrong = page.evaluate(
        """() => {
        const wrong = [];
        const note = (element) => wrong.push(element.outerHTML.slice(0, 120));
        for (const image of document.images) {
            if (!image.alt && !image.closest('[aria-label]')) note(image);
        }
        for (const control of document.querySelectorAll('input, select, button, summary, a')) {
            const box = control.getBoundingClientRect();
            if (!box.width) continue;
            const names = [control.getAttribute('aria-label'), control.textContent.trim(),
                control.querySelector('img')?.alt,
                ...[...(control.labels || [])].map((label) => label.textContent.trim())];
            if (!names.some(Boolean)) note(control);
            if (!control.matches('a') && (box.width < 24 || box.height < 24)) note(control);
        }
        const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
        wrong.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
        let level = 0;
        for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
            if (heading.closest('[hidden]')) continue;
            const next = Number(heading.tagName[1]);
            if (next > level + 1) note(heading);
            level = next;
        }
        return wrong;
    }"""
    )

    assert wrong == []


def test_one_stop_of_the_tab_key_leads_into_the_wall(
    opens: Opens, shop: tuple[CampaignRecord, Path]
) -> None:
    _, folder = shop
    page = opens(folder)

    stops = page.evaluate("document.querySelectorAll('#wall a[tabindex=\"0\"]').length")

    assert stops == 1
