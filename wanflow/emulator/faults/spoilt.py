"""Faults of an answer: the request was served, and what comes back is spoilt."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from starlette.responses import Response

from wanflow.emulator.clock import date_header
from wanflow.emulator.faults.catalogue import Fault
from wanflow.emulator.faults.instead import GATEWAY_PAGE
from wanflow.emulator.faults.script import Ending, Script, Scripted
from wanflow.emulator.refusals import refusal
from wanflow.emulator.service import Service
from wanflow.emulator.wire import JSON, Answer, Incoming, refusal_answer, to_response

_DAY_S, _HOUR_S = 86_400, 3_600
_ENDLESS_CHUNKS = 32
_CHUNK = b" " * 1_048_576
_BOMB_BYTES = 64 * 1_048_576
_HOSTILE_ID = "../../../etc/passwd\r\nX-Evil: 1\x1b[2J"
_ENDINGS: dict[str, Ending] = {
    "drop-after-accept": "close",
    "reset-after-accept": "reset",
    "hang-after-accept": "hang",
}
_SCRIPTED = {*_ENDINGS, "slow-loris", "truncated-body", "endless-body", "gzip-bomb"}


def spoilt(service: Service, fault: Fault, answer: Answer, incoming: Incoming) -> Response:
    """Spoil a good answer."""
    if fault.name in _SCRIPTED:
        return Scripted(_script(fault.name, answer), service.connection_lost)
    if fault.name == "http-500-after-accept":
        return to_response(refusal_answer(refusal("InternalError"), incoming), incoming)
    return to_response(_CHANGES[fault.name](answer, incoming), incoming)


def _script(name: str, answer: Answer) -> Script:
    if name in _ENDINGS:
        return Script(ending=_ENDINGS[name])
    typed = (*answer.headers, ("content-type", JSON))
    sized = (*typed, ("content-length", str(len(answer.body))))
    if name == "slow-loris":
        drops = (answer.body[at : at + 1] for at in range(len(answer.body)))
        return Script(status=answer.status, headers=sized, chunks=drops, pause_s=1.0)
    if name == "truncated-body":
        half = answer.body[: len(answer.body) // 2]
        return Script(status=answer.status, headers=sized, chunks=(half,), ending="close")
    if name == "endless-body":
        chunks = (answer.body[:1], *(_CHUNK for _ in range(_ENDLESS_CHUNKS)), answer.body[1:])
        return Script(status=answer.status, headers=typed, chunks=chunks)
    packed = (*typed, ("content-encoding", "gzip"))
    return Script(status=answer.status, headers=packed, chunks=(_bomb(),))


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * _BOMB_BYTES, compresslevel=9, mtime=0)


def _changed_json(change: Callable[[dict[str, Any]], Any]) -> Callable[[Answer, Incoming], Answer]:
    def apply(answer: Answer, _incoming: Incoming) -> Answer:
        body = json.dumps(change(json.loads(answer.body)), ensure_ascii=False)
        return replace(answer, body=body.encode())

    return apply


def _with_body(
    body: bytes | None, media_type: str = JSON, status: int = 200
) -> Callable[[Answer, Incoming], Answer]:
    def apply(answer: Answer, _incoming: Incoming) -> Answer:
        content = answer.body if body is None else body
        return replace(answer, body=content, media_type=media_type, status=status)

    return apply


def _bad_json(answer: Answer, _incoming: Incoming) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _skewed(by_s: float) -> Callable[[Answer, Incoming], Answer]:
    def apply(answer: Answer, incoming: Incoming) -> Answer:
        rest = tuple(header for header in answer.headers if header[0] != "date")
        return replace(answer, headers=(*rest, ("date", date_header(incoming.now_s + by_s))))

    return apply


def _no_id(body: dict[str, Any]) -> dict[str, Any]:
    output = {key: value for key, value in body.get("output", {}).items() if key != "task_id"}
    return {**body, "output": output}


def _hostile_id(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "output": {**body.get("output", {}), "task_id": _HOSTILE_ID}}


def _wrong_type(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "output": {key: [len(key)] for key in body.get("output", {})}}


_CHANGES: dict[str, Callable[[Answer, Incoming], Answer]] = {
    "html-502-after-accept": _with_body(GATEWAY_PAGE, "text/html", 502),
    "html-200": _with_body(b"<html><body>It works!</body></html>", "text/html"),
    "empty-body": _with_body(b""),
    "text-plain": _with_body(None, "text/plain"),
    "bad-json": _bad_json,
    "no-id": _changed_json(_no_id),
    "hostile-id": _changed_json(_hostile_id),
    "wrong-type": _changed_json(_wrong_type),
    "skewed-date": _skewed(-3 * _DAY_S),
    "skewed-date-ahead": _skewed(7 * _HOUR_S),
}
