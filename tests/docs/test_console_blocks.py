"""Every console block of the manual is run, in the order of its page, and shows what it says.

A block is fenced as `console`. A line that begins with `$ ` is a command; the lines up to the next
one are what it prints, stdout and stderr together. `...` stands for anything, on a line of its own
for any number of lines. A comment `<!-- write NAME -->` before a fenced block writes that block to
a file of that name first. Each page begins in an empty folder that has `recipes/` in it.

A command `wanflow emulator ... &` starts an emulator for the rest of the page; it listens on a port
of its own, which stands for the one that the page names.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    page
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if "```console" in page.read_text(encoding="utf-8")
)
BLOCK = re.compile(
    r"(?:<!-- write (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
# What a page cannot show twice alike: run ids, times, seconds, paths.
INSTALLS = re.compile(r"^(python -m pip|pip|python -m pytest|wanflow emulator)\b")
SERVES = re.compile(r"^wanflow emulator (?P<options>.*--port (?P<port>\d+).*) &$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    words: str
    expected: str


def commands(block: str) -> list[Command]:
    found: list[Command] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        words, _, expected = part.partition("\n")
        while words.endswith("\\"):
            more, _, expected = expected.partition("\n")
            words = words[:-1] + more.removeprefix("> ").strip()
        found.append(Command(words=words, expected=expected.rstrip("\n")))
    return found


def pattern(expected: str) -> re.Pattern[str]:
    lines = []
    for line in expected.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(
                ".*?".join(re.escape(piece) for piece in line.rstrip().split("...")) + r"[ ]*\n"
            )
    return re.compile("".join(lines) + r"\s*\Z")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.timeout(300)
def test_a_page_shows_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "recipes", tmp_path / "recipes", ignore=shutil.ignore_patterns("*.lock.yaml")
    )
    shims = tmp_path / ".bin"
    shims.mkdir()
    shim = shims / "wanflow"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wanflow "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("WANFLOW")},
        "PATH": f"{shims}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
    }
    with ExitStack() as stack:
        _run(page, tmp_path, environment, stack)


def _run(page: Path, cwd: Path, environment: Mapping[str, str], stack: ExitStack) -> None:
    address = ("127.0.0.1:8089", "127.0.0.1:8089")
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["file"]:
            (cwd / block["file"]).write_text(block["text"].replace(*address), encoding="utf-8")
        if block["kind"] != "console":
            continue
        for command in commands(block["text"]):
            serves = SERVES.match(command.words)
            if serves:
                address = stack.enter_context(_emulator(serves, cwd, environment))
            if serves or INSTALLS.match(command.words):
                continue
            done = subprocess.run(
                ["sh", "-c", command.words.replace(*address)],
                cwd=cwd,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            said = done.stdout.replace(address[1], address[0]).rstrip("\n")
            assert pattern(command.expected).match(f"{said}\n"), (
                f"{page.name}: $ {command.words}\nsays:\n{said}\nthe page has:\n{command.expected}"
            )


@contextmanager
def _emulator(
    serves: re.Match[str], cwd: Path, environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Serve on a free port; gives the page's address and the real one."""
    options = serves["options"].replace(f"--port {serves['port']}", "--port 0").split()
    process = subprocess.Popen(
        [sys.executable, "-m", "wanflow", "emulator", *options],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        real = urlsplit(process.stdout.readline().strip()).netloc
        yield f"127.0.0.1:{serves['port']}", real
    finally:
        process.terminate()
        process.communicate(timeout=20)
