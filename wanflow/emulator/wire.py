"""Requests as the handlers see them, and answers before they go over the wire."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wanflow.emulator.clock import date_header
from wanflow.emulator.refusals import Refusal
from wanflow.emulator.settings import Key

JSON = "application/json"
XML = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One request with its body read, its key checked and its time taken.

    `key` is None where none is asked for: at the object store. `origin` is scheme, host and
    port as the caller wrote them, so that result URLs lead back the way he came.
    """

    request: Request
    body: bytes
    key: Key | None
    workspace: str | None
    request_id: str
    now_s: float

    @property
    def origin(self) -> str:
        """Scheme, host and port of this emulator as the caller knows it."""
        return str(self.request.base_url).rstrip("/")

    @property
    def account(self) -> str:
        """The main account of the caller."""
        return self.key.account if self.key else ""

    @property
    def api_key_id(self) -> str:
        """A number that stands for the caller's key, as the task list shows it."""
        text = self.key.text if self.key else ""
        return str(int(hashlib.sha256(text.encode()).hexdigest()[:6], 16))

    def header(self, name: str) -> str:
        """Give a header's value, empty if it is absent; names are case-insensitive."""
        return self.request.headers.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, body and headers of an answer that nothing has gone wrong with yet."""

    status: int = 200
    body: bytes = b""
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(payload: Mapping[str, Any], incoming: Incoming, *, status: int = 200) -> Answer:
    """Make an answer of the service: JSON with the request id and the gateway's headers.

    Source:
        The header names are those of recorded answers.
    """
    body = {"request_id": incoming.request_id, **payload}
    millis = str(int(incoming.now_s * 1000))
    headers = (
        ("x-request-id", incoming.request_id),
        ("x-dashscope-call-gateway", "true"),
        ("x-dashscope-timeout", "298"),
        ("req-cost-time", "1"),
        ("req-arrive-time", millis),
        ("resp-start-time", millis),
        ("server", "istio-envoy"),
        ("date", date_header(incoming.now_s)),
    )
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status=status, body=text.encode("utf-8", "replace"), headers=headers)


def refusal_answer(said: Refusal, incoming: Incoming) -> Answer:
    """Make the answer to a request that is refused."""
    payload = {"code": said.verdict.code, "message": said.verdict.message}
    return json_answer(payload, incoming, status=said.status)


def store_answer(incoming: Incoming, *, status: int, code: str, message: str) -> Answer:
    """Make a refusal of the object store, which answers in XML."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n'
        f"  <Code>{code}</Code>\n  <Message>{message}</Message>\n"
        f"  <RequestId>{incoming.request_id}</RequestId>\n</Error>\n"
    )
    return Answer(status=status, body=xml.encode(), media_type=XML, headers=store_headers(incoming))


def store_headers(incoming: Incoming) -> tuple[tuple[str, str], ...]:
    """Give the headers that the object store puts on every answer."""
    return (
        ("server", "AliyunOSS"),
        ("x-oss-request-id", incoming.request_id),
        ("date", date_header(incoming.now_s)),
    )


def to_response(answer: Answer, incoming: Incoming) -> Response:
    """Send an answer as it is; JSON goes compressed to whoever asks for gzip."""
    headers, body = dict(answer.headers), answer.body
    if answer.media_type == JSON and "gzip" in incoming.header("accept-encoding"):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    # A Response would add a charset to text types; the service's content type has none.
    headers["content-type"] = answer.media_type
    return Response(body, status_code=answer.status, headers=headers)
