"""The key is in no file, no word, no address and no child; what the service says stays text.

That no file and no word holds the key is looked at after every test of this folder.
"""

import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.emulated import KEY as CANARY
from tests.cli.emulated import emulated, holds_key
from tests.faults.conftest import OpenDesk
from tests.faults.program import CHAIN

HOSTILE = ("\x1b", "\x07", "\u202e", "\u2066", "\r")


@pytest.mark.parametrize(
    "fault", ["echo-key", "poll/echo-key#1", "list/echo-key,drop-after-accept"]
)
def test_a_service_that_repeats_the_key_does_not_make_us_repeat_it(
    open_shop: OpenDesk, fault: str
) -> None:
    desk = open_shop(faults=fault)

    desk.run()
    desk.run("--json")

    assert desk.count("submit") >= 1


def test_hostile_words_of_the_service_are_text_in_every_sink(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN, faults="hostile-text")

    ran = desk.run()

    page = next(desk.folder.glob("runs/*/report.html")).read_text("utf-8")
    markdown = next(desk.folder.glob("runs/*/report.md")).read_text("utf-8")
    assert ran.exit_code == 1
    assert "owned" in ran.said
    for sink in (ran.said.replace("\r", ""), page, markdown):
        assert not any(mark in sink for mark in HOSTILE if mark != "\r")
    assert "<script>alert" not in page
    assert "<script>alert" not in markdown


@pytest.mark.parametrize("error", [ValueError, RuntimeError, httpx.LocalProtocolError])
def test_an_error_that_carries_the_key_is_told_without_it(
    open_shop: OpenDesk, error: type[Exception]
) -> None:
    desk = open_shop()
    desk.network.trouble = lambda request: error(f"bad header {request.headers['authorization']}")

    ran = desk.run()

    assert ran.exit_code in {3, 70}
    assert ran.exit_code == 3 or "Bearer ***" in ran.err


def test_the_signature_of_an_address_is_in_no_report_and_no_word(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN)

    ran = desk.run()

    assert ran.exit_code == 0
    addresses = [
        request.url for request in desk.network.requests if "/results/" in request.url.path
    ]
    assert len(addresses) == 3
    told = [ran.said, *(file.read_text("utf-8") for file in desk.folder.glob("runs/*/report.*"))]
    for address in addresses:
        assert not any(address.params["Signature"] in text for text in told)


def environments(process: int) -> list[bytes]:
    """Read the environment of every process that a process has started.

    Between its fork and its exec a new process is still the old one, with the old environment:
    it is told by its command line, read first, and looked at again once it is itself.
    """
    found: list[bytes] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent != process:
                continue
            if (entry / "cmdline").read_bytes() != Path(f"/proc/{process}/cmdline").read_bytes():
                found.append((entry / "environ").read_bytes())
        except OSError:
            continue
    return found


def test_the_processes_that_open_pictures_do_not_get_the_key(tmp_path: Path) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("without /proc nobody can look into an environment")
    recipe = (
        "wanflow: 1\nname: cups\ninputs: [photo]\nsteps:\n"
        "  - {id: small, use: resize, images: [photo], with: {longest: 1000}}\n"
        '  - {id: cup, use: edit, images: [small], prompt: "a cup in image 1"}\n'
        "outputs: {cup: cup}\n"
    )
    with emulated(tmp_path) as service:
        (tmp_path / "cups.yaml").write_text(recipe, encoding="utf-8")
        photo = Path(__file__).parents[2] / "recipes" / "pictures" / "coffee.jpg"
        (tmp_path / "photo.jpg").write_bytes(photo.read_bytes())
        process = subprocess.Popen(
            service.words("run", "cups.yaml", "photo=photo.jpg"),
            cwd=tmp_path,
            env=service.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seen: list[bytes] = []
        while process.poll() is None:
            seen += environments(process.pid)
            time.sleep(0.005)

        assert process.returncode == 0
    workers = [environment for environment in seen if environment]
    assert workers
    assert not any(CANARY.encode() in environment for environment in workers)
    assert holds_key(tmp_path) == []
