"""A process that edits some rows and may be killed: `edit_rows.py BASE_URL FOLDER ROWS`."""

import sys
from dataclasses import replace
from pathlib import Path

import anyio

from tests.providers.dashscope.counter import CARDS, KEY, OUTSIDE, WAN25, job
from wanflow.errors import WanflowError
from wanflow.execute.ports import Call
from wanflow.imaging.probe import probe
from wanflow.model.plan import UrlImage
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.provider import DashScopeProvider
from wanflow.providers.dashscope.regions import service_at
from wanflow.providers.dashscope.settings import Deadlines, Settings, Sweeping
from wanflow.store.ledger import SqliteLedger

QUICK = {WAN25: replace(CARDS[WAN25], latency_typical_s=0.2, submissions_per_s=100.0)}


def settings_for(base_url: str) -> Settings:
    return Settings(
        service=service_at(base_url=base_url),
        purse="run-1",
        deadlines=Deadlines(response_s=1.0, download_s=20.0, poll_s=20.0),
        sweeping=Sweeping(grace_s=1.0, between_s=0.2),
        queries_per_s=100.0,
        running_at_once=50,
    )


async def edit_rows(base_url: str, folder: Path, rows: int) -> list[str]:
    """Edit rows, each into a folder of its own; give the codes of what did not come home."""
    failed: list[str] = []
    provider = DashScopeProvider(
        settings_for(base_url),
        ApiKey(KEY),
        ledger=SqliteLedger(folder / "journal.sqlite"),
        cards=QUICK,
        look=probe,
    )

    async def edit(at: int) -> None:
        scratch = folder / f"row-{at}"
        scratch.mkdir(exist_ok=True)
        public = (UrlImage(name="x", url=OUTSIDE),)
        wanted = job(
            f"row {at}", images=public, parameters={"size": "768*768", "prompt_extend": False}
        )
        try:
            await provider.edit(Call(job=wanted, pictures=(), scratch=scratch))
        except WanflowError as error:
            failed.append(f"{wanted.key}: {error}")

    async with provider, anyio.create_task_group() as group:
        for at in range(rows):
            group.start_soon(edit, at)
    return failed


if __name__ == "__main__":
    sys.exit(len(anyio.run(edit_rows, sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
