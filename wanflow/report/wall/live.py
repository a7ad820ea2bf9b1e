"""The page of a campaign while it runs: written again and again, but never for most of the time."""

import time
from collections.abc import Callable
from pathlib import Path

from wanflow.model.campaign import CampaignRecord
from wanflow.report.wall.page import campaign_html

# Writing takes at most this share of the time, and comes no more often than this.
_SHARE = 0.05
_EVERY_S = 2.0


class LivePage:
    """Keeps `report.html` near to what a campaign has come to.

    The page opens where a reader left it: place and filters are in its address, decisions in the
    browser. It grows with the rows, so the time between two writings grows with the time they take.
    """

    def __init__(
        self,
        folder: Path,
        write: Callable[[str, str], object],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing written.

        Args:
            folder: the run's folder, with the pictures.
            write: puts a text under a name into that folder, in one go (atomically).
            clock: seconds that only grow.
        """
        self._folder = folder
        self._write = write
        self._clock = clock
        self._not_before_s = float("-inf")

    def changed(self, record: Callable[[], CampaignRecord]) -> bool:
        """Write the page if it is time to; `record` is asked only then. Say whether it was."""
        begun_s = self._clock()
        if begun_s < self._not_before_s:
            return False
        self._written(record())
        ended_s = self._clock()
        self._not_before_s = ended_s + max(_EVERY_S, (ended_s - begun_s) / _SHARE)
        return True

    def ended(self, record: CampaignRecord) -> None:
        """Write the page for the last time, whatever the clock says."""
        self._written(record)

    def _written(self, record: CampaignRecord) -> None:
        self._write("report.html", campaign_html(record, self._folder))
