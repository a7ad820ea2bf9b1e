import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.program import BASE, KEY, ONE, Desk, open_desk

OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenDesk]:
    """Open a desk, and hold at the end of the test what holds after every fault."""
    desks: list[Desk] = []

    def opened(recipe: str = ONE, **options: str) -> Desk:
        desks.append(open_desk(tmp_path, capsys, monkeypatch, recipe=recipe, **options))
        return desks[-1]

    yield opened
    for desk in desks:
        assert desk.left_over() == []
        nothing_holds_the_key(desk)
        nobody_else_was_asked(desk)


def nothing_holds_the_key(desk: Desk) -> None:
    """Look for the key, as it is and coded, in every file and in every word that was said."""
    raw = KEY.encode()
    forms = (raw, raw.hex().encode(), base64.b64encode(raw)[:-4])
    files = [file for file in desk.folder.rglob("*") if file.is_file()]
    assert files
    texts = [file.read_bytes() for file in files] + [said.encode() for said in desk.said]
    for text in texts:
        assert not any(form in text for form in forms)


def nobody_else_was_asked(desk: Desk) -> None:
    """The key went to the API in one header, and every request to the service's own address."""
    for request in desk.network.requests:
        headers = dict(request.headers)
        carried = headers.pop("authorization", "")
        assert str(request.url).startswith(BASE.removesuffix("/api/v1"))
        assert KEY not in f"{request.url} {headers}"
        assert bool(carried) == str(request.url).startswith(BASE)
