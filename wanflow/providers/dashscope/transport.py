"""The only place that talks HTTP: two clients, one with the key and one that never sees it."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import cast

import anyio
import httpx

from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.regions import Service
from wanflow.providers.dashscope.settings import Deadlines
from wanflow.providers.dashscope.wire.encoding import PictureChangedError
from wanflow.providers.dashscope.wire.requests import Request

JSON_MOST_BYTES = 1024 * 1024
_ACCEPT = "application/json; charset=utf-8"
_AGENT = "wanflow"
# Nothing of the request can have been read by the service.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class WireError(Exception):
    """No usable answer came back; the text says why, without addresses and secrets."""


class NotSentError(WireError):
    """The request certainly did not reach the service."""


class BrokenError(WireError):
    """The service may have read and accepted the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A complete answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Links:
    """The connections to a service.

    Args:
        service: where the API is.
        key: sent to that address and to no other.
        deadlines: of every call.
        transport: instead of the network, for tests and for services in the same process.
    """

    def __init__(
        self,
        service: Service,
        key: ApiKey,
        *,
        deadlines: Deadlines,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._service = service
        self._key = key
        self._deadlines = deadlines
        self._transport = transport
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def aclose(self) -> None:
        """Close all connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def ask(self, request: Request, *, deadline_s: float | None = None) -> Reply:
        """Send a request that costs nothing, over a connection that is kept."""
        return await self._api(request, "api", deadline_s)

    async def buy(self, request: Request, *, deadline_s: float | None = None) -> Reply:
        """Send a request that costs money, over a connection of its own.

        A kept connection may be closed by the other side at the moment it is used: the most
        common reason for not knowing whether a request arrived.
        """
        return await self._api(request, "money", deadline_s)

    async def _api(self, request: Request, client: str, deadline_s: float | None) -> Reply:
        headers = {
            "Authorization": self._key.authorization(),
            "Accept": _ACCEPT,
            **dict(request.headers),
        }
        if self._service.workspace is not None:
            headers["X-DashScope-WorkSpace"] = self._service.workspace
        content = None
        if request.body is not None:
            headers["Content-Type"] = request.body.media_type
            headers["Content-Length"] = str(request.body.length_bytes)
            content = request.body.stream()
        elif request.method == "POST":
            headers["Content-Length"] = "0"
        sent = self._client(client).build_request(
            request.method,
            self._service.base_url + request.path,
            params=request.query or None,
            headers=headers,
            content=content,
        )
        return await self._whole(client, sent, deadline_s or self._deadlines.response_s)

    async def post_form(
        self, url: str, form: AsyncIterator[bytes], *, headers: Mapping[str, str]
    ) -> Reply:
        """Send a form to a store, without the key."""
        sent = self._client("plain").build_request("POST", url, headers=headers, content=form)
        return await self._whole("plain", sent, self._deadlines.upload_s)

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[httpx.Response]:
        """Begin to read an address, without the key; redirects are not followed.

        Raises:
            WireError: also while the body is read inside the block.
        """
        client = self._client("plain")
        with _mapped():
            async with client.stream("GET", url, headers={"Accept": "*/*"}) as response:
                yield response

    async def _whole(self, client: str, request: httpx.Request, deadline_s: float) -> Reply:
        # httpx ends a wait on silence, not on slowness: hence an end to the whole call as well.
        with _mapped(), anyio.fail_after(deadline_s):
            response = await self._client(client).send(request, stream=True)
            try:
                return await _read(response)
            finally:
                with anyio.CancelScope(shield=True):
                    await response.aclose()

    def _client(self, name: str) -> httpx.AsyncClient:
        if name not in self._clients:
            self._clients[name] = self._made(name)
        return self._clients[name]

    def _made(self, name: str) -> httpx.AsyncClient:
        kept = 0 if name == "money" else 8
        wait = self._deadlines
        return httpx.AsyncClient(
            # Without an explicit transport httpx makes one whose own retries are off.
            transport=self._transport,
            verify=_tls(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(
                connect=wait.connect_s, read=wait.response_s, write=wait.response_s, pool=5.0
            )
            if name != "money"
            else httpx.Timeout(
                connect=wait.connect_s, read=wait.call_s, write=wait.response_s, pool=5.0
            ),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=kept),
            headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"},
        )


class _mapped:  # noqa: N801 - used like a function, in a with statement
    """Turns what the HTTP library raises into the one distinction that counts."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, WireError):
            return
        if isinstance(error, (*_NOT_SENT, PictureChangedError)):
            raise NotSentError(_words(error)) from None
        if isinstance(error, httpx.HTTPError | httpx.StreamError | TimeoutError | ConnectionError):
            raise BrokenError(_words(error)) from None


async def _read(response: httpx.Response) -> Reply:
    """Read an answer to its end, at most a megabyte, in no encoding."""
    refuse_encoding(response)
    body = bytearray()
    async with raw_pieces(response) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > JSON_MOST_BYTES:
                raise BrokenError("the answer is longer than 1 MB")
    declared = declared_bytes(response)
    if declared is not None and declared != len(body):
        raise BrokenError("the answer is shorter than it says")
    return Reply(status=response.status_code, headers=dict(response.headers), body=bytes(body))


def raw_pieces(response: httpx.Response) -> "aclosing[AsyncGenerator[bytes, None]]":
    """Give the body as it comes; whoever stops early closes it at once."""
    return aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw()))


def refuse_encoding(response: httpx.Response) -> None:
    """Refuse what we did not ask for: a compressed answer can be a bomb.

    Raises:
        BrokenError: the answer is encoded.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise BrokenError("the answer is compressed, which was not asked for")


def declared_bytes(response: httpx.Response) -> int | None:
    """Read the declared length; None if there is none or it is no number."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, PictureChangedError):
        return str(error)
    return type(error).__name__


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once: it takes longer than everything else at the start."""
    return httpx.create_ssl_context(trust_env=False)
