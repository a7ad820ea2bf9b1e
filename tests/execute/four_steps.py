"""The record of a run of four steps, for tests of what is told of its pictures."""

from dataclasses import replace

from tests.strategies import artifact
from wanflow.model.plan import Decision
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Fingerprint, JobKey, RunId, Sha256, Size

SIZE = Size(width_px=640, height_px=480)


def shown(name: str, step: str | None = None, index: int | None = None) -> PictureRecord:
    return PictureRecord(
        name=name,
        artifact=artifact(name),
        file=None,
        size=SIZE,
        step=JobKey(step) if step else None,
        index=index,
    )


def step(key: str, *images: PictureRecord, **changes: object) -> StepRecord:
    usual = StepRecord(
        key=JobKey(key),
        operation="edit",
        summary="",
        state="done",
        decision=Decision(action="run", reason="first-time"),
        provider="dashscope",
        model="wan2.5-i2i-preview",
        prompt="make it so",
        fingerprint=Fingerprint("f" * 64),
        parameters={"seed": 7},
        images=images,
        pictures=(shown(key, key, 1), shown(f"{key}2", key, 2)),
        started_at="2026-11-24T10:00:00.000Z",
        source_type="composite",
    )
    return replace(usual, **changes)  # type: ignore[arg-type] # fields by name, for tests


PHOTO, TABLE = shown("photo"), shown("table")
FIRST = step("first", PHOTO, TABLE)
SECOND = step("second", shown("first2", "first", 2))
ASIDE = step("aside", shown("first", "first", 1))
LAST = step("last", shown("second", "second", 1), PHOTO)
RUN = RunRecord(
    run=RunId("poster-1"),
    state="done",
    recipe="poster",
    recipe_version="1.2.0",
    description="",
    recipe_file="poster.yaml",
    recipe_sha256=Sha256("a" * 64),
    recipe_source="",
    provider="dashscope",
    wanflow_version="0.1.0",
    started_at="",
    ended_at=None,
    seconds=0.0,
    inputs={},
    input_pictures=(PHOTO, TABLE),
    steps=(FIRST, SECOND, ASIDE, LAST),
    outputs=(),
)
