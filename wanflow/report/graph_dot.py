"""The graph of a plan in the language of Graphviz."""

from wanflow.report.graph import Kind, PlanGraph

_STYLES: dict[Kind, str] = {
    "input": 'shape=box, style="rounded,filled", fillcolor="#eef2f7", color="#64748b"',
    "run": 'shape=box, style=filled, fillcolor="#fff4e0", color="#b45309"',
    "reuse": 'shape=box, style=filled, fillcolor="#e7f6ec", color="#15803d"',
    "skip": 'shape=box, style=dashed, color="#8c959f", fontcolor="#57606a"',
    "result": 'shape=box, style="rounded,filled", fillcolor="#f3e8ff", color="#7c3aed"',
}


def graph_dot(graph: PlanGraph) -> str:
    """Write a digraph, as UTF-8 text that `dot` draws from top to bottom."""
    label = _quoted(f"{graph.title}: {graph.total}")
    lines = [
        f"digraph {_quoted(graph.title)} {{",
        f'  graph [charset="UTF-8", rankdir=TB, fontname="sans-serif", label={label}];',
        '  node [fontname="sans-serif", fontsize=11, margin="0.15,0.08"];',
        '  edge [color="#64748b", arrowsize=0.7];',
    ]
    lines += [
        f"  {node.key} [label={_quoted(*node.lines)}, {_STYLES[node.kind]}];"
        for node in graph.nodes
    ]
    lines += [f"  {source} -> {target};" for source, target in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(*lines: str) -> str:
    r"""Write lines as one string: `\` and `"` are escaped, and `&`, which begins an entity."""
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
