"""Many rows: every slot busy, no row stopping another, and an end when there is one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from trio.testing import MockClock

from tests.execute.test_run import Painter, Unchanged, photo, plan_of
from tests.strategies import artifact, concrete_step, job_image
from wanflow.errors import PausedError, StepError, UnfinishedError
from wanflow.execute.attempt import Workshop
from wanflow.execute.rows import Outcomes, Patience, PlannedRow, RowsEnd, run_rows
from wanflow.imaging.probe import probe_artifact
from wanflow.model.events import Event
from wanflow.model.plan import Plan
from wanflow.model.recipe import Expect
from wanflow.model.run import Done, Failed, Reused
from wanflow.store.workspace import Workspace


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / ".wanflow", probe=probe_artifact) as opened:
        yield opened


@dataclass
class Night:
    """A campaign's night: rows in a workshop with so many slots, and what was heard of them."""

    workspace: Workspace
    painter: Painter
    slots: int = 4
    begun: list[str] = field(default_factory=list)
    ended: dict[str, Outcomes] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    async def run(self, rows: dict[str, Plan], patience: Patience) -> RowsEnd:
        limiter = anyio.CapacityLimiter(self.slots)

        def begin(row: PlannedRow) -> Workshop:
            self.begun.append(row.key)
            return Workshop(
                providers={"local@1": self.painter},
                objects=self.workspace.objects,
                fitter=Unchanged(),
                tell=lambda event: self.events.append((row.key, event)),
                at_once=1,
                slots=limiter,
            )

        def settle(row: PlannedRow, outcomes: Outcomes, *, found: bool) -> None:
            self.ended[row.key] = outcomes
            if found:
                self.found.append(row.key)

        def source() -> Iterator[PlannedRow]:
            for key, plan in rows.items():
                self.read.append(key)
                yield PlannedRow(key=key, plan=plan)

        return await run_rows(source(), begin, settle, patience=patience)


def chain(workspace: Workspace, folder: Path, row: int) -> Plan:
    first = concrete_step(f"a{row}", photo(workspace, folder))
    return plan_of(first, concrete_step(f"b{row}", job_image(f"a{row}")))


@pytest.mark.anyio
async def test_rows_run_side_by_side_in_all_slots(workspace: Workspace, tmp_path: Path) -> None:
    night = Night(workspace, Painter(meet=4), slots=4)
    rows = {f"row{n}": chain(workspace, tmp_path, n) for n in range(10)}

    end = await night.run(rows, Patience(at_once=8))

    assert end == RowsEnd()
    assert set(night.ended) == set(rows)
    assert night.painter.most_busy == 4


@pytest.mark.anyio
async def test_no_more_rows_are_open_than_memory_allows(
    workspace: Workspace, tmp_path: Path
) -> None:
    night = Night(workspace, Painter(), slots=100)

    await night.run({f"r{n}": chain(workspace, tmp_path, n) for n in range(9)}, Patience(at_once=3))

    assert night.painter.most_busy == 3


@pytest.mark.anyio
async def test_a_failed_row_stops_no_other(workspace: Workspace, tmp_path: Path) -> None:
    painter = Painter(refuses={"a1": StepError("content-policy", "no")})
    night = Night(workspace, painter)

    end = await night.run(
        {f"r{n}": chain(workspace, tmp_path, n) for n in range(5)}, Patience(at_once=2)
    )

    assert (end.failed, end.unread, end.because) == (1, False, None)
    kinds = {key: {type(one) for one in outcomes.values()} for key, outcomes in night.ended.items()}
    assert kinds.pop("r1") != {Done}
    assert all(kind == {Done} for kind in kinds.values())


@pytest.mark.anyio
async def test_after_too_many_failures_no_row_is_begun(
    workspace: Workspace, tmp_path: Path
) -> None:
    no = StepError("content-policy", "no")
    night = Night(workspace, Painter(refuses={f"a{n}": no for n in range(90)}))
    rows = {f"r{n}": chain(workspace, tmp_path, n) for n in range(90)}

    end = await night.run(rows, Patience(at_once=2, max_failures=3))

    assert end.because == "failures"
    assert end.unread
    assert 4 <= end.failed <= 6  # those that were open came to their end
    assert len(night.begun) == end.failed
    assert len(night.read) < 90


@pytest.mark.anyio
async def test_a_spent_budget_ends_it_and_says_so(workspace: Workspace, tmp_path: Path) -> None:
    spent = PausedError("budget-reached", "no more")
    night = Night(workspace, Painter(refuses={"a2": spent}))

    end = await night.run(
        {f"r{n}": chain(workspace, tmp_path, n) for n in range(40)}, Patience(at_once=1)
    )

    assert (end.because, end.unread, end.failed) == ("budget", True, 0)
    assert night.begun == ["r0", "r1", "r2"]


@pytest.mark.anyio
async def test_a_row_of_recorded_pictures_takes_no_task(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    recorded = plan_of(concrete_step("a", picture), recorded={"a": (picture.artifact,)})
    night = Night(workspace, Painter())

    await night.run({"old": recorded, "new": chain(workspace, tmp_path, 1)}, Patience(at_once=2))

    assert night.found == ["old"]
    assert night.begun == ["new"]
    assert isinstance(night.ended["old"]["a"], Reused)  # type: ignore[index] # keys are texts


@pytest.mark.anyio
async def test_what_is_recorded_is_still_held_against_what_is_expected(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    step = concrete_step("a", picture, expect=Expect(min_width_px=9000))
    night = Night(workspace, Painter())

    end = await night.run(
        {"old": plan_of(step, recorded={"a": (artifact(),)})}, Patience(at_once=2)
    )

    assert end.failed == 1
    assert night.found == []
    assert isinstance(night.ended["old"]["a"], Failed)  # type: ignore[index] # keys are texts


@pytest.mark.anyio
async def test_what_stops_the_whole_run_is_raised_as_it_is(
    workspace: Workspace, tmp_path: Path
) -> None:
    night = Night(workspace, Painter(refuses={"b3": UnfinishedError("the disk is full")}))

    with pytest.raises(UnfinishedError, match="the disk is full"):
        await night.run(
            {f"r{n}": chain(workspace, tmp_path, n) for n in range(40)}, Patience(at_once=2)
        )

    assert {"r0", "r1"} <= night.ended.keys()
