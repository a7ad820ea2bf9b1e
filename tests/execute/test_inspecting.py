"""What is measured on which step's pictures, against which picture, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PIL import Image
from trio.testing import MockClock

from tests.execute.test_run import Painter, Unchanged, photo, plan_of
from tests.strategies import concrete_step, job_image, operation
from wanflow.errors import ImageError
from wanflow.execute.attempt import Workshop
from wanflow.execute.ports import Examination
from wanflow.execute.run import run_plan
from wanflow.imaging.probe import probe_artifact
from wanflow.model.measure import Measure
from wanflow.model.operation import Checks, Operation
from wanflow.model.plan import FileImage, Plan, Planned, Recorded, UrlImage
from wanflow.model.recipe import Expect
from wanflow.model.run import Done, Failed, Outcome, Reused
from wanflow.model.values import Artifact, JobKey, Size
from wanflow.planning.frames import WHOLE, Frame
from wanflow.store.workspace import Workspace


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / ".wanflow", probe=probe_artifact) as opened:
        yield opened


@dataclass
class Ruler:
    """An inspector that finds the same value in whatever it is asked for."""

    value: float = 1.0
    seen: list[Examination] = field(default_factory=list)
    refuses: bool = False

    def measures(self, examination: Examination) -> tuple[Measure, ...]:
        self.seen.append(examination)
        assert examination.path.is_file()
        if self.refuses:
            raise ImageError("image-damaged", "it cannot be read")
        return tuple(
            Measure(picture=examination.number, check=check, value=self.value)
            for check in examination.wanted
        )


def measured_by(*measures: str, kind: str = "model", **more: object) -> Operation:
    checks = Checks(measures=measures)  # type: ignore[arg-type] # names of checks
    return replace(operation(kind=kind), checks=checks, **more)  # type: ignore[arg-type] # fields


async def run(plan: Plan, workspace: Workspace, ruler: Ruler | None) -> Mapping[JobKey, Outcome]:
    shop = Workshop(
        providers={"local@1": Painter(), "builtin@1": Painter(family="builtin@1")},
        objects=workspace.objects,
        fitter=Unchanged(),
        tell=lambda _: None,
        at_once=4,
        inspector=ruler,
    )
    return await run_plan(plan, shop)


def checks(outcome: Outcome) -> list[tuple[int, str]]:
    assert isinstance(outcome, Done | Reused | Failed)
    return [(one.picture, one.check) for one in outcome.checks]


@pytest.mark.anyio
async def test_each_picture_is_measured_by_what_its_operation_says(
    workspace: Workspace, tmp_path: Path
) -> None:
    ruler = Ruler()
    step = concrete_step("a", photo(workspace, tmp_path), n=2, uses=measured_by("shift", "kept"))

    outcomes = await run(plan_of(step), workspace, ruler)

    expected = [(1, "shift"), (1, "kept"), (2, "shift"), (2, "kept")]
    assert checks(outcomes[JobKey("a")]) == expected
    assert [one.before and one.before.name for one in ruler.seen] == ["photo", "photo"]


@pytest.mark.anyio
async def test_without_an_inspector_nothing_is_measured(
    workspace: Workspace, tmp_path: Path
) -> None:
    step = concrete_step("a", photo(workspace, tmp_path), uses=measured_by("shift"))

    outcomes = await run(plan_of(step), workspace, None)

    assert checks(outcomes[JobKey("a")]) == []


@pytest.mark.anyio
async def test_exact_pixel_work_is_measured_only_where_something_is_expected(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    exact = measured_by("shift", kind="builtin")
    asked = concrete_step("b", picture, uses=exact, expect=Expect(kept_percent=1))

    outcomes = await run(
        plan_of(concrete_step("a", picture, uses=exact), asked), workspace, Ruler()
    )

    assert checks(outcomes[JobKey("a")]) == []
    assert checks(outcomes[JobKey("b")]) == [(1, "kept")]


@pytest.mark.anyio
async def test_what_falls_short_fails_the_step_and_keeps_picture_and_numbers(
    workspace: Workspace, tmp_path: Path
) -> None:
    step = concrete_step("a", photo(workspace, tmp_path), expect=Expect(shift_px=2))

    outcomes = await run(plan_of(step), workspace, Ruler(value=8))

    failed = outcomes[JobKey("a")]
    assert isinstance(failed, Failed)
    assert failed.code == "expectation-not-met"
    assert len(failed.pictures) == 1
    assert checks(failed) == [(1, "shift")]


@pytest.mark.anyio
async def test_a_picture_that_cannot_be_read_is_no_end_of_the_run(
    workspace: Workspace, tmp_path: Path
) -> None:
    step = concrete_step("a", photo(workspace, tmp_path), uses=measured_by("shift"))

    outcomes = await run(plan_of(step), workspace, Ruler(refuses=True))

    done = outcomes[JobKey("a")]
    assert isinstance(done, Done)
    assert [(one.value, one.note) for one in done.checks] == [(None, "it cannot be read")]


@pytest.mark.anyio
async def test_the_first_picture_of_a_chain_is_followed_through_its_steps(
    workspace: Workspace, tmp_path: Path
) -> None:
    ruler = Ruler()
    same, wide = measured_by("shift"), measured_by("shift", size_rule="extended")
    plan = plan_of(
        concrete_step("a", wide_photo(workspace, tmp_path), uses=same),
        concrete_step("b", job_image("a"), uses=same),
        concrete_step("c", job_image("b"), uses=wide, arguments={"left": 1e-9, "top": 0.0}),
    )

    await run(plan, workspace, ruler)

    first = {one.before.name if one.before else "": one.first for one in ruler.seen}
    assert first["photo"] is None
    assert first["a"] is not None
    assert (first["a"].name, first["a"].frame) == ("photo", WHOLE)
    assert first["b"] is not None
    assert first["b"].frame == Frame(left=0, top=0, width=1, height=1)


def wide_photo(workspace: Workspace, folder: Path) -> FileImage:
    """A picture of the ratio that the painter paints."""
    file = folder / "wide.png"
    Image.new("RGB", (128, 96), "blue").save(file)
    found = photo(workspace, folder)
    artifact = workspace.objects.import_file(file)
    return replace(found, artifact=artifact, size=Size(width_px=128, height_px=96))


@pytest.mark.anyio
async def test_a_chain_that_loses_the_first_picture_has_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    ruler = Ruler()
    plan = plan_of(
        concrete_step("a", photo(workspace, tmp_path), uses=measured_by("shift")),
        concrete_step("b", job_image("a"), uses=measured_by("shift")),
    )

    await run(plan, workspace, ruler)

    # The painter makes 64*48 of a square photograph: what that shows of it is not known.
    assert [one.first for one in ruler.seen] == [None, None]
    assert ruler.seen[0].before is not None
    assert ruler.seen[0].before.frame is None


@pytest.mark.anyio
async def test_the_picture_compared_with_is_the_one_that_gives_the_size(
    workspace: Workspace, tmp_path: Path
) -> None:
    ruler = Ruler()
    one = photo(workspace, tmp_path)
    pictures = (one, replace(one, name="scene"))
    plan = plan_of(
        concrete_step("a", *pictures, uses=measured_by("shift")),
        concrete_step("b", *pictures, uses=measured_by("shift", size_of="first")),
    )

    await run(plan, workspace, ruler)

    assert sorted(one.before.name for one in ruler.seen if one.before) == ["photo", "scene"]


@pytest.mark.anyio
async def test_a_picture_behind_a_url_cannot_be_compared_with(workspace: Workspace) -> None:
    ruler = Ruler()
    url = UrlImage(name="https://example.com/a.png", url="https://example.com/a.png")
    plan = plan_of(
        concrete_step("a", url, uses=measured_by("shift")),
        concrete_step("b", job_image("a"), uses=measured_by("shift")),
        concrete_step("c", uses=measured_by("shift")),
    )

    await run(plan, workspace, ruler)

    assert [one.before for one in ruler.seen].count(None) == 2
    assert [one.first for one in ruler.seen] == [None, None, None]


def reusing(plan: Plan, known: Mapping[str, tuple[Artifact, tuple[Measure, ...]]]) -> Plan:
    """Let steps of a plan be reused, with what was measured when they were made."""
    jobs = []
    for entry in plan.jobs:
        picture, measures = known[entry.job.key]
        recorded = Recorded(
            fingerprint=entry.job.fingerprint,
            pictures=(picture,),
            notes=(),
            seconds=1,
            run="earlier",
            checks=measures,
        )
        decision = replace(entry.decision, action="reuse", reason="recorded")
        jobs.append(Planned(job=entry.job, decision=decision, recorded=recorded))
    return replace(plan, jobs=tuple(jobs))


@pytest.mark.anyio
async def test_what_was_measured_then_is_not_measured_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    ruler = Ruler()
    then = Measure(picture=1, check="shift", value=0.5)
    plan = plan_of(concrete_step("a", picture, uses=measured_by("shift")))

    outcomes = await run(reusing(plan, {"a": (picture.artifact, (then,))}), workspace, ruler)

    reused = outcomes[JobKey("a")]
    assert isinstance(reused, Reused)
    assert reused.checks == (then,)
    assert ruler.seen == []


@pytest.mark.anyio
async def test_what_was_not_asked_then_is_measured_now(
    workspace: Workspace, tmp_path: Path
) -> None:
    picture = photo(workspace, tmp_path)
    ruler = Ruler(value=8)
    plan = plan_of(
        concrete_step("a", picture, uses=measured_by("shift")),
        concrete_step("b", job_image("a"), expect=Expect(shift_px=2)),
    )
    known = {"a": (picture.artifact, ()), "b": (picture.artifact, ())}

    outcomes = await run(reusing(plan, known), workspace, ruler)

    assert checks(outcomes[JobKey("a")]) == [(1, "shift")]
    failed = outcomes[JobKey("b")]
    assert isinstance(failed, Failed)
    assert checks(failed) == [(1, "shift")]
