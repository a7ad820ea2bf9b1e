"""The drawings of a plan in the programs that show them: a browser, Mermaid, Graphviz."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.editor.presence import npm_packages, program
from tests.report.hostile_graphs import HOSTILE, hostile_plan
from tests.report.runs_to_show import a_plan, an_empty_plan, boxed, placed, wide
from wanflow.model.plan import Plan
from wanflow.report.graph import plan_graph
from wanflow.report.graph_dot import graph_dot
from wanflow.report.graph_mermaid import graph_mermaid
from wanflow.report.graph_svg import graph_svg

PLANS: dict[str, Plan] = {
    "something of everything": a_plan(placed(), wide(), boxed()),
    "nothing": an_empty_plan(),
    **{text: hostile_plan(text) for text in HOSTILE if text.strip()},
}

# Where boxes and texts stand, after the browser has set them in its own fonts.
_PLACES = """() => [...document.querySelectorAll('.node')].map(node => ({
    box: node.querySelector('rect').getBoundingClientRect().toJSON(),
    texts: [...node.querySelectorAll('text')].map(t => t.getBoundingClientRect().toJSON()),
}))"""
# Draws a diagram, and gives the texts of its nodes as a person reads them, line by line.
_DRAW = """async text => {
    mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
    const { svg } = await mermaid.render('plan', text);
    document.body.innerHTML = svg;
    return [...document.querySelectorAll('.node')].map(node => ({
        id: node.id.replace(/^.*?flowchart-/, '').replace(/-[0-9]+$/, ''),
        text: node.querySelector('.nodeLabel').innerText,
    }));
}"""


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
def mermaid(browser: Browser) -> Iterator[Page]:
    library = npm_packages() / "mermaid.min.js"
    page = browser.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(path=library)
    yield page
    page.close()


def one_line(text: str) -> str:
    """Take a text as it is read: runs of spaces are one, and a word joiner is nothing."""
    return " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize("name", PLANS)
def test_in_a_browser_no_box_overlaps_and_no_text_leaves_its_box(
    name: str, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "plan.svg"
    file.write_text(graph_svg(plan_graph(PLANS[name])), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())

    nodes = page.evaluate(_PLACES)
    page.close()

    assert len(nodes) == len(plan_graph(PLANS[name]).nodes)
    boxes = [node["box"] for node in nodes]
    for at, one in enumerate(boxes):
        assert not any(overlaps(one, other) for other in boxes[at + 1 :])
    for node in nodes:
        assert all(lies_in(text, node["box"]) for text in node["texts"] if text["width"])


def overlaps(one: dict[str, float], other: dict[str, float]) -> bool:
    apart = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not (apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"])


def lies_in(text: dict[str, float], box: dict[str, float]) -> bool:
    across = box["left"] <= text["left"] and text["right"] <= box["right"]
    return across and box["top"] <= text["top"] and text["bottom"] <= box["bottom"]


def test_the_drawing_is_light_or_dark_as_its_reader_is(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "plan.svg"
    file.write_text(graph_svg(plan_graph(a_plan(placed()))), encoding="utf-8")
    colour = "() => getComputedStyle(document.querySelector('.paper')).fill"

    seen = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(file.as_uri())
        seen[scheme] = page.evaluate(colour)
        page.close()

    assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}


@pytest.mark.parametrize("name", PLANS)
def test_mermaid_draws_what_is_meant_and_nothing_else(name: str, mermaid: Page) -> None:
    graph = plan_graph(PLANS[name])

    drawn = mermaid.evaluate(_DRAW, graph_mermaid(graph))

    shown = {node["id"]: one_line(node["text"]) for node in drawn}
    assert shown == {node.key: one_line(" ".join(node.lines)) for node in graph.nodes}


@pytest.mark.parametrize("name", PLANS)
def test_graphviz_draws_what_is_meant_and_nothing_else(name: str) -> None:
    dot = program("dot", hint="Debian: graphviz")
    graph = plan_graph(PLANS[name])

    done = subprocess.run(
        [dot, "-Tsvg"], input=graph_dot(graph).encode(), capture_output=True, check=True
    )

    root = ET.fromstring(done.stdout)  # noqa: S314 # of a program that we started
    svg = "{http://www.w3.org/2000/svg}"
    nodes = [one for one in root.iter(f"{svg}g") if one.get("class") == "node"]
    shown = {
        str(one.findtext(f"{svg}title")): [
            one_line(line.text or "") for line in one.findall(f"{svg}text")
        ]
        for one in nodes
    }
    assert done.stderr == b""
    assert shown == {node.key: [one_line(line) for line in node.lines] for node in graph.nodes}
