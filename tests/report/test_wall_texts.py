import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.report.campaign_runs import REFUSED, Shop, campaign, record_of
from tests.report.random_campaigns import campaigns
from tests.report.runs_to_show import a_record
from tests.report.unpacked import data_of
from wanflow.errors import UsageError
from wanflow.model.campaign import CampaignRecord
from wanflow.model.measure import Measure
from wanflow.report.json_text import report_json
from wanflow.report.wall import (
    LivePage,
    campaign_from_json,
    campaign_html,
    campaign_json,
    campaign_markdown,
)


def tokens(text: str) -> list[Token]:
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(record=campaigns())
def test_a_record_goes_to_json_and_back_without_loss(record: CampaignRecord) -> None:
    text = campaign_json(record)

    back = campaign_from_json(text)

    assert campaign_json(back) == text
    assert list(back.rows) == list(campaign_from_json(text).rows)
    assert [row.key for row in back.rows] == [row.key for row in record.rows]
    assert back.states == record.states
    text.encode()


def test_the_json_holds_every_fact_that_the_page_shows(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=50))

    known = json.loads(campaign_json(record))

    for row, shown in zip(known["rows"], data_of(campaign_html(record, tmp_path))["rows"],
                          strict=True):  # fmt: skip
        steps = shown.get("steps", [])
        assert [step["key"] for step in row["steps"]] == [step["key"] for step in steps]
        assert sum(step["cost_micro"] for step in row["steps"]) == shown.get("cost", 0)
        assert {p["artifact"]["sha256"] for s in row["steps"] for p in s["pictures"]} <= {
            picture["sha256"] for picture in shown.get("pictures", [])
        }
        for step, told in zip(row["steps"], steps, strict=True):
            assert step["prompt"] == "".join(told["prompt"])
            assert (step["error_code"] or "") == told.get("code", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "'wanflow_campaign_report' is missing"),
        ("{", "it is no JSON"),
        ('{"wanflow_campaign_report": 9}', "version 9 is not 1"),
        ('{"wanflow_campaign_report": 1, "run": "r"}', "at '/state': it is missing"),
        ('{"wanflow_campaign_report": 1, "rows": 3}', "at '/run': it is missing"),
    ],
)
def test_what_is_no_report_of_a_campaign_says_so(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        campaign_from_json(text)

    assert said in str(caught.value)


def test_the_report_of_a_run_is_none_of_a_campaign() -> None:
    with pytest.raises(UsageError, match="'wanflow_campaign_report' is missing"):
        campaign_from_json(report_json(a_record("done")))


def test_markdown_counts_rows_and_tells_what_went_wrong_with_samples(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=100))

    text = campaign_markdown(record)

    images = [str(token.attrs["src"]) for token in tokens(text) if token.type == "image"]
    assert len(images) == 24
    assert all((tmp_path / image).is_file() for image in images)
    for said in (
        "# spring-catalogue 2.1.0: running",
        "| done | reused | waiting for a pick | failed | unfinished | needs a decision | running |",
        "**100** |",
        f"- **2 rows** `{REFUSED}`, cost nothing: Input data may contain inappropriate content\\.",
        "such as CO-0003 4:3",
        "| CO-0015 16:9 | needs a decision | scene |",
        "wanflow run campaigns/spring.yaml --max-cost 400",
        "showing 24 of 86",
    ):
        assert said.replace("\\.", ".") in text


def test_markdown_stays_short_when_everything_failed(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=120, state_of=lambda _: "failed"))

    text = campaign_markdown(record)

    assert "70 more" in text
    assert len(text) < 65_536
    assert not [token for token in tokens(text) if token.type == "image"]


def test_markdown_speaks_chinese_where_the_prompts_do(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=9, chinese=True, local=True))

    text = campaign_markdown(replace(record, state="done", rows=list(record.rows)[:7]))

    assert "# 春季商品图 2.1.0: 完成" in text
    assert "本次由本机内置引擎生成" in text
    assert "再次运行" in text


def test_a_campaign_without_rows_has_a_short_report() -> None:
    record = replace(record_of([]), command="", description="")

    assert "**all rows**" in campaign_markdown(record)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(record=campaigns())
def test_nothing_in_a_record_becomes_markup(record: CampaignRecord) -> None:
    text = campaign_markdown(record)

    found = tokens(text)
    assert [token.content for token in found if token.type in {"html_block", "html_inline"}] in (
        [], ["<br>"] * sum(token.content == "<br>" for token in found)
    )  # fmt: skip
    links = [token for token in found if token.type == "link_open"]
    sources = [str(token.attrs["src"]) for token in found if token.type == "image"]
    assert links == []
    assert all(source.startswith("./") for source in sources)
    text.encode()


def test_a_running_page_is_written_for_a_twentieth_of_the_time_at_most(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=3))
    # Each reading of the clock takes a second of it: a page takes one second, and rests for twenty.
    ticks = iter(range(1000))
    written: list[tuple[str, str]] = []
    asked: list[int] = []
    page = LivePage(tmp_path, lambda *said: written.append(said), clock=lambda: float(next(ticks)))

    def now() -> CampaignRecord:
        asked.append(1)
        return record

    told = [page.changed(now) for _ in range(50)]
    page.ended(record)

    assert told.index(True) == 0
    assert [at for at, yes in enumerate(told) if yes] == [0, 20, 40]
    assert len(asked) == 3
    assert [name for name, _ in written] == ["report.html"] * 4


def test_a_measure_of_an_odd_kind_is_told_of(tmp_path: Path) -> None:
    record = campaign(tmp_path, Shop(rows=1))
    row = next(iter(record.rows))
    odd = Measure(picture=1, check="size", value=3.0, unit="%", note="the service chose its own")
    steps = (row.steps[0], replace(row.steps[1], checks=(odd,)))

    data = data_of(campaign_html(replace(record, rows=[replace(row, steps=steps)]), tmp_path))

    assert data["rows"][0]["odd"] is True


@given(st.sampled_from(["local@1", "builtin@1", "dashscope@1"]))
def test_markdown_says_when_nothing_was_asked_of_a_model(provider: str) -> None:
    text = campaign_markdown(replace(record_of([]), provider=provider))

    assert ("no Wan model was asked" in text) == (provider != "dashscope@1")
