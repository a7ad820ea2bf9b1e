import io
import os
from collections.abc import Iterator
from pathlib import Path

import dashscope
import pytest
from PIL import Image

from tests.conformance.served import Served, served


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> Iterator[None]:
    before = os.environ.get("NO_PROXY")
    os.environ["NO_PROXY"] = "127.0.0.1"
    yield
    os.environ.pop("NO_PROXY")
    if before is not None:
        os.environ["NO_PROXY"] = before


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An emulator whose tasks are done at once and that throttles nobody."""
    ledger_file = tmp_path_factory.mktemp("quick") / "ledger.jsonl"
    with served(ledger_file, "--latency", "fixed:0", "--limits", "none") as running:
        yield running


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An emulator with one slot, whose tasks take longer than any test."""
    ledger_file = tmp_path_factory.mktemp("slow") / "ledger.jsonl"
    options = ("--latency", "fixed:900", "--limits", "submit=none,query=none,running=1")
    with served(ledger_file, *options) as running:
        yield running


@pytest.fixture
def sdk(quick: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The official SDK, pointed at the quick emulator."""
    point_sdk_at(quick, monkeypatch)
    return quick


def point_sdk_at(emulator: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_http_api_url", emulator.base_url)
    monkeypatch.setattr(dashscope, "api_key", "sk-conformance")


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG of 640 by 480 whose name holds a space and Chinese characters."""
    path = tmp_path_factory.mktemp("pictures") / "图 一.png"
    Image.new("RGB", (640, 480), (30, 90, 160)).save(path)
    return path


def opened(content: bytes) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.format, image.size
