"""From a finished task to complete files; numbers count from 1 in the order of the outputs."""

from collections.abc import Mapping
from pathlib import Path

import anyio

from wanflow.errors import StepError
from wanflow.execute.ledger import Ledger
from wanflow.execute.ports import Call, Made
from wanflow.model.values import Note
from wanflow.providers.dashscope.asking import Asking, RefusedError
from wanflow.providers.dashscope.fetching import Fetching, GoneError
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.owning import Owned
from wanflow.providers.dashscope.transport import WireError
from wanflow.providers.dashscope.wire.answers import BadAnswerError, Picture, read_report
from wanflow.providers.dashscope.wire.requests import query_task


class LostError(StepError):
    """A picture that was paid for cannot be fetched any more."""


class Delivering:
    """Brings the pictures of finished tasks home.

    Args:
        asking: asks anew for an address that has expired.
        fetching: downloads.
        ledger: knows how many pictures are billed.
        key: is taken out of what the service says.
    """

    def __init__(self, asking: Asking, fetching: Fetching, *, ledger: Ledger, key: ApiKey) -> None:
        self._asking = asking
        self._fetching = fetching
        self._ledger = ledger
        self._key = key

    async def deliver(self, call: Call, owned: Owned) -> Made:
        """Download what was made.

        Raises:
            LostError: there was something to download, and is not any more.
            StepError: there is nothing to download.
            PausedError: it did not come; it can still be fetched.
            UnfinishedError: the disk is full or broken.
        """
        made = {
            number: picture
            for number, picture in enumerate(owned.report.pictures, start=1)
            if picture.url
        }
        if not made:
            raise StepError(
                "no-pictures",
                f"the service says that {_named(owned)} succeeded, and gives no picture",
                hint="keep the id and ask the service's support",
            )
        urls = tuple(picture.url or "" for picture in made.values())
        # What is refused here is handed on to nobody: no next edit is paid for on top of it.
        if call.announce is not None and all(map(self._fetching.may_open, urls)):
            call.announce({number: picture.url or "" for number, picture in made.items()})
        files = await self._downloaded(call.scratch, owned, made)
        asked_for = max(call.job.n, len(owned.report.pictures))
        missing = tuple(number for number in range(1, asked_for + 1) if number not in made)
        ledgered = self._ledger.latest(call.job.fingerprint)
        return Made(
            files=files,
            notes=_notes(owned, missing, self._key),
            missing=missing,
            billed_images=ledgered.billed_images if ledgered else 0,
            actual_prompts=tuple(picture.actual_prompt for picture in made.values()),
            urls=urls,
            task_id=owned.entry.task_id,
            request_id=owned.report.request_id or owned.entry.request_id,
        )

    async def _downloaded(
        self, scratch: Path, owned: Owned, made: Mapping[int, Picture]
    ) -> tuple[Path, ...]:
        files = {number: scratch / f"{number}.png" for number in made}
        failed: list[Exception] = []

        async def fetch(number: int) -> None:
            try:
                await self._fetched(owned, number, files[number])
            except Exception as error:  # noqa: BLE001 - raised again outside the task group
                failed.append(error)

        async with anyio.create_task_group() as group:
            for number in made:
                group.start_soon(fetch, number)
        if failed:
            raise failed[0]
        return tuple(files.values())

    async def _fetched(self, owned: Owned, number: int, file: Path) -> None:
        """Download one picture; an address that has expired is asked for anew, once."""
        try:
            await self._fetching.fetch(owned.report.pictures[number - 1].url or "", file)
        except GoneError:
            fresh = await self._fresh_url(owned, number)
            try:
                if fresh is not None:
                    await self._fetching.fetch(fresh, file)
                    return
            except GoneError:
                pass
            raise LostError(
                "lost",
                f"picture {number} of {_named(owned)} is paid for and cannot be fetched any more",
                hint="pictures live for a day; --resubmit-ambiguous buys the edit once more",
            ) from None

    async def _fresh_url(self, owned: Owned, number: int) -> str | None:
        if owned.entry.task_id is None:
            return None
        try:
            report = read_report((await self._asking.ask(query_task(owned.entry.task_id))).body)
        except (WireError, RefusedError, BadAnswerError):
            return None
        return report.pictures[number - 1].url if len(report.pictures) >= number else None


def _named(owned: Owned) -> str:
    return f"task {owned.entry.task_id}" if owned.entry.task_id else "the edit"


def _notes(owned: Owned, missing: tuple[int, ...], key: ApiKey) -> tuple[Note, ...]:
    notes = []
    for number in missing:
        pictures = owned.report.pictures
        picture = pictures[number - 1] if number <= len(pictures) else None
        said = f": {picture.code} {picture.message}".rstrip() if picture and picture.code else ""
        text = key.redacted(f"picture {number} was not made and not billed{said}")
        notes.append(Note(code="partial", text=text))
    return tuple(notes)
