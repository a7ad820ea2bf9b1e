"""Algorithms on several pictures. What comes out has the size that `plan.geometry` says."""

from collections.abc import Mapping, Sequence

from PIL import Image

from wanflow.model.values import JsonValue, Size
from wanflow.plan.geometry import gridded, in_cell, overlaid
from wanflow.providers.builtin.pictures import Made, Picture, color, refuse_too_large


def overlay(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Lay the second picture over the first, its transparency respected."""
    lower, upper = pictures
    box = overlaid(lower.size, upper.size, arguments)
    refuse_too_large(box.size)
    base = lower.opened()
    above = _scaled(upper.opened(), box.size).convert("RGBA")
    opacity = arguments.get("opacity", 1)
    if isinstance(opacity, int | float) and opacity < 1:
        above.putalpha(above.getchannel("A").point([round(v * opacity) for v in range(256)]))
    layer = Image.new("RGBA", base.size)
    layer.paste(above, (box.left_px, box.top_px))
    joined = Image.alpha_composite(base.convert("RGBA"), layer)
    return Made(image=joined.convert(base.mode))


def grid(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Put pictures into rows of equal cells, one decoded at a time."""
    plan = gridded(pictures[0].size, len(pictures), arguments)
    refuse_too_large(plan.size)
    ground = color(arguments.get("background"))
    mode = "RGB" if ground[3] == 255 else "RGBA"
    whole = Image.new(mode, (plan.size.width_px, plan.size.height_px), ground[: len(mode)])
    for number, picture in enumerate(pictures):
        box = in_cell(plan, number, picture.size)
        image = _scaled(picture.opened(), box.size)
        # On a transparent ground a picture keeps its own transparency.
        mask = image if image.mode == "RGBA" and mode == "RGB" else None
        whole.paste(image.convert(mode), (box.left_px, box.top_px), mask)
    return Made(image=whole)


def _scaled(image: Image.Image, size: Size) -> Image.Image:
    wanted = (size.width_px, size.height_px)
    return image if image.size == wanted else image.resize(wanted, Image.Resampling.LANCZOS)
