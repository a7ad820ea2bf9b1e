import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.report.random_records import HOSTILE, RECORDS
from tests.report.sample_runs import (
    branching_run,
    chinese_run,
    failed_run,
    picture,
    reused_run,
    running_run,
)
from wanflow.model.plan import Reason
from wanflow.model.run import RunRecord, RunState, StepState
from wanflow.report import words
from wanflow.report.html_page import page_script, page_style, report_html
from wanflow.report.marked import marked_prompt, marked_template
from wanflow.report.notebook import run_repr_html
from wanflow.report.thumbnails import budget, href
from wanflow.report.view import page_language
from wanflow.report.visible import visible
from wanflow.report.words import REASONS, STATES, WORDS, duration, filled, moment, money

BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Outline(HTMLParser):
    """The tags of a page, its text outside of script and style, and its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.raw = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.raw = tag if tag in {"script", "style"} else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self.raw:
            self.raw = ""

    def handle_data(self, data: str) -> None:
        if not self.raw:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _page(record: RunRecord, folder: Path) -> str:
    return report_html(record, folder=folder)


def test_the_page_says_what_ran_what_it_cost_and_how_to_run_it_again(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    text = Outline(_page(record, tmp_path)).text

    for said in (
        "temple-garden",
        "1.2.0",
        "temple-garden-20261123-101530-4f2a",
        "2026-11-23 10:15 UTC",
        "3 min 12 s",
        "5 made, 0 reused",
        "¥1.00",
        "dashscope@1",
        "wanflow run temple-garden.yaml 'mood=an autumn evening'",
        "Evening light on the temple",
        record.recipe_sha256,
        "prompt: Light the temple as on {{ mood }}, with {{ lamps }}",
    ):
        assert said in text
    assert "Rendered on this machine" not in text


def test_every_step_says_its_words_facts_and_reason(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    text = Outline(_page(record, tmp_path)).text

    for step in record.steps:
        assert step.prompt in text
        assert step.summary in text
        assert step.fingerprint is not None
        assert step.fingerprint in text
    for said in (
        "blurry, people, text",
        "12345",
        "wan2.5-i2i-preview",
        "The prompt had changed: 'a spring day' to 'an autumn evening'",
        "the service put its own label bottom right",
        "flattened its transparency on white",
        '["temple", "gate"]',
        "¥0.60",
        "41 s",
        "image 1, subject",
    ):
        assert said in text


def test_values_are_marked_in_the_template_and_in_the_prompt(tmp_path: Path) -> None:
    page = _page(branching_run(tmp_path), tmp_path)

    assert "<mark>an autumn evening</mark>" in page
    assert "<mark>red paper lamps under the eaves</mark>" in page
    assert "<mark>{{ mood }}</mark>" in page
    assert '<blockquote id="step-1-prompt" lang="en">' in page


def test_each_picture_stands_large_once_with_its_original_beside_it(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    outline = Outline(_page(record, tmp_path))

    large = [image for image in outline.of("img") if "id" in image]
    files = {record.file for step in record.steps for record in (*step.pictures, *step.images)}
    links = {link["href"] for link in outline.of("a")}
    assert len(large) == len(files) == 7
    assert {f"./{file}" for file in files} <= links
    assert {"./outputs/poster.png", "./outputs/proof.png"} <= links
    assert all(image["alt"] for image in large)


def test_the_chain_is_drawn_with_its_branch_in_both_layouts(tmp_path: Path) -> None:
    outline = Outline(_page(branching_run(tmp_path), tmp_path))

    nodes = [tag["id"] for tag in outline.of("li") if "node" in (tag.get("class") or "").split()]
    edges = [tag for tag in outline.of("path") if tag.get("class") == "edge"]
    assert nodes == ["i0", "i1", "s0", "s1", "s2", "o0", "o1"]
    assert len(edges) == 2 * 6


def test_a_failed_run_names_the_step_the_cure_and_the_command(tmp_path: Path) -> None:
    record = failed_run(tmp_path)

    text = Outline(_page(record, tmp_path)).text

    assert text.count("DataInspectionFailed") == 2
    assert text.count("a refusal costs nothing") == 2
    assert text.count("This goes on from here:") == 2
    assert text.count(record.command) == 2
    assert "A step that it needs was left out: boxed" in text
    assert text.count("not made") == 2


def test_a_local_run_says_so_and_a_reused_step_names_the_run_it_comes_from(tmp_path: Path) -> None:
    text = Outline(_page(reused_run(tmp_path), tmp_path)).text

    assert "Rendered on this machine by the built-in engine" in text
    assert "temple-garden-20261120-080000-1c3d" in text
    assert "0 made, 5 reused" in text
    assert "nothing was paid" in text
    assert "its pictures stand again at no cost" in text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("running", "still going on when the page was written"),
        ("interrupted", "was interrupted"),
        ("unfinished", "is not finished"),
    ],
)
def test_a_run_that_has_not_ended_says_so(tmp_path: Path, state: RunState, said: str) -> None:
    record = replace(running_run(tmp_path), state=state)

    text = Outline(_page(record, tmp_path)).text

    assert said in text
    assert "waiting" in text


def test_a_chinese_recipe_has_a_chinese_page(tmp_path: Path) -> None:
    page = _page(chinese_run(tmp_path), tmp_path)

    outline = Outline(page)

    assert outline.of("html") == [{"lang": "zh-CN"}]
    for said in ("流程", "实际发送的提示词", "3 分 12 秒", "提示词已改变:「清晨」变为「深秋傍晚」"):
        assert said in outline.text
    assert 'lang="zh"><mark>' not in page
    assert "将<mark>图1</mark>中的花放置到<mark>图2</mark>的<mark>寺院庭园里" in page


def test_without_prompts_the_description_chooses_the_language(tmp_path: Path) -> None:
    record = chinese_run(tmp_path)
    silent = replace(record, steps=tuple(replace(step, prompt="") for step in record.steps))

    assert page_language(silent) == "zh"
    assert page_language(replace(silent, description="a garden")) == "en"


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    assert _page(record, tmp_path) == _page(record, tmp_path)


def test_a_picture_whose_file_is_missing_says_so(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    (tmp_path / "images/wide-1.png").unlink()
    (tmp_path / "images/boxed-1.png").write_bytes(b"no picture at all")

    text = Outline(_page(record, tmp_path)).text

    assert "The file images/wide-1.png is missing." in text
    assert "The file images/boxed-1.png cannot be read as a picture." in text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "This picture was not kept."),
        ("../../secret.png", "lies outside the folder of the run"),
        ("/etc/secret.png", "lies outside the folder of the run"),
        ("javascript:alert(1)", "lies outside the folder of the run"),
        ("images/nul\x00.png", "lies outside the folder of the run"),
        ("images\\..\\..\\secret.png", "lies outside the folder of the run"),
    ],
)
def test_a_file_outside_of_the_run_is_neither_read_nor_linked(
    tmp_path: Path, file: str | None, said: str
) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]
    moved = replace(wide, pictures=(replace(wide.pictures[0], file=file),))

    outline = Outline(_page(replace(record, steps=(*record.steps[:2], moved)), tmp_path))

    assert said in outline.text
    assert all((link["href"] or "")[:2] in {"./", "#s", "#i", "#r"} for link in outline.of("a"))


def test_links_are_quoted_by_segment() -> None:
    assert href("images/寺 院?.png") == "./images/%E5%AF%BA%20%E9%99%A2%3F.png"
    assert href("") is None


def test_a_step_that_names_a_path_itself_shows_it_as_an_input(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    logo = Image.new("RGB", (300, 200), "teal")
    logo.save(tmp_path / "inputs/logo.png")
    named = picture(tmp_path, "inputs/logo.png", name="pictures/logo.png")
    wide = replace(record.steps[2], images=(*record.steps[2].images, named))

    outline = Outline(_page(replace(record, steps=(*record.steps[:2], wide)), tmp_path))

    assert "./inputs/logo.png" in {link["href"] for link in outline.of("a")}
    assert [tag["id"] for tag in outline.of("li") if tag.get("id")][:4] == ["i0", "i1", "i2", "s0"]


def test_a_picture_that_another_run_made_is_shown_all_the_same(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    boxed = record.steps[1]
    alone = replace(record, input_pictures=(), steps=(boxed,), outputs=record.outputs)

    outline = Outline(_page(alone, tmp_path))

    large = [image for image in outline.of("img") if "id" in image]
    stage = next(tag for tag in outline.of("div") if tag.get("class") == "table")
    assert {stage["data-before"], stage["data-after"]} == {image["id"] for image in large}


def test_every_word_of_the_interface_is_used() -> None:
    folder = Path(words.__file__).parent
    files = [*folder.glob("page/*.j2"), *folder.glob("*.py")]
    sources = "".join(file.read_text() for file in files if file.name != "words.py")
    built = {"use_before", "use_after", "before_label", "after_label"}

    unused = {key for key in WORDS if not re.search(rf"[\"'.]{key}\b", sources)}

    assert unused == built


def test_fifteen_pictures_stay_within_three_mebibytes(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]
    many = []
    for at in range(1, 10):
        file = f"images/plain-{at}.png"
        Image.new("RGB", (1280, 1280), (at, at, at)).save(tmp_path / file)
        many.append(picture(tmp_path, file, name=f"plain-{at}", step="wide", index=at))
    heavy = replace(record, steps=(*record.steps[:2], replace(wide, pictures=tuple(many))))

    def fills_its_share(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
        return path.name[:1].encode() * (max_bytes or longest_px)

    page = report_html(heavy, folder=tmp_path, thumbnail=fills_its_share)

    assert len({image["id"] for image in Outline(page).of("img") if "id" in image}) == 15
    copies = re.findall(r"data:image/webp;base64,([A-Za-z0-9+/=]+)", page)
    assert len(page.encode()) < 3 * 1024 * 1024
    assert max(len(base64.b64decode(copy)) for copy in copies) <= 150 * 1024


@pytest.mark.parametrize(("pictures", "uses"), [(0, 0), (1, 3), (15, 60), (40, 120), (300, 900)])
def test_the_budget_of_a_page_holds_for_any_number_of_pictures(pictures: int, uses: int) -> None:
    share = budget(pictures=pictures, uses=uses)

    total = pictures * share.large_bytes + uses * share.small_bytes
    assert total * 4 / 3 < 4.5 * 1024 * 1024
    assert share.large_bytes <= 150 * 1024
    assert share.large_px <= 1280
    assert pictures > 15 or (total * 4 / 3 < 3 * 1024 * 1024 and share.large_px == 1280)


def test_the_policy_allows_this_style_and_this_script_by_hash_alone(tmp_path: Path) -> None:
    page = _page(branching_run(tmp_path), tmp_path)

    policy = next(m["content"] for m in Outline(page).of("meta") if "http-equiv" in m)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src 'self' file: data:; ")
    assert "unsafe" not in policy
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        found = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_script_and_style_are_small_and_load_nothing() -> None:
    script, style = page_script(), page_style()

    assert len(script.encode()) <= 30 * 1024
    assert len(style.encode()) <= 20 * 1024
    for loading in ("fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "url(", "@import"):
        assert loading not in script + style
    assert "http" not in script + style


@given(record=RECORDS)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_record_says_stays_text(record: RunRecord) -> None:
    page = _page(record, Path("nowhere"))

    outline = Outline(page)
    assert len(outline.of("script")) == 2
    assert len(outline.of("style")) == 1
    assert not BIDI.search(page)
    assert page.encode("utf-8")
    for tag, attributes in outline.tags:
        assert tag not in {"iframe", "object", "embed", "base", "form", "link"}
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert (attributes.get("href") or "#")[:2] in {"./", "#", "#s", "#i", "#r"}
        assert not (attributes.get("src") or "").startswith(("http", "//", "javascript"))


@given(text=st.text() | HOSTILE)
@settings(deadline=None)
def test_nothing_that_hides_or_reorders_text_is_left(text: str) -> None:
    shown = visible(text)

    assert not BIDI.search(shown)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff\ud800-\udfff]", shown)
    assert visible(shown) == shown


def test_hidden_characters_are_shown_and_chinese_stays() -> None:
    assert visible("发\u202e票.gpj\r\n完") == "发[U+202E]票.gpj\n完"


@given(template=st.text(max_size=40), prompt=st.text(max_size=60))
@example(template="{{ a }}和{{ b }}和", prompt="花和树和")
@example(template="x{{ a }}x", prompt="x")
@settings(deadline=None)
def test_marking_neither_loses_nor_adds_a_character(template: str, prompt: str) -> None:
    assert "".join(piece.text for piece in marked_template(template)) == template
    assert "".join(piece.text for piece in marked_prompt(template, prompt)) == prompt


@given(values=st.lists(st.text("abc图 ", min_size=1), min_size=3, max_size=3))
@settings(deadline=None)
def test_a_prompt_that_was_rendered_has_exactly_its_values_marked(values: list[str]) -> None:
    template = "<1>{{ one }}<2>{{ two }}<3>{{ three }}<4>"
    prompt = f"<1>{values[0]}<2>{values[1]}<3>{values[2]}<4>"

    marked = marked_prompt(template, prompt)

    assert [piece.text for piece in marked if piece.value] == values


def test_a_branch_that_was_not_taken_is_not_looked_for() -> None:
    template = "Light it{% if x %}, softly{% endif %} like {{ mood }}"

    marked = marked_prompt(template, "Light it like dusk")

    assert [(piece.text, piece.value) for piece in marked] == [
        ("Light it", False),
        (" like ", False),
        ("dusk", True),
    ]


def test_every_state_and_reason_has_words_in_both_languages() -> None:
    assert set(REASONS) == set(get_args(Reason))
    assert set(STATES) == set(get_args(StepState)) | set(get_args(RunState))
    for text in (*WORDS.values(), *STATES.values(), *REASONS.values()):
        assert text.en
        assert text.zh
        assert sorted(re.findall(r"\{\w+\}", text.en)) == sorted(re.findall(r"\{\w+\}", text.zh))


def test_durations_money_and_times_are_written_for_people() -> None:
    assert [duration(s).en for s in (0, 0.44, 9.96, 59.4, 59.6, 192.4, 7500)] == [
        "0.0 s",
        "0.4 s",
        "10 s",
        "59 s",
        "1 min 0 s",
        "3 min 12 s",
        "2 h 5 min",
    ]
    assert duration(7500).zh == "2 小时 5 分"
    assert money(1_000_000, "CNY") == "¥1.00"
    assert money(36_000, "USD") == "0.036 USD"
    assert money(-200_000, "CNY") == "-¥0.20"
    assert moment("2026-11-23T10:15:30Z") == "2026-11-23 10:15 UTC"
    assert moment("yesterday") == "yesterday"
    assert filled(WORDS["missing"], file=STATES["done"]).zh == "文件 完成 不存在。"


def test_a_notebook_shows_state_results_and_the_way_to_the_report(tmp_path: Path) -> None:
    record = branching_run(tmp_path)

    outline = Outline(run_repr_html(record, tmp_path))

    assert "temple-garden" in outline.text
    assert "done" in outline.text
    assert [image["alt"] for image in outline.of("img")] == ["wide-1", "boxed-1"]
    assert outline.of("a") == [{"href": (tmp_path / "report.html").as_uri()}]
    assert not outline.of("script")


def test_a_notebook_links_relative_to_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs" / "寺 1"

    outline = Outline(run_repr_html(failed_run(folder), folder))

    assert outline.of("a") == [{"href": "runs/%E5%AF%BA%201/report.html"}]
    assert "DataInspectionFailed: Input data may contain" in outline.text


def test_a_notebook_shows_the_last_pictures_where_no_result_is_named(tmp_path: Path) -> None:
    record = replace(chinese_run(tmp_path), outputs=(), provider="local@1")
    (tmp_path / "images/wide-1.png").unlink()

    outline = Outline(run_repr_html(record, tmp_path))

    assert "文件 images/wide-1.png 不存在。" in outline.text
    assert "未调用万相模型" in outline.text


@given(record=RECORDS)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_in_a_notebook_too_everything_stays_text(record: RunRecord) -> None:
    outline = Outline(run_repr_html(record, Path("nowhere")))

    tags = {tag for tag, _ in outline.tags}
    assert tags <= {"div", "p", "b", "br", "figure", "img", "figcaption", "a"}
    assert all(not name.startswith("on") for _, attributes in outline.tags for name in attributes)


def test_results_that_were_not_kept_and_equal_rewritings_take_no_place(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    evening = replace(record.steps[0], actual_prompts=(None, record.steps[0].prompt, "other"))
    lost = tuple(replace(output, file=None) for output in record.outputs)

    page = _page(replace(record, steps=(evening, *record.steps[1:]), outputs=lost), tmp_path)

    assert "step-1-rewritten-3" in page
    assert "step-1-rewritten-2" not in page
    assert "outputs/" not in page


def test_of_many_pictures_the_chain_marks_only_the_one_that_goes_on(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    evening = record.steps[0]
    many = tuple(replace(evening.pictures[at % 3], index=at + 1) for at in range(9))

    page = _page(
        replace(record, steps=(replace(evening, pictures=many, picked=7), *record.steps[1:])),
        tmp_path,
    )

    picks = re.search(r'<span class="picks".*?</span>\n', page, re.DOTALL)
    assert picks is not None
    assert "<b>7</b>" in picks.group()
    assert "<span>1</span>" not in picks.group()
