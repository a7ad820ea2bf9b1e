"""The graph of a plan as a picture: SVG of its own, for a page, a wiki or a printer."""

from collections.abc import Iterator
from html import escape

from wanflow.report.chain import Box, Drawing, Node, drawn, path
from wanflow.report.columns import width_of
from wanflow.report.graph import GraphNode, PlanGraph

_LINE_PX = 18
_COLUMN_PX = 8  # of a font of 13 px whose letters are all as wide; Chinese takes two columns
_PAD_PX = 12
_EDGE_PX = 24  # around the whole
_ROUND_PX = {"input": 14, "result": 14}

_STYLE = """
svg { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #57606a;
  --line: #64748b; --input: #eef2f7; --run: #fff4e0; --run-line: #b45309; --reuse: #e7f6ec;
  --reuse-line: #15803d; --result: #f3e8ff; --result-line: #7c3aed }
@media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9da7b3;
  --line: #8b98a9; --input: #1c2430; --run: #33240d; --run-line: #e0913a; --reuse: #10281a;
  --reuse-line: #4ac26b; --result: #261a3a; --result-line: #b083f0 } }
text { font: 13px ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
  fill: var(--faint); white-space: pre }
.name { font-weight: bold; fill: var(--ink) }
.paper { fill: var(--paper) }
.edge { fill: none; stroke: var(--line); stroke-width: 1.5 }
.head { fill: var(--line) }
.node rect { stroke: var(--line); stroke-width: 1.5; fill: var(--input) }
.run rect { fill: var(--run); stroke: var(--run-line) }
.reuse rect { fill: var(--reuse); stroke: var(--reuse-line) }
.skip rect { fill: none; stroke-dasharray: 4 3 }
.result rect { fill: var(--result); stroke: var(--result-line) }
""".strip()
_HEAD = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>'
)


def graph_svg(graph: PlanGraph) -> str:
    """Draw a graph from top to bottom; it follows the reader's choice of light or dark.

    Args:
        graph: what to draw; n nodes take about n squared steps.

    Returns:
        A whole SVG file that needs nothing beside it; no two boxes overlap, no line crosses one.
    """
    drawing = drawn(
        [Node(key=one.key, width_px=_width(one), height_px=_height(one)) for one in graph.nodes],
        graph.edges,
        gap_px=48,
        apart_px=24,
        downwards=True,
    )
    caption = f"{graph.title}: {graph.total}"
    width = max(drawing.width_px, width_of(caption) * _COLUMN_PX) + 2 * _EDGE_PX
    height = drawing.height_px + 2 * _EDGE_PX + 2 * _LINE_PX
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(graph.title)}</title>',
        f'<desc id="desc">{escape(graph.total)}</desc>',
        f"<style>{_STYLE}</style>",
        _HEAD,
        f'<rect class="paper" width="{width}" height="{height}"/>',
        f'<text class="name" x="{_EDGE_PX}" y="{_EDGE_PX + 10}">{escape(caption)}</text>',
        f'<g transform="translate({_EDGE_PX} {_EDGE_PX + 2 * _LINE_PX})">',
        *_drawing(graph, drawing),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _drawing(graph: PlanGraph, drawing: Drawing) -> Iterator[str]:
    for route in drawing.routes:
        data = path(route, downwards=True)
        yield f'<path class="edge" d="{data}" marker-end="url(#head)"/>'
    for node, box in zip(graph.nodes, drawing.boxes, strict=True):
        yield from _box(node, box)


def _box(node: GraphNode, box: Box) -> Iterator[str]:
    yield f'<g class="node {node.kind}">'
    # What was cut off is shown when the pointer rests on it.
    yield f"<title>{escape(chr(10).join(node.whole))}</title>"
    yield (
        f'<rect x="{box.x_px}" y="{box.y_px}" width="{box.width_px}" height="{box.height_px}"'
        f' rx="{_ROUND_PX.get(node.kind, 4)}"/>'
    )
    for at, line in enumerate(node.lines):
        name = ' class="name"' if at == 0 else ""
        y_px = box.y_px + _PAD_PX + _LINE_PX * at + 13
        yield f'<text{name} x="{box.x_px + _PAD_PX}" y="{y_px}">{escape(line)}</text>'
    yield "</g>"


def _width(node: GraphNode) -> int:
    return max(width_of(line) for line in node.lines) * _COLUMN_PX + 2 * _PAD_PX


def _height(node: GraphNode) -> int:
    return len(node.lines) * _LINE_PX + 2 * _PAD_PX
