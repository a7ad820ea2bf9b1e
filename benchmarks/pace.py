"""How close a rate-limited campaign comes to what the account allows.

Three hundred tasks against the emulator in a process of its own, with 20 submissions and 20
queries a second and a lognormal latency. The bound is what nobody can beat: task i is accepted
not before i / 20 s and takes its latency, and no more than 20 of them are found each second.

    python benchmarks/pace.py [--tasks 300] [--median 2.0] [--sigma 0.5]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import anyio
import httpx

from wanflow.execute.ports import Call
from wanflow.imaging.probe import probe
from wanflow.model.card import ImageLimits, ModelCard, Price
from wanflow.model.plan import Job, UrlImage
from wanflow.model.values import Fingerprint, JobKey
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.provider import DashScopeProvider
from wanflow.providers.dashscope.regions import service_at
from wanflow.providers.dashscope.settings import Settings
from wanflow.store.ledger import SqliteLedger

PER_S = 20.0
MODEL = "wan2.5-i2i-preview"


def main() -> int:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--median", type=float, default=2.0, help="latency in seconds")
    parser.add_argument("--sigma", type=float, default=0.5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = folder / "service.jsonl"
        with _service(record, f"lognormal:{asked.median},{asked.sigma}", folder) as base_url:
            begun_s = time.monotonic()
            network = _Counting()
            anyio.run(_campaign, base_url, folder, network, asked.tasks, asked.median)
            took_s = time.monotonic() - begun_s
        entries = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    bound_s = _bound_s(entries)
    accepted = Counter(entry["prompt"] for entry in entries if entry["event"] == "accepted")
    print(f"tasks       {asked.tasks}")
    print(f"bound       {bound_s:.2f} s")
    print(f"time        {took_s:.2f} s")
    print(f"efficiency  {bound_s / took_s:.3f}")
    print(f"429         {network.refused} of {network.requests} requests")
    print(f"duplicates  {sum(count - 1 for count in accepted.values())}")
    return 0


def _bound_s(entries: list[dict[str, object]]) -> float:
    """The shortest time in which the account could have had these very tasks done and found."""
    begun = {e["task_id"]: float(str(e["at_s"])) for e in entries if e["event"] == "accepted"}
    ended = {e["task_id"]: float(str(e["at_s"])) for e in entries if e["event"] != "accepted"}
    found_s = 0.0
    # Latencies in the order of submission; the queries are as rare as the submissions.
    over = sorted(at / PER_S + ended[task] - begun[task] for at, task in enumerate(begun))
    for at_s in over:
        found_s = max(found_s + 1 / PER_S, at_s)
    return found_s


@contextmanager
def _service(record: Path, latency: str, folder: Path) -> Iterator[str]:
    limits = f"submit={PER_S:g},query={PER_S:g},running=none"
    command = [sys.executable, "-m", "wanflow.emulator", "--port", "0", "--ledger", str(record),
               "--latency", latency, "--limits", limits]  # fmt: skip
    with (folder / "service.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield (process.stdout or sys.stdin).readline().strip()
            time.sleep(0.5)  # the last tasks enter the record by themselves
        finally:
            process.terminate()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


class _Counting(httpx.AsyncBaseTransport):
    """The network, with a count of the answers that ask for fewer requests."""

    def __init__(self) -> None:
        self._network = httpx.AsyncHTTPTransport()
        self.requests = 0
        self.refused = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._network.handle_async_request(request)
        self.requests += 1
        self.refused += answer.status_code == 429
        return answer

    async def aclose(self) -> None:
        await self._network.aclose()


async def _campaign(
    base_url: str, folder: Path, network: _Counting, tasks: int, typical_s: float
) -> None:
    settings = Settings(
        service=service_at(base_url=base_url), purse="benchmark", queries_per_s=PER_S
    )
    card = _card(typical_s)
    provider = DashScopeProvider(
        settings,
        ApiKey("sk-benchmark"),
        ledger=SqliteLedger(folder / "journal.sqlite"),
        cards={MODEL: card},
        look=probe,
        transport=network,
    )
    async with provider, anyio.create_task_group() as group:
        for at in range(tasks):
            scratch = folder / str(at)
            scratch.mkdir()
            group.start_soon(provider.edit, Call(job=_job(at), pictures=(), scratch=scratch))


def _job(at: int) -> Job:
    prompt = f"row {at}"
    return Job(
        key=JobKey(prompt),
        operation="edit",
        operation_version="1.0.0",
        provider="dashscope@1",
        model=MODEL,
        algorithm=None,
        prompt=prompt,
        template=prompt,
        language="en",
        arguments={},
        parameters={"size": "768*768", "prompt_extend": False},
        images=(UrlImage(name="x", url="https://example.com/a.png"),),
        fingerprint=Fingerprint(sha256(prompt.encode()).hexdigest()),
    )


def _card(typical_s: float) -> ModelCard:
    return ModelCard(
        name=MODEL,
        family="image2image",
        summary="",
        providers=("dashscope",),
        regions=("beijing",),
        images=ImageLimits(
            count_min=1,
            count_max=3,
            side_min_px=384,
            side_max_px=5000,
            max_bytes=10_000_000,
            media_types=("image/png",),
            alpha=False,
            ratio_min=None,
            ratio_max=None,
        ),
        size=None,
        parameters={"n": {}, "size": {}, "prompt_extend": {}},
        prompt_max_chars=2000,
        negative_prompt_max_chars=500,
        prices=(Price(region="beijing", currency="CNY", amount_micro=200_000, source="", date=""),),
        latency_typical_s=typical_s,
        submissions_per_s=PER_S,
        running_at_once=None,
    )


if __name__ == "__main__":
    sys.exit(main())
