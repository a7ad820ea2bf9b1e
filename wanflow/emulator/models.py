"""What each model takes and gives: the table in models.json as values.

The table is the emulator's own, read from the documentation a second time, so that a
misreading in the client's cards shows as a disagreement and not as a passing test.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Shape = Literal["synthesis", "function", "messages-wan", "messages-qwen"]

# Snapshots are named after their model and a day: qwen-image-edit-plus-2025-10-30.
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The facts about one model; models.json holds the source of each number.

    `task_path` and `call_path` are the families of endpoints that serve it as a task and as
    a synchronous call. A limit of None is no limit; a `negative_prompt_most` of 0 means that
    there is no such parameter.
    """

    name: str
    shape: Shape
    images_least: int
    images_most: int
    formats: tuple[str, ...]
    side_least_px: int
    side_most_px: int
    bytes_most: int
    prompt_most: int
    negative_prompt_most: int
    n_most: int
    n_default: int
    default_area_px: int
    submit_count: int
    submit_per_s: float
    price_cny: float
    task_path: str | None = None
    call_path: str | None = None
    running_most: int | None = None
    ratio_most: float | None = None
    disputed_ratio_most: float | None = None
    n_sequential_most: int | None = None
    n_sequential_default: int | None = None
    prompt_extend_default: bool | None = None
    size_area_least_px: int | None = None
    size_area_most_px: int | None = None
    size_ratio_most: float | None = None
    size_side_least_px: int | None = None
    size_side_most_px: int | None = None
    size_step_px: int = 1
    size_names: Mapping[str, int] = field(default_factory=dict)
    sizes_without_images: tuple[str, ...] = ()


def find_model(name: str) -> Model | None:
    """Give the facts about a model or a dated snapshot of one; None if nobody knows it."""
    return _served().get(name) or _served().get(_SNAPSHOT.sub("", name))


def known_models() -> tuple[Model, ...]:
    """List the models that are served."""
    return tuple(_served().values())


@cache
def text2image_models() -> frozenset[str]:
    """Name the text-to-image models: the service has them, this emulator does not."""
    return frozenset(_table()["text2image"][0])


@cache
def _served() -> dict[str, Model]:
    return {
        name: Model(name=name, **{key: _value(fact) for key, fact in facts.items()})
        for name, facts in _table()["models"].items()
    }


def _value(fact: list[Any]) -> Any:  # noqa: ANN401 - JSON holds what it holds
    value, _source = fact
    return tuple(value) if isinstance(value, list) else value


@cache
def _table() -> dict[str, Any]:
    text = files("wanflow.emulator").joinpath("models.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
