"""Firefox without a window, told what to do over its Marionette socket."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# The protocol: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
_PREFERENCES = """\
user_pref("marionette.port", {port});
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("intl.accept_languages", "en-US");
"""
_START_S = 40


@dataclass
class Firefox:
    """One session: opens pages and runs script in them."""

    wire: socket.socket
    _number: int = field(default=0)

    def command(self, name: str, parameters: object) -> object:
        """Send a command and give its answer."""
        self._number += 1
        text = json.dumps([0, self._number, name, parameters])
        self.wire.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, error, result = json.loads(self.read())
        assert error is None, error
        return result

    def evaluate(self, body: str) -> object:
        """Run the body of a function in the page; what it returns comes back, once settled."""
        script = f"return (async () => {{ {body} }})()"
        answer = self.command("WebDriver:ExecuteScript", {"script": script, "args": []})
        assert isinstance(answer, dict)
        return answer["value"]

    def read(self) -> str:
        """Take the next message from the socket."""
        length = b""
        while not length.endswith(b":"):
            length += self._some(1)
        data = b""
        while len(data) < int(length[:-1]):
            data += self._some(int(length[:-1]) - len(data))
        return data.decode()

    def _some(self, most: int) -> bytes:
        data = self.wire.recv(most)
        assert data, "Firefox has closed the socket"
        return data


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own in a folder, and end it."""
    executable = shutil.which("firefox-esr") or shutil.which("firefox")
    assert executable
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    profile = folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(_PREFERENCES.format(port=port), encoding="utf-8")
    command = [executable, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        try:
            with _connected(port) as wire:
                session = Firefox(wire)
                session.read()  # who it is
                session.command("WebDriver:NewSession", {})
                yield session
        finally:
            process.terminate()
            process.wait(20)


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + _START_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "Firefox did not start"
            time.sleep(0.2)  # until it listens; there is nothing to wait on
