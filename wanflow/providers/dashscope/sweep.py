"""Looking for requests that were sent and never answered, in the service's own list.

The list has no prompts, and a finished task shows the prompt it was given: that joins the two. It
is a join only if exactly one request and one task fit. Everything else is for a person to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import anyio

from wanflow.errors import PausedError
from wanflow.execute.ledger import Entry, Ledger
from wanflow.model.card import ModelCard
from wanflow.providers.dashscope.asked import prompt_sha256
from wanflow.providers.dashscope.asking import Asking, RefusedError
from wanflow.providers.dashscope.pace import full_jitter_s
from wanflow.providers.dashscope.settings import Sweeping
from wanflow.providers.dashscope.transport import WireError
from wanflow.providers.dashscope.wire.answers import (
    BadAnswerError,
    Report,
    Row,
    read_page,
    read_report,
)
from wanflow.providers.dashscope.wire.requests import PAGE_SIZE, list_tasks, query_task

_DAY_S = 86_400.0
_PAGES_MOST = 100
# A task appears under the time at which it was made, soon after its request was entered.
_WITNESS_S = 120.0
_TRIES = 8
_LOOK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Exactly one task is this request's."""

    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The service has no task of it: it never arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """It cannot be told. `reason` says why, `candidates` which tasks it may be."""

    reason: str
    candidates: tuple[str, ...] = ()


Fate = Adopted | Absent | Unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A good task that no entry knows: somebody else's, or of an entry that was lost."""

    task_id: str
    created_s: float
    prompts: frozenset[str]


class _CannotTell(Exception):  # noqa: N818 - carries an answer, is no error
    def __init__(self, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.fate = Unresolved(reason=reason, candidates=candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """When the task of a request can have been made, by the service's clock."""

    since_s: float
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is known of the tasks in a window: those that fit, and those not over yet."""

    fitting: tuple[str, ...]
    undecided: tuple[str, ...]
    mute: tuple[str, ...]


class Sweep:
    """Finds out what became of requests.

    Args:
        asking: sends lists and queries.
        ledger: knows which tasks are accounted for.
        cards: the models by name.
        settings: how long and how often to look.
        account: fingerprint of the key that the list is read with.
    """

    def __init__(
        self,
        asking: Asking,
        ledger: Ledger,
        *,
        cards: Mapping[str, ModelCard],
        settings: Sweeping,
        account: str,
    ) -> None:
        self._asking = asking
        self._ledger = ledger
        self._cards = cards
        self._settings = settings
        self._account = account
        self._reports: dict[str, Report] = {}

    async def fate_of(self, entry: Entry, *, over_s: float) -> Fate:
        """Find out what became of a request without an id.

        Args:
            entry: an open entry.
            over_s: the service's time from which on it cannot arrive any more.

        Raises:
            AccountError: the key is refused.
        """
        if not self.has_task(entry):
            # The list has tasks only: that it does not show this request says nothing at all.
            return Unresolved(reason="an edit without a task cannot be looked up")
        sent_s, now_s = entry.intent.service_time_s, await self._asking.service_time_s()
        if sent_s is None or now_s is None:
            return Unresolved(reason="the service's clock was not known")
        if now_s - sent_s > _DAY_S - 2 * self._settings.grace_s:
            return Unresolved(reason="it was sent about a day ago, and the list goes back a day")
        early_s = self._settings.early_s
        window = _Window(since_s=sent_s - early_s, until_s=max(over_s, sent_s) + early_s)
        try:
            with anyio.fail_after(self._settings.patience_s):
                return await self._look(entry, window, over_s=over_s)
        except _CannotTell as said:
            return said.fate
        except TimeoutError:
            return Unresolved(reason="the service's list gave no clear answer in time")

    def has_task(self, entry: Entry) -> bool:
        """Say whether a request makes a task, which can be looked up; not every model's does."""
        card = self._cards.get(entry.intent.model)
        return card is None or card.has_tasks

    async def strangers(self, model: str, *, since_s: float) -> tuple[Stranger, ...]:
        """List the good tasks of a model that no entry knows, with their prompts.

        Tasks that are not over yet are waited for, `patience_s` at most: only then do they show
        what they were asked.

        Raises:
            PausedError: the list or a task could not be read in time.
            AccountError: the key is refused.
        """
        now_s = self._asking.time.now_s() or since_s
        window = _Window(since_s=since_s, until_s=now_s + self._settings.early_s)
        try:
            with anyio.fail_after(self._settings.patience_s):
                while True:
                    rows = await self._unknown(model, window)
                    reports = {row: await self._report(row.task_id) for row in rows}
                    if all(reports.values()):
                        return tuple(
                            Stranger(task_id=row.task_id, created_s=row.created_s, prompts=prompts)
                            for row, report in reports.items()
                            if report and (prompts := _prompts(report))
                        )
                    await anyio.sleep(_LOOK_EVERY_S)
        except (TimeoutError, _CannotTell) as error:
            raise PausedError(
                "list-unreadable",
                f"the service's list of tasks cannot be read: {error}".rstrip(": "),
                hint="run the same command again later, nothing was sent; --resubmit-ambiguous goes"
                " on without the list, and may pay twice for what the crash has hidden",
            ) from None

    async def _unknown(self, model: str, window: _Window) -> tuple[Row, ...]:
        known = self._ledger.known_tasks()
        return tuple(
            row
            for row in await self._rows(model, window)
            # A failed or canceled task is not billed: were it ours, nothing would be lost.
            if row.task_id not in known and row.state not in {"FAILED", "CANCELED"}
        )

    async def _look(self, entry: Entry, window: _Window, *, over_s: float) -> Fate:
        empty = 0
        while True:
            rows = await self._unknown(entry.intent.model, window)
            seen = await self._seen(entry, rows)
            if seen.undecided:
                await anyio.sleep(_LOOK_EVERY_S)
                continue
            if seen.mute:
                raise _CannotTell("the service does not show which prompt was whose", seen.mute)
            if seen.fitting:
                return self._only(entry, seen.fitting)
            empty += 1
            left_s = over_s + self._settings.grace_s - (self._asking.time.now_s() or 0.0)
            if left_s <= 0 and empty >= self._settings.listings:
                await self._believe_silence(entry)
                return Absent()
            between_s = self._settings.between_s
            await anyio.sleep(between_s if left_s <= 0 else min(left_s, between_s))

    async def _believe_silence(self, entry: Entry) -> None:
        """Make sure that the list shows what we know to be there, before its silence counts.

        A key without the right to list may well see an empty one. In a workspace that has not
        bought anything yet there is nothing to compare with: silence is believed once.
        """
        now_s, grace_s = self._asking.time.now_s() or 0.0, self._settings.grace_s
        witness = self._ledger.witness(entry.intent.service, now_s - _DAY_S + 2 * grace_s)
        sent_s = None if witness is None else witness.intent.service_time_s
        if witness is None or sent_s is None or sent_s > now_s - grace_s:
            if entry.attempt > 1 or entry.intent.account != self._account:
                raise _CannotTell("the list is empty, and no known task says that it is right")
            return
        until_s = sent_s + _WITNESS_S
        rows = await self._rows(
            witness.intent.model,
            _Window(since_s=sent_s - self._settings.early_s, until_s=until_s),
        )
        if witness.task_id not in {row.task_id for row in rows}:
            raise _CannotTell("the list does not show tasks that are known to be there")

    def _only(self, entry: Entry, fitting: tuple[str, ...]) -> Fate:
        """Adopt a task if it and the request are each other's only match."""
        if len(fitting) > 1:
            return Unresolved(reason="several tasks have its prompt", candidates=fitting)
        wanted = entry.intent
        rivals = [
            other
            for other in self._ledger.open()
            if other.id != entry.id
            and other.task_id is None
            and other.intent.model == wanted.model
            and other.intent.prompt_sha256 == wanted.prompt_sha256
        ]
        if rivals:
            return Unresolved(reason="several lost requests have one prompt", candidates=fitting)
        return Adopted(task_id=fitting[0])

    async def _seen(self, entry: Entry, rows: tuple[Row, ...]) -> _Seen:
        fitting, undecided, mute = [], [], []
        for row in rows:
            if row.state != "SUCCEEDED":
                undecided.append(row.task_id)
                continue
            report = await self._report(row.task_id)
            if report is None:
                undecided.append(row.task_id)
            elif (fits := self._fits(entry, report)) is None:
                mute.append(row.task_id)
            elif fits:
                fitting.append(row.task_id)
        return _Seen(fitting=tuple(fitting), undecided=tuple(undecided), mute=tuple(mute))

    def _fits(self, entry: Entry, report: Report) -> bool | None:
        """Say whether a task has the request's prompt and number of pictures; None if untold."""
        card = self._cards.get(entry.intent.model)
        prompts = _prompts(report)
        if card is None or not prompts:
            return None
        if report.total is not None and report.total != entry.intent.images:
            return False
        return prompts_match(prompts, card, entry.intent.prompt_sha256)

    async def _report(self, task_id: str) -> Report | None:
        if task_id not in self._reports:
            try:
                reply = await self._asking.ask(query_task(task_id))
                report = read_report(reply.body)
            except (WireError, RefusedError, BadAnswerError):
                return None
            if report.state != "SUCCEEDED":
                return None
            self._reports[task_id] = report
        return self._reports[task_id]

    async def _rows(self, model: str, window: _Window) -> tuple[Row, ...]:
        """Read the whole list of a window, page by page; a page is asked for until it comes."""
        found: dict[str, Row] = {}
        page_no, tries = 1, 0
        while page_no <= _PAGES_MOST:
            request = list_tasks(
                page=page_no,
                since_s=window.since_s,
                until_s=window.until_s + 1,
                filters={"model_name": model},
            )
            try:
                page = read_page((await self._asking.ask(request)).body)
            except RefusedError as error:
                raise _CannotTell(f"the service refuses its list ({error})") from None
            except (WireError, BadAnswerError):
                tries += 1
                if tries >= _TRIES:
                    raise _CannotTell("the service's list cannot be read") from None
                await anyio.sleep(full_jitter_s(tries))
                continue
            tries = 0
            found |= {row.task_id: row for row in page.rows}
            if len(page.rows) < PAGE_SIZE and page_no >= page.pages:
                # Pages shift while tasks arrive: each is counted once, by its id.
                inside = (row for row in found.values() if row.model in {"", model})
                return tuple(
                    row for row in inside if window.since_s <= row.created_s <= window.until_s
                )
            page_no += 1
        raise _CannotTell("there are too many tasks in the list")


def _prompts(report: Report) -> frozenset[str]:
    return frozenset(picture.prompt for picture in report.pictures if picture.prompt is not None)


def prompts_match(prompts: frozenset[str], card: ModelCard, wanted_sha256: str) -> bool:
    """Say whether all prompts of a task are the one that is wanted."""
    return all(prompt_sha256(prompt, card) == wanted_sha256 for prompt in prompts)
