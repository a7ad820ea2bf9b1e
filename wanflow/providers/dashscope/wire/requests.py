"""A request before it is sent, and the requests that only look after tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

from wanflow.providers.dashscope.wire.encoding import Body

# The list takes and gives times of day in Beijing. Source: recorded answers, 2024 to 2026.
_BEIJING = timezone(timedelta(hours=8))
# The largest page is not documented; 100 has been seen to work with recordings of other clients.
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: `path` comes after the base URL, `headers` are those beyond the usual ones."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Body | None = None


def query_task(task_id: str) -> Request:
    """Ask how far a task is."""
    return Request(method="GET", path=f"/tasks/{quote(task_id, safe='')}")


def cancel_task(task_id: str) -> Request:
    """Ask to cancel a task that has not begun."""
    return Request(method="POST", path=f"/tasks/{quote(task_id, safe='')}/cancel")


def list_tasks(
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    since_s: float | None = None,
    until_s: float | None = None,
    filters: Mapping[str, str] | None = None,
) -> Request:
    """Ask for a page of the account's tasks.

    Args:
        page: from 1.
        page_size: tasks on a page.
        since_s: seconds since 1970; both ends absent mean the last 24 hours, which is also the
            longest span there is.
        until_s: the same, the second included.
        filters: `model_name`, `status`, `api_key_id`, `region`, in the order they are sent.
    """
    query = [("page_no", str(page)), ("page_size", str(page_size))]
    if since_s is not None:
        query.append(("start_time", _moment(since_s)))
    if until_s is not None:
        query.append(("end_time", _moment(until_s)))
    return Request(method="GET", path="/tasks", query=(*query, *(filters or {}).items()))


def get_policy(model: str) -> Request:
    """Ask for leave to upload pictures for a model."""
    return Request(method="GET", path="/uploads", query=(("action", "getPolicy"), ("model", model)))


def get_quotas(model: str) -> Request:
    """Ask for the account's own limits; only hosts of workspaces are documented to answer."""
    query = (("model", model), ("page_no", "1"), ("page_size", "20"))
    return Request(method="GET", path="/quotas", query=query)


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(int(at_s), UTC).astimezone(_BEIJING).strftime("%Y%m%d%H%M%S")
