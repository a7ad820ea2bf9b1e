"""How fast we may ask: one pace for each kind of request, over everything that uses the key."""

import fcntl
import os
import random
import struct
import time
from pathlib import Path
from typing import Protocol

import anyio

# Below a limit by this much: two clocks never agree exactly.
_BELOW = 0.98
_SLOWEST = 1 / 16
_RECOVERY = 1.05
_BACKOFF_BASE_S = 1.0
_BACKOFF_CAP_S = 60.0
_ONE_STORM_S = 1.0
# What stands further in the future than this was written by a broken program or before a reboot.
_NONSENSE_S = 4000.0
_TRIES_TO_LOCK = 20


def full_jitter_s(tries: int, *, base_s: float = _BACKOFF_BASE_S) -> float:
    """Draw how long to wait before try number `tries` (from 1) is repeated, at most a minute."""
    most_s = min(_BACKOFF_CAP_S, base_s * 2.0 ** min(tries, 10))
    return random.uniform(0.0, most_s)  # noqa: S311 - spreads load, is no secret


class Slots(Protocol):
    """Times at which a request may leave, handed out one after the other."""

    def take(self, interval_s: float) -> float:
        """Take the next time; give how many seconds away it is."""
        ...

    def hold(self, pause_s: float) -> None:
        """Hand out nothing for a while."""
        ...


class OwnSlots:
    """Slots of this process alone, on the event loop's clock."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def take(self, interval_s: float) -> float:
        """Take the next time; give how many seconds away it is."""
        now_s = anyio.current_time()
        at_s = max(now_s, self._next_s)
        self._next_s = at_s + interval_s
        return at_s - now_s

    def hold(self, pause_s: float) -> None:
        """Hand out nothing for a while."""
        self._next_s = max(self._next_s, anyio.current_time() + pause_s)


class SharedSlots:
    """Slots shared by all processes of the machine, through a small file under a lock.

    It is advisory and a best effort: where the file cannot be used, slots are this process's own.
    The system's monotonic clock is the same for all processes since the machine was started.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._own = OwnSlots()

    def take(self, interval_s: float) -> float:
        """Take the next time; give how many seconds away it is."""
        own_s = self._own.take(interval_s)
        shared_s = self._change(lambda now_s, next_s: max(now_s, next_s) + interval_s)
        return own_s if shared_s is None else max(own_s, shared_s - interval_s)

    def hold(self, pause_s: float) -> None:
        """Hand out nothing for a while."""
        self._own.hold(pause_s)
        self._change(lambda now_s, next_s: max(next_s, now_s + pause_s))

    def _change(self, change: "_Change") -> float | None:
        """Change the next free time; give how far away it is then, None without a file."""
        try:
            descriptor = os.open(
                self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError:
            return None
        try:
            if not _locked(descriptor):
                return None
            now_s = time.monotonic()
            next_s = change(now_s, _read(descriptor, now_s))
            os.pwrite(descriptor, struct.pack("<d", next_s), 0)
        except OSError:
            return None
        finally:
            os.close(descriptor)
        return next_s - now_s


class _Change(Protocol):
    def __call__(self, now_s: float, next_s: float, /) -> float: ...


def _locked(descriptor: int) -> bool:
    # Never waited for: a holder that was stopped would stop us too.
    for _ in range(_TRIES_TO_LOCK):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.0002)
        else:
            return True
    return False


def _read(descriptor: int, now_s: float) -> float:
    data = os.pread(descriptor, 8, 0)
    if len(data) != 8:
        return 0.0
    next_s = float(struct.unpack("<d", data)[0])
    return next_s if 0.0 <= next_s <= now_s + _NONSENSE_S else 0.0


class Pace:
    """One limit. Requests leave evenly spaced, a little below it, in the order they ask.

    Args:
        per_s: requests a second that the service allows.
        slots: where their times come from.
    """

    def __init__(self, per_s: float, slots: Slots | None = None) -> None:
        self._interval_s = 1.0 / (per_s * _BELOW)
        self._slots = slots or OwnSlots()
        self._share = 1.0
        self._storms = 0
        self._slowed_s = -_ONE_STORM_S

    @property
    def interval_s(self) -> float:
        """Seconds between two requests as things stand."""
        return self._interval_s / self._share

    async def turn(self) -> None:
        """Wait until a request may leave."""
        await anyio.sleep(self._slots.take(self.interval_s))

    def went_well(self) -> None:
        """Recover slowly from what was slowed down."""
        self._share = min(1.0, self._share * _RECOVERY)
        self._storms = 0

    def slow_down(self, wait_s: float | None = None) -> None:
        """Halve the pace and pause. Many refusals of one moment count as one.

        Args:
            wait_s: how long the service asked to be left alone, if it did.
        """
        now_s = anyio.current_time()
        if now_s - self._slowed_s >= _ONE_STORM_S:
            self._slowed_s = now_s
            self._storms += 1
            self._share = max(_SLOWEST, self._share / 2)
            # At least a second: limits are counted by the second.
            self._slots.hold(max(_ONE_STORM_S, full_jitter_s(self._storms)))
        if wait_s is not None:
            self._slots.hold(wait_s)
