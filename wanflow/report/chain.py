"""The picture of a chain: where its nodes stand and how its edges run. Pure arithmetic.

Nodes stand in ranks, each rank behind all it needs. An edge that passes over a rank gets a place of
its own there, so no edge crosses a node.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing to place, with the room that it takes."""

    key: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node in its place; x and y are those of its upper left corner."""

    key: str
    x_px: int
    y_px: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An edge as points (x, y): straight within a rank, bent only in the gaps between two ranks."""

    source: str
    target: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chain that is laid out; all of it lies within (0, 0) and (width, height)."""

    width_px: int
    height_px: int
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    # A node, or the place of an edge that passes a rank (then `passes` names the edge).
    key: str
    passes: tuple[str, str] | None = None


_Links = Mapping[_Slot, Sequence[_Slot]]


def drawn(
    nodes: Sequence[Node],
    edges: Iterable[tuple[str, str]],
    *,
    gap_px: int = 56,
    apart_px: int = 20,
    downwards: bool = False,
) -> Drawing:
    """Lay out a chain from left to right, or from top to bottom.

    Args:
        nodes: n nodes with distinct keys, each behind all that its edges come from.
        edges: pairs (source, target) of keys; doubles count once.
        gap_px: room between two ranks, in which edges bend.
        apart_px: room between two nodes of a rank, at least 1.
        downwards: ranks are rows instead of columns.

    Returns:
        Boxes in the order of `nodes`, routes in the order of `edges`. No two boxes overlap, each
        route goes in one direction only and meets no box but its own two.

    Raises:
        ValueError: an edge does not lead from an earlier to a later node.
    """
    at = {node.key: place for place, node in enumerate(nodes)}
    pairs = tuple(dict.fromkeys(edges))
    for source, target in pairs:
        if source not in at or target not in at or at[source] >= at[target]:
            raise ValueError(f"edge {source!r} to {target!r} does not lead to a later node")
    sizes = {node.key: _turned((node.width_px, node.height_px), downwards) for node in nodes}
    ranks = _ranks(tuple(at), pairs)
    columns, paths = _slots(ranks, pairs)
    columns = _ordered(columns, paths)
    centres = _centres(columns, paths, sizes, apart_px=apart_px)
    return _assembled(columns, paths, sizes, centres=centres, gap_px=gap_px, downwards=downwards)


def path(route: Route, *, downwards: bool = False) -> str:
    """Write a route as the path data of SVG, bends as curves."""
    first = route.points[0]
    said = [f"M{first[0]} {first[1]}"]
    for (x0, y0), (x1, y1) in pairwise(route.points):
        if x0 == x1 or y0 == y1:
            said.append(f"L{x1} {y1}")
        elif downwards:
            middle = (y0 + y1) // 2
            said.append(f"C{x0} {middle} {x1} {middle} {x1} {y1}")
        else:
            middle = (x0 + x1) // 2
            said.append(f"C{middle} {y0} {middle} {y1} {x1} {y1}")
    return "".join(said)


def _turned(pair: tuple[int, int], turned: bool) -> tuple[int, int]:  # noqa: FBT001 - private
    return (pair[1], pair[0]) if turned else pair


def _ranks(keys: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    sources, targets = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for source, target in pairs:
        sources[target].append(source)
        targets[source].append(target)
    ranks: dict[str, int] = {}
    for key in keys:
        ranks[key] = max((ranks[source] + 1 for source in sources[key]), default=0)
    # What needs nothing stands right before the first that needs it.
    for key in keys:
        if not sources[key] and targets[key]:
            ranks[key] = min(ranks[target] for target in targets[key]) - 1
    return ranks


def _slots(
    ranks: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> tuple[list[list[_Slot]], dict[tuple[str, str], list[_Slot]]]:
    columns: list[list[_Slot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for key, rank in ranks.items():
        columns[rank].append(_Slot(key))
    paths: dict[tuple[str, str], list[_Slot]] = {}
    for source, target in pairs:
        passing = [
            _Slot(f"{source}>{target}@{rank}", (source, target))
            for rank in range(ranks[source] + 1, ranks[target])
        ]
        for rank, slot in enumerate(passing, ranks[source] + 1):
            columns[rank].append(slot)
        paths[source, target] = [_Slot(source), *passing, _Slot(target)]
    return columns, paths


def _links(paths: Mapping[tuple[str, str], Sequence[_Slot]]) -> tuple[_Links, _Links]:
    before, behind = defaultdict[_Slot, list[_Slot]](list), defaultdict[_Slot, list[_Slot]](list)
    for slots in paths.values():
        for one, next_one in pairwise(slots):
            behind[one].append(next_one)
            before[next_one].append(one)
    return before, behind


def _ordered(
    columns: Sequence[Sequence[_Slot]], paths: Mapping[tuple[str, str], Sequence[_Slot]]
) -> list[list[_Slot]]:
    before, behind = _links(paths)
    current = [list(column) for column in columns]
    best, fewest = current, _crossings(current, behind)
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        links = before if sweep % 2 == 0 else behind
        current = [list(column) for column in current]
        for column in current if sweep % 2 == 0 else current[::-1]:
            places = {slot: at for other in current for at, slot in enumerate(other)}
            wished = {
                slot: _mean([places[link] for link in links.get(slot, ())]) for slot in column
            }
            column.sort(key=lambda slot: _or(wished[slot], places[slot]))
        if (crossings := _crossings(current, behind)) < fewest:
            best, fewest = current, crossings
    return [list(column) for column in best]


def _crossings(columns: Sequence[Sequence[_Slot]], behind: _Links) -> int:
    count = 0
    for column, next_column in pairwise(columns):
        places = {slot: at for at, slot in enumerate(next_column)}
        ends = [sorted(places[link] for link in behind.get(slot, ())) for slot in column]
        seen: list[int] = []
        for row in ends:
            count += sum(1 for place in row for earlier in seen if earlier > place)
            seen.extend(row)
    return count


def _centres(
    columns: Sequence[Sequence[_Slot]],
    paths: Mapping[tuple[str, str], Sequence[_Slot]],
    sizes: Mapping[str, tuple[int, int]],
    *,
    apart_px: int,
) -> dict[_Slot, float]:
    before, behind = _links(paths)
    tall = {slot: _size(slot, sizes)[1] for column in columns for slot in column}
    centres: dict[_Slot, float] = {}
    for column in columns:
        total = sum(tall[slot] for slot in column) + apart_px * (len(column) - 1)
        top = -total / 2
        for slot in column:
            centres[slot] = top + tall[slot] / 2
            top += tall[slot] + apart_px
    for sweep in range(_SWEEPS):
        links = before if sweep % 2 == 0 else behind
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            wished = [
                _or(_mean([centres[link] for link in links.get(slot, ())]), centres[slot])
                for slot in column
            ]
            centres.update(_spread(column, wished, tall, apart_px=apart_px))
    return centres


def _spread(
    column: Sequence[_Slot],
    wished: Sequence[float],
    tall: Mapping[_Slot, int],
    *,
    apart_px: int,
) -> dict[_Slot, float]:
    # The places nearest to the wishes (least squares) that keep order and distance: with the
    # distances taken off, this is isotonic regression, by pooling neighbours that are out of order.
    offsets = [0.0]
    for one, next_one in pairwise(column):
        offsets.append(offsets[-1] + (tall[one] + tall[next_one]) / 2 + apart_px)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        mean, count = wish - offset, 1
        while pools and pools[-1][0] > mean:
            earlier, many = pools.pop()
            mean, count = (earlier * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return {slot: mean + offset for slot, mean, offset in zip(column, means, offsets, strict=True)}


def _assembled(
    columns: Sequence[Sequence[_Slot]],
    paths: Mapping[tuple[str, str], Sequence[_Slot]],
    sizes: Mapping[str, tuple[int, int]],
    *,
    centres: Mapping[_Slot, float],
    gap_px: int,
    downwards: bool,
) -> Drawing:
    top = min((c - _size(slot, sizes)[1] / 2 for slot, c in centres.items()), default=0.0)
    spans: dict[_Slot, tuple[int, int]] = {}
    boxes: dict[str, tuple[int, int, int, int]] = {}
    left = bottom = 0
    for column in columns:
        wide = max(_size(slot, sizes)[0] for slot in column)
        for slot in column:
            width, height = _size(slot, sizes)
            y = int(centres[slot] - height / 2 - top + 0.5)
            x = left + (wide - width) // 2
            boxes[slot.key] = (x, y, width, height)
            spans[slot] = (left, left + wide)
            bottom = max(bottom, y + height)
        left += wide + gap_px
    routes = tuple(
        Route(
            source=source,
            target=target,
            points=tuple(_turned(p, downwards) for p in _points(slots, boxes, spans)),
        )
        for (source, target), slots in paths.items()
    )
    width, height = _turned((max(left - gap_px, 0), bottom), downwards)
    placed = tuple(_box(key, boxes[key], downwards=downwards) for key in sizes)
    return Drawing(width_px=width, height_px=height, boxes=placed, routes=routes)


def _points(
    slots: Sequence[_Slot],
    boxes: Mapping[str, tuple[int, int, int, int]],
    spans: Mapping[_Slot, tuple[int, int]],
) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    for place, slot in enumerate(slots):
        x, y, width, height = boxes[slot.key]
        middle = y + height // 2
        left, right = spans[slot]
        if place == 0:
            along = [x + width, right]
        elif place == len(slots) - 1:
            along = [left, x]
        else:
            along = [left, right]
        points += [(at, middle) for at in along]
    return list(dict.fromkeys(points))


def _box(key: str, place: tuple[int, int, int, int], *, downwards: bool) -> Box:
    x, y = _turned(place[:2], downwards)
    width, height = _turned(place[2:], downwards)
    return Box(key=key, x_px=x, y_px=y, width_px=width, height_px=height)


def _size(slot: _Slot, sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return (0, 2) if slot.passes else sizes[slot.key]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
