"""Result pictures: from their signed addresses to complete files."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urljoin

import anyio
import httpx

from wanflow.errors import ImageError, PausedError, StepError, UnfinishedError
from wanflow.providers.dashscope.hosts import is_the_services
from wanflow.providers.dashscope.pace import full_jitter_s
from wanflow.providers.dashscope.regions import Service
from wanflow.providers.dashscope.transport import (
    BrokenError,
    Links,
    WireError,
    declared_bytes,
    raw_pieces,
    refuse_encoding,
)

LARGEST_BYTES = 64 * 1024 * 1024
_TRIES = 6
_REDIRECTS = 3
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class GoneError(Exception):
    """The store does not give the picture out any more: 403 or 404."""


class Looked(Protocol):
    """What a look at a picture file says."""

    @property
    def media_type(self) -> str:
        """Kind of picture, from its bytes."""
        ...


class Fetching:
    """Downloads results.

    Args:
        links: the connections; this uses the client that has no key.
        service: says which hosts are the service's.
        look: reads a whole picture file, check sums and end included, and raises `ImageError`.
        total_s: how long one picture may take, all tries together.
    """

    def __init__(
        self, links: Links, service: Service, *, look: Callable[[Path], Looked], total_s: float
    ) -> None:
        self._links = links
        self._service = service
        self._look = look
        self._total_s = total_s

    def may_open(self, url: str) -> bool:
        """Say whether an address is the service's own, so that it may be opened."""
        return is_the_services(url, self._service)

    async def fetch(self, url: str, file: Path) -> None:
        """Download one picture; the file appears when it is complete.

        Raises:
            GoneError: the address has expired.
            StepError: the address leads where we do not go.
            PausedError: it did not come; it can still be fetched.
            UnfinishedError: the disk is full or broken.
        """
        part = file.with_suffix(".part")
        reason = "no answer in time"
        try:
            with anyio.move_on_after(self._total_s):
                for tries in range(1, _TRIES + 1):
                    try:
                        await self._once(url, part)
                    except (WireError, ImageError) as error:
                        reason = str(error)
                    else:
                        part.rename(file)
                        return
                    if tries < _TRIES:
                        await anyio.sleep(full_jitter_s(tries))
        except OSError as error:
            raise UnfinishedError(
                f"a picture cannot be written: {error.strerror}",
                hint="make room on the disk and run the same command again; it is not paid twice",
            ) from None
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise PausedError(
            "download-failed",
            f"a finished picture could not be downloaded: {reason}",
            hint="the service keeps it for a day: run the same command again to fetch it",
        )

    async def _once(self, url: str, part: Path) -> None:
        for _ in range(_REDIRECTS + 1):
            if not self.may_open(url):
                raise StepError(
                    "result-refused",
                    "the service gives an address for a picture that is not its own",
                    hint="it was not opened; report the task to the service's support",
                )
            async with self._links.open(url) as response:
                if response.status_code not in _REDIRECT_STATUSES:
                    await _save(response, part)
                    break
                url = urljoin(url, response.headers.get("location", ""))
        else:
            raise BrokenError("too many redirects")
        media_type = self._look(part).media_type
        if media_type != "image/png":
            # Source: all API references: results are PNG.
            raise BrokenError(f"the picture is {media_type} and not PNG")


async def _save(response: httpx.Response, part: Path) -> None:
    if response.status_code in {403, 404, 410}:
        raise GoneError
    if response.status_code != 200:
        raise BrokenError(f"HTTP {response.status_code}")
    refuse_encoding(response)
    declared = declared_bytes(response)
    if declared is not None and declared > LARGEST_BYTES:
        raise BrokenError("the picture is larger than 64 MB")
    with _begun(part) as file:
        written = 0
        async with raw_pieces(response) as pieces:
            async for piece in pieces:
                written += len(piece)
                if written > LARGEST_BYTES:
                    raise BrokenError("the picture is larger than 64 MB")
                file.write(piece)
    if declared is not None and declared != written:
        raise BrokenError(f"{written} of {declared} bytes came")


def _begun(part: Path) -> BinaryIO:
    """Begin a file that nobody else has made and nobody else can read."""
    part.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(part, flags, 0o600), "wb")
