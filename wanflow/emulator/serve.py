"""The emulator behind a real socket."""

import asyncio
import logging
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from wanflow.emulator.app import API, Emulator
from wanflow.emulator.clock import Clock, SystemClock
from wanflow.emulator.faults.script import TRANSPORT
from wanflow.emulator.service import Call
from wanflow.emulator.settings import Settings

_LOG = logging.getLogger("wanflow.emulator")
_BACKLOG = 2048
# Requests that hang on purpose are not waited for when the server stops.
_GRACE_S = 1


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    ledger_file: Path | None = None,
    clock: Clock | None = None,
    announce: Callable[[str], None] | None = None,
    observe: Callable[[Call], None] | None = None,
    verbose: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; the base URL is the first line on stdout.

    It must be called in the main thread, the only one that hears signals.

    Args:
        settings: how the emulator behaves.
        host: address to listen at.
        port: port to listen at; 0 picks a free one.
        ledger_file: file that gets a line of JSON for everything accepted and settled, each
            written through at once; it is begun anew.
        clock: where the emulator gets the time from, the machine's clock if None.
        announce: is given the base URL once connections are accepted, instead of stdout.
        observe: is told of every request before its answer is sent.
        verbose: whether every request is logged to stderr, with the fault it got.

    Raises:
        OSError: the port is taken, or the ledger cannot be written.
    """
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)
    _LOG.setLevel(logging.INFO if verbose else logging.WARNING)
    with ExitStack() as stack:
        write = stack.enter_context(_line_writer(ledger_file)) if ledger_file else None
        listening = stack.enter_context(_listen(host, port))
        emulator = Emulator(settings, clock or SystemClock(), write=write, observe=observe)
        config = uvicorn.Config(
            emulator.app(),
            http=_Protocol,
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            timeout_keep_alive=75,
        )
        server = _Server(config, lambda: (announce or _to_stdout)(_base_url(listening)))
        server.run(sockets=[listening])
        sys.stderr.write(_summary(emulator) + "\n")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Connections inherit it. Head and body go out in two writes, and without it the second
    # waits up to 40 ms for the client's acknowledgement of the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _base_url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}{API}" if ":" in host else f"http://{host}:{port}{API}"


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _summary(emulator: Emulator) -> str:
    ledger = emulator.ledger
    calls = sum(emulator.counts.values())
    return (
        f"{calls} requests, {len(ledger.accepted)} accepted, "
        f"{ledger.billed_images} pictures billed, {ledger.cost_cny:g} CNY"
    )


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Drop what uvicorn says when a request that still waits is given up at the end."""
    error = record.exc_info[1] if record.exc_info else None
    given_up = isinstance(error, asyncio.CancelledError)
    return not given_up and "graceful shutdown exceeded" not in record.getMessage()


@contextmanager
def _line_writer(path: Path) -> Iterator[Callable[[str], None]]:
    with path.open("w", encoding="utf-8") as file:

        def write(line: str) -> None:
            file.write(line + "\n")
            file.flush()

        yield write


class _Protocol(H11Protocol):
    """uvicorn's protocol, which also lets a fault get at the connection."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as the parent has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: _Connection(transport)}


class _Connection:
    """A connection that can be broken off."""

    def __init__(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's transport
        self._transport = transport

    def break_off(self, *, reset: bool) -> None:
        """Close the connection after what was sent, or reset it at once."""
        if not reset:
            self._transport.close()
            return
        # To linger for no time makes the kernel answer with RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()


class _Server(uvicorn.Server):
    """A server that says when it is ready, and ends with exit code 0 when it is asked to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so: from here on connections are accepted and signals are heard."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Break off what is open: requests that hang on purpose would never end."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, H11Protocol):
                connection.transport.abort()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM, and do not raise them again afterwards."""
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
