import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.providers.dashscope.codes import CODES, meaning_of_failure, meaning_of_refusal
from wanflow.providers.dashscope.transport import BrokenError, NotSentError, Reply
from wanflow.providers.dashscope.verdict import (
    Ambiguous,
    Answered,
    NotTaken,
    Refused,
    Taken,
    judge,
    judge_error,
)

STOP, FINAL = "stop", "final"


def reply(status: int, body: object = b"", **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status=status, headers=named, body=content)


def refusal(status: int, code: str, **headers: str) -> Reply:
    return reply(status, {"code": code, "message": "m", "request_id": "r-1"}, **headers)


def test_an_id_is_an_acceptance() -> None:
    body = {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r-1"}

    verdict = judge(reply(200, body, content_type="text/plain"), tasks=True)

    assert isinstance(verdict, Taken)
    assert verdict.accepted.task_id == "t-1"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "InvalidParameter", FINAL),
        (400, "DataInspectionFailed", FINAL),
        (400, "IPInfringementSuspect", FINAL),
        (400, "InvalidImage.FileFormat", FINAL),
        (400, "SomethingNew", FINAL),
        (400, "", FINAL),
        (404, "ModelNotFound", FINAL),
        (413, "", FINAL),
        (400, "Arrearage", STOP),
        (401, "InvalidApiKey", STOP),
        (401, "Whatever", STOP),
        (403, "AccessDenied", STOP),
        (403, "AccessDenied.Unpurchased", STOP),
        (403, "AllocationQuota.FreeTierOnly", STOP),
        (403, "InvalidParameter", STOP),
        (403, "", STOP),
        (404, "WorkSpaceNotFound", STOP),
        (429, "Throttling.AllocationQuota", STOP),
        (429, "PrepaidBillOverdue", STOP),
        (429, "CommodityNotPurchased", STOP),
    ],
)
def test_a_refusal_is_final_or_stops_the_run(status: int, code: str, outcome: str) -> None:
    verdict = judge(refusal(status, code), tasks=True)

    assert isinstance(verdict, Refused)
    assert verdict.stop is (outcome == STOP)
    assert verdict.meaning.words


@pytest.mark.parametrize("code", ["Throttling.RateQuota", "Throttling", "LimitRequests", "New", ""])
def test_too_many_requests_are_certainly_not_taken(code: str) -> None:
    verdict = judge(refusal(429, code, retry_after="7"), tasks=True)

    assert isinstance(verdict, NotTaken)
    assert verdict.throttled
    assert verdict.wait_s == 7.0


@pytest.mark.parametrize("text", ["Fri, 31 Dec 1999 23:59:59 GMT", "-1", "1e99", "nan"])
def test_a_retry_after_that_makes_no_sense_is_not_honoured(text: str) -> None:
    verdict = judge(refusal(429, "Throttling", retry_after=text), tasks=True)

    assert isinstance(verdict, NotTaken)
    assert verdict.wait_s is None


def test_a_picture_that_could_not_be_fetched_may_be_tried_again() -> None:
    verdict = judge(refusal(400, "BadRequest.InputDownloadFailed"), tasks=True)

    assert isinstance(verdict, NotTaken)
    assert verdict.refused is not None


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500, "InternalError"),
        refusal(503, "ModelUnavailable"),
        refusal(500, "InvalidParameter"),
        reply(502, b"<html></html>"),
        reply(408, b""),
        reply(307, b"", location="/elsewhere"),
        reply(200, b""),
        reply(200, b"<html></html>"),
        reply(200, b"[1]"),
        reply(200, b"\xff\xfe"),
        reply(200, {"output": {}}),
        reply(200, {"output": {"task_id": 7}}),
        reply(200, {"output": {"task_id": "../../etc/passwd"}}),
        reply(200, {"output": {"task_id": "x" * 129}}),
        reply(200, {"output": {"task_id": ""}}),
        reply(200, b"[" * 100_000),
        reply(200, b'{"output":{"task_id":' + b"9" * 5000 + b"}}"),
    ],
)
def test_everything_else_is_ambiguous(answer: Reply) -> None:
    assert isinstance(judge(answer, tasks=True), Ambiguous)


def test_pictures_at_once_are_an_acceptance_where_there_is_no_task() -> None:
    content = [{"image": "https://x/1.png"}]
    body = {"output": {"choices": [{"message": {"content": content}}]}, "usage": {"image_count": 1}}

    verdict = judge(reply(200, body), tasks=False)

    assert isinstance(verdict, Answered)
    assert verdict.report.billed_images == 1
    assert isinstance(judge(reply(200, {"output": {"choices": []}}), tasks=False), Ambiguous)
    empty = {"output": {"results": [{"code": "x"}]}}
    assert isinstance(judge(reply(200, empty), tasks=False), Ambiguous)


def test_only_what_never_left_is_certainly_not_taken() -> None:
    assert isinstance(judge_error(NotSentError("ConnectError")), NotTaken)
    assert isinstance(judge_error(BrokenError("ReadTimeout")), Ambiguous)


@given(status=st.integers(200, 599), body=st.binary(max_size=200))
@settings(deadline=None)
def test_no_answer_breaks_the_judge_and_no_server_error_is_sent_again(
    status: int, body: bytes
) -> None:
    verdict = judge(reply(status, body), tasks=True)

    if status >= 500 or status < 400:
        assert isinstance(verdict, Ambiguous)


def test_every_code_says_what_it_means() -> None:
    for code, meaning in CODES.items():
        assert meaning.words, code
        assert meaning.kind in {"stop", "final", "pace", "again", "unsure"}


def test_a_failed_task_is_repeated_only_for_the_services_own_faults() -> None:
    assert meaning_of_failure("InternalError.Timeout").repeat
    assert not meaning_of_failure("DataInspectionFailed").repeat
    assert not meaning_of_failure("SomethingNew").repeat
    assert meaning_of_refusal(302, "").kind == "unsure"
