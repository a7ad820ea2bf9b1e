"""What people expect of the page of a run, by the numbers of the table: R01 to R18."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.report.pages import Opens
from tests.report.sample_runs import branching_run, failed_run, picture
from wanflow.model.run import RunRecord
from wanflow.model.values import JobKey

PAIR = """stage => ['.choose-before', '.choose-after']
    .map(name => stage.querySelector(name).selectedOptions[0].textContent.slice(2))"""


def _stage(page: Page, at: int = 0) -> Locator:
    return page.locator(".stage").nth(at)


def _shown(page: Page, at: int = 0) -> list[str]:
    found: list[str] = _stage(page, at).evaluate(PAIR)
    return [label.partition(" (")[0] for label in found]


def _three_steps(folder: Path) -> RunRecord:
    """A chain without a branch: each step on the picture of the one before."""
    record = branching_run(folder)
    evening, boxed, wide = record.steps
    on_boxed = replace(boxed.pictures[0], name="boxed")
    wide = replace(wide, images=(on_boxed,), needs=(JobKey("boxed"),), checks=())
    alone = replace(evening, images=evening.images[1:])
    return replace(
        record,
        steps=(alone, boxed, wide),
        outputs=record.outputs[:1],
        input_pictures=record.input_pictures[:1],
    )


def test_r01_two_letters_choose_any_two_pictures(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    at_first = _shown(page)

    page.keyboard.press("e")
    page.keyboard.press("b")

    assert at_first == ["temple", "evening 1/3"]
    assert _shown(page) == ["evening 3/3", "flower"]
    assert page.locator("#live").inner_text() == "Before: evening 3/3. After: flower."


def test_r01_letters_stand_at_the_pictures_that_they_choose(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    letter = page.locator("#step-1 .picture", has_text="evening 2/3").locator("kbd").inner_text()
    page.keyboard.press(letter)

    assert _shown(page)[1] == "evening 2/3"


def test_r01_keys_swap_zoom_and_change_the_way_of_comparing(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), files=True)
    frame = _stage(page).locator(".frame")
    zoom = "frame => frame.style.getPropertyValue('--zoom')"

    page.keyboard.press("w")
    page.keyboard.press("m")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("-")
    once = frame.evaluate(zoom)
    page.keyboard.press("0")

    assert _shown(page) == ["evening 1/3", "temple"]
    assert frame.get_attribute("data-mode") == "side"
    assert (once, frame.evaluate(zoom)) == ("2.000", "1.000")


def test_r01_the_difference_is_black_where_nothing_differs(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page, 1)
    stage.get_by_role("radio", name="Difference").check()
    slider = stage.get_by_role("slider", name="How much differences are brightened")
    canvas = stage.locator("canvas")
    levels = """canvas => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [[20, 400], [152, 200]].map(([x, y]) => {
            const at = (y * canvas.width + x) * 4;
            return Math.max(...data.slice(at, at + 3));
        });
    }"""
    expect(canvas).to_have_attribute("data-gain", "2")

    beside, on_the_box = canvas.evaluate(levels)
    slider.press("End")
    expect(canvas).to_have_attribute("data-gain", "16")

    assert beside <= 12
    assert on_the_box > 150
    assert slider.get_attribute("aria-valuetext") == "16 times as bright"
    assert canvas.get_attribute("aria-label") == (
        "Difference of evening 1/3 and boxed; black is the same"
    )


def test_r01_what_is_enlarged_is_shown_from_its_file(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    page = opens(record, files=True)
    image = _stage(page).locator(".pane-after img").first
    copy = image.get_attribute("src") or ""

    _stage(page).get_by_label("Zoom", exact=True).select_option("4")

    expect(image).to_have_attribute("src", "./images/evening-1.png")
    assert copy.startswith("data:image/webp")


def test_r01_without_its_file_the_copy_is_enlarged(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), files=True)
    image = _stage(page).locator(".pane-before img")
    (tmp_path / "inputs/temple.png").write_bytes(b"no picture")

    _stage(page).get_by_label("Zoom", exact=True).select_option("pixels")
    expect(_stage(page).locator(".pane-after img").first).not_to_have_attribute("src", "")

    assert (image.get_attribute("src") or "").startswith("data:image/webp")


def test_r01_a_double_click_zooms_in_where_it_is_and_out_again(
    opens: Opens, tmp_path: Path
) -> None:
    page = opens(branching_run(tmp_path), files=True)
    frame = _stage(page).locator(".frame")
    said = "frame => ['--zoom', '--x'].map(name => frame.style.getPropertyValue(name))"

    frame.dblclick(position={"x": 40, "y": 100})
    closer = frame.evaluate(said)
    frame.dblclick(position={"x": 40, "y": 100})

    assert closer[0] == "4.000"
    assert float(closer[1].rstrip("%")) < 10
    assert frame.evaluate(said)[0] == "1.000"


def test_r01_the_wheel_zooms_only_with_control(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), files=True)
    frame = _stage(page).locator(".frame")
    zoom = "frame => frame.style.getPropertyValue('--zoom')"
    frame.scroll_into_view_if_needed()
    frame.hover()

    page.mouse.wheel(0, 40)
    alone = frame.evaluate(zoom)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -40)
    page.keyboard.up("Control")

    expect(frame).to_have_class("frame zoomed")
    assert (alone, frame.evaluate(zoom)) == ("1.000", "2.000")


def test_r01_the_space_bar_held_shows_what_was_before(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page)
    stage.get_by_role("radio", name="Flip").check()
    visible = "pane => getComputedStyle(pane).visibility"
    stage.locator(".frame").focus()

    page.keyboard.down("Space")
    held = stage.locator(".pane-before").evaluate(visible)
    page.keyboard.up("Space")

    assert held == "visible"
    assert stage.locator(".pane-before").evaluate(visible) == "hidden"


def test_r05_a_chain_of_three_steps_stands_in_one_row(opens: Opens, tmp_path: Path) -> None:
    page = opens(_three_steps(tmp_path))

    places = page.evaluate(
        """['i0', 's0', 's1', 's2', 'o0'].map(id => {
            const box = document.getElementById(id).getBoundingClientRect();
            return [box.left, (box.top + box.bottom) / 2, box.right];
        })"""
    )
    aside = page.evaluate("document.querySelector('.chain').scrollWidth - innerWidth")

    lefts, middles, rights = zip(*places, strict=True)
    assert list(lefts) == sorted(lefts)
    assert all(right < left for right, left in zip(rights, lefts[1:], strict=False))
    assert max(middles) - min(middles) <= 1
    assert aside <= 0


def test_r05_the_chain_marks_which_picture_goes_on(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    picks = page.locator("#s0 .picks")

    assert picks.inner_text().split() == ["1", "2", "3"]
    assert picks.locator("b").inner_text() == "1"
    assert picks.get_attribute("aria-label") == "Picture 1 of 3 goes on"


def test_r06_a_picture_tells_its_own_seed_and_its_words_are_beside_it(
    opens: Opens, tmp_path: Path
) -> None:
    record = branching_run(tmp_path)
    page = opens(record)
    step = page.locator("#step-1")

    captions = step.locator(".strip figcaption", has_text="evening").all_inner_texts()

    assert ["seed 12345" in captions[0], "seed 12346" in captions[1]] == [True, True]
    assert step.locator("#step-1-prompt mark").all_inner_texts() == [
        "image 1",
        "image 2",
        "an autumn evening",
        "red paper lamps under the eaves",
    ]
    assert "{{ mood }}" in step.locator("#step-1-template").inner_text()


def test_r06_what_the_service_rewrote_stands_beside_what_was_sent(
    opens: Opens, tmp_path: Path
) -> None:
    record = branching_run(tmp_path)
    evening = replace(record.steps[0], actual_prompts=(None, "黄昏的寺院", record.steps[0].prompt))
    page = opens(replace(record, steps=(evening, *record.steps[1:])))

    heads = page.locator("#step-1 .words h4").all_inner_texts()

    assert heads == [
        "Template",
        "Prompt as sent",
        "Prompt as the service rewrote it, picture 2",
        "Negative prompt",
    ]
    assert page.locator("#step-1-rewritten-2").inner_text() == "黄昏的寺院"


@pytest.mark.parametrize("label", ["Copy: Fingerprint", "Copy: Prompt as sent", "Copy: Template"])
def test_r06_each_is_copied_at_a_click(opens: Opens, tmp_path: Path, label: str) -> None:
    record = branching_run(tmp_path)
    page = opens(record, permissions=["clipboard-read", "clipboard-write"])
    step = record.steps[0]

    page.locator("#step-1").get_by_role("button", name=label).click()

    page.wait_for_function("document.getElementById('live').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in {step.fingerprint, step.prompt, step.template}


def test_r07_single_keys_can_be_switched_off_for_good(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    before = _shown(page)
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Single keys do something").uncheck()
    page.keyboard.press("Escape")

    page.reload()
    for key in ("e", "m", "x", "1", "?"):
        page.keyboard.press(key)

    assert _shown(page) == before
    assert _stage(page).locator(".frame").get_attribute("data-mode") == "slider"
    assert "0 picked" in page.locator(".review-counts").inner_text()
    assert not page.locator("#keys").evaluate("box => box.open")


def test_r11_only_what_was_made_differently_is_told(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    differs = _stage(page).locator("xpath=..").locator(".differs")
    hidden_beside_an_input = differs.is_hidden()

    page.keyboard.press("c")
    page.keyboard.press("d")
    pictures = differs.locator("summary").inner_text()
    page.keyboard.press("f")
    differs.locator("summary").click()

    assert hidden_beside_an_input
    assert pictures == "Made differently: seed"
    names = differs.locator("tbody th").all_inner_texts()
    assert {"Prompt", "Operation", "Cost", "n"} <= set(names)
    assert "Model" not in names
    assert "Provider" not in names


def test_r11_prompts_differ_by_the_word(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    evening, boxed, wide = record.steps
    one = "Light the temple as on a warm evening, keep the rest."
    other = "Light the temple as on a cold evening, keep the rest."
    page = opens(
        replace(
            record,
            steps=(replace(evening, prompt=one), replace(boxed, prompt=other), wide),
        )
    )

    page.keyboard.press("c")
    page.keyboard.press("f")
    worded = page.locator(".stage").first.locator("xpath=..").locator(".worded").first

    assert worded.locator("del").all_text_contents() == ["warm"]
    assert worded.locator("ins").all_text_contents() == ["cold"]


def test_r11_chinese_prompts_differ_by_the_character(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    evening, boxed, wide = record.steps
    page = opens(
        replace(
            record,
            steps=(
                replace(evening, prompt="将图1放在红色桌上"),
                replace(boxed, prompt="将图1放在蓝色桌上"),
                wide,
            ),
        )
    )

    page.keyboard.press("c")
    page.keyboard.press("f")
    worded = page.locator(".stage").first.locator("xpath=..").locator(".worded").first

    assert worded.locator("del").all_text_contents() == ["红"]
    assert worded.locator("ins").all_text_contents() == ["蓝"]


def test_r16_a_badge_opens_the_map_of_what_changed(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page, 2)
    heat = stage.locator(".heat")
    hidden = heat.is_hidden()

    page.locator("#step-3").get_by_role("button", name="kept 97.4 %").click()

    assert hidden
    assert heat.is_visible()
    assert heat.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [320, 180]
    assert stage.get_by_role("radio", name="What changed").is_checked()
    assert "has changed, once what only moved is laid back" in stage.inner_text()


def test_r16_another_picture_before_leaves_the_map(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))
    stage = _stage(page, 2)
    page.locator("#step-3").get_by_role("button", name="kept 97.4 %").click()

    stage.get_by_label("Before", exact=True).select_option(label="◧ temple (640 × 427)")

    assert stage.locator(".frame").get_attribute("data-mode") == "slider"


def test_r16_pictures_without_measures_offer_no_map(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    assert _stage(page).get_by_role("radio", name="What changed").is_hidden()
    assert page.locator("#step-1 button.badge").count() == 0


def test_r18_the_light_shows_the_file_with_its_digest(opens: Opens, tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    page = opens(record, files=True)

    page.locator("#step-1 .picture", has_text="evening 2/3").locator("a.view").click()
    light = page.get_by_role("dialog", name="evening 2/3")
    source = light.locator("img").evaluate("image => image.src")

    file = Path(unquote(urlparse(source).path))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert light.locator(".digest").inner_text() == digest
    assert digest == record.steps[0].pictures[1].artifact.sha256


def test_r18_the_light_walks_by_arrows_shows_every_pixel_and_closes(
    opens: Opens, tmp_path: Path
) -> None:
    page = opens(branching_run(tmp_path), files=True)
    page.keyboard.press("o")
    light = page.locator("#light")
    title = light.locator("h2")
    first = title.inner_text()

    page.keyboard.press("ArrowRight")
    second = title.inner_text()
    light.get_by_role("button", name="Previous picture").click()
    third = title.inner_text()
    light.get_by_role("button", name="Every pixel").click()
    wide = light.locator("img").evaluate("image => image.clientWidth")
    page.keyboard.press("Escape")

    assert (first, second, third) == ("evening 1/3", "evening 2/3", "evening 1/3")
    assert wide == 640
    assert light.is_hidden()


def test_r18_a_file_that_is_gone_since_is_named(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path), files=True)
    (tmp_path / "images/evening-1.png").write_bytes(b"no picture")

    page.keyboard.press("o")
    light = page.locator("#light")

    expect(light.get_by_role("alert")).to_contain_text(
        "The file images/evening-1.png is missing or cannot be shown"
    )
    assert light.locator("img").evaluate("image => image.src.slice(0, 15)") == "data:image/webp"


def _leaves(value: object, at: str = "") -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [leaf for key, one in value.items() for leaf in _leaves(one, f"{at}/{key}")]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one, f"{at}/*")]
    return [(at, value)]


def test_r13_money_and_counts_of_the_head_are_those_of_the_steps(
    opens: Opens, tmp_path: Path
) -> None:
    record = branching_run(tmp_path)
    page = opens(record)

    head = page.locator(".summary").inner_text()
    steps = page.locator("article .facts").all_inner_texts()

    assert sum(step.cost_micro for step in record.steps) == record.cost_micro
    assert "¥1.00" in head
    assert "5 made, 0 reused" in head
    said = [amount for amount in ("¥0.60", "¥0.20") if any(amount in text for text in steps)]
    assert said == ["¥0.60", "¥0.20"]


def test_a_failed_run_is_the_same_page_with_the_way_on(opens: Opens, tmp_path: Path) -> None:
    record = failed_run(tmp_path)
    page = opens(record)

    words = page.locator("#step-2").inner_text()

    assert "Input data may contain inappropriate content." in words
    assert record.command in words
    assert page.locator("#s1").evaluate("node => node.className") == "node step failed"


def test_the_data_of_the_page_is_plain_json(opens: Opens, tmp_path: Path) -> None:
    page = opens(branching_run(tmp_path))

    data: Mapping[str, Any] = json.loads(page.locator("#data").text_content() or "")

    assert list(data) == ["pictures", "shared", "heats", "words", "review"]
    assert [one["name"][0] for one in data["pictures"]][:3] == ["temple", "flower", "evening 1/3"]


def test_many_pictures_have_letters_as_long_as_there_are_letters(
    opens: Opens, tmp_path: Path
) -> None:
    record = branching_run(tmp_path)
    evening = record.steps[0]
    source = (tmp_path / "images/evening-1.png").read_bytes()
    made = []
    for at in range(1, 25):
        file = f"images/many-{at}.png"
        # What stands after the end of a PNG makes other bytes of the same picture.
        (tmp_path / file).write_bytes(source + bytes([at]))
        made.append(picture(tmp_path, file, name=f"evening-{at}", step="evening", index=at))
    page = opens(replace(record, steps=(replace(evening, pictures=tuple(made)),), outputs=()))

    letters = page.locator("#step-1 .picture kbd").all_inner_texts()

    assert len(letters) == len(set(letters)) == 20
    assert not set(letters) & set("xsnmow")
