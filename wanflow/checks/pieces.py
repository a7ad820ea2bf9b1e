"""Connected pieces of an area."""

import numpy as np
from numpy.typing import NDArray

from wanflow.checks.sampling import Area


def pieces(area: Area) -> list[NDArray[np.intp]]:
    """Split an area into pieces whose pixels touch by their sides.

    Args:
        area: (height, width), True is inside.

    Returns:
        The places of each piece's pixels in the flattened area, ascending; pieces in the order of
        their first pixels. Takes O(pixels), and some Python a run of pixels.
    """
    height, width = area.shape
    edges = np.diff(np.pad(area, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    first = np.searchsorted(rows, np.arange(height + 1))
    for row in range(1, height):
        above, run = int(first[row - 1]), int(first[row])
        while above < first[row] and run < first[row + 1]:
            if starts[above] < ends[run] and starts[run] < ends[above]:
                one, other = sorted((root(above), root(run)))
                parents[other] = one
            if ends[above] < ends[run]:
                above += 1
            else:
                run += 1
    grouped: dict[int, list[NDArray[np.intp]]] = {}
    for run, row in enumerate(rows.tolist()):
        places = np.arange(row * width + starts[run], row * width + ends[run])
        grouped.setdefault(root(run), []).append(places)
    return [np.concatenate(places) for places in grouped.values()]
