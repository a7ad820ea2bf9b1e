"""From the value of a catalogue file to the value that the other rooms work with.

Both builders expect a value that fits its schema (`operation` or `model`); they do not check it.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from wanflow.model.card import ImageLimits, MaskRule, ModelCard, Price, SizeLimits
from wanflow.model.operation import Argument, Checks, ModelUse, Operation
from wanflow.model.provenance import SourceTypes
from wanflow.model.values import JsonValue

_Value = Mapping[str, Any]
_MICRO = 1_000_000
# The name of the source of what no page documents.
_ASSUMED = "assumed"


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
        models={name: _uses(uses) for name, uses in given.get("models", {}).items()},
        source=SourceTypes(**given.get("source_type", {})),
        builtin=builtin,
    )


def _uses(given: _Value | Sequence[_Value]) -> tuple[ModelUse, ...]:
    """Build the ways in which a model does an operation; one alone may stand without a list."""
    uses = [given] if isinstance(given, Mapping) else given
    return tuple(
        ModelUse(
            function=use.get("function"),
            parameters={
                name: Argument(
                    name=source.get("argument"),
                    extension=source.get("extension"),
                    value=source.get("value"),
                    values=source.get("values", {}),
                    plus=float(source.get("plus", 0)),
                )
                for name, source in use.get("parameters", {}).items()
            },
            when={name: tuple(values) for name, values in use.get("when", {}).items()},
            given=tuple(use.get("given", ())),
        )
        for use in uses
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
        result=given.get("result", "asked"),
        mask=_mask(given["mask"]) if "mask" in given else None,
        also=tuple(given.get("also", ())),
        assumed=tuple(_assumed(given)),
    )


def _assumed(given: _Value) -> Iterator[str]:
    for name, fact in given.items():
        if isinstance(fact, Mapping) and fact.get("source") == _ASSUMED:
            yield name
    if given.get("size", {}).get("tiers", {}).get("source") == _ASSUMED:
        yield "tiers"


def _mask(given: _Value) -> MaskRule:
    return MaskRule(edit=given["edit"], same_size=given["same_size"])


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
        advised=given.get("advised", False),
    )


def _size(given: _Value) -> SizeLimits:
    side, tiers = given.get("side_px", {}), given.get("tiers", {})
    return SizeLimits(
        area_min_px=given["area_px"]["min"],
        area_max_px=given["area_px"]["max"],
        ratio_min=float(given["ratio"]["min"]),
        ratio_max=float(given["ratio"]["max"]),
        multiple_px=given["multiple_px"],
        side_min_px=side.get("min"),
        side_max_px=side.get("max"),
        tiers=tiers.get("area_px", {}),
        tiers_without_pictures=tuple(tiers.get("without_pictures", ())),
        default_area_px=given.get("default_area_px", given["area_px"]["max"]),
    )


def _prices(given: Sequence[_Value], sources: Mapping[str, _Value]) -> tuple[Price, ...]:
    return tuple(
        Price(
            region=price["region"],
            currency=price["currency"],
            amount_micro=int(Decimal(price["amount"]) * _MICRO),
            source=sources[price["source"]]["page"],
            date=sources[price["source"]]["date"],
            free_images=price.get("free_images"),
        )
        for price in given
    )
