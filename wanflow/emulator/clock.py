"""Where the emulator gets its time from: nothing in this room asks the system by itself."""

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Protocol

import anyio

# The service writes times without a zone; in recorded answers they are Beijing time.
BEIJING = timezone(timedelta(hours=8))


class Clock(Protocol):
    """What time it is for the emulator."""

    def now_s(self) -> float:
        """Give the seconds since 1970-01-01 UTC; never smaller than the answer before."""
        ...


class SystemClock:
    """The machine's time at the start, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def now_s(self) -> float:
        """Give the seconds since 1970; a jump of the machine's clock is not seen."""
        return self._offset_s + time.monotonic()


class LoopClock:
    """The event loop's own time, so that a test clock drives client and service alike."""

    def __init__(self, epoch_s: float = 1_763_856_000.0) -> None:
        self._epoch_s = epoch_s

    def now_s(self) -> float:
        """Give the epoch it was made with plus the loop's time; only inside a running loop."""
        return self._epoch_s + anyio.current_time()


def beijing_text(at_s: float) -> str:
    """Write a time as task answers do: `2025-10-23 16:18:16.009`."""
    moment = datetime.fromtimestamp(at_s, BEIJING)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def date_header(at_s: float) -> str:
    """Write a time as the `Date` header of HTTP does."""
    return format_datetime(datetime.fromtimestamp(int(at_s), UTC), usegmt=True)
