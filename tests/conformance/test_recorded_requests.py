"""Every request that the official SDK was recorded to send is understood."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.served import Served

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))
# What belongs to one connection and not to the request.
_NOT_SENT = {"host", "content-length", "connection", "content-type"}


@pytest.mark.parametrize("escaped", [False, True], ids=["utf-8", "escaped"])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_every_recorded_request_gets_an_answer_of_the_service(
    quick: Served, vector: Path, *, escaped: bool
) -> None:
    exchanges = json.loads(vector.read_text(encoding="utf-8"))["exchanges"]
    certificate: dict[str, Any] = {}

    answers = []
    with httpx.Client(base_url=quick.origin, trust_env=False) as http:
        for exchange in exchanges:
            answer = http.send(_rebuilt(http, exchange["request"], certificate, escaped=escaped))
            answers.append(answer)
            certificate = _data(answer) or certificate

    assert answers
    for answer in answers:
        assert answer.is_success or _is_refusal(answer), answer.text


def _rebuilt(
    http: httpx.Client, request: dict[str, Any], certificate: dict[str, Any], *, escaped: bool
) -> httpx.Request:
    headers = [(k, v) for k, v in request["headers"] if k.lower() not in _NOT_SENT]
    typed = next((v for k, v in request["headers"] if k.lower() == "content-type"), None)
    content: Any = None
    body = request["body"] or {}
    if "json" in body:
        content = json.dumps(body["json"], ensure_ascii=escaped).encode()
        headers.append(("content-type", typed or "application/json"))
    if "multipart" in body:
        # The recorded certificate was another service's; the one just given out is ours.
        return _upload(http, request, certificate)
    return http.build_request(
        request["method"],
        request["path"],
        params=request["query"],
        headers=headers,
        content=content,
    )


def _upload(
    http: httpx.Client, request: dict[str, Any], certificate: dict[str, Any]
) -> httpx.Request:
    fields = {part["name"]: part.get("value") for part in request["body"]["multipart"]}
    fields.pop("file")
    name = fields["key"].rpartition("/")[2]
    fields |= {
        "OSSAccessKeyId": certificate["oss_access_key_id"],
        "Signature": certificate["signature"],
        "policy": certificate["policy"],
        "key": f"{certificate['upload_dir']}/{name}",
    }
    files = {"file": (name, b"no picture, but a file")}
    return http.build_request("POST", certificate["upload_host"], data=fields, files=files)


def _data(answer: httpx.Response) -> dict[str, Any]:
    if answer.headers["content-type"] != "application/json":
        return {}
    data = answer.json().get("data")
    return data if isinstance(data, dict) else {}


def _is_refusal(answer: httpx.Response) -> bool:
    known = 400 <= answer.status_code < 500 and answer.status_code not in {404, 405}
    return known and set(answer.json()) == {"code", "message", "request_id"}
