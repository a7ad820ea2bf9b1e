"""One at a time by name: for requests that are equal, and for prompts that are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio


@dataclass(slots=True)
class _Door:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    users: int = 0


class Alone:
    """Locks by name; a name takes memory only while somebody uses it."""

    def __init__(self) -> None:
        self._doors: dict[str, _Door] = {}

    @asynccontextmanager
    async def with_name(self, name: str) -> AsyncIterator[None]:
        """Hold a name."""
        door = self._doors.setdefault(name, _Door())
        door.users += 1
        try:
            async with door.lock:
                yield
        finally:
            door.users -= 1
            if not door.users:
                del self._doors[name]
