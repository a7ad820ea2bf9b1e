"""Where the photographs are, and the kinds of the fixtures that give them to a test."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from wanflow.execute.ports import Call
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.pixels import Pixels

PICTURES = Path(__file__).parents[3] / "recipes" / "pictures"

Photo = Callable[[str, int], Pixels]


class NewCall(Protocol):
    def __call__(
        self,
        algorithm: str | None,
        *names: str,
        n: int = 1,
        seed: int | None = None,
        seeded: bool = False,
        size: Size | None = None,
        also: Mapping[str, JsonValue] | None = None,
        **arguments: JsonValue,
    ) -> Call: ...
