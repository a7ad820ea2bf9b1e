"""Answers of the service as values. Whatever comes, reading raises only `BadAnswerError`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_SAID_MOST_CHARS = 300

# The six documented states; anything else is a task that is not over.
State = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"]
_STATES: frozenset[str] = frozenset(get_args(State))


class BadAnswerError(Exception):
    """An answer is not what is documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a refused request says. `message` is the service's own, at most 300 characters."""

    code: str
    message: str
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A submission was taken on."""

    task_id: str
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One output: an address, or why there is none."""

    url: str | None
    prompt: str | None = None
    actual_prompt: str | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far a task is. `state` is None for a word that is not documented.

    `seconds` is how long the task took from its submission to its end by the service's own
    clock. `billed_images` and `total` are None where the answer does not say.
    """

    state: State | None
    pictures: tuple[Picture, ...] = ()
    code: str = ""
    message: str = ""
    request_id: str | None = None
    billed_images: int | None = None
    total: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task in a list. `created_s` is seconds since 1970 by the service's clock."""

    task_id: str
    model: str
    state: State | None
    created_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list."""

    rows: tuple[Row, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Leave to upload into a folder for `lives_s` seconds; `fields` in the order they are sent."""

    host: str
    folder: str
    fields: tuple[tuple[str, str], ...]
    lives_s: float
    largest_bytes: int


def read_refusal(body: bytes) -> Refusal:
    """Read a refusal; of what is no JSON at all nothing is kept."""
    try:
        said = _object(body)
    except BadAnswerError:
        return Refusal(code="", message="", request_id=None)
    return Refusal(
        code=_text(said.get("code"))[:100],
        message=_text(said.get("message"))[:_SAID_MOST_CHARS],
        request_id=_word(said.get("request_id")),
    )


def read_accepted(body: bytes) -> Accepted:
    """Read the answer to a submission that makes a task."""
    said = _object(body)
    task_id = _mapping(said.get("output")).get("task_id")
    if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
        raise BadAnswerError("no task id that could be one")
    return Accepted(task_id=task_id, request_id=_word(said.get("request_id")))


def read_report(body: bytes, *, tasks: bool = True) -> Report:
    """Read the answer to a query, or a synchronous answer, which has the pictures at once."""
    said = _object(body)
    output = _mapping(said.get("output"))
    word = output.get("task_status") if tasks else "SUCCEEDED"
    if not isinstance(word, str):
        raise BadAnswerError("no status of a task")
    pictures = _pictures(output)
    metrics = _mapping(output.get("task_metrics"))
    return Report(
        state=_state(word),
        pictures=pictures,
        code=_text(output.get("code"))[:100],
        message=_text(output.get("message"))[:_SAID_MOST_CHARS],
        request_id=_word(said.get("request_id")),
        billed_images=_whole(_mapping(said.get("usage")).get("image_count")),
        total=_whole(metrics.get("TOTAL")),
        seconds=_seconds(output),
    )


def read_page(body: bytes) -> Page:
    """Read a page of the task list; rows that make no sense are an error, not left out."""
    said = _object(body)
    data = said.get("data")
    total = _whole(said.get("total"))
    if not isinstance(data, list) or total is None:
        raise BadAnswerError("no list of tasks")
    pages = _whole(said.get("total_page"))
    return Page(rows=tuple(_row(row) for row in data), total=total, pages=pages or 0)


def read_policy(body: bytes) -> Policy:
    """Read a certificate for uploads."""
    data = _mapping(_object(body).get("data"))
    names = (
        ("OSSAccessKeyId", "oss_access_key_id"),
        ("Signature", "signature"),
        ("policy", "policy"),
        ("x-oss-object-acl", "x_oss_object_acl"),
        ("x-oss-forbid-overwrite", "x_oss_forbid_overwrite"),
    )
    host, folder = data.get("upload_host"), data.get("upload_dir")
    fields = tuple((sent, data.get(name)) for sent, name in names)
    if not all(isinstance(text, str) and text for text in (host, folder, *dict(fields).values())):
        raise BadAnswerError("an incomplete upload certificate")
    return Policy(
        host=str(host),
        folder=str(folder),
        fields=tuple((sent, str(text)) for sent, text in fields),
        lives_s=float(_whole(data.get("expire_in_seconds")) or 0),
        largest_bytes=(_whole(data.get("max_file_size_mb")) or 0) * 1024 * 1024,
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    # Too deep a nesting and too long a number are the service's doing as well.
    except (ValueError, RecursionError):
        raise BadAnswerError("no JSON") from None
    if not isinstance(value, dict):
        raise BadAnswerError("no JSON object")
    return value


def _pictures(output: Mapping[str, Any]) -> tuple[Picture, ...]:
    results = output.get("results")
    if isinstance(results, list):
        return tuple(_picture(_mapping(entry), "url") for entry in results)
    choices = output.get("choices")
    contents = [
        _mapping(_mapping(choice).get("message")).get("content")
        for choice in (choices if isinstance(choices, list) else [])
    ]
    parts = [
        _mapping(part) for content in contents if isinstance(content, list) for part in content
    ]
    return tuple(_picture(part, "image") for part in parts if "image" in part)


def _picture(entry: Mapping[str, Any], name: str) -> Picture:
    url = entry.get(name)
    return Picture(
        url=url if isinstance(url, str) and url else None,
        prompt=_optional_text(entry.get("orig_prompt")),
        actual_prompt=_optional_text(entry.get("actual_prompt")),
        code=_text(entry.get("code"))[:100],
        message=_text(entry.get("message"))[:_SAID_MOST_CHARS],
    )


def _row(value: object) -> Row:
    row = _mapping(value)
    task_id, created = row.get("task_id"), row.get("gmt_create")
    if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
        raise BadAnswerError("a task without an id that could be one")
    if isinstance(created, bool) or not isinstance(created, int | float):
        raise BadAnswerError("a task without its time")
    return Row(
        task_id=task_id,
        model=_text(row.get("model_name")),
        state=_state(_text(row.get("status"))),
        created_s=created / 1000,
    )


def _seconds(output: Mapping[str, Any]) -> float | None:
    try:
        begun, ended = (
            datetime.fromisoformat(_text(output.get(name))) for name in ("submit_time", "end_time")
        )
        seconds = (ended - begun).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds >= 0 else None


def _state(word: str) -> State | None:
    return word if word in _STATES else None  # type: ignore[return-value]  # checked just now


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _optional_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _word(value: object) -> str | None:
    """Take an identifier that may be shown; anything else is no identifier."""
    return value if isinstance(value, str) and _TASK_ID.fullmatch(value) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
