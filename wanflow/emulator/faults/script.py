"""Answers that break HTTP: what is sent, how fast, and how it ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Under this name the server puts the connection's transport into the request's state.
TRANSPORT = "wanflow.transport"

Ending = Literal["complete", "close", "reset", "hang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What goes over the wire.

    `status` None sends nothing at all; `pause_s` passes before each chunk. `short` says that
    less comes than the headers promise: in-process, where nobody counts, nothing is raised
    for it.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    chunks: Iterable[bytes] = ()
    pause_s: float = 0.0
    ending: Ending = "complete"
    short: bool = False


class Scripted(Response):
    """An answer that follows a script.

    Over a socket the connection is closed or reset for real. In-process there is none: the
    exception that `lost` makes is raised instead, for the client to see as what a broken
    connection looks like to it.
    """

    def __init__(self, script: Script, lost: Callable[[str], Exception]) -> None:
        # A status of 0 stands for an answer that never begins.
        super().__init__(status_code=script.status or 0)
        self._script = script
        self._lost = lost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the script says."""
        script = self._script
        if script.status is not None:
            names = ((name.lower(), value) for name, value in script.headers)
            raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in names]
            await send({"type": "http.response.start", "status": script.status, "headers": raw})
        for chunk in script.chunks:
            await anyio.sleep(script.pause_s)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._end(scope, receive, send)

    async def _end(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get("state", {}).get(TRANSPORT)
        ending = self._script.ending
        if ending == "complete" or (self._script.short and transport is None):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if ending != "hang":
            if transport is None:
                raise self._lost("the connection was closed by the emulator")
            transport.break_off(reset=ending == "reset")
        while (await receive())["type"] != "http.disconnect":
            pass
