"""The emulator: a DashScope image-editing service in miniature, as an ASGI application."""

import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from wanflow.emulator.clock import Clock
from wanflow.emulator.faults.catalogue import Place
from wanflow.emulator.gateway import Endpoint, Handler, endpoint, nothing_here
from wanflow.emulator.ledger import Ledger
from wanflow.emulator.listing import list_tasks
from wanflow.emulator.queries import (
    cancel_task,
    give_policy,
    give_result,
    query_task,
    show_quotas,
    take_upload,
)
from wanflow.emulator.service import Call, Service
from wanflow.emulator.settings import Settings
from wanflow.emulator.submission import call_model, submit_task
from wanflow.emulator.wire import Answer, Incoming

API = "/api/v1"
# How often a waiting emulator looks at its clock when nothing is due.
_LOOK_AGAIN_S = 0.5


class Emulator:
    """A service that the official SDK and our own client cannot tell from the real one.

    It is a simulation: what has happened follows from what was submitted and from the
    clock, and is worked out when somebody looks. Nothing runs in the background in-process.

    Args:
        settings: how it behaves.
        clock: where it gets the time from.
        write: is given one line of JSON for everything accepted and settled.
        connection_lost: makes the exception that a dropped connection raises in-process;
            over sockets connections are really dropped.
        observe: is told of every request when it has been served and before its answer is
            sent: the moment at which a test may want to kill the client.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        write: Callable[[str], None] | None = None,
        connection_lost: Callable[[str], Exception] = ConnectionResetError,
        observe: Callable[[Call], None] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ledger = Ledger(write)
        self._connection_lost = connection_lost
        self._observe = observe
        self._made: Service | None = None

    @property
    def service(self) -> Service:
        """The memory behind the endpoints; made when first needed, inside the running loop."""
        if self._made is None:
            self._made = Service(
                self._settings,
                self._clock,
                ledger=self._ledger,
                connection_lost=self._connection_lost,
                observe=self._observe,
            )
        return self._made

    @property
    def ledger(self) -> Ledger:
        """What was accepted and billed up to now."""
        self.service.now_s()
        return self._ledger

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last 100,000 requests, oldest first."""
        return tuple(self.service.calls)

    @property
    def counts(self) -> Counter[tuple[str, int]]:
        """Number of requests by place and status; status 0 is an answer that never began."""
        return self.service.counts

    def app(self) -> Starlette:
        """Give the ASGI application. Paths are taken with and without a trailing slash."""
        service = self.service
        return Starlette(
            routes=_routes(service),
            middleware=[Middleware(_WithoutTrailingSlash)],
            exception_handlers={
                404: _said(nothing_here(service, "NotFound")),
                405: _said(nothing_here(service, "MethodNotAllowed")),
                # A bug in the emulator: answered like the service's own, and logged.
                Exception: _said(nothing_here(service, "InternalError")),
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """While a server runs, enter what ends into the ledger although nobody asks."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep_up)
            yield
            group.cancel_scope.cancel()

    async def _keep_up(self) -> None:
        while True:
            now_s = self.service.now_s()
            due_s = self.service.book.next_due_s()
            wait_s = _LOOK_AGAIN_S if math.isinf(due_s) else due_s - now_s
            await anyio.sleep(min(max(wait_s, 0.001), _LOOK_AGAIN_S))


def _said(answer: Endpoint) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, _error: Exception) -> Response:
        return await answer(request)

    return handle


def _routes(service: Service) -> list[Route]:
    def route(path: str, method: str, place: Place, handler: Handler) -> Route:
        methods = ["GET", "POST"] if method == "ANY" else [method]
        return Route(path, endpoint(service, place, handler), methods=methods)

    return [
        route(f"{API}/services/aigc/image2image/image-synthesis", "POST", "submit", _i2i),
        route(f"{API}/services/aigc/text2image/image-synthesis", "POST", "submit", _t2i),
        route(f"{API}/services/aigc/image-generation/generation", "POST", "submit", _generate),
        route(f"{API}/services/aigc/multimodal-generation/generation", "POST", "submit", _call),
        route(f"{API}/tasks", "GET", "list", list_tasks),
        route(f"{API}/tasks/{{task_id}}", "GET", "poll", query_task),
        # The SDK's asynchronous class of 1.25.0 cancels with GET.
        route(f"{API}/tasks/{{task_id}}/cancel", "ANY", "cancel", cancel_task),
        route(f"{API}/uploads", "GET", "policy", give_policy),
        route(f"{API}/quotas", "GET", "quotas", show_quotas),
        route("/oss-upload", "POST", "upload", take_upload),
        route("/results/{day}/{name}", "GET", "download", give_result),
    ]


async def _i2i(service: Service, incoming: Incoming) -> Answer:
    return await submit_task(service, incoming, "image2image")


async def _t2i(service: Service, incoming: Incoming) -> Answer:
    return await submit_task(service, incoming, "text2image")


async def _generate(service: Service, incoming: Incoming) -> Answer:
    return await submit_task(service, incoming, "image-generation")


async def _call(service: Service, incoming: Incoming) -> Answer:
    return await call_model(service, incoming, "multimodal-generation")


class _WithoutTrailingSlash:
    """Lets `/tasks/` be `/tasks`: the SDK's classes write both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)
