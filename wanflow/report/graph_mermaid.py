"""The graph of a plan as a diagram of Mermaid, which code hosts draw within Markdown."""

import re

from wanflow.report.graph import Kind, PlanGraph

_SHAPES: dict[Kind, tuple[str, str]] = {
    "input": ('(["', '"])'),
    "run": ('["', '"]'),
    "reuse": ('["', '"]'),
    "skip": ('["', '"]'),
    "result": ('[/"', '"/]'),
}
_STYLES: dict[Kind, str] = {
    "input": "fill:#eef2f7,stroke:#64748b,color:#1f2328",
    "run": "fill:#fff4e0,stroke:#b45309,color:#1f2328",
    "reuse": "fill:#e7f6ec,stroke:#15803d,color:#1f2328",
    "skip": "fill:#ffffff,stroke:#8c959f,color:#57606a,stroke-dasharray:4 3",
    "result": "fill:#f3e8ff,stroke:#7c3aed,color:#1f2328",
}
_JOINED = re.compile(r"[$:\\](?=\S)")
_UNSAFE = re.compile(r"(?<![^\W_])[.-]|[.-](?![^\W_])|[^\w ,.-]|_")


def graph_mermaid(graph: PlanGraph) -> str:
    """Write the text of a flowchart; colours are readable on light and on dark pages.

    Args:
        graph: what to draw.

    Returns:
        Lines that end with a line break, without the fence that Markdown puts around them.
    """
    lines = ["flowchart TB", f"  accTitle: {_plain(graph.title)}"]
    lines.append(f"  accDescr: {_plain(graph.total)}")
    for node in graph.nodes:
        begin, end = _SHAPES[node.kind]
        text = "<br/>".join(map(_escaped, node.lines))
        lines.append(f"  {node.key}{begin}{text}{end}:::{node.kind}")
    lines += [f"  {source} --> {target}" for source, target in graph.edges]
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    lines += [f"  classDef {kind} {_STYLES[kind]}" for kind in kinds]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    r"""Write a text so that nothing in it is HTML, Markdown, an icon, a formula or a directive.

    Only letters, digits, spaces, commas and what joins a word (`wan2.5`) stay; all else is written
    as the number of its character, as Mermaid has it. It looks for formulas (`$$`), icons (`:fa-`)
    and breaks (`\n`) after it has read these numbers: a word joiner, which nobody sees, parts them.
    """
    parted = _JOINED.sub("\\g<0>\u2060", text)
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", parted)


def _plain(text: str) -> str:
    """Write a text for a line that knows no escapes: what might end or open something is left out.

    Semicolons end a statement, `#` opens an entity, `%%` a comment or a directive.
    """
    return "".join(" " if one in ";#%{}<>" else one for one in text)
