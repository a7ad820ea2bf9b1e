import fcntl
import os
import struct
from itertools import pairwise
from pathlib import Path

import anyio
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.errors import AccountError, UnfinishedError
from wanflow.providers.dashscope.alone import Alone
from wanflow.providers.dashscope.latency import Latencies
from wanflow.providers.dashscope.pace import Pace, SharedSlots, full_jitter_s
from wanflow.providers.dashscope.patience import Breaker, RetryBudget
from wanflow.providers.dashscope.service_time import ServiceTime

pytestmark = pytest.mark.anyio


async def left_at(pace: Pace, count: int) -> list[float]:
    times: list[float] = []

    async def leave() -> None:
        await pace.turn()
        times.append(trio.current_time())

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(leave)
    return sorted(times)


async def test_requests_leave_evenly_and_below_the_limit() -> None:
    times = await left_at(Pace(20.0), 100)

    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) >= 1 / 20
    assert times[-1] == pytest.approx(99 / 19.6)


async def test_a_refusal_halves_the_pace_and_pauses() -> None:
    pace = Pace(10.0)
    before_s = pace.interval_s

    for _ in range(5):
        pace.slow_down()  # five answers of one moment are one storm
    await pace.turn()

    assert pace.interval_s == pytest.approx(2 * before_s)
    assert trio.current_time() >= 1.0


async def test_the_pace_recovers_slowly() -> None:
    pace = Pace(10.0)
    before_s = pace.interval_s
    pace.slow_down()

    pace.went_well()

    assert before_s < pace.interval_s < 2 * before_s
    for _ in range(100):
        pace.went_well()
    assert pace.interval_s == pytest.approx(before_s)


async def test_the_wish_to_be_left_alone_is_honoured() -> None:
    pace = Pace(10.0)

    pace.slow_down(120.0)
    await pace.turn()

    assert trio.current_time() >= 120.0


async def test_a_long_storm_does_not_stop_us_for_good() -> None:
    pace = Pace(10.0)
    for _ in range(20):
        pace.slow_down()
        await anyio.sleep(2)

    assert pace.interval_s <= 16 / 9.8 + 1e-9


@given(tries=st.integers(1, 1000))
@settings(deadline=None)
def test_jitter_is_never_more_than_a_minute(tries: int) -> None:
    assert 0 <= full_jitter_s(tries) <= 60


async def test_two_processes_share_one_pace(tmp_path: Path) -> None:
    one, other = SharedSlots(tmp_path / "pace"), SharedSlots(tmp_path / "pace")

    delays_s = [slots.take(10.0) for slots in (one, other, one, other)]

    assert delays_s == pytest.approx([0.0, 10.0, 20.0, 30.0], abs=1.0)


async def test_a_pause_holds_for_all_processes(tmp_path: Path) -> None:
    one, other = SharedSlots(tmp_path / "pace"), SharedSlots(tmp_path / "pace")

    one.hold(100.0)

    assert other.take(1.0) == pytest.approx(100.0, abs=1.0)
    assert (tmp_path / "pace").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"abc", struct.pack("<d", 1e300), b"\xff" * 8])
async def test_a_file_that_makes_no_sense_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pace").write_bytes(content)

    assert SharedSlots(tmp_path / "pace").take(1.0) == pytest.approx(0.0, abs=0.5)


async def test_without_the_file_the_pace_is_our_own(tmp_path: Path) -> None:
    slots = SharedSlots(tmp_path / "no-such-folder" / "pace")

    assert [slots.take(1.0), slots.take(1.0)] == pytest.approx([0.0, 1.0])
    folder = SharedSlots(tmp_path)
    assert folder.take(1.0) == 0.0


async def test_a_lock_that_somebody_keeps_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "pace").touch()
    descriptor = os.open(tmp_path / "pace", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    delay_s = SharedSlots(tmp_path / "pace").take(1.0)

    os.close(descriptor)
    assert delay_s == 0.0


def test_the_retry_budget_ends() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.spend("x")

    with pytest.raises(UnfinishedError, match="because of: x"):
        budget.spend("x")

    for _ in range(5):
        budget.earn()
    budget.spend("x")


async def test_ten_failures_in_a_row_pause_everybody_and_one_probes() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed("unreached")
    passed: list[float] = []

    async def request() -> None:
        await breaker.passed()
        passed.append(trio.current_time())
        await anyio.sleep(5)
        breaker.succeeded()

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(request)

    assert passed == [60.0, 65.0, 65.0]


async def test_a_probe_that_fails_pauses_again() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed("unreached")
    await breaker.passed()

    breaker.failed("unreached")
    await breaker.passed()

    assert trio.current_time() == 120.0


async def test_failures_of_different_kinds_do_not_add_up() -> None:
    breaker = Breaker()
    for kind in ("unreached", "ambiguous") * 9:
        breaker.failed(kind)

    await breaker.passed()

    assert trio.current_time() == 0.0


async def test_a_probe_that_goes_away_lets_the_next_one_try() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed("unreached")

    async with anyio.create_task_group() as group:
        with anyio.move_on_after(30):
            await breaker.passed()
        group.start_soon(breaker.passed)

    assert trio.current_time() == 60.0


async def test_an_account_that_cannot_go_on_stops_everybody() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed("unreached")

    async def stop() -> None:
        await anyio.sleep(1)
        breaker.stop(AccountError("arrears"))

    refused = 0
    async with anyio.create_task_group() as group:
        group.start_soon(stop)
        for _ in range(2):
            try:
                await breaker.passed()
            except AccountError:
                refused += 1

    assert refused == 2
    assert breaker.stopped is not None


@given(
    seen=st.lists(st.floats(0.01, 1000), max_size=200),
    asked_s=st.floats(0, 2000),
    later_s=st.floats(0, 2000),
)
@settings(deadline=None)
def test_a_task_is_never_expected_to_be_over_for_longer_than_unseen(
    seen: list[float], asked_s: float, later_s: float
) -> None:
    latencies = Latencies(75.0)
    for seconds in seen:
        latencies.seen(seconds)

    overdue_s = latencies.overdue_s(asked_s=asked_s, now_s=asked_s + later_s)

    assert -1e-6 <= overdue_s <= later_s + 1e-6


def test_latencies_are_learned() -> None:
    latencies = Latencies(75.0)
    assert 60 < latencies.typical_s < 90

    for _ in range(40):
        latencies.seen(2.0)

    assert latencies.typical_s == 2.0
    assert latencies.overdue_s(asked_s=0.0, now_s=3.0) == pytest.approx(1.0)
    assert latencies.overdue_s(asked_s=0.0, now_s=1.9) == 0.0


async def test_the_middle_of_many_dates_is_believed() -> None:
    time = ServiceTime()
    assert time.now_s() is None
    for date in (
        "Mon, 24 Nov 2025 00:00:00 GMT",
        "Fri, 21 Nov 2025 00:00:00 GMT",
        "Mon, 24 Nov 2025 00:00:01 GMT",
        "no date",
        "",
        "Mon, 24 Nov 2025 00:00:00",
        "Mon, 24 Nov 99999 00:00:00 GMT",
    ):
        time.heard({"date": date})
    await anyio.sleep(10)

    assert time.now_s() == pytest.approx(1763942410, abs=1)


async def test_equal_names_wait_and_others_do_not() -> None:
    alone = Alone()
    ends: list[tuple[str, float]] = []

    async def work(name: str) -> None:
        async with alone.with_name(name):
            await anyio.sleep(1)
            ends.append((name, trio.current_time()))

    async with anyio.create_task_group() as group:
        for name in ("a", "a", "b"):
            group.start_soon(work, name)

    assert sorted(ends) == [("a", 1.0), ("a", 2.0), ("b", 1.0)]
    assert not alone._doors
