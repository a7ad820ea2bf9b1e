"""Faults by name, in-process: what each does to the client and to the ledger."""

import gzip
import json
import zlib
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import httpx
import pytest

from tests.emulator.desk import GENERATION, MULTIMODAL, OUTSIDE, Desk, desk, messages, opened

pytestmark = pytest.mark.anyio


async def offered(at: Desk) -> httpx.Response:
    return await at.offer(n=1)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("http-429", 429, "Throttling.RateQuota"),
        ("429-storm", 429, "Throttling.RateQuota"),
        ("429-burst", 429, "Throttling.BurstRate"),
        ("429-retry-after", 429, "Throttling.RateQuota"),
        ("allocation-quota", 429, "Throttling.AllocationQuota"),
        ("http-500", 500, "InternalError"),
        ("http-503", 503, "ModelUnavailable"),
        ("http-504", 504, "RequestTimeOut"),
        ("key-revoked", 401, "InvalidApiKey"),
        ("arrears", 400, "Arrearage"),
        ("unpurchased", 403, "AccessDenied.Unpurchased"),
        ("moderation-refused", 400, "DataInspectionFailed"),
        ("invalid-parameter", 400, "InvalidParameter"),
        ("echo-key", 400, "InvalidParameter"),
    ],
)
async def test_a_refusal_accepts_nothing_and_is_in_the_services_form(
    fault: str, status: int, code: str
) -> None:
    async with desk(faults=fault) as at:
        answer = await offered(at)

        assert at.emulator.ledger.accepted == []
        assert at.emulator.counts["submit", status] == 1
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) is (fault == "429-retry-after")
    assert ("sk-test" in answer.text) is (fault == "echo-key")


async def test_a_redirect_leads_nowhere_and_accepts_nothing() -> None:
    async with desk(faults="redirect") as at:
        answer = await offered(at)

        assert at.emulator.ledger.accepted == []
    assert (answer.status_code, answer.headers["location"]) == (307, "http://emulator/elsewhere")


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [("drop", 0), ("reset", 0), ("drop-after-accept", 1), ("reset-after-accept", 1)],
)
async def test_a_dropped_connection_is_seen_as_one(fault: str, accepted: int) -> None:
    async with desk(faults=f"{fault}#1") as at:
        with pytest.raises(httpx.RemoteProtocolError):
            await offered(at)
        before = len(at.emulator.ledger.accepted)
        again = await offered(at)

        assert at.emulator.counts["submit", 0] == 1
    assert before == accepted
    assert again.status_code == 200


@pytest.mark.parametrize(("fault", "accepted"), [("hang", 0), ("hang-after-accept", 1)])
async def test_an_answer_that_never_comes_is_waited_for(fault: str, accepted: int) -> None:
    async with desk(faults=fault) as at:
        with pytest.raises(TimeoutError):
            with anyio.fail_after(300):
                await offered(at)

        assert len(at.emulator.ledger.accepted) == accepted


async def test_a_slow_answer_takes_a_second_a_byte() -> None:
    async with desk(faults="slow-loris") as at:
        before = anyio.current_time()
        answer = await offered(at)
        took_s = anyio.current_time() - before

    assert took_s == pytest.approx(len(answer.content))
    assert answer.json()["output"]["task_status"] == "PENDING"


@pytest.mark.parametrize("fault", ["http-500-after-accept", "html-502-after-accept", "html-502"])
async def test_an_error_does_not_tell_whether_it_was_accepted(fault: str) -> None:
    async with desk(faults=fault) as at:
        answer = await offered(at)

        assert len(at.emulator.ledger.accepted) == (fault != "html-502")
    assert answer.status_code in {500, 502}


async def spoilt(fault: str) -> httpx.Response:
    async with desk(faults=fault) as at:
        answer = await offered(at)

        assert len(at.emulator.ledger.accepted) == 1
        return answer


@pytest.mark.parametrize("fault", ["bad-json", "empty-body", "html-200"])
async def test_what_is_not_json_says_200_all_the_same(fault: str) -> None:
    answer = await spoilt(fault)

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


async def test_good_json_can_be_called_plain_text() -> None:
    answer = await spoilt("text-plain")

    assert answer.headers["content-type"] == "text/plain"
    assert answer.json()["output"]["task_id"]


async def test_the_id_can_be_missing_hostile_or_of_another_type() -> None:
    missing, hostile, other = [
        (await spoilt(fault)).json()["output"].get("task_id")
        for fault in ("no-id", "hostile-id", "wrong-type")
    ]

    assert missing is None
    assert hostile.startswith("../../")
    assert isinstance(other, list)


async def test_a_bomb_unpacks_to_64_mib_and_an_endless_answer_to_32() -> None:
    async with desk(faults="gzip-bomb#1,endless-body#2") as at:
        async with at.http.stream(
            "POST",
            "/api/v1/services/aigc/image2image/image-synthesis",
            json={"model": "wan2.5-i2i-preview", "input": {"prompt": "x", "images": [OUTSIDE]}},
            headers={"Authorization": "Bearer sk-test", "X-DashScope-Async": "enable"},
        ) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        endless = await offered(at)

    assert len(raw) < 100_000
    assert len(gzip.decompress(raw)) == 64 * 1024 * 1024
    assert len(endless.content) > 32 * 1024 * 1024
    assert json.loads(endless.content)["output"]["task_id"]


@pytest.mark.parametrize(
    ("fault", "hours"), [("skewed-date", -72), ("skewed-date-ahead", 7), ("text-plain", 0)]
)
async def test_the_date_header_can_be_wrong(fault: str, hours: int) -> None:
    answer = await spoilt(fault)

    moment = parsedate_to_datetime(answer.headers["date"])
    assert moment.timestamp() - 1_763_856_000 == hours * 3600


async def ended(fault: str, **parameters: int) -> tuple[dict[str, Any], int]:
    """Give the last query of a task with a fault, and the pictures billed for it."""
    async with desk(faults=fault) as at:
        task = await at.submit(**dict[str, Any](parameters))
        await anyio.sleep(1)
        body = await at.query(task)
        return body, at.emulator.ledger.billed_images


async def test_a_partial_success_bills_what_is_good() -> None:
    body, billed = await ended("partial", n=4)

    results = body["output"]["results"]
    assert body["output"]["task_status"] == "SUCCEEDED"
    assert body["output"]["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 3, "FAILED": 1}
    assert sorted("url" in result for result in results) == [False, True, True, True]
    assert {"code", "message"} in [set(result) for result in results]
    assert body["usage"]["image_count"] == billed == 3


async def test_a_single_picture_cannot_be_partial() -> None:
    body, billed = await ended("partial", n=1)

    assert (body["output"]["task_status"], billed) == ("SUCCEEDED", 1)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("failed-internal", "InternalError"),
        ("failed-timeout", "InternalError.Timeout"),
        ("moderation", "DataInspectionFailed"),
        ("hostile-text", "InternalError.Algo"),
    ],
)
async def test_a_failed_task_is_answered_200_and_costs_nothing(fault: str, code: str) -> None:
    body, billed = await ended(fault)

    assert body["output"]["task_status"] == "FAILED"
    assert body["output"]["code"] == code
    assert body["output"]["task_metrics"]["FAILED"] == 4
    assert "usage" not in body
    assert billed == 0


@pytest.mark.parametrize(
    ("fault", "status", "billed"),
    [
        ("canceled", "CANCELED", 0),
        ("stuck-running", "RUNNING", 0),
        ("slow", "RUNNING", 0),
        ("unknown", "UNKNOWN", 4),
        ("unknown-once", "UNKNOWN", 4),
        ("lower-case-status", "succeeded", 4),
        ("unknown-status", "SUCCEEDED", 4),
        ("suspended", "SUCCEEDED", 4),
    ],
)
async def test_a_status_can_be_odd(fault: str, status: str, billed: int) -> None:
    body, charged = await ended(fault)

    assert (body["output"]["task_status"], charged) == (status, billed)


@pytest.mark.parametrize(
    ("fault", "status"), [("unknown-status", "REVIEWING"), ("suspended", "SUSPENDED")]
)
async def test_running_can_be_called_by_another_name(fault: str, status: str) -> None:
    async with desk(faults=fault) as at:
        task = await at.submit()
        await anyio.sleep(0.5)
        seen = await at.status(task)

    assert seen == status


async def test_unknown_once_is_the_truth_afterwards() -> None:
    async with desk(faults="unknown-once", latency="fixed:0") as at:
        task = await at.submit()
        seen = [await at.status(task) for _ in range(3)]

    assert seen == ["UNKNOWN", "SUCCEEDED", "SUCCEEDED"]


async def test_a_stuck_task_fails_after_three_hours() -> None:
    async with desk(faults="stuck-running") as at:
        task = await at.submit()
        await anyio.sleep(3 * 3600 + 1)
        output = (await at.query(task))["output"]

    assert (output["task_status"], output["code"]) == ("FAILED", "InternalError.Timeout")


@pytest.mark.parametrize(
    ("fault", "beginning"),
    [
        ("result-other-host", "https://pictures.invalid/"),
        ("result-private", "http://169.254.169.254/"),
        ("result-file-url", "file:///"),
        ("no-url", None),
    ],
)
async def test_result_addresses_can_be_hostile_or_missing(
    fault: str, beginning: str | None
) -> None:
    body, billed = await ended(fault)

    urls = [result.get("url") for result in body["output"]["results"]]
    assert billed == 4
    assert all(url is beginning or str(url).startswith(str(beginning)) for url in urls)


async def test_results_can_be_missing() -> None:
    body, billed = await ended("no-results")

    assert "results" not in body["output"]
    assert billed == 4


async def test_the_newer_editors_have_the_same_faults() -> None:
    body = messages("wan2.6-image", OUTSIDE, n=2)

    async with desk(faults="no-url#1,no-results#2,moderation#3,canceled#4,partial#5") as at:
        answers = [await at.post(MULTIMODAL, body) for _ in range(5)]

        assert at.emulator.ledger.billed_images == 5
    first, second, third, fourth, fifth = answers
    assert first.json()["output"]["choices"][0]["message"]["content"] == [{"type": "image"}] * 2
    assert "choices" not in second.json()["output"]
    assert (third.status_code, third.json()["code"]) == (400, "DataInspectionFailed")
    assert fourth.status_code == 500
    assert len(fifth.json()["output"]["choices"][0]["message"]["content"]) == 1


async def test_a_task_of_a_newer_editor_hides_its_choices() -> None:
    async with desk(faults="result-private", latency="fixed:0") as at:
        answer = await at.post(
            GENERATION, messages("wan2.6-image", OUTSIDE), {"X-DashScope-Async": "enable"}
        )
        output = (await at.query(answer.json()["output"]["task_id"]))["output"]

    assert output["choices"][0]["message"]["content"][0]["image"].startswith("http://169.254.")


async def downloaded(fault: str) -> httpx.Response:
    async with desk(faults=fault, latency="fixed:0") as at:
        task = await at.submit(n=1)
        return await at.http.get((await at.urls(task))[0])


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("expired-result", 403),
        ("download-404", 404),
        ("download-500", 500),
        ("download-redirect-private", 302),
        ("download-redirect-file", 302),
        ("download-redirect-loop", 302),
        ("download-206", 206),
    ],
)
async def test_a_download_can_be_refused_or_led_astray(fault: str, status: int) -> None:
    answer = await downloaded(fault)

    assert answer.status_code == status
    assert ("location" in answer.headers) is (status == 302)


@pytest.mark.parametrize("fault", ["download-drop", "download-cut", "download-chunked-cut"])
async def test_a_download_can_break_off(fault: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await downloaded(fault)


@pytest.mark.parametrize(
    "fault", ["download-empty", "download-html", "download-bad-crc", "download-no-iend"]
)
async def test_a_download_can_be_no_whole_png(fault: str) -> None:
    answer = await downloaded(fault)

    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert not _whole_png(answer.content)


async def test_a_download_can_be_good_and_called_something_else() -> None:
    plain, octets, jpeg = [
        await downloaded(fault) for fault in ("", "download-octet-stream", "download-jpeg")
    ]

    assert _whole_png(plain.content)
    assert _whole_png(octets.content)
    assert octets.headers["content-type"] == "application/octet-stream"
    assert opened(jpeg.content)[0] == "JPEG"


async def test_a_download_can_declare_gigabytes() -> None:
    answer = await downloaded("download-huge")

    assert answer.headers["content-length"] == "5000000000"
    assert len(answer.content) > 64 * 1024 * 1024


async def test_a_download_can_crawl() -> None:
    with pytest.raises(TimeoutError):
        with anyio.fail_after(120):
            await downloaded("download-slow")


def _whole_png(content: bytes) -> bool:
    """Walk the chunks of a PNG: every check sum right and IEND at the end."""
    at, name = 8, b""
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        crc = zlib.crc32(content[at + 4 : at + 8 + size]).to_bytes(4, "big")
        if crc != content[at + 8 + size : at + 12 + size]:
            return False
        at += 12 + size
    return name == b"IEND" and at == len(content)


async def test_faults_can_be_put_at_other_places() -> None:
    spec = "poll/http-500#1,list/bad-json#1,cancel/drop#1,policy/http-503#1,quotas/key-revoked#1"

    async with desk(faults=f"{spec},list-down#2,upload-refused#1,poll/slow-loris#3") as at:
        task = await at.submit()
        polls = [(await at.get(f"/tasks/{task}")).status_code for _ in range(2)]
        garbled, down = [await at.get("/tasks") for _ in range(2)]
        with pytest.raises(httpx.RemoteProtocolError):
            await at.post(f"/api/v1/tasks/{task}/cancel", None)
        policy = await at.get("/uploads", action="getPolicy", model="wan2.5-i2i-preview")
        quotas = await at.get("/quotas")
        upload = await at.http.post("/oss-upload", content=b"")

    assert polls == [500, 200]
    assert garbled.status_code == 200
    assert (down.status_code, policy.status_code, quotas.status_code) == (503, 503, 401)
    assert upload.status_code == 403
    assert "Policy expired" in upload.text


async def test_a_storm_lasts_for_its_seconds() -> None:
    async with desk(faults="429-storm@10-20") as at:
        statuses = []
        for _ in range(6):
            statuses.append((await at.get("/tasks")).status_code)
            await anyio.sleep(5)

    assert statuses == [200, 200, 429, 429, 200, 200]


async def test_probabilities_repeat_for_a_seed_and_differ_for_another() -> None:
    async def seen(seed: str, more: str = "") -> list[int]:
        async with desk(faults="http-500:0.3" + more, seed=seed, limits="none") as at:
            return [(await offered(at)).status_code for _ in range(60)]

    first, again, other, longer = (
        await seen("1"),
        await seen("1"),
        await seen("2"),
        await seen("1", ",http-503:0.5"),
    )

    assert first == again != other
    assert 8 < first.count(500) < 30
    assert [status == 500 for status in longer] == [status == 500 for status in first]
