"""A plan and a record with something of everything, for the tests of how they are shown."""

from wanflow.model.plan import (
    Decision,
    FileImage,
    Job,
    JobImage,
    Plan,
    Planned,
    PlannedOutput,
    Recorded,
    SkippedStep,
    UrlImage,
)
from wanflow.model.run import OutputRecord, PictureRecord, RunRecord, RunState, StepRecord
from wanflow.model.values import Artifact, Fingerprint, JobKey, Note, RunId, Sha256, Size

WIDE = Size(width_px=1280, height_px=720)
PICTURE = Artifact(
    sha256=Sha256("a" * 64), media_type="image/png", width_px=1280, height_px=720, size_bytes=9
)
RUN = Decision(action="run", reason="first-time")
PLACED, ENLARGED, BOXED = JobKey("placed"), JobKey("wide"), JobKey("boxed")


def placed() -> Planned:
    clock = FileImage(
        name="clock", path="/pictures/时钟.jpg", artifact=PICTURE, size=WIDE, role="subject"
    )
    flattened = (Note(code="alpha-flattened", text="alpha flattened on white"),)
    table = FileImage(
        name="table", path="/pictures/table.png", artifact=PICTURE, size=WIDE, mended=flattened
    )
    job = Job(
        key=PLACED,
        operation="fuse",
        operation_version="1.0.0",
        provider="dashscope@1",
        model="wan2.5-i2i-preview",
        algorithm=None,
        prompt="将图1中的闹钟放置到图2的餐桌的花瓶旁边位置,保持它的外形、颜色和文字,光线、透视与接触阴影随图2,其他内容不变",
        template="将{{ fig.subject }}中的...",
        language="zh",
        arguments={"subject": "闹钟", "at": {"x": 0.5, "y": 0.2}},
        parameters={"n": 3, "seed": 12345, "prompt_extend": False},
        images=(clock, table),
        fingerprint=Fingerprint("f" * 64),
        n=3,
        result_size=WIDE,
    )
    changed = Decision(action="run", reason="prompt-changed", detail="'红色' to '蓝色'")
    return Planned(job=job, decision=changed, cost_micro=600_000, seconds_estimate=75)


def wide() -> Planned:
    job = Job(
        key=ENLARGED,
        operation="outpaint",
        operation_version="1.0.0",
        provider="dashscope@1",
        model="wan2.5-i2i-preview",
        algorithm=None,
        prompt="Extend the picture left and right;\nkeep the original content \x1b[31muntouched, "
        "continue naturally and do not add anything that was not there\n",
        template="Extend ...",
        language="en",
        arguments={},
        parameters={"n": 1},
        images=(JobImage(name="placed", job=PLACED, index=1, size=None, mended=()),),
        fingerprint=Fingerprint("e" * 64),
    )
    upstream = Decision(action="run", reason="upstream-changed")
    return Planned(job=job, decision=upstream, cost_micro=200_000, seconds_estimate=75)


def boxed() -> Planned:
    job = Job(
        key=BOXED,
        operation="crop",
        operation_version="1.0.0",
        provider="builtin@1",
        model=None,
        algorithm="crop",
        prompt="",
        template="",
        language="en",
        arguments={"box": [0, 0, 1, 0.5], "note": None},
        parameters={},
        images=(
            UrlImage(name="photo", url="https://example.org/a.png", role="scene"),
            JobImage(
                name="placed",
                job=PLACED,
                index=2,
                size=WIDE,
                mended=(Note(code="s", text="scaled"),),
            ),
        ),
        fingerprint=Fingerprint("d" * 64),
        result_size=WIDE,
    )
    recorded = Recorded(
        fingerprint=job.fingerprint, pictures=(PICTURE,), notes=(), seconds=2.0, run="run-1"
    )
    decision = Decision(action="reuse", reason="recorded")
    return Planned(job=job, decision=decision, recorded=recorded, seconds_estimate=3)


def a_plan(*jobs: Planned, cost_micro: int = 800_000, images_to_buy: int = 4) -> Plan:
    return Plan(
        recipe="clock-on-table",
        recipe_version="1.2.0",
        recipe_sha256=Sha256("0" * 64),
        provider="dashscope@1",
        digest=Sha256("1" * 64),
        jobs=jobs,
        skipped=(
            SkippedStep(
                key=JobKey("night"),
                operation="relight",
                decision=Decision(action="skip", reason="when-false"),
            ),
            SkippedStep(
                key=JobKey("night-enlarged"),
                operation="enlarge",
                decision=Decision(action="skip", reason="upstream-skipped", detail="night"),
            ),
        ),
        outputs=(PlannedOutput(name="poster", file_name="海报", job=ENLARGED, index=1),),
        inputs={"mood": "黄昏"},
        cost_micro=cost_micro,
        images_to_buy=images_to_buy,
        needs={ENLARGED: (PLACED,), BOXED: (PLACED,)},
    )


def an_empty_plan() -> Plan:
    return Plan(
        recipe="nothing",
        recipe_version="",
        recipe_sha256=Sha256("0" * 64),
        provider="local@1",
        digest=Sha256("1" * 64),
        jobs=(),
        skipped=(),
        outputs=(),
    )


def a_step(key: str, **values: object) -> StepRecord:
    shared: dict[str, object] = {"operation": "fuse", "summary": "", "decision": RUN}
    return StepRecord(key=JobKey(key), **{**shared, **values})  # type: ignore[arg-type]


def pictures(number: int) -> tuple[PictureRecord, ...]:
    return (PictureRecord(name="p", artifact=PICTURE, file="images/p.png", size=WIDE),) * number


def a_record(state: RunState, *steps: StepRecord, provider: str = "dashscope@1") -> RunRecord:
    made = OutputRecord(
        name="poster", file="outputs/海报.png", step=PLACED, index=1, artifact=PICTURE
    )
    missing = OutputRecord(name="proof", file=None, step=BOXED, index=1, artifact=None)
    return RunRecord(
        run=RunId("clock-on-table-20261123-101530-4f2a"),
        state=state,
        recipe="clock-on-table",
        recipe_version="1.2.0",
        description="",
        recipe_file="clock.yaml",
        recipe_sha256=Sha256("0" * 64),
        recipe_source="",
        provider=provider,
        wanflow_version="0.1.0",
        started_at="2026-11-23T10:15:30Z",
        ended_at=None,
        seconds=192.3,
        inputs={},
        input_pictures=(),
        steps=steps,
        outputs=(made, missing),
        cost_micro=600_000,
        command="wanflow run clock.yaml photo=猫.jpg",
    )
