"""A small client of a language server: JSON-RPC over standard input and output."""

import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

Json = dict[str, Any]
# Long enough for a cold start on a busy machine; nothing waits unless the server is stuck.
PATIENCE_S = 90.0


class LanguageServer:
    """yaml-language-server as an editor starts it, with one schema for every file."""

    def __init__(self, program: Sequence[str], *, root: Path, schemas: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [*program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        self._settings = {
            "validate": True,
            "hover": True,
            "completion": True,
            "schemaStore": {"enable": False},
            "schemas": dict(schemas),
        }
        self._arrived: queue.Queue[Json | None] = queue.Queue()
        self._diagnostics: dict[str, list[Json]] = {}
        self._root = root
        self._number = 0
        self._configured = False
        threading.Thread(target=self._listen, daemon=True).start()
        self._ask(
            "initialize",
            processId=None,
            rootUri=root.as_uri(),
            capabilities={
                "workspace": {"configuration": True},
                "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            },
        )
        self._tell("initialized")
        while not self._configured:  # what is asked before knows of no schema
            self._take()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ask("shutdown")
        self._tell("exit")
        self._process.wait(timeout=PATIENCE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def open(self, name: str, text: str) -> None:
        """Open a file as an editor does."""
        self._diagnostics.pop(self._uri(name), None)
        document = {"uri": self._uri(name), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)

    def diagnostics(self, name: str) -> list[Json]:
        """Wait for what is underlined in an open file."""
        uri = self._uri(name)
        while uri not in self._diagnostics:
            self._take()
        return self._diagnostics[uri]

    def completions(self, name: str, line: int, column: int) -> list[Json]:
        """Ask what may be typed at a place, both counted from 1."""
        found = self._ask("textDocument/completion", **self._place(name, line, column))
        items: list[Json] = found["items"] if isinstance(found, dict) else found
        return items

    def hover(self, name: str, line: int, column: int) -> str:
        """Ask what is shown when the pointer rests on a place, both counted from 1."""
        found = self._ask("textDocument/hover", **self._place(name, line, column))
        return str(found["contents"]["value"]) if found else ""

    def _uri(self, name: str) -> str:
        return (self._root / name).as_uri()

    def _place(self, name: str, line: int, column: int) -> Json:
        position = {"line": line - 1, "character": column - 1}
        return {"textDocument": {"uri": self._uri(name)}, "position": position}

    def _ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 # any answer is JSON
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def _take(self) -> Json:
        """Wait for a message; what the server asks or tells by itself is dealt with here."""
        message = self._arrived.get(timeout=PATIENCE_S)
        assert message is not None, "the language server has ended"
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            said = message["params"]
            self._diagnostics[said["uri"]] = said["diagnostics"]
        elif method is not None and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: Json) -> object:
        if message["method"] != "workspace/configuration":
            return None
        wanted = message["params"]["items"]
        self._configured = True
        return [self._settings if item.get("section") == "yaml" else {} for item in wanted]

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while (message := _frame(self._process.stdout)) is not None:
            self._arrived.put(message)
        self._arrived.put(None)


def _frame(stream: IO[bytes]) -> Json | None:
    """Read one message: header lines, an empty line, and as many bytes as they say."""
    length = 0
    while (line := stream.readline().strip()) or not length:
        name, _, value = line.partition(b":")
        if not line:
            return None
        if name.lower() == b"content-length":
            length = int(value)
    message: Json = json.loads(stream.read(length))
    return message
