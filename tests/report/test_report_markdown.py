import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report.random_records import HOSTILE, RECORDS
from tests.report.sample_runs import branching_run, chinese_run, failed_run, reused_run
from wanflow.model.run import RunRecord
from wanflow.report.markdown_text import escaped, fenced, report_markdown
from wanflow.report.visible import visible


def _tokens(text: str) -> list[Token]:
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def _shown(text: str) -> str:
    return "".join(t.content for t in _tokens(text) if t.type in {"text", "code_inline"})


def test_the_steps_stand_in_a_table_with_pictures_by_relative_link(tmp_path: Path) -> None:
    text = report_markdown(branching_run(tmp_path))

    tokens = _tokens(text)
    images = [str(token.attrs["src"]) for token in tokens if token.type == "image"]
    assert sum(token.type == "tr_open" for token in tokens) == 2 + 4 + 9
    assert images == [
        "./outputs/poster.png",
        "./outputs/proof.png",
        *(f"./images/evening-{at}.png" for at in (1, 2, 3)),
        "./images/boxed-1.png",
        "./images/wide-1.png",
    ]
    assert "¥0.60" in text
    assert "the service put its own label bottom right" in text
    assert "```sh\nwanflow run temple-garden.yaml 'mood=an autumn evening'\n```" in text


def test_chinese_stands_as_it_is(tmp_path: Path) -> None:
    text = report_markdown(chinese_run(tmp_path))

    assert text.startswith("# 寺院庭园 1.2.0: 完成\n")
    assert "将图1中的花放置到图2的寺院庭园里,深秋傍晚光线,屋檐下挂着红色纸灯笼。" in text
    assert "提示词已改变:「清晨」变为「深秋傍晚」" in text


def test_a_failed_run_says_what_to_do(tmp_path: Path) -> None:
    text = report_markdown(failed_run(tmp_path))

    assert "**boxed** `DataInspectionFailed`: Input data may contain" in text
    assert "a refusal costs nothing" in text
    assert "This goes on from here:" in text


def test_a_reused_local_run_says_so(tmp_path: Path) -> None:
    text = report_markdown(reused_run(tmp_path))

    assert "> Rendered on this machine" in text
    assert "Reused from run `temple-garden-20261120-080000-1c3d`" in text


def test_a_picture_outside_of_the_run_is_named_but_not_linked(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    wide = record.steps[2]
    moved = replace(wide, pictures=(replace(wide.pictures[0], file="../wide.png"),))

    text = report_markdown(replace(record, steps=(moved,), outputs=()))

    assert "](" not in text.partition("## ")[2].replace("../wide.png", "")


@given(text=st.text(max_size=60) | st.text("-+=>#.)1 \n*_a&;<!:/w[]()", max_size=20) | HOSTILE)
@settings(deadline=None)
def test_escaped_text_shows_as_it_is_and_is_nothing_else(text: str) -> None:
    tokens = _tokens(escaped(text))

    assert {t.type for t in tokens} <= {"paragraph_open", "inline", "text", "paragraph_close"} | {
        "text_special"
    }
    assert _shown(escaped(text)).strip() == re.sub(r"\s+", " ", visible(text)).strip()


@pytest.mark.parametrize(
    "text",
    ["# title", "- item", "1. item", "12) item", "> quote", "=== ", "+ item", "---", "a | b"],
)
def test_what_would_start_a_block_stays_text(text: str) -> None:
    tokens = _tokens(f"before\n\n{escaped(text)}")

    assert _shown(escaped(text)) == text.strip()
    assert {t.type for t in tokens} <= {"paragraph_open", "inline", "text", "paragraph_close"}


@given(text=st.text("`~a\n ", max_size=30))
@settings(deadline=None)
def test_a_fence_is_longer_than_any_within(text: str) -> None:
    tokens = _tokens(fenced(text))

    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == visible(text).rstrip("\n") + "\n"


@given(record=RECORDS)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_record_says_becomes_no_markup(record: RunRecord) -> None:
    tokens = _tokens(report_markdown(record))

    ours = re.compile(r"</?details>(<summary>[\w 次运行的配方溯源]+</summary>)?\s*")
    for token in tokens:
        if token.type in {"html_block", "html_inline"}:
            assert ours.fullmatch(token.content)
        for name in ("href", "src"):
            assert str(token.attrs.get(name, "./")).startswith("./")
