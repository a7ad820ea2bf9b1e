"""The unmodified official SDK against an emulator process."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import dashscope
import httpx
import pytest
from dashscope.aigc import image_generation, image_synthesis
from dashscope.common.error import InvalidTask, UploadFileException

from tests.conformance.conftest import opened, point_sdk_at
from tests.conformance.served import Served, served

# The SDK's annotations leave out some of its own methods; it is used as it behaves.
ImageSynthesis: Any = dashscope.ImageSynthesis
AioImageSynthesis: Any = image_synthesis.AioImageSynthesis
ImageGeneration: Any = image_generation.ImageGeneration
MultiModalConversation: Any = dashscope.MultiModalConversation

MODEL = "wan2.5-i2i-preview"
OUTSIDE = "https://example.com/a.png"

pytestmark = [
    # The SDK leaves its pooled connections to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dashscope.*"),
]


@pytest.mark.usefixtures("sdk")
def test_a_call_with_a_local_file_gives_pictures_of_the_files_ratio(picture: Path) -> None:
    answer = ImageSynthesis.call(
        model=MODEL, prompt="把图1变成水彩", images=[f"file://{picture}"], n=2, seed=7
    )

    assert answer.status_code == 200
    assert answer.output.task_status == "SUCCEEDED"
    assert answer.usage.image_count == 2
    for result in answer.output.results:
        assert result.orig_prompt == "把图1变成水彩"
        assert result.actual_prompt.startswith("把图1变成水彩")
        content = httpx.get(result.url, trust_env=False)
        assert content.headers["content-type"] == "image/png"
        assert opened(content.content) == ("PNG", (1472, 1104))


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize("form", ["bare path", "file url", "base64", "outside url"])
def test_every_form_of_picture_is_taken(picture: Path, form: str) -> None:
    encoded = base64.b64encode(picture.read_bytes()).decode()
    forms = {
        "bare path": str(picture),
        "file url": f"file://{picture}",
        "base64": f"data:image/png;base64,{encoded}",
        "outside url": OUTSIDE,
    }

    answer = ImageSynthesis.call(model=MODEL, prompt="edit", images=[forms[form]], n=1)

    assert answer.output.task_status == "SUCCEEDED"
    assert len(answer.output.results) == 1


@pytest.mark.usefixtures("sdk")
def test_the_url_of_a_result_is_a_picture_for_the_next_call(picture: Path) -> None:
    first = ImageSynthesis.call(
        model=MODEL, prompt="one", images=[str(picture)], n=1, size="1344*576"
    )

    second = ImageSynthesis.call(
        model=MODEL, prompt="two", images=[first.output.results[0].url], n=1
    )

    content = httpx.get(second.output.results[0].url, trust_env=False).content
    assert opened(content) == ("PNG", (1952, 832))


def test_a_task_is_fetched_waited_for_and_listed(sdk: Served) -> None:
    submitted = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE], n=1)

    fetched = ImageSynthesis.fetch(submitted)
    waited = ImageSynthesis.wait(submitted.output.task_id)
    listed = ImageSynthesis.list(model_name=MODEL, status="SUCCEEDED", page_size=50)

    assert submitted.output.task_status == "PENDING"
    assert fetched.output.task_status == waited.output.task_status == "SUCCEEDED"
    assert submitted.output.task_id in {item["task_id"] for item in listed.output["data"]}
    assert submitted.output.task_id in {entry["task_id"] for entry in sdk.entries("billed")}


def test_a_waiting_task_can_be_canceled_and_a_running_one_cannot(
    slow: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_sdk_at(slow, monkeypatch)
    tasks = [
        ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE]) for _ in range(2)
    ]

    canceled = ImageSynthesis.cancel(tasks[1])
    states = [ImageSynthesis.fetch(task).output.task_status for task in tasks]
    again = ImageSynthesis.cancel(tasks[1])

    assert canceled.status_code == 200
    assert states[1] == "CANCELED"
    assert (again.status_code, again.code) == (400, "UnsupportedOperation")


def test_waiting_with_a_limit_ends_with_the_sdks_own_code(
    slow: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_sdk_at(slow, monkeypatch)
    task = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE])

    waited = ImageSynthesis.wait(task, wait_timeout=1)

    assert (waited.status_code, waited.code) == (408, "WaitTaskTimeout")


@pytest.mark.usefixtures("sdk")
def test_a_refused_submission_raises_in_call_and_is_an_answer_in_async_call() -> None:
    answer = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE], n=9)
    with pytest.raises(InvalidTask, match="InvalidParameter"):
        ImageSynthesis.call(model=MODEL, prompt="edit", images=[OUTSIDE], n=9)

    assert (answer.status_code, answer.code) == (400, "InvalidParameter")
    assert answer.output is None


@pytest.mark.usefixtures("sdk")
def test_a_key_that_is_none_is_refused(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "api_key", "nonsense")

    answer = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE])
    with pytest.raises(UploadFileException):
        ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[str(picture)])

    assert (answer.status_code, answer.code) == (401, "InvalidApiKey")


@pytest.mark.usefixtures("sdk")
def test_a_synchronous_call_of_an_asynchronous_model_is_refused() -> None:
    answer = ImageSynthesis.sync_call(model=MODEL, prompt="edit", images=[OUTSIDE])

    assert (answer.status_code, answer.code) == (403, "AccessDenied")


@pytest.mark.usefixtures("sdk")
def test_the_older_editor_expands_a_picture(picture: Path) -> None:
    answer = ImageSynthesis.call(
        model="wanx2.1-imageedit",
        function="description_edit",
        prompt="edit",
        base_image_url=OUTSIDE,
        n=1,
    )
    small = ImageSynthesis.call(
        model="wanx2.1-imageedit",
        function="description_edit",
        prompt="edit",
        base_image_url=f"file://{picture}",
    )

    assert set(answer.output.results[0]) == {"url"}
    assert small.output.task_status == "FAILED"
    assert small.output.code == "InvalidImageResolution"


@pytest.mark.usefixtures("sdk")
def test_the_asynchronous_class_does_the_same(picture: Path) -> None:
    async def everything() -> tuple[object, ...]:
        called = await AioImageSynthesis.call(
            model=MODEL, prompt="把图1", images=[str(picture)], n=1, size="1280*1280", seed=1
        )
        submitted = await AioImageSynthesis.async_call(model=MODEL, prompt="x", images=[OUTSIDE])
        fetched = await AioImageSynthesis.fetch(submitted)
        waited = await AioImageSynthesis.wait(submitted)
        listed = await AioImageSynthesis.list(status="SUCCEEDED")
        canceled = await AioImageSynthesis.cancel(submitted)
        states = (r.output["task_status"] for r in (called, fetched, waited))
        return (*states, len(waited.output["results"]), listed.status_code, canceled.code)

    answers = asyncio.run(everything())

    assert answers == ("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", 4, 200, "UnsupportedOperation")


@pytest.mark.usefixtures("sdk")
def test_the_newer_editors_answer_at_once_and_as_tasks() -> None:
    messages = [{"role": "user", "content": [{"image": OUTSIDE}, {"text": "edit"}]}]
    qwen = MultiModalConversation.call(
        model="qwen-image-edit-plus", messages=messages, n=2, size="1024*1024", watermark=False
    )
    wan = ImageGeneration.call(model="wan2.6-image", messages=messages, n=1, size="1280*1280")
    task = ImageGeneration.async_call(model="wan2.6-image", messages=messages, n=2)
    done = ImageGeneration.wait(task)

    assert [list(entry) for entry in _content(qwen)] == [["image"], ["image"]]
    assert qwen.usage["image_count"] == 2
    assert [entry["type"] for entry in _content(wan)] == ["image"]
    assert done.output["task_status"] == "SUCCEEDED"
    assert len(_content(done)) == 2


def _content(answer: Any) -> list[dict[str, str]]:  # noqa: ANN401 - the SDK's own class
    content: list[dict[str, str]] = answer.output["choices"][0]["message"]["content"]
    return content


def test_a_dropped_answer_makes_the_sdk_buy_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--latency", "fixed:0", "--limits", "none", "--faults", "drop-after-accept#1")
    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        point_sdk_at(emulator, monkeypatch)

        answer = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE], n=1)

        accepted = emulator.entries("accepted")
    assert answer.status_code == 200
    assert len(accepted) == 2
    assert len({entry["request_sha256"] for entry in accepted}) == 1


def test_refusals_reach_the_sdk_with_status_and_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {
        "http-429": (429, "Throttling.RateQuota"),
        "http-500": (500, "InternalError"),
        "http-503": (503, "ModelUnavailable"),
        "http-504": (504, "RequestTimeOut"),
        "html-502": (502, "Unknown"),
        "moderation-refused": (400, "DataInspectionFailed"),
    }
    spec = ",".join(f"{name}#{at}" for at, name in enumerate(expected, start=1))

    with served(tmp_path / "ledger.jsonl", "--faults", spec, "--limits", "none") as emulator:
        point_sdk_at(emulator, monkeypatch)
        answers = [
            ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE])
            for _ in expected
        ]

        assert emulator.entries("accepted") == []
    assert [(answer.status_code, answer.code) for answer in answers] == list(expected.values())


def test_failures_of_a_task_reach_the_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = "partial#1,moderation#2,unknown#3"
    options = ("--faults", spec, "--limits", "none", "--latency", "fixed:0")

    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        point_sdk_at(emulator, monkeypatch)
        partial, moderated, unknown = (
            ImageSynthesis.call(model=MODEL, prompt="edit", images=[OUTSIDE]) for _ in range(3)
        )

        billed = [entry["images"] for entry in emulator.entries("billed")]
    assert partial.output.task_status == "SUCCEEDED"
    assert partial.usage.image_count == 3
    assert sorted(bool(result.url) for result in partial.output.results) == [
        False,
        True,
        True,
        True,
    ]
    assert moderated.output.task_status == "FAILED"
    assert moderated.output.code == "DataInspectionFailed"
    assert unknown.output.task_status == "UNKNOWN"
    assert billed == [3, 4]


def test_the_sdk_waits_through_503_and_504_but_not_through_429(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = "poll/http-503#1,poll/http-504#2,poll/http-429#4"
    options = ("--faults", spec, "--limits", "none", "--latency", "fixed:0")
    monkeypatch.setattr("time.sleep", lambda _s: None)

    with served(tmp_path / "ledger.jsonl", *options) as emulator:
        point_sdk_at(emulator, monkeypatch)
        task = ImageSynthesis.async_call(model=MODEL, prompt="edit", images=[OUTSIDE])
        patient = ImageSynthesis.wait(task)
        hasty = ImageSynthesis.wait(task)

    assert patient.output.task_status == "SUCCEEDED"
    assert (hasty.status_code, hasty.code) == (429, "Throttling.RateQuota")
