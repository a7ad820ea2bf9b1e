"""How long tasks take: learned as it goes, and used to ask first where it is worth most."""

import math
from bisect import bisect_right, insort
from collections import deque
from itertools import accumulate
from statistics import NormalDist

_PRIOR = 32
_REMEMBERED = 128
# Spread of the first guess around the model's typical latency.
_PRIOR_SIGMA = 0.5
# How much less a look is worth at a task that takes longer than any before.
_BEYOND = 10


class Latencies:
    """The distribution of a model's latencies.

    Args:
        typical_s: what to expect before anything has been seen.
    """

    def __init__(self, typical_s: float) -> None:
        normal = NormalDist(math.log(typical_s), _PRIOR_SIGMA)
        self._prior = [math.exp(normal.inv_cdf((at + 0.5) / _PRIOR)) for at in range(_PRIOR)]
        self._order: deque[float] = deque()
        self._sorted = list(self._prior)
        self._sums = [0.0, *accumulate(self._sorted)]

    def seen(self, seconds: float) -> None:
        """Learn from one task. Each pushes out a part of the first guess, later the oldest task."""
        if len(self._order) == _REMEMBERED:
            self._sorted.remove(self._order.popleft())
        elif self._prior:
            # Taken from the middle of what is left, so that the guess keeps its spread.
            self._sorted.remove(self._prior.pop(len(self._prior) // 2))
        self._order.append(seconds)
        insort(self._sorted, seconds)
        self._sums = [0.0, *accumulate(self._sorted)]

    @property
    def typical_s(self) -> float:
        """The median."""
        return self._sorted[len(self._sorted) // 2]

    def overdue_s(self, *, asked_s: float, now_s: float) -> float:
        """Say for how many seconds a task is expected to have been over.

        Args:
            asked_s: its age when it was last seen unfinished.
            now_s: its age now.

        Returns:
            The mean of max(0, now - L) over all latencies L that are longer than `asked_s`.
        """
        first = bisect_right(self._sorted, asked_s)
        last = bisect_right(self._sorted, now_s)
        if first == len(self._sorted):
            # Longer than anything seen: nothing says when it will be over.
            return (now_s - asked_s) / _BEYOND
        over = last - first
        total_s = over * now_s - (self._sums[last] - self._sums[first])
        return total_s / (len(self._sorted) - first)
