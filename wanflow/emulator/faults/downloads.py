"""Faults of a result picture on its way to the client."""

import io
import zlib
from collections.abc import Callable
from dataclasses import replace

from PIL import Image
from starlette.responses import Response

from wanflow.emulator.faults.catalogue import Fault
from wanflow.emulator.faults.script import Script, Scripted
from wanflow.emulator.service import Service
from wanflow.emulator.wire import Answer, Incoming, to_response

_HUGE_BYTES = 5_000_000_000
_HUGE_SENT_CHUNKS = 72
_CHUNK = b"\0" * 1_048_576
_IEND_BYTES = 12


def spoilt_download(service: Service, fault: Fault, answer: Answer, incoming: Incoming) -> Response:
    """Spoil the download of a picture."""
    if fault.name in _SCRIPTS:
        return Scripted(_SCRIPTS[fault.name](answer), service.connection_lost)
    return to_response(_CHANGES[fault.name](answer), incoming)


def _typed(answer: Answer) -> tuple[tuple[str, str], ...]:
    return (*answer.headers, ("content-type", answer.media_type))


def _sized(answer: Answer, size_bytes: int) -> tuple[tuple[str, str], ...]:
    return (*_typed(answer), ("content-length", str(size_bytes)))


def _half(answer: Answer) -> bytes:
    return answer.body[: len(answer.body) // 2]


def _cut(answer: Answer) -> Script:
    headers = _sized(answer, len(answer.body))
    return Script(status=200, headers=headers, chunks=(_half(answer),), ending="close")


def _chunked_cut(answer: Answer) -> Script:
    return Script(status=200, headers=_typed(answer), chunks=(_half(answer),), ending="close")


def _slow(answer: Answer) -> Script:
    headers = _sized(answer, len(answer.body))
    drops = (answer.body[at : at + 1] for at in range(len(answer.body)))
    return Script(status=200, headers=headers, chunks=drops, pause_s=1.0)


def _huge(answer: Answer) -> Script:
    chunks = (answer.body, *(_CHUNK for _ in range(_HUGE_SENT_CHUNKS)))
    headers = _sized(answer, _HUGE_BYTES)
    return Script(status=200, headers=headers, chunks=chunks, ending="close", short=True)


def _partial_content(answer: Answer) -> Answer:
    half = _half(answer)
    span = ("content-range", f"bytes 0-{len(half) - 1}/{len(answer.body)}")
    return replace(answer, status=206, body=half, headers=(*answer.headers, span))


def _bad_crc(answer: Answer) -> Answer:
    """Turn one bit of the check sum of the first chunk after the header."""
    at = 8 + 25 + 8 + int.from_bytes(answer.body[33:37], "big")
    crc = zlib.crc32(answer.body[37:at]) ^ 1
    return replace(answer, body=answer.body[:at] + crc.to_bytes(4, "big") + answer.body[at + 4 :])


def _no_iend(answer: Answer) -> Answer:
    return replace(answer, body=answer.body[:-_IEND_BYTES])


def _jpeg(answer: Answer) -> Answer:
    content = io.BytesIO()
    with Image.open(io.BytesIO(answer.body)) as picture:
        picture.save(content, "JPEG")
    return replace(answer, body=content.getvalue())


def _html(answer: Answer) -> Answer:
    return replace(answer, body=b"<html><body>Sign in</body></html>", media_type="text/html")


_SCRIPTS: dict[str, Callable[[Answer], Script]] = {
    "download-cut": _cut,
    "download-chunked-cut": _chunked_cut,
    "download-slow": _slow,
    "download-huge": _huge,
}
_CHANGES: dict[str, Callable[[Answer], Answer]] = {
    "download-empty": lambda answer: replace(answer, body=b""),
    "download-html": _html,
    "download-206": _partial_content,
    "download-bad-crc": _bad_crc,
    "download-no-iend": _no_iend,
    "download-jpeg": _jpeg,
    "download-octet-stream": lambda answer: replace(answer, media_type="application/octet-stream"),
}
