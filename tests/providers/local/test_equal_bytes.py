"""What the operations on light, colour and manner promise alike, through worker processes."""

import hashlib
from collections.abc import Mapping

import anyio
import pytest
from PIL import Image

from tests.providers.local.photographs import NewCall
from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.provider import LocalProvider

OPERATIONS: list[tuple[str, tuple[str, ...], Mapping[str, JsonValue]]] = [
    ("relight", ("coffee",), {"direction": "back", "warmth": 0.5, "on": "subject"}),
    ("stylize", ("coffee",), {"style": "oil"}),
    ("replace", ("coffee",), {"what": "杯子", "color": "blue"}),
    ("colorize", ("coffee",), {"tint": "sepia"}),
    ("transfer", ("rocket", "coffee"), {"what": "style", "onto": "subject", "strength": "mid"}),
    ("sketch_to_image", ("rocket", "coffee"), {"subject": "杯子"}),
]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("algorithm", "names", "arguments"), OPERATIONS, ids=[entry[0] for entry in OPERATIONS]
)
async def test_two_processes_give_equal_bytes_in_the_wished_size(
    algorithm: str,
    names: tuple[str, ...],
    arguments: Mapping[str, JsonValue],
    new_call: NewCall,
) -> None:
    size = Size(width_px=320, height_px=200)
    calls = [new_call(algorithm, *names, size=size, also=arguments) for _ in range(2)]
    digests: list[str] = []

    async def run(provider: LocalProvider, at: int) -> None:
        made = await provider.edit(calls[at])
        with Image.open(made.files[0]) as image:
            assert image.size == (320, 200)
        digests.append(hashlib.sha256(made.files[0].read_bytes()).hexdigest())

    async with anyio.create_task_group() as group:
        for at in range(2):
            group.start_soon(run, LocalProvider(cores=1), at)

    assert len(digests) == 2
    assert len(set(digests)) == 1
