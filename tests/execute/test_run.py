"""Running a plan: chains, branches, refusals, time limits, full disks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint
from PIL import Image
from trio.testing import MockClock

from tests.strategies import concrete, concrete_step, job_image
from wanflow.errors import ImageError, StepError, UnfinishedError
from wanflow.execute.attempt import Workshop
from wanflow.execute.ports import Call, Made
from wanflow.execute.run import run_plan
from wanflow.imaging.probe import probe_artifact
from wanflow.model.concrete import Concrete, ConcreteStep
from wanflow.model.events import Event, JobSettled, JobStarted
from wanflow.model.plan import FileImage, Job, Plan, Recorded
from wanflow.model.recipe import Expect, Ratio
from wanflow.model.run import Done, Failed, Outcome, Reused, Skipped
from wanflow.model.values import Artifact, JobKey, Note, Sha256, Size
from wanflow.planning.decide import Header, Memory, Tariff, make_plan
from wanflow.planning.jobs import jobs_of
from wanflow.store.workspace import Workspace

HEADER = Header(recipe="test", recipe_version="1", recipe_sha256=Sha256("0" * 64), provider="local")


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / ".wanflow", probe=probe_artifact) as opened:
        yield opened


@dataclass
class Painter:
    """A provider that paints a plain picture after some time, or refuses.

    With `meet`, the first calls wait until so many are at work at once.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    refuses: Mapping[str, Exception] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0
    waits: Mapping[str, anyio.Event] = field(default_factory=dict)
    meet: int = 0
    met: anyio.Event = field(default_factory=anyio.Event)
    family: str = "local@1"

    async def edit(self, call: Call) -> Made:
        self.calls.append(call)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        if self.busy == self.meet:
            self.met.set()
        try:
            if self.meet:
                await self.met.wait()
            if call.job.key in self.waits:
                await self.waits[call.job.key].wait()
            await anyio.sleep(self.seconds.get(call.job.key, 1))
        finally:
            self.busy -= 1
        if call.job.key in self.refuses:
            raise self.refuses[call.job.key]
        return Made(files=self._paint(call), notes=(Note(code="painted", text="by the test"),))

    def _paint(self, call: Call) -> tuple[Path, ...]:
        files = []
        for number in range(call.job.n):
            file = call.scratch / f"{number}.png"
            red = len(call.job.key) * 7 % 256
            Image.new("RGB", (64, 48), (red, number, 0)).save(file)
            files.append(file)
        return tuple(files)


class Unchanged:
    """A fitter for pictures that fit."""

    def prepared(self, job: Job, pictures: Sequence[Path], scratch: Path) -> tuple[Path, ...]:
        del job, scratch
        return tuple(pictures)


def photo(workspace: Workspace, folder: Path) -> FileImage:
    file = folder / "photo.png"
    Image.new("RGB", (64, 64), "blue").save(file)
    artifact = workspace.objects.import_file(file)
    return FileImage(
        name="photo", path=str(file), artifact=artifact, size=Size(width_px=64, height_px=64)
    )


def plan_of(
    *steps: ConcreteStep, recorded: Mapping[str, tuple[Artifact, ...]] | None = None
) -> Plan:
    whole: Concrete = concrete(*steps)
    prepared = jobs_of(whole.steps, families={"model": "local@1", "builtin": "builtin@1"})
    known = {
        job.fingerprint: Recorded(
            fingerprint=job.fingerprint,
            pictures=(recorded or {})[job.key],
            notes=(),
            seconds=1,
            run="earlier",
        )
        for job in prepared.jobs
        if job.key in (recorded or {})
    }
    return make_plan(
        whole,
        prepared,
        Memory(recorded=known, last={}),
        header=HEADER,
        tariff=Tariff(currency="CNY", per_picture_micro={}, seconds={}),
    )


async def run(
    plan: Plan,
    workspace: Workspace,
    painter: Painter,
    *,
    tell: Callable[[Event], None] = lambda _: None,
    at_once: int = 4,
) -> Mapping[JobKey, Outcome]:
    shop = Workshop(
        providers={"local@1": painter},
        objects=workspace.objects,
        fitter=Unchanged(),
        tell=tell,
        at_once=at_once,
    )
    return await run_plan(plan, shop)


@pytest.mark.anyio
async def test_each_output_feeds_the_next_step(workspace: Workspace, tmp_path: Path) -> None:
    painter = Painter()
    plan = plan_of(
        concrete_step("a", photo(workspace, tmp_path)),
        concrete_step("bb", job_image("a")),
        concrete_step("ccc", job_image("bb"), job_image("a")),
    )

    outcomes = await run(plan, workspace, painter)

    made: dict[str, str] = {
        key: outcome.pictures[0].sha256
        for key, outcome in outcomes.items()
        if isinstance(outcome, Done)
    }
    taken = {str(call.job.key): [path.stem for path in call.pictures] for call in painter.calls}
    assert taken["bb"] == [made[JobKey("a")]]
    assert taken["ccc"] == [made[JobKey("bb")], made[JobKey("a")]]


@pytest.mark.anyio
async def test_branches_run_side_by_side(workspace: Workspace, tmp_path: Path) -> None:
    picture = photo(workspace, tmp_path)
    painter = Painter(meet=3)

    await run(plan_of(*(concrete_step(key, picture) for key in "abc")), workspace, painter)

    assert painter.most_busy == 3


@pytest.mark.anyio
async def test_no_more_jobs_run_than_are_allowed(workspace: Workspace, tmp_path: Path) -> None:
    picture = photo(workspace, tmp_path)
    painter = Painter(meet=2)
    plan = plan_of(*(concrete_step(key, picture) for key in "abcdef"))

    await run(plan, workspace, painter, at_once=2)

    assert painter.most_busy == 2


@pytest.mark.anyio
async def test_a_refused_job_skips_only_what_needs_it(workspace: Workspace, tmp_path: Path) -> None:
    picture = photo(workspace, tmp_path)
    refusal = StepError("content-policy", "the service refused", hint="say it otherwise")
    painter = Painter(refuses={"sky": refusal})
    plan = plan_of(
        concrete_step("sky", picture),
        concrete_step("birds", job_image("sky")),
        concrete_step("frame", picture),
    )

    outcomes = await run(plan, workspace, painter)

    failed = outcomes[JobKey("sky")]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.message, failed.hint) == (
        "content-policy",
        "the service refused",
        "say it otherwise",
    )
    assert outcomes[JobKey("birds")] == Skipped(because=JobKey("sky"), reason="upstream-failed")
    assert isinstance(outcomes[JobKey("frame")], Done)


@pytest.mark.anyio
async def test_stop_on_error_begins_nothing_more(workspace: Workspace, tmp_path: Path) -> None:
    picture = photo(workspace, tmp_path)
    stopped = anyio.Event()
    painter = Painter(refuses={"first": StepError("no", "no")}, waits={"beside": stopped})
    plan = plan_of(
        concrete_step("first", picture, on_error="stop"),
        concrete_step("beside", picture),
        concrete_step("after", job_image("beside")),
    )

    def tell(event: Event) -> None:
        if isinstance(event, JobSettled) and event.job == "first":
            stopped.set()

    outcomes = await run(plan, workspace, painter, tell=tell)

    # What had begun is finished; what only could begin now is not.
    assert isinstance(outcomes[JobKey("beside")], Done)
    assert outcomes[JobKey("after")] == Skipped(because=JobKey("first"), reason="stopped")
    assert sorted(call.job.key for call in painter.calls) == ["beside", "first"]


@pytest.mark.anyio
async def test_a_step_that_takes_too_long_fails_with_its_limit(
    workspace: Workspace, tmp_path: Path
) -> None:
    painter = Painter(seconds={"slow": 1000})
    plan = plan_of(concrete_step("slow", photo(workspace, tmp_path), timeout_s=90.0))

    outcomes = await run(plan, workspace, painter)

    failed = outcomes[JobKey("slow")]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.message) == ("timeout", "no result within 90 s")


@pytest.mark.anyio
async def test_what_was_made_before_is_not_made_again(workspace: Workspace, tmp_path: Path) -> None:
    picture = photo(workspace, tmp_path)
    painter = Painter()
    plan = plan_of(
        concrete_step("a", picture),
        concrete_step("b", job_image("a")),
        recorded={"a": (picture.artifact,)},
    )

    outcomes = await run(plan, workspace, painter)

    assert outcomes[JobKey("a")] == Reused(pictures=(picture.artifact,), run="earlier")
    assert [call.job.key for call in painter.calls] == ["b"]


@pytest.mark.anyio
async def test_an_unmet_expectation_fails_the_step_and_keeps_the_picture(
    workspace: Workspace, tmp_path: Path
) -> None:
    wish = Expect(ratio=Ratio(width=16, height=9))
    plan = plan_of(concrete_step("a", photo(workspace, tmp_path), expect=wish))

    outcomes = await run(plan, workspace, Painter())

    failed = outcomes[JobKey("a")]
    assert isinstance(failed, Failed)
    assert failed.message == "expected ratio 16:9 of picture 1, it has 64*48"
    assert len(failed.pictures) == 1


@pytest.mark.anyio
async def test_a_reused_picture_is_held_against_todays_expectation(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    step = concrete_step("a", picture, expect=Expect(min_width_px=100))
    plan = plan_of(step, recorded={"a": (picture.artifact,)})

    outcomes = await run(plan, workspace, Painter())

    assert isinstance(outcomes[JobKey("a")], Failed)


@pytest.mark.anyio
async def test_a_picture_that_was_not_made_fails_the_step_that_wants_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    plan = plan_of(
        concrete_step("a", photo(workspace, tmp_path), n=1), concrete_step("b", job_image("a", 4))
    )

    outcomes = await run(plan, workspace, Painter())

    failed = outcomes[JobKey("b")]
    assert isinstance(failed, Failed)
    assert failed.message == (
        "picture 4 of 'a' is asked for, and it was not made (those that were: 1)"
    )


@pytest.mark.anyio
async def test_a_full_disk_ends_the_run_with_its_own_error(
    workspace: Workspace, tmp_path: Path
) -> None:
    painter = Painter(refuses={"a": UnfinishedError("the disk is full")}, seconds={"b": 1_000_000})
    picture = photo(workspace, tmp_path)

    with pytest.raises(UnfinishedError, match="the disk is full"):
        await run(
            plan_of(concrete_step("a", picture), concrete_step("b", picture)), workspace, painter
        )


@pytest.mark.anyio
async def test_a_bug_is_not_taken_for_a_refusal(workspace: Workspace, tmp_path: Path) -> None:
    painter = Painter(refuses={"a": KeyError("oops")})

    with pytest.raises(KeyError, match="oops"):
        await run(plan_of(concrete_step("a", photo(workspace, tmp_path))), workspace, painter)


@pytest.mark.anyio
async def test_a_result_that_is_no_picture_fails_the_step(
    workspace: Workspace, tmp_path: Path
) -> None:
    painter = Painter(refuses={"a": ImageError("not-an-image", "'0.png' is text")})

    outcomes = await run(
        plan_of(concrete_step("a", photo(workspace, tmp_path))), workspace, painter
    )

    failed = outcomes[JobKey("a")]
    assert isinstance(failed, Failed)
    assert failed.code == "not-an-image"


@pytest.mark.anyio
async def test_every_job_tells_its_start_and_exactly_one_end(
    workspace: Workspace, tmp_path: Path
) -> None:
    events: list[Event] = []
    plan = plan_of(
        concrete_step("a", photo(workspace, tmp_path)), concrete_step("b", job_image("a"))
    )

    await run(plan, workspace, Painter(), tell=events.append)

    await checkpoint()
    told = [(type(event), event.job) for event in events]
    assert told == [
        (JobStarted, "a"),
        (JobSettled, "a"),
        (JobStarted, "b"),
        (JobSettled, "b"),
    ]
