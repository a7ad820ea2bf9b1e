"""From the value of a catalogue file to the value that the other rooms work with.

Both builders expect a value that fits its schema (`operation` or `model`); they do not check it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from wanflow.model.card import ImageLimits, ModelCard, Price, SizeLimits
from wanflow.model.operation import Checks, Operation
from wanflow.model.values import JsonValue

_Value = Mapping[str, Any]
_MICRO = 1_000_000


def operation_from(value: JsonValue, *, name: str = "", builtin: bool = True) -> Operation:
    """Build an operation from a value that fits the `operation` schema.

    Args:
        value: what the file, or the recipe in place, says.
        name: its name where the value has none, such as the key in a recipe.
        builtin: whether it is the catalogue's own.
    """
    given = cast("_Value", value)
    images = given.get("images", {"min": 1, "max": 1})
    result = given.get("result", {})
    return Operation(
        name=given.get("operation", name),
        version=given.get("version", "0.0.0"),
        summary=_by_language(given.get("summary", "")),
        kind=given.get("kind", "model"),
        images_min=images["min"],
        images_max=images["max"],
        roles=tuple(images.get("roles", ("picture",))),
        params=given.get("params", {"type": "object"}),
        prompt=given.get("prompt", {}),
        local=given.get("local"),
        size_rule=result.get("size", "same"),
        size_of=result.get("of", "last"),
        paints=given.get("paints", False),
        seeded=given.get("seeded", False),
        example=given.get("example", ""),
        checks=_checks(given.get("checks", {})),
        builtin=builtin,
    )


def card_from(value: JsonValue) -> ModelCard:
    """Build a model card from a value that fits the `model` schema."""
    given = cast("_Value", value)
    sources = given["sources"]
    limits = given["rate_limits"]
    negative = given.get("negative_prompt")
    return ModelCard(
        name=given["model"],
        family=given["family"],
        summary=given["summary"],
        providers=tuple(given["providers"]),
        regions=tuple(given["regions"]),
        images=_images(given["images"]),
        size=_size(given["size"]) if "size" in given else None,
        parameters=given["parameters"],
        prompt_max_chars=given["prompt"]["max_chars"],
        negative_prompt_max_chars=negative["max_chars"] if negative else None,
        prices=_prices(given["prices"], sources),
        latency_typical_s=float(given["latency"]["typical_s"]),
        submissions_per_s=float(limits["submissions_per_s"]),
        running_at_once=limits.get("running_at_once"),
        sources=tuple(f"{source['page']} ({source['date']})" for source in sources.values()),
        date=max(source["date"] for source in sources.values()),
        notes=tuple(given.get("notes", ())),
    )


def _by_language(summary: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"en": summary} if isinstance(summary, str) else summary


def _checks(given: _Value) -> Checks:
    return Checks(
        measures=tuple(given.get("measures", ())),
        changes=given.get("changes", "everywhere"),
        counts=given.get("counts"),
    )


def _images(given: _Value) -> ImageLimits:
    ratio = given.get("ratio", {})
    return ImageLimits(
        count_min=given["count"]["min"],
        count_max=given["count"]["max"],
        side_min_px=given["side_px"]["min"],
        side_max_px=given["side_px"]["max"],
        max_bytes=given["max_bytes"],
        media_types=tuple(given["media_types"]),
        alpha=given["alpha"],
        ratio_min=ratio.get("min"),
        ratio_max=ratio.get("max"),
    )


def _size(given: _Value) -> SizeLimits:
    return SizeLimits(
        area_min_px=given["area_px"]["min"],
        area_max_px=given["area_px"]["max"],
        ratio_min=float(given["ratio"]["min"]),
        ratio_max=float(given["ratio"]["max"]),
        multiple_px=given["multiple_px"],
    )


def _prices(given: Sequence[_Value], sources: Mapping[str, _Value]) -> tuple[Price, ...]:
    return tuple(
        Price(
            region=price["region"],
            currency=price["currency"],
            amount_micro=int(Decimal(price["amount"]) * _MICRO),
            source=sources[price["source"]]["page"],
            date=sources[price["source"]]["date"],
        )
        for price in given
    )
