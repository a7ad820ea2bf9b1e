from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.program import KEY, ONE, Desk, open_desk

OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenDesk]:
    """Open a desk, and hold at the end what holds after every fault."""
    desks: list[Desk] = []

    def opened(recipe: str = ONE, **options: str) -> Desk:
        desks.append(open_desk(tmp_path, capsys, monkeypatch, recipe=recipe, **options))
        return desks[-1]

    yield opened
    for desk in desks:
        assert desk.left_over() == []
        for request in desk.network.requests:
            assert request.url.host == "127.0.0.1"
            if "/results/" in request.url.path:
                assert KEY not in str(request.headers)
