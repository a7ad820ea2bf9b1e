"""The task list: filters, pages, lag."""

from typing import Any

import anyio
import pytest

from tests.emulator.desk import ASYNC, GENERATION, KEY, OUTSIDE, WAN25, desk, messages

pytestmark = pytest.mark.anyio


async def test_an_item_says_who_what_and_when_but_not_what_was_asked() -> None:
    async with desk(latency="fixed:10") as at:
        task = await at.submit()
        await anyio.sleep(20)
        listed = (await at.get("/tasks")).json()

    assert {key: listed[key] for key in ("total", "total_page", "page_no", "page_size")} == {
        "total": 1,
        "total_page": 1,
        "page_no": 1,
        "page_size": 10,
    }
    item = listed["data"][0]
    assert item["task_id"] == task
    assert item["status"] == "SUCCEEDED"
    assert item["gmt_create"] == 1_763_856_000_000
    assert item["end_time"] - item["gmt_create"] == 10_000
    path = "apikey:v1:aigc:image2image:image-synthesis"
    assert item["user_api_unique_key"] == f"{path}:{WAN25}"
    assert not {"prompt", "results", "output"} & set(item)


async def test_pages_hold_every_task_once_newest_first() -> None:
    async with desk(limits="none") as at:
        tasks = []
        for _ in range(25):
            tasks.append(await at.submit())
            await anyio.sleep(1)
        pages = [(await at.get("/tasks/", page_no=str(no))).json() for no in (1, 2, 3, 4)]

    assert [page["total_page"] for page in pages] == [3] * 4
    assert [len(page["data"]) for page in pages] == [10, 10, 5, 0]
    assert [item["task_id"] for page in pages for item in page["data"]] == tasks[::-1]


async def test_a_new_task_shows_after_the_lag() -> None:
    async with desk(list_lag="5") as at:
        await at.submit()
        await anyio.sleep(4.9)
        early = (await at.get("/tasks")).json()["total"]
        await anyio.sleep(0.1)
        late = (await at.get("/tasks")).json()["total"]

    assert (early, late) == (0, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"model_name": WAN25}, 2),
        ({"model_name": "wan2.6-image"}, 1),
        ({"model_name": "nothing"}, 0),
        ({"status": "SUCCEEDED"}, 2),
        ({"status": "PENDING"}, 0),
        ({"status": "RUNNING", "model_name": WAN25}, 1),
        ({"region": "cn-beijing"}, 3),
        ({"region": "ap-southeast-1"}, 0),
        ({"api_key_id": "1"}, 0),
        ({"start_time": "20251123080000", "end_time": "20251123080059"}, 2),
        ({"start_time": "20251123080001"}, 1),
        ({"end_time": "20251123080000"}, 2),
        ({"start_time": "20251122000000", "end_time": "20251123000000"}, 0),
        ({"task_id": ""}, 3),
    ],
)
async def test_filters_are_exact(query: dict[str, str], expected: int) -> None:
    async with desk(latency="fixed:100") as at:
        await at.submit()
        await at.post(GENERATION, messages("wan2.6-image", OUTSIDE), ASYNC)
        await anyio.sleep(90)
        await at.submit()
        await anyio.sleep(11)
        listed = (await at.get("/tasks", **query)).json()

    assert listed["total"] == len(listed["data"]) == expected


async def test_a_single_task_can_be_listed() -> None:
    async with desk() as at:
        tasks = [await at.submit() for _ in range(3)]
        listed = (await at.get("/tasks", task_id=tasks[1])).json()

    assert [item["task_id"] for item in listed["data"]] == [tasks[1]]


@pytest.mark.parametrize(
    "query",
    [
        {"page_no": "0"},
        {"page_no": "one"},
        {"page_size": "101"},
        {"status": "DONE"},
        {"start_time": "2025"},
        {"start_time": "20251323000000"},
        {"start_time": "20251122000000", "end_time": "20251123000001"},
        {"start_time": "20251123000000", "end_time": "20251122000000"},
    ],
)
async def test_a_filter_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    async with desk() as at:
        answer = await at.get("/tasks", **query)

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_other_accounts_see_nothing() -> None:
    async with desk(keys="sk-test,other:sk-other") as at:
        await at.submit()
        own: dict[str, Any] = (await at.http.get("/api/v1/tasks", headers=KEY)).json()
        other = await at.http.get("/api/v1/tasks", headers={"Authorization": "Bearer sk-other"})

    assert (own["total"], other.json()["total"]) == (1, 0)


async def test_shifted_pages_repeat_a_task_and_lose_none() -> None:
    async with desk(faults="list-shift") as at:
        tasks = [await at.submit() for _ in range(5)]
        pages = [
            (await at.get("/tasks", page_no=str(no), page_size="2")).json() for no in range(1, 5)
        ]

    seen = [item["task_id"] for page in pages for item in page["data"]]
    assert len(seen) > len(set(seen))
    assert set(seen) == set(tasks)


async def test_an_empty_list_is_no_error() -> None:
    async with desk(faults="list-empty#1") as at:
        await at.submit()
        totals = [(await at.get("/tasks")).json()["total"] for _ in range(2)]

    assert totals == [0, 1]
