"""Every algorithm of the engine gives the same bits: twice in one process, and in two."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from PIL import Image, ImageDraw

from tests.providers.local.photographs import PICTURES, NewCall
from wanflow.loading import catalogue, parse, with_defaults
from wanflow.model.operation import Operation
from wanflow.providers.local.provider import LocalProvider
from wanflow.providers.local.worker import ALGORITHMS

OPERATIONS = {
    entry.local: entry for entry in catalogue().operations.values() if entry.local in ALGORITHMS
}
PHOTOS = ("astronaut", "coffee", "chelsea")
SIDE_PX = 320
# Where the example of the catalogue is for a model: the nearest that the engine can do.
HERE: Mapping[str, Mapping[str, Any]] = {
    "colorize": {"tint": "sepia"},
    "extract": {"items": ["subject"]},
}


def test_every_algorithm_is_tried() -> None:
    assert set(OPERATIONS) == ALGORITHMS


def arguments(entry: Operation) -> dict[str, Any]:
    value: Any = parse(f"steps:\n{entry.example}".encode(), file="example").value
    given = HERE.get(entry.name) or value["steps"][0].get("with", {})
    filled: Any = with_defaults(entry, given)
    return dict(filled)


def pictures(entry: Operation, folder: Path) -> list[str]:
    """Give small photographs for the roles of an operation; a mask where one is wanted."""
    made = []
    for number in range(max(entry.images_min, len(entry.roles))):
        masked = "mask" in entry.roles and number == 1
        source = PICTURES / ("rocket-mask.png" if masked else f"{PHOTOS[number]}.jpg")
        with Image.open(source) as picture:
            small = picture.convert("RGB").resize((SIDE_PX, SIDE_PX))
        if entry.name == "remove_text":
            ImageDraw.Draw(small).text((30, 250), "SAMPLE 2026", fill="white", font_size=40)
        path = folder / f"in-{number}.png"
        small.save(path)
        made.append(str(path))
    return made


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
async def test_two_runs_and_two_processes_give_the_same_bits(
    algorithm: str, new_call: NewCall, tmp_path: Path
) -> None:
    entry = OPERATIONS[algorithm]
    folder = tmp_path / "given"
    folder.mkdir()
    names = pictures(entry, folder)
    calls = [new_call(algorithm, *names, also=arguments(entry)) for _ in range(3)]
    digests: list[list[str]] = []

    async def run(provider: LocalProvider, *order: int) -> None:
        for at in order:
            made = await provider.edit(calls[at])
            digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in made.files])

    async with anyio.create_task_group() as group:
        group.start_soon(run, LocalProvider(cores=1), 0, 1)
        group.start_soon(run, LocalProvider(cores=1), 2)

    assert len(digests) == 3
    assert digests[0] == digests[1] == digests[2]
