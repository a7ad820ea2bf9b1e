"""The way every request takes: body, key, faults, handler, faults again."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from wanflow.emulator.faults.catalogue import Fault, Moment, Place
from wanflow.emulator.faults.downloads import spoilt_download
from wanflow.emulator.faults.instead import instead
from wanflow.emulator.faults.spoilt import spoilt
from wanflow.emulator.refusals import Refusal, refusal
from wanflow.emulator.service import Call, Service
from wanflow.emulator.wire import Answer, Incoming, refusal_answer, to_response

Handler = Callable[[Service, Incoming], Awaitable[Answer]]
Endpoint = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger("wanflow.emulator")
_WITHOUT_KEY: frozenset[Place] = frozenset({"upload", "download"})


def endpoint(service: Service, place: Place, handler: Handler) -> Endpoint:
    """Make the endpoint of a path from a handler that knows nothing of faults."""

    async def answer(request: Request) -> Response:
        body = await _read(request, service.settings.body_most_bytes)
        incoming = _incoming(service, request, body)
        fault = _throw(service, place, "instead", incoming)
        if fault is not None:
            return _noted(service, place, fault, instead(service, fault, incoming))
        try:
            incoming = _let_in(service, place, incoming)
            good = await handler(service, incoming)
        except Refusal as said:
            _LOG.info("%s is refused: %s", place, said)
            response = to_response(refusal_answer(said, incoming), incoming)
            return _noted(service, place, None, response)
        if good.status == 200:
            fault = _throw(service, place, "after", incoming)
        if fault is None:
            return _noted(service, place, None, to_response(good, incoming))
        spoil = spoilt_download if place == "download" else spoilt
        return _noted(service, place, fault, spoil(service, fault, good, incoming))

    return answer


async def _read(request: Request, most_bytes: int) -> bytes:
    """Read a body to its end, keeping at most one byte more than is allowed.

    It is read to its end although the rest is thrown away: a client that is still sending
    would otherwise see a broken connection and not the refusal.
    """
    kept = bytearray()
    try:
        async for chunk in request.stream():
            kept += chunk[: most_bytes + 1 - len(kept)]
    except ClientDisconnect:
        kept.clear()
    return bytes(kept)


def _incoming(service: Service, request: Request, body: bytes) -> Incoming:
    return Incoming(
        request=request,
        body=body,
        key=None,
        workspace=None,
        request_id=service.mint.uuid(),
        now_s=service.now_s(),
    )


def _let_in(service: Service, place: Place, incoming: Incoming) -> Incoming:
    if place in _WITHOUT_KEY:
        return incoming
    key = service.key(incoming.header("authorization"))
    workspace = service.workspace(incoming.header("x-dashscope-workspace"))
    return replace(incoming, key=key, workspace=workspace)


def _throw(service: Service, place: Place, moment: Moment, incoming: Incoming) -> Fault | None:
    elapsed_s = incoming.now_s - service.start_s
    return service.dice.throw(place, moment, elapsed_s=elapsed_s)


def _noted(service: Service, place: Place, fault: Fault | None, response: Response) -> Response:
    name = fault.name if fault else None
    _LOG.info("%s %s%s", place, response.status_code, f" by the fault {name}" if name else "")
    call = Call(at_s=service.clock.now_s(), place=place, status=response.status_code, fault=name)
    service.note(call)
    return response


def nothing_here(service: Service, code: str) -> Endpoint:
    """Make the answer to paths and methods that the service does not have."""

    async def answer(request: Request) -> Response:
        incoming = _incoming(service, request, b"")
        return to_response(refusal_answer(refusal(code), incoming), incoming)

    return answer
