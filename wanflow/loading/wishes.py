"""Small texts of the language with a meaning: sizes, ratios, times."""

import re

from wanflow.model.recipe import Ratio, SizeWish, Tier
from wanflow.model.values import JsonValue, Size

_SIZE = re.compile(r"([1-9][0-9]{0,4})([*:])([1-9][0-9]{0,4})")
_TIER = re.compile(r"[1-9]K")
_TIME = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def size_wish(text: str) -> SizeWish | None:
    """Read `1280*720`, `16:9` or `2K`; None if it is none of them."""
    if _TIER.fullmatch(text):
        return Tier(name=text)
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if found[2] == ":":
        return Ratio(width=first, height=second)
    return Size(width_px=first, height_px=second)


def amount(text: str | None, unit: str) -> float | None:
    """Read a number with its unit, such as `2px` or `95%`; None if there is no text."""
    return None if text is None else float(text.removesuffix(unit))


def seconds(value: JsonValue) -> float | None:
    """Read a time: a number of seconds, or a text such as `90s` or `5m`; None if it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) * _SECONDS[found[2]] if found else None
