"""A plan says everything that a run will do, at 80 columns."""

import json
from dataclasses import replace
from typing import get_args

import pytest
from inline_snapshot import snapshot
from jsonschema import Draft202012Validator

from tests.report.runs_to_show import a_plan, an_empty_plan, boxed, placed, wide
from wanflow.contract import schema
from wanflow.model.plan import Decision, Reason
from wanflow.model.values import JsonValue
from wanflow.report.columns import width_of
from wanflow.report.decisions import in_words
from wanflow.report.plan_text import plan_json, plan_text, seconds_estimate, total_line


def test_a_plan_is_shown_step_by_step() -> None:
    shown = plan_text(a_plan(placed(), wide(), boxed()))

    assert shown == snapshot("""\
clock-on-table 1.2.0 with dashscope@1

placed  fuse by wan2.5-i2i-preview
  run: prompt changed: '红色' to '蓝色'
  images    clock as subject (时钟.jpg, 1280*720); table (table.png, 1280*720,
            alpha flattened on white)
  prompt    将图1中的闹钟放置到图2的餐桌的花瓶旁边位置,保持它的外形、颜色和文字,
            光线、透视与接触阴影随图2,其他内容不变
  with      subject 闹钟, at {"x": 0.5, "y": 0.2}, n 3, seed 12345,
            prompt_extend false
  result    3 pictures, 1280*720; picture 1 goes on
  cost      ¥0.60, about 1 min 15 s

wide  outpaint by wan2.5-i2i-preview
  run: an earlier step changed
  images    placed (picture 1 of placed, size not known beforehand)
  prompt    Extend the picture left and right;
            keep the original content \\x1b[31muntouched, continue naturally and
            do not add anything that was not there
  with      n 1
  result    1 picture, size not known beforehand
  cost      ¥0.20, about 1 min 15 s

boxed  crop on this machine
  reuse: made before by the same request
  images    photo as scene (https://example.org/a.png); placed (picture 2 of
            placed, 1280*720, scaled)
  with      box [0, 0, 1, 0.5], note null
  result    1 picture, 1280*720

skipped
  night     skip: its condition is false
  night-enlarged
            skip: an earlier step is skipped: night

results
  poster    海报.png, picture 1 of wide

2 steps to run, 4 pictures to buy, ¥0.80, about 2 min 30 s\
""")
    assert all(width_of(line) <= 80 for line in shown.split("\n"))


def test_an_empty_plan_says_that_there_is_nothing_to_do() -> None:
    assert plan_text(an_empty_plan()) == "nothing with local@1\n\nnothing to do"


def test_a_plan_of_reused_steps_says_that_all_is_made() -> None:
    assert total_line(a_plan(boxed())) == "nothing to do: everything is made already"


def test_a_plan_that_costs_nothing_says_so() -> None:
    free = replace(wide(), cost_micro=0, seconds_estimate=0)

    assert (
        total_line(a_plan(free, cost_micro=0, images_to_buy=0)) == "1 step to run, nothing to buy"
    )
    assert "cost" not in plan_text(a_plan(free, cost_micro=0, images_to_buy=0))


def test_branches_run_side_by_side_in_the_estimate() -> None:
    branch = replace(boxed(), decision=Decision(action="run", reason="first-time"))

    assert seconds_estimate(a_plan(placed(), wide(), branch)) == 150


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert in_words(Decision(action="run", reason=reason)).startswith("run: ")


def test_the_detail_of_a_decision_stands_after_the_reason() -> None:
    decision = Decision(action="run", reason="prompt-changed", detail="'red' to 'blue'")

    assert in_words(decision) == "run: prompt changed: 'red' to 'blue'"


def test_colour_changes_nothing_but_colour() -> None:
    plan = a_plan(placed(), boxed())

    shown = plan_text(plan, color=True)

    for code in ("1", "2", "32", "33", "0"):
        assert f"\x1b[{code}m" in shown
        shown = shown.replace(f"\x1b[{code}m", "")
    assert shown == plan_text(plan)


@pytest.mark.parametrize("plan", [a_plan(placed(), wide(), boxed()), an_empty_plan()])
def test_the_json_of_a_plan_keeps_its_schema(plan: object) -> None:
    document = json.loads(json.dumps(plan_json(plan)))  # type: ignore[arg-type]

    Draft202012Validator(json.loads(schema("plan"))).validate(document)


def test_the_json_of_a_plan_is_exact() -> None:
    document = json.loads(json.dumps(plan_json(a_plan(placed(), wide(), boxed()))))

    assert document["cost_micro"] == 800_000
    assert document["steps"][1]["prompt"] == wide().job.prompt
    assert document["steps"][2]["recorded_in"] == "run-1"
    assert document["outputs"] == [
        {"name": "poster", "file": "海报.png", "step": "wide", "picture": 1}
    ]


@pytest.mark.parametrize("name", ["plan", "problems"])
def test_everything_in_a_schema_is_titled_and_described(name: str) -> None:
    document = json.loads(schema(name))
    Draft202012Validator.check_schema(document)

    assert undescribed(document, name) == []


def undescribed(node: JsonValue, place: str) -> list[str]:
    assert isinstance(node, dict)
    if "$ref" in node:
        return []
    found = [] if {"title", "description"} <= node.keys() else [place]
    for keyword in ("properties", "$defs"):
        for name, child in node.get(keyword, {}).items():
            found += undescribed(child, f"{place}/{name}")
    for at, child in enumerate(node.get("oneOf", [])):
        found += undescribed(child, f"{place}/{at}")
    if "items" in node:
        found += undescribed(node["items"], f"{place}/items")
    return found
