"""The task list: filters, pages, and how late it is."""

import re
from datetime import datetime
from itertools import islice
from typing import Any

from starlette.datastructures import QueryParams

from wanflow.emulator.clock import BEIJING
from wanflow.emulator.fields import count_in, invalid
from wanflow.emulator.service import Service
from wanflow.emulator.settings import DAY_S
from wanflow.emulator.tasks import Task
from wanflow.emulator.wire import Answer, Incoming, json_answer

# Not documented; the choice is larger than what any client was seen to ask for.
PAGE_SIZE_MOST = 100
PAGE_NO_MOST = 100_000
_REGION = "cn-beijing"
_OPERATION = {"image2image": "image-synthesis", "image-generation": "generation"}
_STATES = frozenset({"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"})
_MOMENT = re.compile(r"[0-9]{14}", re.ASCII)


async def list_tasks(service: Service, incoming: Incoming) -> Answer:
    """Answer `GET /tasks`: the account's tasks, newest first, without prompts or results."""
    service.pace(incoming.account, "list", incoming.now_s)
    query = incoming.request.query_params
    page_no = count_in(query, "page_no", default=1, most=PAGE_NO_MOST)
    page_size = count_in(query, "page_size", default=10, most=PAGE_SIZE_MOST)
    status = query.get("status")
    if status and status not in _STATES:
        raise invalid("status", "one of " + ", ".join(sorted(_STATES)))
    found = [task for task in _shown(service, incoming) if _matches(task, query)]
    fault = service.dice.throw("list", "rows", elapsed_s=incoming.now_s - service.start_s)
    name = fault.name if fault else None
    if name == "list-empty":
        found = []
    # As if one task had come in between each page and the next: pages overlap.
    shift = page_no - 1 if name == "list-shift" else 0
    first, total = (page_no - 1) * page_size - shift, len(found) + shift
    page = {
        "total": total,
        "total_page": -(-total // page_size),
        "page_no": page_no,
        "page_size": page_size,
        "data": [_item(task) for task in islice(found, first, first + page_size)],
    }
    return json_answer(page, incoming)


def _shown(service: Service, incoming: Incoming) -> list[Task]:
    """List the tasks of the time asked for, as far as the list knows them already."""
    since_s, until_s = _window(incoming.request.query_params, incoming.now_s)
    latest_s = incoming.now_s - service.settings.list_lag_s
    return [
        task
        for task in service.book.of_account(incoming.account)
        if since_s <= task.submitted_s <= until_s and task.submitted_s <= latest_s
    ]


def _window(query: QueryParams, now_s: float) -> tuple[float, float]:
    """Read the time window, at most 24 hours long; `end_time` includes its whole second."""
    start_s, end_s = _moment(query, "start_time"), _moment(query, "end_time")
    if start_s is None and end_s is None:
        return now_s - DAY_S, now_s
    if start_s is None and end_s is not None:
        start_s = end_s - DAY_S
    elif start_s is not None and end_s is None:
        end_s = start_s + DAY_S
    since_s, until_s = start_s or 0.0, end_s or 0.0
    if not 0 <= until_s - since_s <= DAY_S:
        raise invalid("start_time, end_time", "a window of at most 24 hours")
    return since_s, until_s + 0.999


def _moment(query: QueryParams, name: str) -> float | None:
    text = query.get(name)
    if not text:
        return None
    try:
        # strptime alone would take fewer digits too.
        digits = text if _MOMENT.fullmatch(text) else ""
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise invalid(name, "YYYYMMDDhhmmss") from None
    return moment.timestamp()


def _matches(task: Task, query: QueryParams) -> bool:
    wanted = {
        "model_name": task.model_name,
        "status": task.state,
        "task_id": task.id,
        "api_key_id": task.api_key_id,
        "region": _REGION,
    }
    return all(query.get(name) in {None, "", value} for name, value in wanted.items())


def _item(task: Task) -> dict[str, Any]:
    path = f"{task.model.task_path}:{_OPERATION[task.model.task_path or '']}"
    item: dict[str, Any] = {
        "api_key_id": task.api_key_id,
        "caller_parent_id": "1000000000000001",
        "caller_uid": "1000000000000001",
        "gmt_create": _millis(task.submitted_s),
        "model_name": task.model_name,
        "region": _REGION,
        "request_id": task.request_id,
        "status": task.state,
        "task_id": task.id,
        "user_api_unique_key": f"apikey:v1:aigc:{path}:{task.model_name}",
    }
    if task.started_s is not None:
        item["start_time"] = _millis(task.started_s)
    if task.ended_s is not None:
        item["end_time"] = _millis(task.ended_s)
    return item


def _millis(at_s: float) -> int:
    return int(at_s * 1000)
