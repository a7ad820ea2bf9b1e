"""A shop with an emulator behind it: cards, jobs, calls and providers in one word each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import httpx
from PIL import Image

from wanflow.emulator.app import Emulator
from wanflow.emulator.clock import LoopClock
from wanflow.emulator.options import settings_from
from wanflow.execute.ledger import Cap
from wanflow.execute.ports import Call, Made
from wanflow.imaging.probe import probe
from wanflow.model.card import ImageLimits, ModelCard, Price, SizeLimits
from wanflow.model.plan import FileImage, Job, SourceImage
from wanflow.model.values import Artifact, Fingerprint, JobKey, JsonValue, Sha256, Size
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.provider import DashScopeProvider
from wanflow.providers.dashscope.regions import service_at
from wanflow.providers.dashscope.settings import Deadlines, Decisions, Settings, Sweeping
from wanflow.store.ledger import SqliteLedger

WAN25 = "wan2.5-i2i-preview"
KEY = "sk-canary-3f9a2b7c51"
BASE = "http://127.0.0.1/api/v1"
OUTSIDE = "https://example.com/a.png"

_COMMON: Mapping[str, Mapping[str, JsonValue]] = {
    "n": {"minimum": 1, "maximum": 4},
    "size": {},
    "seed": {},
    "watermark": {},
}


def card(name: str = WAN25, family: str = "image2image", **changes: object) -> ModelCard:
    made = ModelCard(
        name=name,
        family=family,
        summary="",
        providers=("dashscope",),
        regions=("beijing",),
        images=ImageLimits(
            count_min=1,
            count_max=3,
            side_min_px=384,
            side_max_px=5000,
            max_bytes=10_000_000,
            media_types=("image/png", "image/jpeg"),
            alpha=False,
            ratio_min=None,
            ratio_max=None,
        ),
        size=SizeLimits(
            area_min_px=589_824,
            area_max_px=1_638_400,
            ratio_min=0.25,
            ratio_max=4.0,
            multiple_px=16,
        ),
        parameters={**_COMMON, "prompt_extend": {}},
        prompt_max_chars=2000,
        negative_prompt_max_chars=500,
        prices=(
            Price(
                region="beijing", currency="CNY", amount_micro=200_000, source="test", date="2026"
            ),
        ),
        latency_typical_s=75.0,
        submissions_per_s=5.0,
        running_at_once=5,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields


CARDS = {
    WAN25: card(),
    "wanx2.1-imageedit": card(
        "wanx2.1-imageedit",
        parameters={**_COMMON, "function": {}, "left_scale": {}, "right_scale": {}},
        prompt_max_chars=800,
        negative_prompt_max_chars=None,
        submissions_per_s=2.0,
        running_at_once=2,
    ),
    "wan2.6-image": card("wan2.6-image", "image-generation"),
    "qwen-image-edit-plus": card(
        "qwen-image-edit-plus",
        "multimodal-generation",
        prompt_max_chars=800,
        submissions_per_s=2.0,
        running_at_once=None,
    ),
}


def job(key: str = "a", **changes: object) -> Job:
    prompt = str(changes.get("prompt", f"edit {key}"))
    made = Job(
        key=JobKey(key),
        operation="edit",
        operation_version="1.0.0",
        provider="dashscope@1",
        model=WAN25,
        algorithm=None,
        prompt=prompt,
        template=prompt,
        language="en",
        arguments={},
        parameters={"prompt_extend": False},
        images=(),
        fingerprint=Fingerprint(sha256(key.encode()).hexdigest()),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields


def file_image(path: Path) -> FileImage:
    seen = probe(path)
    artifact = Artifact(
        sha256=Sha256(sha256(path.read_bytes()).hexdigest()),
        media_type=seen.media_type,
        width_px=seen.width_px,
        height_px=seen.height_px,
        size_bytes=seen.size_bytes,
    )
    size = Size(width_px=seen.width_px, height_px=seen.height_px)
    return FileImage(name=path.stem, path=str(path), artifact=artifact, size=size)


@dataclass(kw_only=True)
class Counter:
    """One emulator, one ledger on disk, and as many providers as a test opens."""

    folder: Path
    emulator: Emulator
    transport: httpx.AsyncBaseTransport
    ledger: SqliteLedger
    settings: Settings
    picture: Path
    calls: int = 0

    @asynccontextmanager
    async def provider(self, **changes: object) -> AsyncIterator[DashScopeProvider]:
        made = DashScopeProvider(
            replace(self.settings, **changes),  # type: ignore[arg-type]  # names of fields
            ApiKey(KEY),
            ledger=self.ledger,
            cards=CARDS,
            look=probe,
            transport=self.transport,
        )
        async with made as provider:
            yield provider

    def call(self, made: Job | None = None, *pictures: Path, **changes: object) -> Call:
        """Make a call; without pictures it gets the one that every test may use."""
        wanted = made or job()
        given = pictures or (self.picture,)
        self.calls += 1
        scratch = self.folder / f"scratch-{self.calls}"
        scratch.mkdir()
        if not wanted.images:
            images: tuple[SourceImage, ...] = tuple(file_image(path) for path in given)
            wanted = replace(wanted, images=images)
        call = Call(job=wanted, pictures=given, scratch=scratch)
        return replace(call, **changes)  # type: ignore[arg-type]  # names of fields

    async def edit(self, made: Job | None = None, **changes: object) -> Made:
        """Do one edit with a provider of its own."""
        async with self.provider(**changes) as provider:
            return await provider.edit(self.call(made))

    def count(self, place: str) -> int:
        """Count the requests of a kind."""
        return sum(count for (name, _), count in self.emulator.counts.items() if name == place)

    @property
    def bought(self) -> int:
        """Number of accepted requests."""
        return len(self.emulator.ledger.accepted)


def open_counter(folder: Path, **options: str) -> Counter:
    """Open a counter; options are the emulator's, as on its command line."""
    texts = {name.replace("_", "-"): text for name, text in options.items()}
    emulator = Emulator(
        settings_from(texts), LoopClock(), connection_lost=httpx.RemoteProtocolError
    )
    picture = folder / "picture.png"
    Image.new("RGB", (640, 480), (30, 90, 160)).save(picture)
    return Counter(
        folder=folder,
        emulator=emulator,
        transport=httpx.ASGITransport(emulator.app()),
        ledger=SqliteLedger(folder / "journal.sqlite"),
        settings=Settings(
            service=service_at(base_url=BASE),
            purse="run-1",
            cap=Cap(images=100),
            deadlines=Deadlines(),
            decisions=Decisions(),
            sweeping=Sweeping(),
        ),
        picture=picture,
    )
