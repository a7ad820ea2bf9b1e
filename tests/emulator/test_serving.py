"""The emulator behind a real socket: start, faults that break HTTP, end."""

import json
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from wanflow.emulator.__main__ import main
from wanflow.emulator.faults.catalogue import CATALOGUE
from wanflow.emulator.options import settings_from
from wanflow.emulator.serve import serve

BODY = {
    "model": "wan2.5-i2i-preview",
    "input": {"prompt": "edit", "images": ["https://example.com/a.png"]},
    "parameters": {"n": 1},
}
HEADERS = {"Authorization": "Bearer sk-test", "X-DashScope-Async": "enable"}
SUBMIT = "/services/aigc/image2image/image-synthesis"

Visit = Callable[[httpx.Client], object]


def visited(visit: Visit, *, ledger_file: Path | None = None, **options: str) -> object:
    """Serve in this thread, as signals want it, and visit from another; give what it saw."""
    seen: queue.Queue[object] = queue.Queue()

    def announce(base_url: str) -> None:
        threading.Thread(target=call, args=(base_url,)).start()

    def call(base_url: str) -> None:
        try:
            with httpx.Client(base_url=base_url, trust_env=False, headers=HEADERS) as http:
                seen.put(visit(http))
        except Exception as error:  # noqa: BLE001 - handed over to the test's thread
            seen.put(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    made = settings_from({"latency": "fixed:0", **options})
    serve(made, announce=announce, ledger_file=ledger_file)
    return seen.get(timeout=5)


def failure_of(visit: Visit, faults: str) -> type[BaseException] | None:
    def caught(http: httpx.Client) -> type[BaseException] | None:
        try:
            visit(http)
        except httpx.HTTPError as error:
            return type(error)
        return None

    seen = visited(caught, faults=faults)
    assert seen is None or isinstance(seen, type), seen
    return seen


def submit(http: httpx.Client) -> httpx.Response:
    return http.post(SUBMIT, json=BODY)


def download(http: httpx.Client) -> httpx.Response:
    task = submit(http).json()["output"]["task_id"]
    output = http.get(f"/tasks/{task}").json()["output"]
    return http.get(output["results"][0]["url"])


def test_what_ends_is_billed_although_nobody_asks(tmp_path: Path) -> None:
    ledger_file = tmp_path / "ledger.jsonl"

    def wait_for_bill(http: httpx.Client) -> list[str]:
        submit(http)
        events: list[str] = []
        while "billed" not in events:
            http.get("/quotas")
            lines = ledger_file.read_text(encoding="utf-8").splitlines()
            events = [json.loads(line)["event"] for line in lines]
        return events

    events = visited(wait_for_bill, ledger_file=ledger_file, latency="fixed:0.05", limits="none")

    assert events == ["accepted", "billed"]


@pytest.mark.parametrize(
    ("fault", "visit", "failure"),
    [
        ("drop", submit, httpx.RemoteProtocolError),
        ("drop-after-accept", submit, httpx.RemoteProtocolError),
        ("reset", submit, httpx.ReadError),
        ("reset-after-accept", submit, httpx.ReadError),
        ("truncated-body", submit, httpx.RemoteProtocolError),
        (
            "hang-after-accept",
            lambda http: http.post(SUBMIT, json=BODY, timeout=httpx.Timeout(10, read=0.2)),
            httpx.ReadTimeout,
        ),
        ("gzip-bomb", submit, None),
        ("download-drop", download, httpx.RemoteProtocolError),
        ("download-cut", download, httpx.RemoteProtocolError),
        ("download-chunked-cut", download, httpx.RemoteProtocolError),
        ("download-huge", download, httpx.RemoteProtocolError),
        ("download-octet-stream", download, None),
    ],
)
def test_faults_break_real_connections(
    fault: str, visit: Visit, failure: type[BaseException] | None
) -> None:
    seen = failure_of(visit, fault)

    assert seen is failure


def test_the_module_serves_and_says_what_happened(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "wanflow.emulator.serve._to_stdout",
        lambda _line: os.kill(os.getpid(), signal.SIGINT),
    )

    code = main(["--port", "0", "--host", "::1", "--verbose"])

    assert code == 0
    assert "0 requests, 0 accepted, 0 pictures billed, 0 CNY" in capsys.readouterr().err


def test_a_request_that_hangs_does_not_hold_up_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as unread:

        def leave_waiting(http: httpx.Client) -> str:
            content = json.dumps(BODY).encode()
            lines = (
                f"POST /api/v1{SUBMIT} HTTP/1.1",
                "Host: emulator",
                *(f"{name}: {value}" for name, value in HEADERS.items()),
                f"Content-Length: {len(content)}",
            )
            unread.connect((http.base_url.host, http.base_url.port or 0))
            unread.sendall("\r\n".join((*lines, "", "")).encode() + content)
            while not http.get("/tasks").json()["total"]:
                pass
            return "waits"

        seen = visited(leave_waiting, faults="hang-after-accept", limits="none")

    assert seen == "waits"
    assert "Traceback" not in capsys.readouterr().err


def test_faults_are_listed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--list-faults"])

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CATALOGUE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--faults", "partal"], "did you mean 'partial'?"),
        (["--ledger", "/nowhere/at/all/ledger.jsonl"], "No such file"),
        (["--host", "203.0.113.1"], "annot assign"),
    ],
)
def test_a_wrong_option_ends_with_2_and_a_hint(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)

    assert code == 2
    assert said in capsys.readouterr().err
