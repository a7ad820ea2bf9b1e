from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.providers.local.photographs import PICTURES, NewCall, Photo
from wanflow.execute.ports import Call
from wanflow.model.plan import Job
from wanflow.model.values import Fingerprint, JobKey, JsonValue, Size
from wanflow.providers.local import files
from wanflow.providers.local.pixels import Pixels, resampled, size_of


@pytest.fixture
def photo() -> Photo:
    """One of the photographs, at a width that keeps the test quick."""

    def read(name: str, width_px: int) -> Pixels:
        whole = files.read(PICTURES / f"{name}.jpg")
        size = size_of(whole)
        height_px = round(size.height_px * width_px / size.width_px)
        return resampled(whole, Size(width_px=width_px, height_px=height_px))

    return read


@pytest.fixture
def new_call(tmp_path: Path) -> NewCall:
    """A call of an algorithm on photographs by name, or on files by path."""

    def make(
        algorithm: str | None,
        *names: str,
        n: int = 1,
        seed: int | None = None,
        seeded: bool = False,
        size: Size | None = None,
        also: Mapping[str, JsonValue] | None = None,
        **arguments: JsonValue,
    ) -> Call:
        scratch = tmp_path / f"scratch-{len(list(tmp_path.iterdir()))}"
        scratch.mkdir()
        job = Job(
            key=JobKey("step"),
            operation=algorithm or "edit",
            operation_version="1.0.0",
            provider="local@2",
            model=None,
            algorithm=algorithm,
            prompt="never read",
            template="",
            language="en",
            arguments={**arguments, **(also or {})},
            parameters={},
            images=(),
            fingerprint=Fingerprint("0" * 64),
            n=n,
            seed=seed,
            seeded=seeded,
            size=size,
        )
        pictures = tuple(Path(name) if "/" in name else PICTURES / f"{name}.jpg" for name in names)
        return Call(job=job, pictures=pictures, scratch=scratch)

    return make
