"""What time the service thinks it is. Ours may be wrong by days; only the service's counts."""

from collections import deque
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from statistics import median

import anyio

_REMEMBERED = 9


class ServiceTime:
    """Learns the service's clock from the `Date` of its answers, and carries it on.

    The middle of the last nine is believed, so that a single wrong one changes nothing.
    """

    def __init__(self) -> None:
        self._offsets_s: deque[float] = deque(maxlen=_REMEMBERED)

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take the time out of an answer's headers, if it is there."""
        try:
            moment = parsedate_to_datetime(headers.get("date", ""))
        except (TypeError, ValueError, IndexError, OverflowError):
            return
        if moment.tzinfo is not None:
            self._offsets_s.append(moment.timestamp() - anyio.current_time())

    def now_s(self) -> float | None:
        """Give seconds since 1970; None as long as nothing has been heard."""
        if not self._offsets_s:
            return None
        return median(self._offsets_s) + anyio.current_time()
