from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.report.chain import Box, Drawing, Node, drawn, path

Chain = tuple[list[Node], list[tuple[str, str]]]


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    sides = st.integers(min_value=1, max_value=240)
    count = draw(st.integers(min_value=0, max_value=12))
    nodes = [Node(key=f"n{at}", width_px=draw(sides), height_px=draw(sides)) for at in range(count)]
    pairs = [(f"n{a}", f"n{b}") for a, b in combinations(range(count), 2)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=24)) if pairs else []
    return nodes, edges


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x_px < other.x_px + other.width_px
        and other.x_px < one.x_px + one.width_px
        and one.y_px < other.y_px + other.height_px
        and other.y_px < one.y_px + one.height_px
    )


def _upright(drawing: Drawing, *, downwards: bool) -> list[tuple[str, str, list[tuple[int, int]]]]:
    return [
        (r.source, r.target, [(y, x) if downwards else (x, y) for x, y in r.points])
        for r in drawing.routes
    ]


@given(chain=chains(), downwards=st.booleans())
@settings(deadline=None)
def test_no_two_nodes_overlap_and_each_keeps_its_size(chain: Chain, *, downwards: bool) -> None:
    nodes, edges = chain

    drawing = drawn(nodes, edges, downwards=downwards)

    assert not any(_overlap(one, other) for one, other in combinations(drawing.boxes, 2))
    assert [(b.key, b.width_px, b.height_px) for b in drawing.boxes] == [
        (n.key, n.width_px, n.height_px) for n in nodes
    ]
    assert all(b.x_px >= 0 and b.x_px + b.width_px <= drawing.width_px for b in drawing.boxes)
    assert all(b.y_px >= 0 and b.y_px + b.height_px <= drawing.height_px for b in drawing.boxes)


@given(chain=chains(), downwards=st.booleans())
@settings(deadline=None)
def test_every_edge_goes_one_way_only(chain: Chain, *, downwards: bool) -> None:
    nodes, edges = chain

    drawing = drawn(nodes, edges, downwards=downwards)

    routes = _upright(drawing, downwards=downwards)
    assert [(source, target) for source, target, _ in routes] == list(dict.fromkeys(edges))
    for _, _, points in routes:
        assert len(points) > 1
        assert all(x0 < x1 for (x0, _), (x1, _) in pairwise(points))


@given(chain=chains(), downwards=st.booleans())
@settings(deadline=None)
def test_no_edge_runs_through_a_node(chain: Chain, *, downwards: bool) -> None:
    nodes, edges = chain

    drawing = drawn(nodes, edges, downwards=downwards)

    for source, target, points in _upright(drawing, downwards=downwards):
        for (x0, y0), (x1, y1) in pairwise(points):
            piece = Box(
                key="", x_px=x0, y_px=min(y0, y1), width_px=x1 - x0, height_px=abs(y1 - y0) + 1
            )
            for box in drawing.boxes:
                place = box if not downwards else _turned(box)
                if box.key not in {source, target}:
                    assert not _overlap(piece, place)


def _turned(box: Box) -> Box:
    return Box(
        key=box.key,
        x_px=box.y_px,
        y_px=box.x_px,
        width_px=box.height_px,
        height_px=box.width_px,
    )


def _node(key: str) -> Node:
    return Node(key=key, width_px=100, height_px=80)


def test_a_plain_chain_is_one_straight_row() -> None:
    nodes = [_node("photo"), _node("wide"), _node("poster")]

    drawing = drawn(nodes, [("photo", "wide"), ("wide", "poster")], gap_px=40)

    assert [(box.x_px, box.y_px) for box in drawing.boxes] == [(0, 0), (140, 0), (280, 0)]
    assert [path(route) for route in drawing.routes] == ["M100 40L140 40", "M240 40L280 40"]


def test_a_branch_leaves_its_step_in_two_bends() -> None:
    nodes = [_node("placed"), _node("boxed"), _node("wide")]

    drawing = drawn(nodes, [("placed", "boxed"), ("placed", "wide")], gap_px=40, apart_px=20)

    assert [(box.x_px, box.y_px) for box in drawing.boxes] == [(0, 50), (140, 0), (140, 100)]
    assert path(drawing.routes[0]) == "M100 90C120 90 120 40 140 40"


def test_downwards_bends_follow_the_column() -> None:
    nodes = [_node("placed"), _node("boxed"), _node("wide")]

    drawing = drawn(nodes, [("placed", "boxed"), ("placed", "wide")], gap_px=40, downwards=True)

    assert path(drawing.routes[0], downwards=True) == "M110 80C110 100 50 100 50 120"


def test_an_input_that_is_needed_late_stands_right_before_the_step() -> None:
    nodes = [_node("photo"), _node("logo"), _node("wide"), _node("signed")]

    drawing = drawn(nodes, [("photo", "wide"), ("wide", "signed"), ("logo", "signed")])

    columns = {box.key: box.x_px for box in drawing.boxes}
    assert columns["logo"] == columns["wide"] > columns["photo"]


def test_edges_are_sorted_so_that_they_do_not_cross() -> None:
    nodes = [_node(key) for key in "abcd"]

    drawing = drawn(nodes, [("a", "d"), ("b", "c")])

    heights = {box.key: box.y_px for box in drawing.boxes}
    assert (heights["a"] < heights["b"]) == (heights["d"] < heights["c"])


@pytest.mark.parametrize("edge", [("b", "a"), ("a", "a"), ("a", "nowhere"), ("nowhere", "b")])
def test_an_edge_that_leads_back_or_nowhere_is_refused(edge: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="does not lead to a later node"):
        drawn([_node("a"), _node("b")], [edge])
