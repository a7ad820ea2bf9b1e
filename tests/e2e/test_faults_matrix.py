"""Every line of the fault matrix, with its documented outcome, against the emulator.

`paid` is how often the service accepted the edit, `billed` how many of its two pictures it bills.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
import trio

from tests.providers.dashscope.counter import KEY, Counter, job, open_counter
from wanflow.errors import (
    AccountError,
    Exit,
    PausedError,
    StepError,
    UndecidedError,
    UnfinishedError,
    WanflowError,
)
from wanflow.providers.dashscope.delivering import LostError

pytestmark = [
    pytest.mark.anyio,
    # Trio tells of streams that are left in the middle, which is what an endless one deserves.
    pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning"),
]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One fault and what has to come of it; `error` None is two pictures at home."""

    faults: str
    error: type[WanflowError] | None = None
    code: str = ""
    paid: int = 1
    billed: int = 2
    pictures: int = 2
    exit_code: Exit | None = None
    options: tuple[tuple[str, str], ...] = ()
    submits_most: int | None = None


NOT_TAKEN_ONCE = [
    Line(faults=f"{name}#1")
    for name in (
        "http-429", "429-burst", "429-retry-after", "http-500", "http-503", "http-504", "html-502",
        "redirect", "drop", "reset", "hang",
    )
]  # fmt: skip
# Accepted, and the answer does not say so: the list finds the task, nothing is bought again.
AMBIGUOUS = [
    Line(faults=name, submits_most=1)
    for name in (
        "drop-after-accept", "reset-after-accept", "hang-after-accept", "http-500-after-accept",
        "html-502-after-accept", "slow-loris", "truncated-body", "endless-body", "gzip-bomb",
        "bad-json", "empty-body", "html-200", "wrong-type", "no-id", "hostile-id",
    )
]  # fmt: skip
LATE_LIST = [
    Line(faults="drop-after-accept", options=(("list_lag", "40"),), submits_most=1),
    Line(faults="drop-after-accept,list/http-503#1-6", submits_most=1),
    Line(faults="drop-after-accept,list/http-429#2-3", submits_most=1),
    Line(faults="drop-after-accept,list/drop#1-3", submits_most=1),
    Line(faults="drop-after-accept,list/bad-json#1-3", submits_most=1),
    Line(faults="drop-after-accept,list-shift", submits_most=1),
    Line(faults="drop-after-accept,poll/http-500#1-2", submits_most=1),
]
UNDECIDED = [
    Line(
        faults=f"{name},list-down",
        error=UndecidedError,
        code="unresolved",
        exit_code=Exit.DECISION_NEEDED,
        paid=paid,
        billed=2 * paid,
        submits_most=1,
    )
    for name, paid in (("http-500-after-accept", 1), ("hang-after-accept", 1), ("http-500", 0))
]
STOPPED = [
    Line(
        faults=name,
        error=AccountError,
        exit_code=Exit.ACCOUNT,
        paid=0,
        billed=0,
        submits_most=1,
    )
    for name in ("allocation-quota", "arrears", "unpurchased", "key-revoked")
]
FINAL = [
    Line(faults="moderation-refused", error=StepError, code="DataInspectionFailed", paid=0),
    Line(faults="invalid-parameter", error=StepError, code="InvalidParameter", paid=0),
    Line(faults="moderation", error=StepError, code="DataInspectionFailed"),
    Line(faults="canceled", error=StepError, code="canceled"),
    Line(faults="failed-internal", error=StepError, code="InternalError", paid=2),
    Line(faults="failed-timeout", error=StepError, code="InternalError.Timeout", paid=2),
]
GAVE_UP = [
    Line(faults="http-429", error=UnfinishedError, paid=0, billed=0, exit_code=Exit.UNFINISHED),
    Line(faults="429-storm", error=UnfinishedError, paid=0, billed=0, submits_most=40),
]
TASKS = [
    Line(faults="429-storm@0-10"),
    Line(faults="failed-internal#1", paid=2),
    Line(faults="unknown-once"),
    Line(faults="unknown-status"),
    Line(faults="suspended"),
    Line(faults="partial", billed=1, pictures=1),
    Line(
        faults="unknown",
        error=UndecidedError,
        code="unresolved",
        exit_code=Exit.DECISION_NEEDED,
    ),
    Line(faults="stuck-running", error=PausedError, code="deadline", billed=0),
    Line(faults="lower-case-status", error=PausedError, code="deadline"),
    Line(faults="no-results", error=StepError, code="no-pictures"),
    Line(faults="no-url", error=StepError, code="no-pictures"),
    Line(faults="result-other-host", error=StepError, code="result-refused"),
    Line(faults="result-private", error=StepError, code="result-refused"),
    Line(faults="result-file-url", error=StepError, code="result-refused"),
]
POLLS = [
    Line(faults=f"poll/{name}#1-3", submits_most=1)
    for name in (
        "http-429", "429-retry-after", "http-500", "http-503", "html-502", "drop", "reset", "hang",
        "bad-json", "empty-body", "html-200", "wrong-type", "endless-body", "gzip-bomb",
        "truncated-body", "redirect", "invalid-parameter",
    )
]  # fmt: skip
CLOCKS = [
    Line(faults=f"{skew},drop-after-accept", submits_most=1)
    for skew in (
        "list/skewed-date#2", "list/skewed-date-ahead#2", "poll/skewed-date", "submit/skewed-date",
    )
]  # fmt: skip
DOWNLOADS_ONCE = [
    Line(faults=f"{name}#1-2")
    for name in (
        "expired-result", "download-404", "download-500", "download-drop", "download-cut",
        "download-chunked-cut", "download-empty", "download-html", "download-206",
        "download-bad-crc", "download-no-iend", "download-jpeg", "download-octet-stream",
        "download-huge", "download-redirect-loop",
    )
]  # fmt: skip
DOWNLOADS = [
    Line(faults="expired-result", error=LostError, code="lost"),
    Line(faults="download-404", error=LostError, code="lost"),
    Line(faults="download-redirect-private", error=StepError, code="result-refused"),
    Line(faults="download-redirect-file", error=StepError, code="result-refused"),
    *(
        Line(faults=name, error=PausedError, code="download-failed", exit_code=Exit.UNFINISHED)
        for name in (
            "download-500", "download-cut", "download-bad-crc", "download-no-iend",
            "download-slow", "download-huge", "download-jpeg", "download-206",
        )
    ),
]  # fmt: skip
LINES = [
    *NOT_TAKEN_ONCE, *AMBIGUOUS, *LATE_LIST, *UNDECIDED, *STOPPED, *FINAL, *GAVE_UP, *TASKS,
    *POLLS, *CLOCKS, *DOWNLOADS_ONCE, *DOWNLOADS,
]  # fmt: skip


async def outcome(counter: Counter, line: Line) -> WanflowError | None:
    call = counter.call(job(n=2))
    try:
        async with counter.provider() as provider:
            made = await provider.edit(call)
    except WanflowError as error:
        assert not list(call.scratch.iterdir()), "what is not complete has no file"
        return error
    assert len(made.files) == line.pictures
    assert sorted(call.scratch.iterdir()) == sorted(made.files)
    return None


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.faults)
async def test_a_fault_has_its_documented_outcome(line: Line, tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults=line.faults, **dict(line.options))

    error = await outcome(counter, line)

    assert type(error) is (line.error or type(None)), f"{error}"
    assert line.code in {"", getattr(error, "code", "")}
    assert line.exit_code is None or (error is not None and error.exit_code is line.exit_code)
    assert counter.bought == line.paid
    if line.error is not StepError:
        assert counter.emulator.ledger.billed_images == line.billed
    assert line.submits_most is None or counter.count("submit") <= line.submits_most
    assert KEY not in f"{error} {getattr(error, 'hint', '')}"
    assert trio.current_time() <= 2000  # every wait has an end


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.faults)
async def test_what_the_ledger_says_is_what_the_service_bills_or_more(
    line: Line, tmp_path: Path
) -> None:
    counter = open_counter(tmp_path, faults=line.faults, **dict(line.options))

    await outcome(counter, line)

    spent, billed = counter.ledger.spent("run-1").images, counter.emulator.ledger.billed_images
    # More only where a request is open or lost: that is counted in full.
    assert spent >= billed
    if line.error is None:
        assert spent == billed


@pytest.mark.parametrize("fault", ["echo-key", "hostile-text"])
async def test_the_services_words_never_hold_the_key(fault: str, tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults=fault)

    with pytest.raises(StepError) as refused:
        await counter.edit()

    assert KEY not in str(refused.value)
    assert len(str(refused.value)) < 500


async def test_a_storm_costs_few_requests_once_it_is_noticed(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="429-storm@0-30", latency="fixed:2")

    async with counter.provider() as provider, trio.open_nursery() as nursery:
        for at in range(40):
            nursery.start_soon(provider.edit, counter.call(job(f"row {at}")))

    calls = [call for call in counter.emulator.calls if call.place == "submit"]
    late = [call for call in calls if call.at_s - counter.emulator.service.start_s >= 10]
    assert counter.bought == 40
    assert len(late) <= 1.3 * 40


async def test_load_stays_under_the_limits(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, limits="window=sliding", latency="lognormal:20,0.5")

    async with counter.provider() as provider, trio.open_nursery() as nursery:
        for at in range(60):
            nursery.start_soon(provider.edit, counter.call(job(f"row {at}")))

    assert counter.bought == 60
    assert (
        sum(count for (_, status), count in counter.emulator.counts.items() if status == 429) == 0
    )
