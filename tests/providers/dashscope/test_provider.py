import sqlite3
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest
import trio
from PIL import Image

from tests.providers.dashscope.counter import (
    BASE,
    CARDS,
    KEY,
    OUTSIDE,
    WAN25,
    Counter,
    job,
    open_counter,
)
from wanflow.errors import PausedError, StepError, UndecidedError, UnfinishedError, UsageError
from wanflow.execute.ledger import NO_CAP, Cap, Ending, Entry, Intent
from wanflow.execute.ports import Made
from wanflow.imaging.probe import probe
from wanflow.model.plan import UrlImage
from wanflow.providers.dashscope.asked import asked_by, prompt_sha256
from wanflow.providers.dashscope.carrying import look_at
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.provider import DashScopeProvider
from wanflow.providers.dashscope.settings import Decisions, Sweeping
from wanflow.providers.dashscope.sweep import Absent, Adopted, Unresolved
from wanflow.providers.dashscope.wire.encoding import encode

pytestmark = pytest.mark.anyio
DAY_S = 86_400.0


@pytest.fixture
async def counter(tmp_path: Path) -> Counter:
    return open_counter(tmp_path, latency="fixed:30")


def noise(path: Path, side_px: int) -> Path:
    Image.effect_noise((side_px, side_px), 90).convert("RGB").save(path)
    return path


def lost(
    counter: Counter,
    name: str,
    *,
    at_s: float | None = None,
    purse: str = "old",
    account: str = ApiKey(KEY).fingerprint,
) -> Entry:
    """Enter a request as a crashed process leaves it."""
    wanted = job(name)
    intent = Intent(
        fingerprint=wanted.fingerprint,
        purse=purse,
        service=BASE,
        account=account,
        model=WAN25,
        prompt_sha256=prompt_sha256(wanted.prompt, CARDS[WAN25]),
        body_sha256="0" * 64,
        images=wanted.n,
        price_micro=200_000,
        currency="CNY",
        service_time_s=counter.emulator.service.clock.now_s() if at_s is None else at_s,
    )
    return counter.ledger.intend(intent, NO_CAP)


async def bought_elsewhere(counter: Counter, prompt: str) -> str:
    """Buy an edit behind the ledger's back, as a request whose answer was lost."""
    body = {
        "model": WAN25,
        "input": {"prompt": prompt, "images": [OUTSIDE]},
        "parameters": {"n": 1, "prompt_extend": False},
    }
    headers = {"Authorization": "Bearer sk-canary-3f9a2b7c51", "X-DashScope-Async": "enable"}
    async with httpx.AsyncClient(transport=counter.transport) as http:
        path = "/services/aigc/image2image/image-synthesis"
        answer = await http.post(BASE + path, json=body, headers=headers)
    return str(answer.json()["output"]["task_id"])


async def test_an_edit_comes_home_and_is_paid_once(counter: Counter) -> None:
    made = await counter.edit(job(n=2, parameters={"prompt_extend": True, "seed": 7}))

    assert [file.name for file in made.files] == ["1.png", "2.png"]
    assert made.billed_images == 2
    assert all(made.actual_prompts)
    assert made.task_id == counter.emulator.ledger.accepted[0].task_id
    assert counter.bought == 1


async def test_the_same_edit_again_is_fetched_and_not_bought(counter: Counter) -> None:
    first = await counter.edit()

    second = await counter.edit()

    assert counter.bought == 1
    assert second.files[0].read_bytes() == first.files[0].read_bytes()


async def test_two_equal_edits_at_once_are_bought_once(counter: Counter) -> None:
    made: list[Made] = []

    async def edit(provider: DashScopeProvider) -> None:
        made.append(await provider.edit(counter.call()))

    async with (
        counter.provider() as one,
        counter.provider(purse="run-2") as other,
        anyio.create_task_group() as group,
    ):
        for provider in (one, other, one, other):
            group.start_soon(edit, provider)

    assert len(made) == 4
    assert counter.bought == 1


async def test_what_was_accepted_before_a_crash_is_fetched(counter: Counter) -> None:
    task_id = await bought_elsewhere(counter, "edit a")
    counter.ledger.accept(lost(counter, "a").id, task_id=task_id, request_id=None)

    made = await counter.edit()

    assert made.task_id == task_id
    assert counter.bought == 1


@pytest.mark.parametrize("purse", ["run-1", "old"])
async def test_a_lost_answer_is_found_in_the_list(counter: Counter, purse: str) -> None:
    lost(counter, "a", purse=purse)
    task_id = await bought_elsewhere(counter, "edit a")

    made = await counter.edit()

    assert made.task_id == task_id
    assert counter.bought == 1


async def test_a_request_that_never_arrived_is_sent_after_a_minute(counter: Counter) -> None:
    lost(counter, "a", purse="run-1")

    made = await counter.edit()

    assert len(made.files) == 1
    assert counter.bought == 1
    assert trio.current_time() > 60


async def test_silence_about_a_request_of_another_account_is_not_believed(counter: Counter) -> None:
    lost(counter, "a", purse="run-1", account="0" * 16)

    with pytest.raises(UndecidedError, match="no known task says that it is right"):
        await counter.edit()

    assert counter.bought == 0


async def test_a_list_without_known_tasks_is_not_believed(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="list-empty@90-2000,drop-after-accept#2")
    await counter.edit(job("b"))
    await anyio.sleep(100)

    with pytest.raises(UndecidedError, match="known to be there"):
        await counter.edit()

    assert counter.bought == 2


async def test_an_empty_list_is_believed_once(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="drop-after-accept,list-empty")

    with pytest.raises(UndecidedError, match="no known task"):
        await counter.edit()

    assert counter.bought == 2


@pytest.mark.parametrize("prompts", [("edit a", "edit a"), ("edit a", "other")])
async def test_other_peoples_tasks_are_left_alone(
    counter: Counter, prompts: tuple[str, str]
) -> None:
    lost(counter, "a")
    tasks = [await bought_elsewhere(counter, prompt) for prompt in prompts]

    if prompts[0] == prompts[1]:
        with pytest.raises(UndecidedError, match="several tasks") as undecided:
            await counter.edit()
        assert all(task in str(undecided.value) for task in tasks)
    else:
        assert (await counter.edit()).task_id == tasks[0]


async def test_two_lost_requests_with_one_prompt_are_asked_about(counter: Counter) -> None:
    lost(counter, "a")
    counter.ledger.intend(
        replace(lost(counter, "c").intent, fingerprint=job("b").fingerprint,
                prompt_sha256=prompt_sha256("edit a", CARDS[WAN25])),
        NO_CAP,
    )  # fmt: skip
    await bought_elsewhere(counter, "edit a")

    with pytest.raises(UndecidedError, match="several lost requests") as undecided:
        await counter.edit()

    for said in ("2025-11-23T00:00:00Z", "prompt ", "0.20 CNY", job("a").fingerprint[:12]):
        assert said in str(undecided.value)
    for flag in ("--adopt", "--resubmit-ambiguous", "--skip"):
        assert flag in (undecided.value.hint or "")
    assert counter.bought == 1


@pytest.mark.parametrize("late", [True, False])
async def test_what_is_older_than_the_list_is_asked_about(counter: Counter, *, late: bool) -> None:
    now_s = counter.emulator.service.clock.now_s()
    entry = lost(counter, "a", at_s=now_s - (DAY_S if late else 0))
    if not late:
        no_time = replace(entry.intent, service_time_s=None)
        counter.ledger.settle(entry.id, Ending(state="refused"))
        counter.ledger.intend(no_time, NO_CAP)

    with pytest.raises(UndecidedError, match="a day ago" if late else "clock"):
        await counter.edit()

    assert counter.bought == 0


@pytest.mark.parametrize("named", ["{task}", "{request}={task}"])
async def test_a_person_may_name_the_task(counter: Counter, named: str) -> None:
    lost(counter, "a", at_s=counter.emulator.service.clock.now_s() - DAY_S)
    task = await bought_elsewhere(counter, "edit a")
    word = named.format(task=task, request=job("a").fingerprint[:12])

    made = await counter.edit(decisions=Decisions(adopt=(word,)))

    assert made.task_id == task
    assert counter.bought == 1


async def test_a_task_alone_is_not_enough_for_two_requests(counter: Counter) -> None:
    for name in ("a", "b"):
        lost(counter, name)

    with pytest.raises(UsageError) as refused:
        await counter.edit(decisions=Decisions(adopt=("some-task",)))

    assert f"--adopt {job('a').fingerprint[:12]}=some-task" in (refused.value.hint or "")


async def test_a_person_may_pay_again(counter: Counter) -> None:
    lost(counter, "a", at_s=counter.emulator.service.clock.now_s() - DAY_S, purse="run-1")

    made = await counter.edit(decisions=Decisions(resubmit=True))

    assert len(made.files) == 1
    assert counter.ledger.spent("run-1").images == 2


async def test_a_person_may_leave_it_out(counter: Counter) -> None:
    lost(counter, "a", at_s=counter.emulator.service.clock.now_s() - DAY_S)

    with pytest.raises(StepError) as left:
        await counter.edit(decisions=Decisions(skip=True))

    assert left.value.code == "left-out"
    assert counter.bought == 0


async def test_a_sweep_settles_what_can_be_told(counter: Counter) -> None:
    kept = await counter.edit(job("kept"))
    for name in ("a", "b"):
        lost(counter, name, purse="run-1")
    task = await bought_elsewhere(counter, "edit a")
    late = lost(counter, "c", purse="run-1", at_s=counter.emulator.service.clock.now_s() - DAY_S)

    async with counter.provider() as provider:
        swept = await provider.sweep()

    fates = [found.fate for found in swept]
    assert kept.task_id
    assert fates[0] == Adopted(task_id=task)
    assert fates[1] == Absent()
    assert isinstance(fates[2], Unresolved)
    assert [entry.id for entry in counter.ledger.open() if not entry.task_id] == [late.id]


async def test_a_sweep_leaves_to_another_run_what_it_is_sending(counter: Counter) -> None:
    sending = lost(counter, "a", purse="another run")
    begun_s = anyio.current_time()

    async with counter.provider() as provider:
        swept = await provider.sweep()

    assert swept == ()
    assert anyio.current_time() - begun_s < 1
    assert [entry.id for entry in counter.ledger.open()] == [sending.id]


async def test_what_the_ledger_has_forgotten_is_found_by_its_prompt(counter: Counter) -> None:
    await counter.edit(job("kept"))
    begun_s = counter.emulator.service.clock.now_s()
    task = await bought_elsewhere(counter, "edit a")
    for _ in range(2):
        await bought_elsewhere(counter, "edit twice")
    await bought_elsewhere(counter, "somebody else's")
    planned = [
        job("a"),
        job("twice"),
        job("new"),
        job("kept"),
        job("q", model="qwen-image-edit-plus"),
    ]

    async with counter.provider() as provider:
        swept = await provider.sweep(planned, since_s=begun_s - 1)
        made = await provider.edit(counter.call(job("a")))
        with pytest.raises(UndecidedError, match="several tasks"):
            await provider.edit(counter.call(job("twice")))
        await provider.edit(counter.call(job("new")))

    assert [type(found.fate) for found in swept] == [Adopted, Unresolved]
    assert made.task_id == task
    assert counter.bought == 6


async def test_a_ledger_that_forgot_needs_the_list(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="list-down")

    async with counter.provider() as provider:
        with pytest.raises(PausedError) as paused:
            await provider.sweep([job()])

    assert paused.value.code == "list-unreadable"


async def test_rows_that_share_a_prompt_are_not_mixed_up(counter: Counter) -> None:
    await bought_elsewhere(counter, "the same for all")
    rows = [job(name, prompt="the same for all") for name in ("a", "b")]

    async with counter.provider() as provider:
        await provider.sweep(rows)
        for row in rows:
            with pytest.raises(UndecidedError, match="several lost requests"):
                await provider.edit(counter.call(row))

    assert counter.bought == 1


async def test_a_body_of_thirty_megabytes_takes_little_memory(counter: Counter) -> None:
    pictures = []
    for at in range(3):
        file = counter.folder / f"{at}.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([at]) * 10_000_000)
        pictures.append(file)
    tracemalloc.start()

    carried = [look_at(file) for file in pictures]
    body = encode({"images": carried})
    length = 0
    async for piece in body.stream():
        length += len(piece)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert length == body.length_bytes > 40_000_000
    assert peak_bytes < 5_000_000


async def test_results_older_than_a_day_are_lost_and_not_bought_again(tmp_path: Path) -> None:
    counter = open_counter(tmp_path)
    await counter.edit()
    await anyio.sleep(2 * DAY_S)

    with pytest.raises(UndecidedError, match="forgotten"):
        await counter.edit()
    assert counter.bought == 1

    made = await counter.edit(decisions=Decisions(resubmit=True))

    assert len(made.files) == 1
    assert counter.bought == 2


async def test_a_lost_result_stays_lost_until_somebody_decides(counter: Counter) -> None:
    counter.ledger.settle(lost(counter, "a").id, Ending(state="lost", reason="gone"))

    with pytest.raises(UndecidedError, match="is lost"):
        await counter.edit()

    assert (await counter.edit(decisions=Decisions(resubmit=True))).billed_images == 1


async def test_the_budget_holds_with_many_at_once(counter: Counter) -> None:
    paused: list[str] = []

    async def edit(provider: DashScopeProvider, name: str) -> None:
        try:
            await provider.edit(counter.call(job(name, n=2)))
        except PausedError as error:
            paused.append(error.code)

    async with counter.provider(cap=Cap(images=5)) as provider, anyio.create_task_group() as group:
        for at in range(6):
            group.start_soon(edit, provider, f"row {at}")

    assert paused == ["budget-reached"] * 4
    assert counter.emulator.ledger.billed_images == 4


async def test_a_waiting_task_is_cancelled_with_its_run(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, latency="fixed:30", limits="running=1")

    async with counter.provider() as provider, anyio.create_task_group() as group:
        for name in ("a", "b"):
            group.start_soon(provider.edit, counter.call(job(name)))
        await anyio.sleep(20)
        group.cancel_scope.cancel()
    left_s = trio.current_time()
    await anyio.sleep(100)

    assert left_s < 30
    assert sorted(entry.status for entry in counter.emulator.ledger.settled) == [
        "CANCELED",
        "SUCCEEDED",
    ]
    first, second = await counter.edit(job("a")), await counter.edit(job("b"))
    assert len(first.files) == len(second.files) == 1
    assert counter.emulator.ledger.billed_images == 2


async def test_an_interrupted_submission_still_enters_its_id(tmp_path: Path) -> None:
    counter = open_counter(tmp_path)
    inner = counter.transport

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            if request.method == "POST":
                await anyio.sleep(5)
            return answer

    counter.transport = Slow()

    async with counter.provider() as provider:
        with anyio.move_on_after(1):
            await provider.edit(counter.call())

    assert trio.current_time() < 15
    (entry,) = counter.ledger.open()
    assert entry.task_id == counter.emulator.ledger.accepted[0].task_id


async def test_an_interrupted_submission_that_hangs_stays_in_doubt(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="hang-after-accept")

    async with counter.provider() as provider:
        with anyio.move_on_after(1):
            await provider.edit(counter.call())

    assert trio.current_time() <= 11
    (entry,) = counter.ledger.open()
    assert entry.state == "intended"
    assert (await counter.edit(purse="run-1")).task_id
    assert counter.bought == 1


async def test_a_disk_that_fails_stops_the_money(counter: Counter) -> None:
    opened: list[sqlite3.Connection] = []
    inner = counter.transport

    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            if request.method == "POST":
                counter.ledger._connection.execute("PRAGMA query_only = 1")
            return answer

    assert not opened
    counter.transport = Failing()

    async with counter.provider() as provider:
        with pytest.raises(UnfinishedError) as broken:
            await provider.edit(counter.call())
        with pytest.raises(UnfinishedError):
            await provider.edit(counter.call(job("b")))

    assert counter.emulator.ledger.accepted[0].task_id in str(broken.value)
    assert counter.bought == 1


async def test_an_edit_without_a_task_comes_home(counter: Counter) -> None:
    wanted = job(model="qwen-image-edit-plus", n=2)

    made = await counter.edit(wanted)
    again = await counter.edit(wanted)

    assert made.task_id is None
    assert made.billed_images == 2
    assert [file.name for file in again.files] == ["1.png", "2.png"]
    assert counter.bought == 1


async def test_an_edit_without_a_task_cannot_be_looked_up(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="drop-after-accept")

    with pytest.raises(UndecidedError, match="without a task"):
        await counter.edit(job(model="qwen-image-edit-plus"))

    assert counter.bought == 1


async def test_the_silence_of_the_list_says_nothing_of_an_edit_without_a_task(
    tmp_path: Path,
) -> None:
    counter = open_counter(tmp_path, faults="drop-after-accept")
    wanted = job(model="qwen-image-edit-plus")
    with pytest.raises(UndecidedError):
        await counter.edit(wanted)

    async with counter.provider() as provider:
        swept = await provider.sweep([wanted])
        with pytest.raises(UndecidedError) as undecided:
            await provider.edit(counter.call(wanted))

    assert [type(found.fate) for found in swept] == [Unresolved]
    assert "--adopt" not in (undecided.value.hint or "")
    assert counter.bought == 1


async def test_an_edit_without_a_task_is_bought_again_only_on_a_persons_word(
    tmp_path: Path,
) -> None:
    counter = open_counter(tmp_path, faults="drop-after-accept#1")
    wanted = job(model="qwen-image-edit-plus")
    with pytest.raises(UndecidedError):
        await counter.edit(wanted)

    with pytest.raises(UsageError, match="no tasks to adopt"):
        await counter.edit(
            wanted, decisions=Decisions(adopt=(f"{wanted.fingerprint[:12]}=some-task",))
        )
    with pytest.raises(UndecidedError):
        await counter.edit(wanted, decisions=Decisions(adopt=("some-task",)))
    with pytest.raises(StepError) as left_out:
        await counter.edit(wanted, decisions=Decisions(skip=True))
    made = await counter.edit(wanted, decisions=Decisions(resubmit=True))

    assert left_out.value.code == "left-out"
    assert len(made.files) == 1
    assert counter.bought == 2


@pytest.mark.parametrize(
    "fault",
    [
        "http-500",
        "html-502-after-accept",
        "hang-after-accept",
        "slow-loris",
        "truncated-body",
        "bad-json",
        "wrong-type",
        "reset-after-accept",
    ],
)
async def test_whatever_spoils_the_answer_an_edit_without_a_task_is_not_repeated(
    tmp_path: Path, fault: str
) -> None:
    counter = open_counter(tmp_path, faults=f"submit/{fault}")

    with pytest.raises(UndecidedError) as undecided:
        await counter.edit(job(model="qwen-image-edit-plus"))
    with pytest.raises(UndecidedError):
        await counter.edit(job(model="qwen-image-edit-plus"))

    assert undecided.value.code == "unresolved"
    assert counter.count("submit") == 1


async def test_pictures_of_an_edit_without_a_task_can_be_lost(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="expired-result")

    with pytest.raises(StepError) as gone:
        await counter.edit(job(model="qwen-image-edit-plus"))

    assert gone.value.code == "lost"


async def test_a_task_that_does_not_show_its_prompt_is_not_adopted(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="drop-after-accept")

    with pytest.raises(UndecidedError, match="which prompt"):
        await counter.edit(job(model="wan2.6-image"))

    assert counter.bought == 1


async def test_the_newer_task_family_comes_home(counter: Counter) -> None:
    made = await counter.edit(job(model="wan2.6-image", n=2))

    assert len(made.files) == 2


async def test_the_older_editor_gets_its_function(counter: Counter) -> None:
    wanted = job(
        model="wanx2.1-imageedit",
        operation="outpaint",
        parameters={"function": "expand", "left_scale": 1.5, "right_scale": 1.5},
    )
    asked = asked_by(wanted, CARDS, "beijing")

    async with counter.provider() as provider:
        picture = noise(counter.folder / "large.png", 600)
        made = await provider.edit(counter.call(wanted, picture))

    assert asked.function == "expand"
    assert dict(asked.parameters) == {"n": 1, "left_scale": 1.5, "right_scale": 1.5}
    assert probe(made.files[0]).width_px == 1200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": "no-such-model"}, "model-not-served"),
        ({"model": None}, "model-not-served"),
        ({"model": "openai"}, "model-not-served"),
        ({"model": "wanx2.1-imageedit", "operation": "fuse"}, "operation-not-served"),
    ],
)
def test_what_the_provider_does_not_do_is_said(changes: dict[str, object], code: str) -> None:
    cards = {**CARDS, "openai": replace(CARDS[WAN25], name="openai", family="openai-images")}

    with pytest.raises(StepError) as refused:
        asked_by(job("a", **changes), cards, "beijing")

    assert refused.value.code == code


def test_a_card_without_a_price_is_refused() -> None:
    with pytest.raises(UsageError, match="no price"):
        asked_by(job(), {WAN25: replace(CARDS[WAN25], prices=())}, "beijing")


def test_a_negative_prompt_goes_where_the_model_takes_one() -> None:
    wanted = job(parameters={"negative_prompt": "blurry", "prompt_extend": False})

    assert asked_by(wanted, CARDS, None).negative_prompt == "blurry"
    assert dict(asked_by(wanted, CARDS, None).parameters) == {"n": 1, "prompt_extend": False}
    spoken = {"negative_prompt": "blurry", "function": "description_edit"}
    older = replace(wanted, model="wanx2.1-imageedit", parameters=spoken)
    assert asked_by(older, CARDS, None).negative_prompt is None


async def test_a_picture_used_again_is_uploaded_once(counter: Counter, tmp_path: Path) -> None:
    picture = noise(tmp_path / "large.png", 800)

    async with counter.provider() as provider:
        for name in ("a", "b", "c"):
            await provider.edit(counter.call(job(name), picture))

    assert counter.count("upload") == 1
    assert counter.count("policy") == 1
    assert counter.bought == 3


async def test_a_large_picture_is_uploaded_at_once(counter: Counter, tmp_path: Path) -> None:
    picture = noise(tmp_path / "large.png", 800)

    async with counter.provider(inline_bytes=1000) as provider:
        await provider.edit(counter.call(job(), picture))
        await provider.edit(counter.call(job("small")))
        await provider.edit(counter.call(job("b", model="wan2.6-image"), picture))

    assert counter.count("upload") == 3
    assert counter.bought == 3


@pytest.mark.parametrize(
    "fault", ["upload-refused", "policy/http-500", "policy/bad-json", "policy/wrong-type"]
)
async def test_without_uploads_a_picture_travels_inside(tmp_path: Path, fault: str) -> None:
    counter = open_counter(tmp_path, faults=fault)
    picture = noise(tmp_path / "large.png", 800)

    async with counter.provider(inline_bytes=1000) as provider:
        made = await provider.edit(counter.call(job(), picture))

    assert len(made.files) == 1


async def test_a_result_goes_straight_into_the_next_edit(counter: Counter) -> None:
    announced: list[Mapping[int, str]] = []
    first = counter.call(announce=announced.append)

    async with counter.provider() as provider:
        made = await provider.edit(first)
        absent = counter.folder / "not-yet-there.png"
        second = replace(counter.call(job("b")), pictures=(absent,), urls=(announced[0][1],))
        await provider.edit(second)

    assert announced == [{1: made.urls[0]}]
    assert counter.bought == 2


async def test_a_public_address_is_handed_on(counter: Counter) -> None:
    public = UrlImage(name="x", url=OUTSIDE)
    both = replace(counter.call(), job=job(images=(public, *counter.call().job.images)))

    async with counter.provider() as provider:
        await provider.edit(both)
        plain = job("b", images=(replace(public, url="http://10.0.0.1/a.png"),))
        inside = replace(counter.call(), job=plain, pictures=())
        with pytest.raises(StepError) as refused:
            await provider.edit(inside)

    assert refused.value.code == "image-url"
    assert len(counter.emulator.ledger.accepted[0].images) == 2


async def test_a_picture_that_is_none_is_not_sent(counter: Counter, tmp_path: Path) -> None:
    call = counter.call()
    for path in (tmp_path / "none.png", tmp_path / "text.png"):
        (tmp_path / "text.png").write_text("no picture")
        async with counter.provider() as provider:
            with pytest.raises(Exception, match=r"cannot be read|no picture"):
                await provider.edit(replace(call, pictures=(path,)))

    assert counter.bought == 0


async def test_every_kind_of_picture_is_named_by_its_bytes(counter: Counter) -> None:
    for kind in ("JPEG", "BMP", "WEBP"):
        file = counter.folder / f"{kind}.png"
        Image.new("RGB", (400, 400)).save(file, kind)
        async with counter.provider() as provider:
            await provider.edit(counter.call(job(kind), file))

    assert counter.bought == 3


async def test_what_was_sent_to_a_service_on_this_machine_before_is_nobodys(
    counter: Counter,
) -> None:
    gone = "http://127.0.0.1:9/api/v1"
    for name, task in (("a", "t-1"), ("b", None)):
        entry = lost(counter, f"{name}-old")
        intent = replace(entry.intent, fingerprint=job(name).fingerprint, service=gone)
        counter.ledger.settle(entry.id, Ending(state="refused"))
        other = counter.ledger.intend(intent, NO_CAP)
        if task:
            counter.ledger.accept(other.id, task_id=task, request_id=None)

    await counter.edit(job("a"))
    await counter.edit(job("b"))

    assert counter.bought == 2


@pytest.mark.parametrize("task", ["t-1", None])
async def test_what_was_sent_to_another_region_is_asked_about(
    counter: Counter, task: str | None
) -> None:
    entry = lost(counter, "x")
    region = "https://dashscope-intl.aliyuncs.com/api/v1"
    intent = replace(entry.intent, fingerprint=job("a").fingerprint, service=region)
    other = counter.ledger.intend(intent, NO_CAP)
    if task:
        counter.ledger.accept(other.id, task_id=task, request_id=None)

    with pytest.raises(UndecidedError, match="dashscope-intl"):
        await counter.edit()

    assert counter.bought == 0


async def test_a_service_that_cannot_be_reached_is_given_up(counter: Counter) -> None:
    class Nobody(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused")

    counter.transport = Nobody()

    with pytest.raises(UnfinishedError, match="cannot be reached"):
        await counter.edit()

    assert not counter.ledger.open()


async def test_a_connection_that_fails_before_it_is_made_is_tried_again(counter: Counter) -> None:
    inner, failures = counter.transport, iter(range(3))

    class Flaky(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and next(failures, None) is not None:
                raise httpx.ConnectTimeout("slow")
            return await inner.handle_async_request(request)

    counter.transport = Flaky()

    made = await counter.edit()

    assert len(made.files) == 1
    latest = counter.ledger.latest(job().fingerprint)
    assert latest is not None
    assert latest.attempt == 4


async def test_a_service_that_never_accepts_connections_for_money_is_given_up(
    counter: Counter,
) -> None:
    inner = counter.transport

    class Shut(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                raise httpx.ConnectError("refused")
            return await inner.handle_async_request(request)

    counter.transport = Shut()

    with pytest.raises(UnfinishedError, match="cannot be reached"):
        await counter.edit()


async def test_an_input_that_cannot_be_fetched_is_tried_three_times(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, outside_urls="refuse", refuse_images_at="submission")
    public = job(images=(UrlImage(name="x", url=OUTSIDE),))

    async with counter.provider() as provider:
        with pytest.raises(StepError) as refused:
            await provider.edit(replace(counter.call(), job=public, pictures=()))

    assert refused.value.code == "InvalidURL.ConnectionRefused"
    assert counter.count("submit") == 3


async def test_many_tasks_are_looked_at_with_the_list(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, limits="submit=20,running=none", latency="lognormal:5,0.5")

    async with (
        counter.provider(submits_per_s=20.0, running_at_once=100) as provider,
        anyio.create_task_group() as group,
    ):
        for at in range(60):
            group.start_soon(provider.edit, counter.call(job(f"row {at}")))

    assert counter.bought == 60
    assert counter.count("list") > 1
    assert counter.emulator.ledger.billed_images == 60


async def test_a_list_that_fails_does_not_stop_the_looking(tmp_path: Path) -> None:
    counter = open_counter(
        tmp_path, limits="submit=20,running=none", latency="fixed:5", faults="list/http-500#2-9"
    )

    async with (
        counter.provider(submits_per_s=20.0, running_at_once=100) as provider,
        anyio.create_task_group() as group,
    ):
        for at in range(40):
            group.start_soon(provider.edit, counter.call(job(f"row {at}")))

    assert counter.bought == 40


async def test_slots_are_shared_between_processes_of_a_machine(
    counter: Counter, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    service = replace(counter.settings.service, base_url="https://example.com/api/v1")

    async with counter.provider(state_folder=folder, service=service) as provider:
        await provider._pace(CARDS[WAN25]).turn()

    assert [file.name.rpartition("-")[2] for file in folder.iterdir()] == ["preview"]


async def test_a_list_that_is_refused_leaves_it_undecided(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="list/invalid-parameter")
    lost(counter, "a", purse="run-1")

    with pytest.raises(UndecidedError, match="refuses its list"):
        await counter.edit()


async def test_a_task_that_never_ends_leaves_the_request_undecided(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="stuck-running")
    lost(counter, "a", purse="run-1")
    await bought_elsewhere(counter, "edit a")

    with pytest.raises(UndecidedError, match="no clear answer in time"):
        await counter.edit(sweeping=Sweeping(patience_s=120))

    assert counter.bought == 1


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_it_works_under_both_event_loops(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, latency="fixed:0")

    async with counter.provider() as provider:
        provider._owning._latencies[WAN25] = provider._owning._latencies_of(
            asked_by(job(), {WAN25: replace(CARDS[WAN25], latency_typical_s=0.1)}, None)
        )
        made = await provider.edit(counter.call())

    assert len(made.files) == 1


async def test_a_disk_that_takes_no_picture_stops_the_run(counter: Counter) -> None:
    call = counter.call()
    call.scratch.rmdir()

    async with counter.provider() as provider:
        with pytest.raises(UnfinishedError, match="cannot be written"):
            await provider.edit(call)

    assert (await counter.edit()).billed_images == 1
    assert counter.bought == 1


async def test_a_store_that_is_not_the_services_gets_no_picture(counter: Counter) -> None:
    inner = counter.transport
    asked: list[str] = []

    class Elsewhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            answer = await inner.handle_async_request(request)
            if request.url.path.endswith("/uploads"):
                text = (await answer.aread()).replace(b"http://127.0.0.1", b"https://evil.example")
                return httpx.Response(200, stream=httpx.ByteStream(text))
            return answer

    counter.transport = Elsewhere()
    picture = noise(counter.folder / "large.png", 800)

    async with counter.provider(inline_bytes=1000) as provider:
        await provider.edit(counter.call(job(), picture))

    assert set(asked) == {"127.0.0.1"}
    assert counter.bought == 1


async def test_the_key_goes_to_the_api_and_nowhere_else(counter: Counter) -> None:
    inner = counter.transport
    seen: list[tuple[str, bool]] = []

    class Watching(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            kind = request.url.path.split("/")[1]
            seen.append((kind, KEY in str(request.headers.raw) + str(request.url)))
            return await inner.handle_async_request(request)

    counter.transport = Watching()
    picture = noise(counter.folder / "large.png", 800)

    async with counter.provider(inline_bytes=1000) as provider:
        await provider.edit(counter.call(job(), picture))

    assert set(seen) == {("api", True), ("oss-upload", False), ("results", False)}
    written = [file for file in counter.folder.rglob("*") if file.is_file()]
    assert all(KEY.encode() not in file.read_bytes() for file in written)


async def test_a_cancel_that_comes_too_late_keeps_the_id(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, latency="fixed:30")

    async with counter.provider() as provider:
        with anyio.move_on_after(2):
            await provider.edit(counter.call())

    assert trio.current_time() <= 12
    (entry,) = counter.ledger.open()
    assert entry.canceling
    assert (await counter.edit()).task_id == entry.task_id
    assert counter.bought == 1


async def test_a_service_that_breaks_for_good_is_not_asked_for_ever(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="http-500@100-9000,http-429@100-9000")
    await counter.edit(job("witness"))
    await anyio.sleep(200)

    with pytest.raises(PausedError) as paused:
        await counter.edit()

    assert paused.value.code == "no-answer"
    assert counter.count("submit") == 4


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_cancelled_submission_enters_its_id_under_both_event_loops(tmp_path: Path) -> None:
    counter = open_counter(tmp_path, faults="cancel/http-500")
    inner, posted, released = counter.transport, anyio.Event(), anyio.Event()

    class Held(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            if request.url.path.endswith("image-synthesis"):
                posted.set()
                await released.wait()
            return answer

    counter.transport = Held()

    async with counter.provider() as provider, anyio.create_task_group() as group:
        edits = anyio.CancelScope()

        async def edit() -> None:
            with edits:
                await provider.edit(counter.call())

        group.start_soon(edit)
        await posted.wait()
        edits.cancel()
        released.set()

    (entry,) = counter.ledger.open()
    assert entry.task_id == counter.emulator.ledger.accepted[0].task_id
