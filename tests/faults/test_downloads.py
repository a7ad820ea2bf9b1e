"""What can happen to a finished picture on its way home, hostile answers included."""

import pytest

from tests.faults.conftest import OpenDesk
from tests.faults.line import Line, hold

# Trio tells of streams that are left in the middle, which is what an endless one deserves.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

FETCH = "the service keeps it for a day: run the same command again to fetch it"
NOT_OPENED = "the service gives an address for a picture that is not its own"

LINES = [
    Line(faults="expired-result#1"),
    Line(faults="expired-result", exit_code=1, said="cannot be fetched any more"),
    *(
        Line(faults=f"{name}#1-2")
        for name in ("download-cut", "download-chunked-cut", "download-206")
    ),
    Line(faults="download-octet-stream"),
    *(
        Line(faults=name, exit_code=3, said=f"{said}")
        for name, said in (
            ("download-500", "HTTP 500"),
            ("download-empty", FETCH),
            ("download-html", FETCH),
            ("download-bad-crc", FETCH),
            ("download-no-iend", FETCH),
            ("download-jpeg", "the picture is image/jpeg and not PNG"),
            ("download-huge", "the picture is larger than 64 MB"),
            ("download-slow", FETCH),
            ("download-redirect-loop", "too many redirects"),
        )
    ),
    # An address that is not the service's is not opened, whoever names it.
    *(
        Line(faults=name, exit_code=1, said=NOT_OPENED, then=1)
        for name in ("result-other-host", "result-private", "result-file-url")
    ),
    *(
        Line(faults=name, exit_code=1, said=NOT_OPENED)
        for name in ("download-redirect-private", "download-redirect-file")
    ),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.faults)
def test_a_picture_comes_home_whole_or_not_at_all(open_shop: OpenDesk, line: Line) -> None:
    desk = open_shop(faults=line.faults)

    hold(desk, line)

    if line.then == 0:
        assert len({file.read_bytes() for file in desk.pictures()}) == 1


def test_a_picture_that_is_kept_from_us_is_fetched_within_the_day(open_shop: OpenDesk) -> None:
    desk = open_shop(faults="download-no-iend")
    assert desk.run().exit_code == 3

    desk.clock.before_s += 20 * 3600
    desk.faults("")

    assert desk.run().exit_code == 0
    assert desk.accepted == 1


def test_a_picture_older_than_a_day_is_lost_and_not_bought_again_unasked(
    open_shop: OpenDesk,
) -> None:
    desk = open_shop(faults="download-no-iend")
    assert desk.run().exit_code == 3
    desk.clock.before_s += 30 * 3600
    desk.faults("")

    ran = desk.run()

    assert ran.exit_code == 4
    assert "the service has forgotten the task, its pictures are lost" in ran.said
    assert desk.accepted == 1
    assert desk.run("--resubmit-ambiguous").exit_code == 0
    assert desk.accepted == 2
