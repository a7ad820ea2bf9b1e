"""The provider: one edit from a call to complete files."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
import httpx

from wanflow.errors import PausedError, StepError
from wanflow.execute.ledger import NO_CAP, Entry, Intent, Ledger
from wanflow.execute.ports import Call, Made
from wanflow.model.card import ModelCard
from wanflow.model.plan import Job, UrlImage
from wanflow.providers.dashscope.alone import Alone
from wanflow.providers.dashscope.asked import Asked, asked_by
from wanflow.providers.dashscope.asking import Asking
from wanflow.providers.dashscope.buying import Buying, Purchase
from wanflow.providers.dashscope.carrying import Carrying
from wanflow.providers.dashscope.deciding import Deciding
from wanflow.providers.dashscope.delivering import Delivering, LostError
from wanflow.providers.dashscope.fetching import Fetching, Looked
from wanflow.providers.dashscope.hosts import in_ascii, may_be_handed_on
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.owning import Owning
from wanflow.providers.dashscope.pace import OwnSlots, Pace, SharedSlots, Slots
from wanflow.providers.dashscope.patience import Breaker, RetryBudget
from wanflow.providers.dashscope.service_time import ServiceTime
from wanflow.providers.dashscope.settings import Settings
from wanflow.providers.dashscope.sweep import Fate, Sweep, prompts_match
from wanflow.providers.dashscope.transport import Links
from wanflow.providers.dashscope.watch import Watch
from wanflow.providers.dashscope.wire.bodies import Carried, Order, submission

FAMILY = "dashscope@1"
_DAY_S = 86_400.0
_MARGIN_S = 300.0
_EARLY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found out about one request that had no answer."""

    entry: Entry
    fate: Fate


class DashScopeProvider:
    """Edits pictures with the real service, and pays for each edit at most once.

    It is entered with `async with`, which closes its connections at the end.

    Args:
        settings: where, how fast, how much.
        key: of the account.
        ledger: where money is accounted for.
        cards: the catalogue's models by name.
        look: reads a whole picture file and raises `ImageError`: `wanflow.imaging.probe`.
        transport: instead of the network.
    """

    def __init__(
        self,
        settings: Settings,
        key: ApiKey,
        *,
        ledger: Ledger,
        cards: Mapping[str, ModelCard],
        look: Callable[[Path], Looked],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._key = key
        self._ledger = ledger
        self._cards = cards
        self._links = Links(
            settings.service, key, deadlines=settings.deadlines, transport=transport
        )
        breaker = Breaker()
        pace = Pace(settings.queries_per_s, self._slots_of("query"))
        self._asking = Asking(self._links, pace=pace, time=ServiceTime(), breaker=breaker)
        self._carrying = Carrying(self._links, self._asking, settings)
        self._sweep = Sweep(
            self._asking, ledger, cards=cards, settings=settings.sweeping, account=key.fingerprint
        )
        self._deciding = Deciding(self._asking, self._sweep, ledger=ledger, settings=settings)
        self._owning = Owning(
            self._asking,
            buying=Buying(
                self._links,
                self._asking,
                key=key,
                ledger=ledger,
                settings=settings,
                breaker=breaker,
                retries=RetryBudget(),
            ),
            watch=Watch(self._asking, look_every_s=settings.look_every_s),
            deciding=self._deciding,
            ledger=ledger,
            settings=settings,
            key=key,
        )
        fetching = Fetching(
            self._links, settings.service, look=look, total_s=settings.deadlines.download_s
        )
        self._delivering = Delivering(self._asking, fetching, ledger=ledger, key=key)
        self._equal = Alone()
        self._paces: dict[str, Pace] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self._links.aclose()

    @property
    def family(self) -> str:
        """Name and version of what makes the pictures."""
        return FAMILY

    async def sweep(
        self,
        planned: Sequence[Job] = (),
        *,
        since_s: float | None = None,
        age_s: float | None = None,
    ) -> tuple[Swept, ...]:
        """Find out what became of requests that never got an answer, before anything is sent.

        To be called at the start of a run when the one before did not end cleanly. What cannot be
        told stays open; the edit that it belongs to will raise `UndecidedError`.

        Args:
            planned: if the ledger may have lost entries, every job that is going to be edited:
                tasks that no entry knows are compared with them by their prompts.
            since_s: from when on to look for such tasks, in seconds since 1970: the begin of the
                run by the service's clock.
            age_s: how long ago the run began, if that is not known. Without either it is looked
                back for a day, as far as the list goes.

        Raises:
            AccountError: the key is refused.
            PausedError: the list cannot be read.
        """
        await self._enter_forgotten(planned, since_s, age_s)
        swept: list[Swept] = []

        async def find(entry: Entry) -> None:
            fate = await self._deciding.fate_of(entry)
            self._deciding.enter(entry, fate)
            swept.append(Swept(entry=entry, fate=fate))

        # One after the other where they could be the same: all lists are paced anyway.
        for entry in self._ledger.open():
            if entry.task_id is None and not self._deciding.from_elsewhere(entry):
                await self._asking.service_time_s()
                # Another run's, under way at this moment: whoever wants the same waits for it then.
                if not self._deciding.may_be_answered(entry):
                    await find(entry)
        return tuple(swept)

    async def _enter_forgotten(
        self, planned: Sequence[Job], since_s: float | None, age_s: float | None
    ) -> None:
        """Enter anew what the ledger has forgotten, as requests without an answer.

        Whether a task is really this request's is then decided as for every lost answer.
        """
        if not planned:
            return
        now_s = await self._asking.service_time_s()
        if now_s is None:
            raise PausedError("list-unreadable", "the service does not say what time it is")
        earliest_s = now_s - _DAY_S + _MARGIN_S
        if since_s is None and age_s is not None:
            since_s = now_s - age_s - _EARLY_S
        since_s = earliest_s if since_s is None else max(since_s, earliest_s)
        asked = [
            asked_by(job, self._cards, self._settings.service.region)
            for job in planned
            if not _spoken_for(self._ledger.latest(job.fingerprint))
        ]
        for model in dict.fromkeys(found.card.name for found in asked if found.family.tasks):
            strangers = await self._sweep.strangers(model, since_s=since_s)
            for found in asked:
                created_s = [
                    stranger.created_s
                    for stranger in strangers
                    if found.card.name == model
                    and prompts_match(stranger.prompts, found.card, found.prompt_sha256)
                ]
                if created_s:
                    self._ledger.intend(self._intent(found, min(created_s), ""), NO_CAP)

    async def edit(self, call: Call) -> Made:
        """Do one edit, or fetch the pictures of one that is paid for already.

        Raises:
            StepError: refused, lost or failed; `PausedError` if the same command goes on from
                here, `UndecidedError` if a person has to decide.
            ImageError: a picture is not what it should be.
            AccountError: the account cannot go on.
            UnfinishedError: service out of reach, or disk full.
        """
        asked = asked_by(call.job, self._cards, self._settings.service.region)
        async with self._equal.with_name(call.job.fingerprint):
            owned = await self._owning.own(asked, lambda: self._purchase(call, asked))
            try:
                return await self._delivering.deliver(call, owned)
            except LostError:
                if not self._settings.decisions.resubmit:
                    raise
                self._owning.give_up(owned.entry)
            owned = await self._owning.own(asked, lambda: self._purchase(call, asked))
            return await self._delivering.deliver(call, owned)

    async def _purchase(self, call: Call, asked: Asked) -> Purchase:
        images = await self._images(call, asked.card.name)
        order = Order(
            model=asked.card.name,
            prompt=call.job.prompt,
            images=images,
            parameters=asked.parameters,
            negative_prompt=asked.negative_prompt,
            function=asked.function,
        )
        request = submission(asked.family, order)

        body_sha256 = request.body.sha256 if request.body else ""
        return Purchase(
            request=request,
            tasks=asked.family.tasks,
            pace=self._pace(asked.card),
            intent=lambda service_time_s: self._intent(asked, service_time_s, body_sha256),
        )

    def _intent(self, asked: Asked, service_time_s: float | None, body_sha256: str) -> Intent:
        return Intent(
            fingerprint=asked.job.fingerprint,
            purse=self._settings.purse,
            service=self._settings.service.base_url,
            account=self._key.fingerprint,
            model=asked.card.name,
            prompt_sha256=asked.prompt_sha256,
            body_sha256=body_sha256,
            images=asked.job.n,
            price_micro=asked.price.amount_micro,
            currency=asked.price.currency,
            service_time_s=service_time_s,
        )

    async def _images(self, call: Call, model: str) -> tuple[Carried, ...]:
        """Choose the way of each picture, in the order of the job's images."""
        pictures = iter(zip(call.pictures, call.urls or (None,) * len(call.pictures), strict=True))
        carried: list[Carried] = []
        for image in call.job.images:
            if isinstance(image, UrlImage):
                carried.append(self._handed_on(in_ascii(image.url)))
                continue
            path, url = next(pictures)
            carried.append(
                self._handed_on(url) if url else await self._carrying.carried(path, model)
            )
        return tuple(carried)

    def _handed_on(self, url: str) -> str:
        if may_be_handed_on(url, self._settings.service):
            return url
        raise StepError(
            "image-url",
            "an input picture's address is no public https address",
            hint="give an https:// address without a user name, or a file",
        )

    def _pace(self, card: ModelCard) -> Pace:
        if card.name not in self._paces:
            per_s = self._settings.submits_per_s or card.submissions_per_s
            self._paces[card.name] = Pace(per_s, self._slots_of(card.name))
        return self._paces[card.name]

    def _slots_of(self, name: str) -> Slots:
        """Give the slots of a kind of request; shared by all processes if there is a folder."""
        folder = self._settings.state_folder
        if folder is None:
            return OwnSlots()
        with suppress(OSError):  # without it, the pace is this process's own
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        where = sha256(self._settings.service.base_url.encode()).hexdigest()[:8]
        return SharedSlots(folder / f"pace-{self._key.fingerprint}-{where}-{name}")


def _spoken_for(entry: Entry | None) -> bool:
    """Say whether the ledger knows a request that may have cost something."""
    return entry is not None and entry.state not in {"refused", "failed", "canceled"}
