"""Rate limits: how many requests of a kind an account may send."""

import math
from collections import deque
from typing import Literal

Window = Literal["token", "sliding"]


class Pace:
    """One limit: `count` requests every `per_s` seconds.

    A refused request does not count. Infinity lets everything through.
    """

    def __init__(self, count: float, per_s: float, window: Window) -> None:
        self._count = count
        self._per_s = per_s
        self._window = window
        self._tokens = count
        self._at_s = -math.inf
        self._passed: deque[float] = deque()

    def admits(self, now_s: float) -> bool:
        """Say whether a request may pass now, and count it if it may."""
        if math.isinf(self._count):
            return True
        return self._token(now_s) if self._window == "token" else self._slide(now_s)

    def _token(self, now_s: float) -> bool:
        earned = (now_s - self._at_s) * self._count / self._per_s
        # A token is worth a request although 0.2 s of 5 a second add up to 0.9999999.
        self._tokens = min(self._tokens + earned, max(self._count, 1.0))
        self._at_s = now_s
        if self._tokens < 1 - 1e-6:
            return False
        self._tokens -= 1
        return True

    def _slide(self, now_s: float) -> bool:
        while self._passed and self._passed[0] <= now_s - self._per_s:
            self._passed.popleft()
        if len(self._passed) >= self._count:
            return False
        self._passed.append(now_s)
        return True


class Paces:
    """The limits of all accounts, each made when it is first needed."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._known: dict[tuple[str, ...], Pace] = {}

    def admits(self, key: tuple[str, ...], now_s: float, *, count: float, per_s: float) -> bool:
        """Say whether a request may pass, and count it if it may.

        Args:
            key: what is limited: account, kind of request, perhaps model.
            now_s: seconds since 1970.
            count: how many every `per_s` seconds; infinity for no limit.
            per_s: length of the window in seconds.
        """
        pace = self._known.get(key)
        if pace is None:
            pace = self._known[key] = Pace(count, per_s, self._window)
        return pace.admits(now_s)
