"""`wanflow run` for a campaign: rows side by side, none lost, none bought twice."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.emulated import Emulated, emulated, holds_key
from tests.cli.running import ROOT, environment, wanflow
from wanflow.contract import schema

RECIPE = """\
wanflow: 1
name: card
inputs:
  title: {type: string, maxLength: 40}
  photo: {type: image, default: coffee.jpg}
  height: {type: integer, default: 200}
steps:
  - {id: small, use: resize, images: [photo], with: {longest: "{{ height }}"}}
  - {id: titled, use: add_text, with: {text: "{{ title }}"}}
outputs: {card: titled}
"""
PAID = """\
wanflow: 1
name: cup
inputs: {title: {type: string}, photo: {type: image, default: coffee.jpg}}
steps:
  - {id: placed, use: edit, images: [photo], prompt: "a cup for {{ title }}, from image 1"}
  - {id: lit, use: edit, prompt: "{{ title }} in evening light, from image 1"}
outputs: {cup: lit}
"""


def campaign(cwd: Path, titles: Sequence[str], *, recipe: str = RECIPE, more: str = "") -> str:
    cwd.mkdir(parents=True, exist_ok=True)
    photo = ROOT / "recipes" / "pictures" / "coffee.jpg"
    (cwd / "coffee.jpg").write_bytes(photo.read_bytes())
    (cwd / "card.yaml").write_text(recipe, encoding="utf-8")
    with (cwd / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("sku", "title"), *enumerate_rows(titles)])
    (cwd / "cards.yaml").write_text(
        f"wanflow: 1\ncampaign: cards\nrecipe: card.yaml\nrows: rows.csv\n"
        f'key: "{{{{ row.sku }}}}"\n{more}',
        encoding="utf-8",
    )
    return "cards.yaml"


def enumerate_rows(titles: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"货-{number}", title) for number, title in enumerate(titles, start=1)]


def reports(cwd: Path) -> list[dict[str, Any]]:
    files = cwd.glob("runs/*/report.json")
    read = [json.loads(file.read_text("utf-8")) for file in files]
    return sorted(read, key=lambda report: report["started_at"])


def states(report: dict[str, Any]) -> Counter[str]:
    return Counter(row["state"] for row in report["rows"])


def test_every_row_has_its_result_and_one_report_tells_of_all(tmp_path: Path) -> None:
    name = campaign(tmp_path, ["晨光", "Dusk", "{{ 7*7 }}"], more="matrix: {height: [120, 160]}\n")

    done = wanflow("run", name, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "6 rows: 6 done" in done.stdout
    (report,) = reports(tmp_path)
    assert states(report) == {"done": 6}
    titles = {row["inputs"]["title"] for row in report["rows"]}
    assert titles == {"晨光", "Dusk", "{{ 7*7 }}"}
    folder = next(tmp_path.glob("runs/*"))
    results = sorted(path.stem for path in (folder / "outputs" / "card").iterdir())
    assert results == sorted(row["key"] for row in report["rows"])
    prompts = [step["prompt"] for row in report["rows"] for step in row["steps"]]
    assert any("{{ 7*7 }}" in prompt for prompt in prompts)
    for row in report["rows"]:
        for step in row["steps"]:
            assert all((folder / picture["file"]).is_file() for picture in step["pictures"])
    assert "货-1" in (folder / "report.html").read_text("utf-8")
    assert "货-1" in (folder / "report.md").read_text("utf-8")


def test_the_same_command_again_makes_nothing_and_a_changed_row_only_itself(
    tmp_path: Path,
) -> None:
    name = campaign(tmp_path, ["one", "two", "three"])
    wanflow("run", name, "-q", cwd=tmp_path)

    again = wanflow("run", name, cwd=tmp_path)
    campaign(tmp_path, ["one", "two!", "three"])
    changed = wanflow("run", name, cwd=tmp_path)

    assert "3 rows: 3 reused" in again.stdout
    assert "0 pictures made, 6 reused" in again.stdout
    assert "3 rows: 1 done, 2 reused" in changed.stdout


def test_a_failed_row_stops_no_other_and_is_named_with_its_reason(tmp_path: Path) -> None:
    titles = ["one", "rare \U00030edd", "three", "four"]
    name = campaign(tmp_path, titles)

    done = wanflow("run", name, cwd=tmp_path)

    assert done.returncode == 1
    assert "4 rows: 3 done, 1 failed" in done.stdout
    assert "1 x missing-glyph: 货-2 titled:" in done.stdout
    assert "next, to go on: wanflow run cards.yaml" in done.stdout
    (report,) = reports(tmp_path)
    assert [row["key"] for row in report["rows"] if row["state"] == "failed"] == ["货-2"]


def test_after_a_failure_no_row_is_begun_if_one_says_so(tmp_path: Path) -> None:
    titles = ["rare \U00030edd", *(f"row {n}" for n in range(60))]
    name = campaign(tmp_path, titles)

    done = wanflow("run", name, "--fail-fast", cwd=tmp_path)

    (report,) = reports(tmp_path)
    assert done.returncode == 1
    assert states(report)["not-started"] > 40


def test_some_rows_can_be_chosen(tmp_path: Path) -> None:
    name = campaign(tmp_path, ["one", "two", "three"])

    by_key = wanflow("run", name, "--row", "货-2", cwd=tmp_path)
    by_number = wanflow("run", name, "--rows", "3:3", cwd=tmp_path)
    unknown = wanflow("run", name, "--row", "货2", cwd=tmp_path)

    assert "1 row: 1 done" in by_key.stdout
    assert "1 row: 1 done" in by_number.stdout
    assert unknown.returncode == 2
    assert "did you mean" in unknown.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--frozen",), "a campaign has none"),
        (("--rows", "9:3"), "--rows"),
    ],
)
def test_what_a_campaign_cannot_do_is_said(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    name = campaign(tmp_path, ["one"])

    done = wanflow("run", name, *words, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_wrong_row_is_found_before_anything_is_made(tmp_path: Path) -> None:
    name = campaign(tmp_path, ["one", "x" * 41])

    done = wanflow("run", name, cwd=tmp_path)

    assert done.returncode == 2
    assert "rows.csv:3:" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_recipe_has_no_rows_to_choose(tmp_path: Path) -> None:
    campaign(tmp_path, ["one"])

    done = wanflow("run", "card.yaml", "title=x", "--rows", "1:2", cwd=tmp_path)

    assert done.returncode == 2
    assert "a recipe has no rows" in done.stderr


def test_an_interrupted_campaign_goes_on_in_its_own_folder(tmp_path: Path) -> None:
    name = campaign(tmp_path, [f"row {n}" for n in range(30)])
    words = ["-m", "wanflow", "run", name]
    process = subprocess.Popen(
        [sys.executable, *words], cwd=tmp_path, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(tmp_path, "outputs/card/*", 3)
    seen = wanflow("status", "--json", cwd=tmp_path)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (before,) = reports(tmp_path)

    again = wanflow("run", name, cwd=tmp_path)

    status = json.loads(seen.stdout)
    Draft202012Validator(json.loads(schema("status"))).validate(status)
    assert (status["at_work"], status["rows"], status["steps"]) == (True, 30, 60)
    assert status["states"]["done"] >= 6
    later = wanflow("status", cwd=tmp_path).stdout
    assert "done\n" in later
    assert "60 of 60 steps in 30 rows" in later
    assert process.returncode == 130
    assert before["state"] == "interrupted"
    assert again.returncode == 0
    (report,) = reports(tmp_path)
    assert states(report) == {"done": 30}
    assert len(list(tmp_path.glob("runs/*"))) == 1


def wait_for(cwd: Path, pattern: str, count: int) -> None:
    until = time.monotonic() + 60
    while len(list(cwd.glob(f"runs/*/{pattern}"))) < count:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_equal_requests_of_several_rows_are_made_once(tmp_path: Path) -> None:
    with emulated(tmp_path) as service:
        name = campaign(tmp_path, ["same", "same", "other"], recipe=PAID)

        done = service.run(name)

        assert done.returncode == 0, done.stderr
        assert service.billed == 4
        (report,) = reports(tmp_path)
        assert report["billed_images"] == 4
        assert report["cost_micro"] == 800_000


def test_without_a_yes_the_price_of_all_rows_is_told_and_nothing_sent(tmp_path: Path) -> None:
    with emulated(tmp_path) as service:
        name = campaign(tmp_path, ["a", "b", "c"], recipe=PAID)

        done = service.run(name, agreed=False)

        assert done.returncode == 2
        assert "this would buy 6 pictures for ¥1.20 (beijing); 3 rows" in done.stderr
        assert service.events("accepted") == []


def test_the_budget_of_a_campaign_holds_with_many_in_flight(tmp_path: Path) -> None:
    with emulated(tmp_path) as service:
        more = "budget: {images: 5}\n"
        name = campaign(tmp_path, [f"t{n}" for n in range(12)], recipe=PAID, more=more)

        done = service.run(name)

        assert done.returncode == 3
        assert service.billed == 5
        (report,) = reports(tmp_path)
        assert report["billed_images"] == 5
        assert "budget-reached" in done.stdout


def bought_once(service: Emulated, rows: int) -> None:
    prompts = Counter(str(event["prompt"]) for event in service.events("accepted"))
    assert len(prompts) == 2 * rows
    assert service.billed == 2 * rows


def test_a_killed_campaign_buys_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    rows = 12
    with emulated(tmp_path, "--list-lag", "1") as service:
        name = campaign(tmp_path, [f"t{n}" for n in range(rows)], recipe=PAID)
        for pause_s in (1.5, 2.5, 3.5):
            process = subprocess.Popen(
                service.words("run", name), cwd=tmp_path, env=service.environment(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(pause_s)
            process.kill()
            process.wait()

        done = service.run(name)

        assert done.returncode == 0, done.stdout + done.stderr
        bought_once(service, rows)
        (report,) = reports(tmp_path)
        assert states(report) == {"done": rows}
        assert report["billed_images"] == 2 * rows
        assert holds_key(tmp_path) == []


def test_two_runs_of_a_campaign_are_compared_row_by_row(tmp_path: Path) -> None:
    name = campaign(tmp_path, ["one", "two", "three"])
    wanflow("run", name, "-q", cwd=tmp_path)
    campaign(tmp_path, ["one", "two!", "three"])
    wanflow("run", name, "-q", cwd=tmp_path)
    first, second = (report["run"] for report in reports(tmp_path))

    same = wanflow("diff", second, second, "--check", cwd=tmp_path)
    other = wanflow("diff", first, second, "--check", "--json", cwd=tmp_path)

    assert (same.returncode, other.returncode) == (0, 10)
    value = json.loads(other.stdout)
    assert {change["name"] for change in value["changes"]} == {"货-2/title", "货-2/titled"}
    differing = [p["step"] for p in value["pictures"] if p["verdict"] != "same"]
    assert differing == ["货-2/titled"]


def test_a_campaign_is_verified_and_reported_again(tmp_path: Path) -> None:
    name = campaign(tmp_path, ["one", "two"])
    wanflow("run", name, "-q", cwd=tmp_path)
    sound = wanflow("verify", cwd=tmp_path)
    page = next(tmp_path.glob("runs/*/report.html"))
    before = page.read_text("utf-8")
    page.unlink()

    again = wanflow("report", "--junit", "steps.xml", cwd=tmp_path)
    next(tmp_path.glob("runs/*/rows/货-1/titled-1.png")).write_bytes(b"other")
    changed = wanflow("verify", cwd=tmp_path)

    assert (sound.returncode, again.returncode, changed.returncode) == (0, 0, 1)
    assert page.read_text("utf-8") == before
    assert (tmp_path / "steps.xml").read_text("utf-8").count("<testcase ") == 4
    assert "changed  rows/货-1/titled-1.png" in changed.stdout
