"""The life of a task, in virtual time."""

from typing import Any

import anyio
import pytest

from tests.emulator.desk import ASYNC, GENERATION, MULTIMODAL, OUTSIDE, desk, messages, opened

pytestmark = pytest.mark.anyio


async def test_a_task_waits_runs_and_succeeds() -> None:
    async with desk(latency="fixed:10") as at:
        task = await at.submit(n=1)
        waiting = await at.query(task)
        await anyio.sleep(5)
        running = await at.query(task)
        await anyio.sleep(5)
        done = await at.query(task)

    states = [body["output"]["task_status"] for body in (waiting, running, done)]
    assert states == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert "scheduled_time" not in waiting["output"]
    assert waiting["output"]["submit_time"] == "2025-11-23 08:00:00.000"
    assert running["output"]["scheduled_time"] == "2025-11-23 08:00:00.031"
    assert running["output"]["task_metrics"] == {"TOTAL": 1, "SUCCEEDED": 0, "FAILED": 0}
    assert "usage" not in running
    assert done["output"]["end_time"] == "2025-11-23 08:00:10.000"
    assert done["output"]["task_metrics"] == {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}
    assert done["usage"] == {"image_count": 1}


async def test_four_pictures_come_and_are_billed_when_no_number_is_given() -> None:
    async with desk() as at:
        task = await at.submit()
        await anyio.sleep(2)
        done = await at.query(task)

        assert at.emulator.ledger.billed_images == 4
        assert at.emulator.ledger.cost_cny == 0.8
    assert len(done["output"]["results"]) == 4
    assert done["usage"] == {"image_count": 4}


@pytest.mark.parametrize(("extend", "rewritten"), [(None, True), (True, True), (False, False)])
async def test_the_prompt_is_rewritten_unless_that_is_switched_off(
    *, extend: bool | None, rewritten: bool
) -> None:
    async with desk(latency="fixed:0") as at:
        task = await at.submit(n=1, prompt="猫", prompt_extend=extend)
        result = (await at.query(task))["output"]["results"][0]

    assert result["orig_prompt"] == "猫"
    assert ("actual_prompt" in result) is rewritten


async def test_what_is_too_long_in_a_prompt_is_cut_off() -> None:
    async with desk(latency="fixed:0") as at:
        task = await at.submit(n=1, prompt="图" * 2001)
        result = (await at.query(task))["output"]["results"][0]

    assert result["orig_prompt"] == "图" * 2000


async def test_five_run_at_once_and_the_rest_waits() -> None:
    async with desk(latency="fixed:10", limits="submit=none") as at:
        tasks = [await at.submit(n=1) for _ in range(7)]
        await anyio.sleep(5)
        early = [await at.status(task) for task in tasks]
        await anyio.sleep(10)
        late = [await at.status(task) for task in tasks]

    assert early == ["RUNNING"] * 5 + ["PENDING"] * 2
    assert late == ["SUCCEEDED"] * 5 + ["RUNNING"] * 2


async def test_each_model_has_its_own_slots() -> None:
    body = {
        "model": "wanx2.1-imageedit",
        "input": {"function": "colorization", "prompt": "x", "base_image_url": OUTSIDE},
    }

    async with desk(latency="fixed:10", limits="submit=none") as at:
        others = [
            (await at.post("/api/v1/services/aigc/image2image/image-synthesis", body, ASYNC)).json()
            for _ in range(3)
        ]
        task = await at.submit()
        await anyio.sleep(1)
        states = [await at.status(other["output"]["task_id"]) for other in others]
        own = await at.status(task)

    assert states == ["RUNNING", "RUNNING", "PENDING"]
    assert own == "RUNNING"


async def test_only_what_waits_can_be_canceled_and_it_costs_nothing() -> None:
    async with desk(latency="fixed:10", limits="running=1") as at:
        running, waiting = await at.submit(), await at.submit()
        await anyio.sleep(1)
        answers = [
            await at.post(f"/api/v1/tasks/{task}/cancel", None)
            for task in (running, waiting, waiting, "nobody")
        ]
        shown = await at.query(waiting)
        await anyio.sleep(60)

        assert [entry.task_id for entry in at.emulator.ledger.billed] == [running]
        assert {entry.status for entry in at.emulator.ledger.settled} == {"SUCCEEDED", "CANCELED"}
    assert [answer.status_code for answer in answers] == [400, 200, 400, 400]
    assert set(answers[1].json()) == {"request_id"}
    assert answers[0].json()["code"] == "UnsupportedOperation"
    assert shown["output"] == {"task_id": waiting, "task_status": "CANCELED"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_canceling_takes_both_methods_and_any_body(method: str, slash: str) -> None:
    async with desk(latency="fixed:10") as at:
        task = await at.submit()
        answer = await at.http.request(
            method,
            f"/api/v1/tasks/{task}/cancel{slash}",
            json={"model": "", "parameters": {}, "input": ""},
            headers={"authorization": "Bearer sk-test"},
        )

    assert answer.status_code == 200


async def test_a_task_is_unknown_a_day_after_its_end() -> None:
    async with desk(latency="fixed:10") as at:
        task = await at.submit(n=1)
        await anyio.sleep(10 + 86_399)
        kept = await at.status(task)
        url = (await at.urls(task))[0]
        await anyio.sleep(1)
        forgotten = await at.query(task)
        picture = await at.http.get(url)

    assert kept == "SUCCEEDED"
    assert forgotten["output"] == {"task_id": task, "task_status": "UNKNOWN"}
    assert picture.status_code == 403
    assert "<Code>AccessDenied</Code>" in picture.text


@pytest.mark.parametrize("name", ["nobody", "%2e%2e", "图", "a%20b%0d%0a"])
async def test_a_task_that_never_was_is_unknown(name: str) -> None:
    async with desk() as at:
        answer = await at.get(f"/tasks/{name}", size="1280*1280", n="2")

    assert answer.status_code == 200
    assert answer.json()["output"]["task_status"] == "UNKNOWN"


async def test_submissions_beyond_the_rate_are_throttled_and_recover() -> None:
    async with desk() as at:
        burst = [(await at.offer()).status_code for _ in range(7)]
        await anyio.sleep(1)
        later = [(await at.offer()).status_code for _ in range(7)]
        refused = await at.offer()

    assert burst == later == [200] * 5 + [429] * 2
    assert refused.json()["code"] == "Throttling.RateQuota"
    assert "retry-after" not in refused.headers


async def test_evenly_paced_submissions_are_never_throttled() -> None:
    async with desk() as at:
        statuses = []
        for _ in range(50):
            statuses.append((await at.offer()).status_code)
            await anyio.sleep(0.2)

    assert statuses == [200] * 50


async def test_a_sliding_window_never_lets_more_through_in_any_second() -> None:
    async with desk(limits="submit=5,window=sliding") as at:
        burst = [(await at.offer()).status_code for _ in range(6)]
        await anyio.sleep(0.9)
        soon = await at.offer()
        await anyio.sleep(0.1)
        later = await at.offer()

    assert burst == [200] * 5 + [429]
    assert (soon.status_code, later.status_code) == (429, 200)


async def test_queries_lists_and_cancels_are_limited_each() -> None:
    async with desk() as at:
        queries = [(await at.get("/tasks/x")).status_code for _ in range(21)]
        lists = [(await at.get("/tasks")).status_code for _ in range(21)]

    assert queries == lists == [200] * 20 + [429]


async def test_a_model_can_have_a_limit_a_minute() -> None:
    body = messages("qwen-image-edit-max", OUTSIDE)

    async with desk(latency="fixed:0") as at:
        statuses = [(await at.post(MULTIMODAL, body)).status_code for _ in range(3)]
        await anyio.sleep(30)
        later = (await at.post(MULTIMODAL, body)).status_code

    assert statuses == [200, 200, 429]
    assert later == 200


async def test_a_synchronous_call_takes_its_time_and_is_no_task() -> None:
    async with desk(latency="fixed:30") as at:
        before = anyio.current_time()
        answer = await at.post(
            MULTIMODAL, messages("qwen-image-edit-plus", OUTSIDE, n=2, size="1024*1000")
        )
        took_s = anyio.current_time() - before
        listed = (await at.get("/tasks")).json()
        content = answer.json()["output"]["choices"][0]["message"]["content"]
        pictures = [opened((await at.http.get(entry["image"])).content) for entry in content]

        assert at.emulator.ledger.billed_images == 2
    assert took_s == pytest.approx(30)
    assert listed["total"] == 0
    assert answer.json()["usage"] == {"image_count": 2, "width": 1024, "height": 992}
    assert answer.json()["output"]["task_metric"] == {"TOTAL": 2, "SUCCEEDED": 2, "FAILED": 0}
    assert pictures == [("PNG", (1024, 992))] * 2


async def test_a_newer_editor_as_a_task_gives_choices() -> None:
    async with desk(latency="fixed:5") as at:
        answer = await at.post(GENERATION, messages("wan2.6-image", OUTSIDE, n=2), ASYNC)
        await anyio.sleep(5)
        done = await at.query(answer.json()["output"]["task_id"])

    output: dict[str, Any] = done["output"]
    assert output["finished"] is True
    assert "results" not in output
    assert [entry["type"] for entry in output["choices"][0]["message"]["content"]] == ["image"] * 2
    assert done["usage"] == {"image_count": 2, "size": "1280*1280"}


async def test_sequential_pictures_default_to_twelve() -> None:
    async with desk(latency="fixed:0") as at:
        body = messages("wan2.7-image", text="a story", enable_sequential=True)
        answer = await at.post(MULTIMODAL, body)

    assert answer.json()["usage"]["image_count"] == 12


async def test_latencies_differ_and_are_repeatable() -> None:
    async def durations_s() -> list[float]:
        async with desk(latency="lognormal:20,0.4", limits="none", seed="7") as at:
            start_s = at.emulator.service.now_s()
            for _ in range(5):
                await at.submit(n=1)
            await anyio.sleep(600)
            return [round(entry.at_s - start_s, 3) for entry in at.emulator.ledger.settled]

    first, second = await durations_s(), await durations_s()

    assert len(set(first)) == 5
    assert first == second


async def test_the_ledger_knows_equal_requests() -> None:
    async with desk(latency="fixed:0") as at:
        await at.submit(prompt="one")
        await at.submit(prompt="one")
        await at.submit(prompt="two")
        repeats = at.emulator.ledger.repeats()

    assert list(repeats.values()) == [2]


async def test_ids_repeat_under_the_same_clock_and_seed() -> None:
    ids = []
    for _ in range(2):
        async with desk(seed="3") as at:
            ids.append(await at.submit())

    assert ids[0] == ids[1]


async def test_quotas_name_the_limits_of_a_model() -> None:
    async with desk() as at:
        one = (await at.get("/quotas", model="wan2.5-i2i-preview")).json()
        page = (await at.get("/quotas", page_no="2", page_size="3")).json()
        wrong = await at.get("/quotas", page_no="0")

    assert [entry["submit_count"] for entry in one["data"]] == [5]
    assert (page["total"], len(page["data"])) == (8, 3)
    assert wrong.status_code == 400
