import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.cli.campaigning import CAMPAIGN, folder_with
from tests.cli.running import wanflow as program
from wanflow.cli.program import wanflow
from wanflow.contract import schema

LOCAL = """\
wanflow: 1
name: wide
inputs:
  photo: {type: image, default: photo.png}
  share: {type: number, default: 0.25}
steps: [{use: outpaint, images: [photo], with: {left: "{{ share }}"}, language: en}]
"""
SHARES = "sku,share\nA1,0.5\nA2,0.25\nA3,0.5\n"


def invoked(*words: str) -> Result:
    return CliRunner().invoke(wanflow, words, standalone_mode=False)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_a_plan_shows_the_sums_and_the_first_rows(tmp_path: Path) -> None:
    rows = "sku,title\n" + "".join(f"A{at},t{at}\n" for at in range(9))
    folder_with(tmp_path, rows=rows, campaign="budget: {images: 20, cost: 1 CNY}\n")

    done = invoked("plan", "campaign.yaml", "--provider", "dashscope")

    assert done.return_value == 0, done.output
    assert "posters 0.0.0 with dashscope" in done.output
    assert "A2  row 3, rows.csv:4:1" in done.output
    assert "A3" not in done.output
    assert "... and 6 rows more" in done.output
    assert "9 rows, 36 steps to run, 27 pictures to buy, ¥5.40" in done.output
    assert "the budget of 20 pictures does not hold that: it ends 7 pictures short" in done.output
    assert "the budget of ¥1.00 does not hold that: it ends ¥4.40 short" in done.output
    assert not (tmp_path / ".wanflow").exists()


def test_the_json_of_a_plan_fits_its_schema_and_has_every_row(tmp_path: Path) -> None:
    folder_with(tmp_path, campaign="matrix: {mood: [warm, cold]}\n")

    done = invoked("plan", "campaign.yaml", "--provider", "dashscope", "--json")

    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(schema("campaign-plan"))).validate(document)
    assert [row["key"] for row in document["rows"]][:3] == ["A1-warm", "A1-cold", "A2-warm"]
    assert document["rows"][0]["place"] == {"file": "rows.csv", "line": 2, "column": 1}
    assert document["rows"][1]["skipped"] == [{"step": "wide", "reason": "when-false"}]
    assert document["totals"]["rows"] == 6
    assert document["totals"]["skip"] == 3
    assert document["totals"]["shared"] == 3 + 3 + 3


def test_what_was_made_before_is_reused_and_rows_share_what_is_the_same(tmp_path: Path) -> None:
    folder_with(tmp_path, recipe=LOCAL, rows=SHARES)
    before = program("run", "poster.yaml", "share=0.25", "-q", cwd=tmp_path)
    assert before.returncode == 0, before.stderr

    done = invoked("plan", "campaign.yaml")

    assert "3 rows, 2 steps to run, 1 of them the same as in an earlier row, 1 made" in done.output
    assert invoked("plan", "campaign.yaml", "--check").return_value == 10
    assert invoked("plan", "campaign.yaml", "--check", "--row", "A2").return_value == 0


def test_a_campaign_of_one_row_says_so_without_more(tmp_path: Path) -> None:
    folder_with(tmp_path, recipe=LOCAL, rows="sku,share\nA1,0.5\n")

    done = invoked("plan", "campaign.yaml", "--rows", "1")

    assert done.output.endswith("\n\n1 row, 1 step to run, nothing to buy\n")


def test_a_wrong_row_stops_a_plan_before_anything_is_shown(tmp_path: Path) -> None:
    folder_with(tmp_path, rows="sku,title\nA1,x\nA2,\n")

    done = program("plan", "campaign.yaml", "--provider", "dashscope", "--json", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "rows.csv:3:4: missing-value" in done.stderr
    assert "    3 | A2," in done.stderr


def test_a_warning_is_said_beside_the_plan(tmp_path: Path) -> None:
    folder_with(tmp_path, rows="sku;title\nA1;x\n")

    done = program("plan", "campaign.yaml", "--provider", "dashscope", cwd=tmp_path)

    assert done.returncode == 0
    assert "warning: delimiter-found" in done.stderr
    assert "1 row," in done.stdout


def test_check_tells_of_all_rows(tmp_path: Path) -> None:
    folder_with(tmp_path, rows="sku,title\nA1,x\nA2,\nA1,y\n")

    done = program("check", "campaign.yaml", "--provider", "dashscope", cwd=tmp_path)

    assert done.returncode == 2
    assert "rows.csv:3:4: missing-value" in done.stderr
    assert "rows.csv:4:1: duplicate-row" in done.stderr
    assert "2 errors" in done.stderr


def test_check_takes_recipes_and_campaigns_side_by_side(tmp_path: Path) -> None:
    folder_with(tmp_path, recipe=LOCAL, rows=SHARES)

    assert invoked("check", "campaign.yaml").output == "the campaign is sound\n"
    assert invoked("check", "poster.yaml").output == "the recipe is sound\n"
    both = invoked("check", "campaign.yaml", "poster.yaml")
    assert both.output == "all 2 files are sound\n"


def test_check_looks_at_the_rows_that_are_chosen(tmp_path: Path) -> None:
    folder_with(tmp_path, recipe=LOCAL, rows="sku,share\nA1,0.5\nA2,x\n")

    assert invoked("check", "campaign.yaml", "--rows", "1").return_value == 0
    assert invoked("check", "campaign.yaml").return_value == 2


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "poster.yaml", "--rows", "1"),
        ("check", "poster.yaml", "--row", "A"),
        ("plan", "campaign.yaml", "--model", "wan2.5-i2i-preview"),
        ("plan", "campaign.yaml", "--rows", "x"),
        ("plan", "campaign.yaml", "--only", "none"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    folder_with(tmp_path, recipe=LOCAL, rows=SHARES)

    done = program(*words, cwd=tmp_path)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_rows_come_through_a_pipe(tmp_path: Path) -> None:
    path = folder_with(tmp_path, recipe=LOCAL, rows=None)
    path.write_text(CAMPAIGN.replace("rows.csv", "'-'\nformat: csv"), encoding="utf-8")

    done = CliRunner().invoke(wanflow, ["check", "campaign.yaml"], input=SHARES)

    assert done.output == "the campaign is sound\n"


def test_the_commands_of_steps_hold_for_every_row(tmp_path: Path) -> None:
    folder_with(tmp_path)

    done = invoked(
        "plan", "campaign.yaml", "--provider", "dashscope", "--only", "one", "--json", "--row", "A1"
    )

    (row,) = json.loads(done.stdout)["rows"]
    assert [step["step"] for step in row["steps"]] == ["one"]
    assert {step["reason"] for step in row["skipped"]} == {"not-selected"}
