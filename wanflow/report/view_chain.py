"""The chain of a run as nodes and edges, laid out for a wide and for a narrow page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wanflow.model.run import RunRecord, StepRecord
from wanflow.model.values import JobKey
from wanflow.report.chain import Box, Drawing, Node, drawn, path
from wanflow.report.view_pictures import PictureView, Shelf
from wanflow.report.words import STATES, WORDS, Text, filled

# A page of 320 px has so much room between its margins.
_NARROW_PX = 282
_NARROW_WIDTHS_PX = (200, 132, 82)
_TEXT_PX = 50
_OUTPUT_HEIGHT_PX = 44
_MOST_PICKS = 4


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several pictures that a step made, and whether it is the one that goes on."""

    number: int
    picked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node: where it leads, what it says, and the picture in it, if there is one."""

    id: str
    kind: str
    target: str
    name: str
    caption: Text
    state: str
    picture: PictureView | None
    picks: tuple[Pick, ...] = ()
    picks_label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the nodes stand on one kind of page, and the edges as path data of SVG."""

    width_px: int
    height_px: int
    places: tuple[tuple[str, Box], ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """A chain in both layouts."""

    label: Text
    nodes: tuple[NodeView, ...]
    wide: Layout
    narrow: Layout


def chain_view(record: RunRecord, shelf: Shelf) -> ChainView:
    """Draw the chain of a run: inputs, steps and outputs in this order."""
    inputs = tuple(_input_node(at, picture) for at, picture in enumerate(shelf.inputs))
    steps = tuple(_step_node(at, step, shelf) for at, step in enumerate(record.steps))
    outputs = tuple(
        NodeView(
            id=f"o{at}",
            kind="output",
            target="results",
            name=output.name,
            caption=WORDS["output"],
            state="done" if output.artifact else "waiting",
            picture=None,
        )
        for at, output in enumerate(record.outputs)
    )
    nodes = (*inputs, *steps, *outputs)
    edges = _edges(record, shelf)
    return ChainView(
        label=filled(
            WORDS["chain_label"], inputs=len(inputs), steps=len(steps), outputs=len(outputs)
        ),
        nodes=nodes,
        wide=_layout(nodes, edges, size=_wide_size),
        narrow=_narrow(nodes, edges),
    )


def _input_node(at: int, picture: PictureView) -> NodeView:
    return NodeView(
        id=f"i{at}",
        kind="input",
        target="inputs",
        name=picture.record.name,
        caption=WORDS["input"],
        state="done",
        picture=picture,
    )


def _step_node(at: int, step: StepRecord, shelf: Shelf) -> NodeView:
    chosen = next((p for p in step.pictures if p.index == step.picked), None)
    picture = chosen or next(iter(step.pictures), None)
    state = STATES[step.state]
    return NodeView(
        id=f"s{at}",
        kind="step",
        target=f"step-{at + 1}",
        name=step.key,
        caption=Text(f"{step.operation} · {state.en}", f"{step.operation} · {state.zh}"),
        state=step.state,
        picture=shelf.of_step(step, picture) if picture else None,
        picks=_picks(step),
        picks_label=filled(WORDS["picks_label"], number=step.picked, count=len(step.pictures)),
    )


def _picks(step: StepRecord) -> tuple[Pick, ...]:
    # More than fit on the picture are not drawn one by one; the step itself shows them all.
    numbers = [picture.index or at for at, picture in enumerate(step.pictures, start=1)]
    if len(numbers) < 2:
        return ()
    if len(numbers) > _MOST_PICKS:
        numbers = [number for number in numbers if number == step.picked]
    return tuple(Pick(number, number == step.picked) for number in numbers)


def _edges(record: RunRecord, shelf: Shelf) -> tuple[tuple[str, str], ...]:
    views = [(f"i{at}", view.record) for at, view in enumerate(shelf.inputs)]
    by_digest = {record.artifact.sha256: node for node, record in views}
    exactly = {(record.name, record.artifact.sha256): node for node, record in views}
    earlier: dict[JobKey, str] = {}
    edges: list[tuple[str, str]] = []
    for at, step in enumerate(record.steps):
        for picture in step.images:
            if picture.step is None:
                digest = picture.artifact.sha256
                edges.append((exactly.get((picture.name, digest), by_digest[digest]), f"s{at}"))
        needed = [picture.step for picture in step.images if picture.step] + list(step.needs)
        edges += [(earlier[key], f"s{at}") for key in needed if key in earlier]
        earlier[step.key] = f"s{at}"
    for at, output in enumerate(record.outputs):
        if output.step in earlier:
            edges.append((earlier[output.step], f"o{at}"))
    return tuple(dict.fromkeys(edges))


def _wide_size(kind: str) -> tuple[int, int]:
    sizes: Mapping[str, tuple[int, int]] = {
        "input": (144, 96 + _TEXT_PX),
        "step": (192, 128 + _TEXT_PX),
        "output": (128, _OUTPUT_HEIGHT_PX),
    }
    return sizes[kind]


def _narrow(nodes: tuple[NodeView, ...], edges: tuple[tuple[str, str], ...]) -> Layout:
    layouts = (
        _layout(nodes, edges, size=_narrow_size(width_px), downwards=True)
        for width_px in _NARROW_WIDTHS_PX
    )
    smallest = next(layouts)
    for layout in layouts:
        if smallest.width_px <= _NARROW_PX:
            break
        smallest = layout
    return smallest


def _narrow_size(width_px: int) -> Callable[[str], tuple[int, int]]:
    def size(kind: str) -> tuple[int, int]:
        if kind == "output":
            return width_px, _OUTPUT_HEIGHT_PX
        return width_px, width_px * 2 // 3 + _TEXT_PX

    return size


def _layout(
    nodes: tuple[NodeView, ...],
    edges: tuple[tuple[str, str], ...],
    *,
    size: Callable[[str], tuple[int, int]],
    downwards: bool = False,
) -> Layout:
    to_place = []
    for node in nodes:
        width_px, height_px = size(node.kind)
        to_place.append(Node(key=node.id, width_px=width_px, height_px=height_px))
    drawing: Drawing = drawn(
        to_place,
        edges,
        gap_px=44 if downwards else 56,
        apart_px=16 if downwards else 24,
        downwards=downwards,
    )
    return Layout(
        width_px=drawing.width_px,
        height_px=drawing.height_px,
        places=tuple((box.key, box) for box in drawing.boxes),
        paths=tuple(path(route, downwards=downwards) for route in drawing.routes),
    )
