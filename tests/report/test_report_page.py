"""The page in a real browser, opened from disk."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page

from tests.report.pages import Opens
from tests.report.random_records import HOSTILE_TEXTS
from tests.report.sample_runs import (
    branching_run,
    chinese_run,
    failed_run,
    reused_run,
    running_run,
)
from wanflow.model.plan import Decision
from wanflow.model.run import RunRecord
from wanflow.model.values import JobKey, Note


def _stage(page: Page, at: int = 0) -> Locator:
    return page.locator(".stage").nth(at)


def _box(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def test_the_slider_is_driven_by_the_keyboard(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page)
    slider = stage.get_by_role("slider", name="How much of before and after is shown")

    slider.focus()
    said = [slider.get_attribute("aria-valuetext")]
    for key in ("ArrowRight", "PageUp", "Home", "End", "PageDown"):
        page.keyboard.press(key)
        said.append(slider.get_attribute("aria-valuetext"))

    assert said == [
        "50 % before, 50 % after",
        "51 % before, 49 % after",
        "61 % before, 39 % after",
        "0 % before, 100 % after",
        "100 % before, 0 % after",
        "90 % before, 10 % after",
    ]
    clips = stage.locator(".pane-after").evaluate("pane => getComputedStyle(pane).clipPath")
    assert clips == "inset(0px 0px 0px 90%)"


def test_dragging_on_the_picture_moves_the_slider(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    frame = _stage(page).locator(".frame")
    frame.scroll_into_view_if_needed()
    box = _box(frame)

    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 100)
    page.mouse.up()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 100)

    assert _stage(page).locator("input[type=range]").input_value() == "25"


def test_before_is_the_input_of_the_step_and_any_other_can_be_chosen(
    opens: Opens, tmp_path: Path
) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page, 1)
    before, after = (
        stage.get_by_label("Before", exact=True),
        stage.get_by_label("After", exact=True),
    )
    chosen = "select => select.selectedOptions[0].textContent"
    at_first = (before.evaluate(chosen), after.evaluate(chosen))

    before.select_option(label="◧ temple (640 × 427)")
    stage.get_by_role("button", name="Swap").click()

    assert at_first == ("◧ evening 1/3 (640 × 427)", "◨ boxed (640 × 427)")
    assert (before.evaluate(chosen), after.evaluate(chosen)) == (
        "◧ boxed (640 × 427)",
        "◨ temple (640 × 427)",
    )
    large = page.locator("#inputs img").first.get_attribute("src")
    assert stage.locator(".pane-after img:not(.heat)").get_attribute("src") == large


def test_a_picture_beside_the_stage_can_be_put_on_it(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    page.get_by_role("button", name="Compare with evening 3/3 as after").click()

    after = _stage(page).get_by_label("After", exact=True)
    assert after.evaluate("s => s.selectedOptions[0].textContent") == "◨ evening 3/3 (640 × 427)"


def test_all_five_ways_to_compare_are_reached_by_arrow_keys(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page)
    frame = stage.locator(".frame")
    looks = """frame => [frame.dataset.mode, ...['.pane-before', '.pane-after'].map(pane => {
        const style = getComputedStyle(frame.querySelector(pane));
        return [style.visibility, style.opacity, style.mixBlendMode, style.gridColumnStart].join();
    })]"""

    stage.get_by_role("radio", name="Slider").focus()
    seen = [frame.evaluate(looks)]
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        seen.append(frame.evaluate(looks))

    plain = "visible,1,normal,1"
    assert seen == [
        ["slider", plain, plain],
        ["side", plain, "visible,1,normal,2"],
        ["flip", "hidden,1,normal,1", plain],
        ["onion", plain, "visible,0.5,normal,1"],
        ["difference", "hidden,1,normal,1", "hidden,1,normal,1"],
    ]


def test_flip_shows_before_by_key_and_while_held(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page)
    stage.get_by_role("radio", name="Flip").check()
    button = stage.get_by_role("button", name="Show before")
    visible = "pane => getComputedStyle(pane).visibility"
    pane = stage.locator(".pane-before")

    button.focus()
    page.keyboard.press("Space")
    by_key = (button.get_attribute("aria-pressed"), pane.evaluate(visible))
    page.keyboard.press("Space")
    stage.locator(".frame").hover()
    page.mouse.down()
    held = pane.evaluate(visible)
    page.mouse.up()

    assert by_key == ("true", "visible")
    assert held == "visible"
    assert pane.evaluate(visible) == "hidden"


def test_both_pictures_zoom_and_move_together(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), files=True)
    stage = _stage(page)
    stage.get_by_label("Zoom", exact=True).select_option("4")
    frame = stage.locator(".frame")
    places = """frame => [...frame.querySelectorAll('.pane > img:first-child')].map(
        image => Object.values(image.getBoundingClientRect().toJSON()).map(Math.round).join())"""
    centred = frame.evaluate(places)

    frame.focus()
    page.keyboard.press("ArrowRight")
    by_key = frame.evaluate(places)
    frame.hover()
    page.mouse.down()
    page.mouse.move(700, 300, steps=3)
    page.mouse.up()

    dragged = frame.evaluate(places)
    assert [len(set(places)) for places in (centred, by_key, dragged)] == [1, 1, 1]
    assert len({centred[0], by_key[0], dragged[0]}) == 3


def test_pictures_of_different_shape_say_so(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    said = _stage(page, 2).locator(".told-of")

    assert said.is_visible()
    assert "640 × 427" in said.inner_text()
    assert not _stage(page, 1).locator(".told-of").is_visible()


def test_the_language_follows_the_browser_and_can_be_switched(opens: Opens, tmp_path: Path) -> None:
    page = opens(chinese_run(tmp_path))
    slider = _stage(page).locator("input[type=range]")
    at_first = (page.locator("html").get_attribute("lang"), page.locator("#chain h2").inner_text())

    page.get_by_role("button", name="Switch to Chinese").or_(
        page.get_by_role("button", name="切换到中文")
    ).click()

    assert at_first == ("en", "Chain")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("#chain h2").inner_text() == "流程"
    assert slider.get_attribute("aria-valuetext") == "修改前 50%,修改后 50%"
    assert page.locator("#p0").get_attribute("alt") == "输入图片 temple"
    page.reload()
    assert page.locator("#chain h2").inner_text() == "流程"


def test_a_chinese_browser_gets_a_chinese_page(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), locale="zh-CN")

    assert page.locator("#chain h2").inner_text() == "流程"


def test_light_and_dark_follow_the_system_and_can_be_switched(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)

    page.get_by_role("button", name="Light / dark").click()

    assert dark == "rgb(23, 24, 26)"
    assert page.evaluate(paper) == "rgb(246, 245, 242)"
    page.reload()
    assert page.evaluate(paper) == "rgb(246, 245, 242)"


def test_commands_and_prompts_are_copied(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    page = opens(record, permissions=["clipboard-read", "clipboard-write"])

    page.locator(".again button.copy").click()

    page.wait_for_function("document.getElementById('live').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == record.command


@pytest.mark.parametrize("made", [branching_run, failed_run, reused_run, running_run, chinese_run])
def test_nothing_scrolls_sideways(
    opens: Opens, tmp_path: Path, made: Callable[[Path], RunRecord]
) -> None:
    page = opens(made(tmp_path))
    widths = []

    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        widths += page.evaluate(
            """['html', '.chain'].map(name => document.querySelector(name))
                .map(element => element.scrollWidth - element.clientWidth)"""
        )

    assert widths == [0] * 6


def test_the_chain_is_a_row_when_wide_and_a_column_when_narrow(
    opens: Opens, tmp_path: Path
) -> None:
    page = opens(branching_run(tmp_path))
    places = """['i0', 's0', 's1', 's2', 'o0'].map(id => {
        const box = document.getElementById(id).getBoundingClientRect();
        return [Math.round(box.left), Math.round(box.top)];
    })"""

    wide = page.evaluate(places)
    page.set_viewport_size({"width": 390, "height": 800})
    narrow = page.evaluate(places)

    lefts, tops = [place[0] for place in wide], [place[1] for place in narrow]
    assert lefts[0] < lefts[1] < lefts[2] == lefts[3] < lefts[4]
    assert tops[0] < tops[1] < tops[2] == tops[3] < tops[4]


def test_without_script_everything_essential_can_be_read(opens: Opens, tmp_path: Path) -> None:
    record = failed_run(tmp_path)
    page = opens(record, java_script_enabled=False)

    text = page.locator("body").inner_text()

    assert record.command in text
    assert "DataInspectionFailed" in text
    assert record.steps[0].prompt in text
    assert page.locator("#step-1 figure img").count() == 5
    assert all(image.is_visible() for image in page.locator("#step-1 figure img").all())
    assert not any(button.is_visible() for button in page.locator("button, .stage").all())


def _hostile(record: RunRecord) -> RunRecord:
    text = "\n".join(HOSTILE_TEXTS)
    steps = tuple(
        replace(
            step,
            key=JobKey(f"{step.key} {text}"),
            operation=text,
            summary=text,
            prompt=text,
            template="{{ x }}" + text,
            arguments={text: text},
            parameters={"negative_prompt": text, text: [text]},
            notes=(Note(code=text, text=text),),
            error=text,
            hint=text,
            error_code=text,
            decision=Decision(action="run", reason="prompt-changed", detail=text),
            pictures=tuple(replace(p, name=text) for p in step.pictures),
            images=tuple(
                replace(p, name=text, role=text, mended=(Note(code=text, text=text),))
                for p in step.images
            ),
        )
        for step in record.steps
    )
    return replace(
        record,
        recipe=text,
        description=text,
        recipe_file=text,
        recipe_source=text,
        provider=text,
        command=text,
        inputs={text: text},
        input_pictures=tuple(replace(p, name=text) for p in record.input_pictures),
        steps=steps,
        outputs=tuple(replace(output, name=text) for output in record.outputs),
    )


@pytest.mark.parametrize("made", [branching_run, failed_run])
def test_hostile_text_stays_text(
    opens: Opens, tmp_path: Path, made: Callable[[Path], RunRecord]
) -> None:
    page = opens(_hostile(made(tmp_path)))

    page.get_by_role("button", name="切换到中文").click()

    assert page.locator("script").count() == 2
    assert page.locator("style").count() == 1
    assert page.locator("[onerror], iframe, object, a[href^=javascript]").count() == 0
    assert "[U+202E]" in page.locator("#step-1-prompt").inner_text()
    assert "<script>" in page.locator("#step-1-prompt").inner_text()
    assert page.title().startswith("<script>")


@pytest.mark.parametrize("made", [branching_run, failed_run, chinese_run])
def test_every_picture_control_and_heading_has_a_name(
    opens: Opens, tmp_path: Path, made: Callable[[Path], RunRecord]
) -> None:
    page = opens(made(tmp_path))

    lacking = page.evaluate(
        """() => {
        const wrong = [];
        for (const image of document.images)
            if (!image.closest('[hidden]') && !image.alt) wrong.push(image.outerHTML.slice(0, 80));
        for (const control of document.querySelectorAll('input, select, button, summary')) {
            const label = control.getAttribute('aria-label') || control.textContent.trim() ||
                [...(control.labels || [])].map(label => label.textContent.trim()).join('');
            if (!label) wrong.push(control.outerHTML.slice(0, 80));
            const box = control.getBoundingClientRect();
            if (box.width && (box.width < 24 || box.height < 24)) wrong.push(control.outerHTML);
        }
        const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
        wrong.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
        let level = 0;
        for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
            const next = Number(heading.tagName[1]);
            if (next > level + 1) wrong.push(heading.outerHTML.slice(0, 80));
            level = next;
        }
        for (const link of document.querySelectorAll('a[href^="#"]'))
            if (!document.querySelector(link.getAttribute('href'))) wrong.push(link.outerHTML);
        return wrong;
    }"""
    )

    assert lacking == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(opens: Opens, tmp_path: Path, scheme: str) -> None:
    page = opens(failed_run(tmp_path), color_scheme=scheme)

    weak = page.evaluate(
        """() => {
        const channels = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
        const behind = element => {
            for (let at = element; at; at = at.parentElement) {
                const colour = channels(getComputedStyle(at).backgroundColor);
                if (colour.length === 3 || colour[3] === 1) return colour;
            }
        };
        const weak = new Set();
        const walker = document.createTreeWalker(document.querySelector('body'), 4);
        while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim()) continue;
            if (!element.checkVisibility() || element.closest('.tag, .count, script')) continue;
            const a = light(channels(getComputedStyle(element).color));
            const b = light(behind(element));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) weak.add(element.className + ' ' + ratio.toFixed(2));
        }
        return [...weak];
    }"""
    )

    assert weak == []


def test_on_paper_the_pictures_stand_without_controls(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    page.emulate_media(media="print")

    assert not any(part.is_visible() for part in page.locator("button:not(.badge), .stage").all())
    assert _box(page.locator("#step-2 .figures img").nth(1))["width"] > 200


def test_on_paper_a_dark_page_is_light(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), color_scheme="light")
    page.get_by_role("button", name="Light / dark").click()

    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 27, 26)"
