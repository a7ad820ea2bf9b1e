"""Reading single fields of a request body; what does not fit is refused by name."""

from collections.abc import Mapping
from typing import Any

from wanflow.emulator.geometry import Size, read_size, to_step
from wanflow.emulator.models import Model
from wanflow.emulator.refusals import Refusal, refusal

SEED_MOST = 2_147_483_647  # wan2.5 API reference, parameters.seed


def invalid(name: str, expected: str) -> Refusal:
    """Give the refusal for a field that is missing or has a value that cannot be."""
    text = f"Required parameter(s) missing or invalid, please check the request parameters: {name}"
    return refusal("InvalidParameter", f"{text} ({expected})")


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give an object inside the body; an absent one is empty."""
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise invalid(name, "an object")
    return found


def text(of: Mapping[str, Any], name: str, *, most: int, required: bool = False) -> str:
    """Give a text, cut off after `most` characters as the service does."""
    found = of.get(name)
    if found is None and not required:
        return ""
    if not isinstance(found, str) or (required and not found):
        raise invalid(name, "a text")
    return found[:most]


def whole(of: Mapping[str, Any], name: str, *, least: int, most: int, default: int) -> int:
    """Give a whole number between two limits, both included."""
    found = of.get(name)
    if found is None:
        return default
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise invalid(name, f"a whole number from {least} to {most}")
    return found


def count_in(query: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    """Give a whole number from 1 that stands in a query string."""
    found = query.get(name)
    if not found:
        return default
    if not (found.isascii() and found.isdigit() and len(found) < 9 and 1 <= int(found) <= most):
        raise invalid(name, f"a whole number from 1 to {most}")
    return int(found)


def number(of: Mapping[str, Any], name: str, *, least: float, most: float, default: float) -> float:
    """Give a number between two limits, both included."""
    found = of.get(name)
    if found is None:
        return default
    if not isinstance(found, int | float) or isinstance(found, bool) or not least <= found <= most:
        raise invalid(name, f"a number from {least:g} to {most:g}")
    return float(found)


def switch(of: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Give true or false; anything else, the text "true" too, is refused."""
    found = of.get(name)
    if found is None:
        return default
    if not isinstance(found, bool):
        raise invalid(name, "true or false")
    return found


def seed(of: Mapping[str, Any]) -> int | None:
    """Give the seed; digits in a text are accepted because the service's Java sample sends them."""
    found = of.get("seed")
    if isinstance(found, str) and found.isascii() and found.isdigit():
        found = int(found[:12])
    if found is None:
        return None
    return whole({"seed": found}, "seed", least=0, most=SEED_MOST, default=0)


def size(of: Mapping[str, Any], model: Model, *, with_images: bool) -> tuple[Size | None, int]:
    """Read `parameters.size`.

    Returns:
        The size, None if no exact one was asked, and the area that an inexact one shall have.
    """
    found = of.get("size")
    if found is None or not (model.size_names or model.size_area_most_px):
        return None, model.default_area_px
    if isinstance(found, str) and found in model.size_names:
        if with_images and found in model.sizes_without_images:
            raise invalid("size", f"{found} is for requests without images")
        return None, model.size_names[found]
    asked = read_size(found) if isinstance(found, str) else None
    if asked is None:
        raise invalid("size", "W*H")
    _check_size(asked, model)
    return to_step(asked, model.size_step_px), asked.area_px


def _check_size(asked: Size, model: Model) -> None:
    least, most = model.size_area_least_px or 1, model.size_area_most_px or asked.area_px
    ratio, side_least = model.size_ratio_most, model.size_side_least_px or 1
    side_most = model.size_side_most_px or max(asked.width_px, asked.height_px)
    sides_fit = all(side_least <= side <= side_most for side in (asked.width_px, asked.height_px))
    ratio_fits = ratio is None or 1 / ratio <= asked.ratio <= ratio
    if not (least <= asked.area_px <= most and sides_fit and ratio_fits):
        raise refusal("InvalidParameter", f"The size is not match the allowed size: {asked}")
