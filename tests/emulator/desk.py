"""A client's side of an in-process emulator: what tests say in one word each."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from PIL import Image

from wanflow.emulator.app import Emulator
from wanflow.emulator.clock import LoopClock
from wanflow.emulator.options import settings_from

SYNTHESIS = "/api/v1/services/aigc/image2image/image-synthesis"
TEXT = "/api/v1/services/aigc/text2image/image-synthesis"
GENERATION = "/api/v1/services/aigc/image-generation/generation"
MULTIMODAL = "/api/v1/services/aigc/multimodal-generation/generation"

WAN25 = "wan2.5-i2i-preview"
OUTSIDE = "https://example.com/a.png"
KEY = {"Authorization": "Bearer sk-test"}
ASYNC = {"X-DashScope-Async": "enable"}


class Desk:
    """Sends requests and reads answers."""

    def __init__(self, emulator: Emulator, http: httpx.AsyncClient) -> None:
        self.emulator = emulator
        self.http = http

    async def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.http.post(path, json=body, headers={**KEY, **(headers or {})})

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=query, headers=KEY)

    async def offer(
        self, *images: str, prompt: str = "edit", **parameters: object
    ) -> httpx.Response:
        """Submit a wan2.5 task; the answer may be a refusal."""
        given = {"prompt": prompt, "images": list(images or (OUTSIDE,))}
        body = {"model": WAN25, "input": given, "parameters": parameters}
        return await self.post(SYNTHESIS, body, ASYNC)

    async def submit(self, *images: str, prompt: str = "edit", **parameters: object) -> str:
        """Submit a wan2.5 task that must be accepted, and give its id."""
        answer = await self.offer(*images, prompt=prompt, **parameters)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["output"]["task_id"])

    async def query(self, task_id: str) -> dict[str, Any]:
        answer = await self.get(f"/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def status(self, task_id: str) -> str:
        return str((await self.query(task_id))["output"]["task_status"])

    async def urls(self, task_id: str) -> list[str]:
        results = (await self.query(task_id))["output"]["results"]
        return [result["url"] for result in results if "url" in result]


@asynccontextmanager
async def desk(**options: str) -> AsyncIterator[Desk]:
    """Open a desk at a new emulator; options as on the command line, `list_lag` for `list-lag`."""
    texts = {name.replace("_", "-"): text for name, text in options.items()}
    emulator = Emulator(
        settings_from(texts), LoopClock(), connection_lost=httpx.RemoteProtocolError
    )
    transport = httpx.ASGITransport(emulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as http:
        yield Desk(emulator, http)


def messages(model: str, *images: str, text: str = "edit", **parameters: object) -> dict[str, Any]:
    """Make the body of a request to a newer editor."""
    content = [*({"image": image} for image in images), {"text": text}]
    given = {"messages": [{"role": "user", "content": content}]}
    return {"model": model, "input": given, "parameters": parameters}


def data_uri(width_px: int, height_px: int, *, mode: str = "RGB", kind: str = "PNG") -> str:
    """Make a picture as a data URI."""
    content = io.BytesIO()
    Image.new(mode, (width_px, height_px)).save(content, kind)
    encoded = base64.b64encode(content.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,{encoded}"


def opened(content: bytes) -> tuple[str | None, tuple[int, int]]:
    """Give the format and the size of a picture, decoded to its end."""
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.format, image.size
