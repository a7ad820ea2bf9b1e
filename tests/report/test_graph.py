"""A plan as a graph, and its three forms as text."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.hostile_graphs import HOSTILE, hostile_plan
from tests.report.runs_to_show import a_plan, an_empty_plan, boxed, placed, wide
from wanflow.report.columns import width_of
from wanflow.report.graph import plan_graph
from wanflow.report.graph_dot import graph_dot
from wanflow.report.graph_mermaid import graph_mermaid
from wanflow.report.graph_svg import graph_svg

_SVG = "{http://www.w3.org/2000/svg}"
_FORMS = (graph_mermaid, graph_dot, graph_svg)


def test_pictures_steps_and_results_are_nodes() -> None:
    graph = plan_graph(a_plan(placed(), wide(), boxed()))

    assert [(node.key, node.kind, node.lines[0]) for node in graph.nodes] == [
        ("picture1", "input", "clock"),
        ("picture2", "input", "table"),
        ("picture3", "input", "photo"),
        ("step1", "run", "placed"),
        ("step2", "run", "wide"),
        ("step3", "reuse", "boxed"),
        ("skipped1", "skip", "night"),
        ("skipped2", "skip", "night-enlarged"),
        ("result1", "result", "poster"),
    ]
    assert set(graph.edges) == {
        ("picture1", "step1"),
        ("picture2", "step1"),
        ("step1", "step2"),
        ("picture3", "step3"),
        ("step1", "step3"),
        ("step2", "result1"),
    }


def test_a_step_says_who_does_it_what_comes_out_why_and_for_how_much() -> None:
    graph = plan_graph(a_plan(placed(), wide(), boxed()))

    said = {node.key: node.lines for node in graph.nodes}
    assert said["step1"] == (
        "placed",
        "fuse by wan2.5-i2i-preview",
        "1 clock as subject, 2 table",
        "3 pictures, 1280*720; picture 1 goes on",
        "run: prompt changed",
        "'红色' to '蓝色'",
        "¥0.60, about 1 min 15 s",
    )
    assert said["step3"] == (
        "boxed",
        "crop on this machine",
        "1 photo as scene, 2 placed[2]",
        "1 picture, 1280*720",
        "reuse: made before by the same request",
    )
    assert said["skipped2"][2:] == ("skip: an earlier step is skipped", "night")


def test_a_picture_that_several_steps_take_is_there_once() -> None:
    graph = plan_graph(a_plan(placed(), placed()))

    assert [node.key for node in graph.nodes if node.kind == "input"] == ["picture1", "picture2"]


def test_what_is_taken_from_a_step_outside_the_plan_has_no_edge() -> None:
    graph = plan_graph(a_plan(wide()))

    assert ("step1", "result1") in graph.edges
    assert all(target == "result1" for _, target in graph.edges)


def test_one_picture_that_is_not_the_first_of_its_step_is_named() -> None:
    later = boxed()
    only = replace(later, job=replace(later.job, images=later.job.images[1:]))

    graph = plan_graph(a_plan(placed(), only))

    assert "takes placed[2]" in graph.nodes[3].lines


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_a_plan_is_written_as_text(form: str) -> None:
    graph = plan_graph(a_plan(placed(), wide()))
    expected = (Path(__file__).parent / "drawings" / f"plan.{form}").read_text(encoding="utf-8")

    assert {"mermaid": graph_mermaid, "dot": graph_dot}[form](graph) == expected


def test_a_plan_is_drawn_as_svg_that_needs_nothing_beside_it() -> None:
    graph = plan_graph(a_plan(placed(), wide(), boxed()))

    text = graph_svg(graph)

    root = ET.fromstring(text)  # noqa: S314 # our own text
    assert root.tag == f"{_SVG}svg"
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"(?:href|src|url)\W+(?!#head)\w*[:/]", text) == []
    assert len(root.findall(f".//{_SVG}path[@class='edge']")) == len(graph.edges)
    shown = [
        tuple(line.text for line in group.findall(f"{_SVG}text"))
        for group in root.iter(f"{_SVG}g")
        if "node" in group.get("class", "")
    ]
    assert shown == [node.lines for node in graph.nodes]


def test_an_empty_plan_is_drawn_too() -> None:
    graph = plan_graph(an_empty_plan())

    assert graph.nodes == ()
    for form in _FORMS:
        assert graph.total in form(graph) or "nothing to do" in form(graph)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_breaks_out_of_a_drawing(text: str) -> None:
    graph = plan_graph(hostile_plan(text))
    harmless = plan_graph(hostile_plan("harmless"))

    for form in _FORMS:
        assert skeleton(form(graph)) == skeleton(form(harmless))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_out_of_a_drawing(text: str) -> None:
    graph = plan_graph(hostile_plan(text))

    ET.fromstring(graph_svg(graph))  # noqa: S314 # our own text
    for form in _FORMS:
        assert skeleton(form(graph)) == skeleton(form(plan_graph(hostile_plan("x"))))
    assert all(width_of(line) <= 44 for node in graph.nodes for line in node.lines)


def skeleton(text: str) -> list[str]:
    """Give what a drawing is made of, without what it says."""
    if text.startswith("<svg"):
        root = ET.fromstring(text)  # noqa: S314 # our own text
        parts = ((part.tag, part.get("class", "")) for part in root.iter())
        return [f"{tag} {kind}" for tag, kind in parts if not tag.endswith("text")]
    spoken = re.sub(r"^  (acc\w+):.*$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', spoken).splitlines()
