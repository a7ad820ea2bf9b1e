"""How large the results of an order become."""

import math

from wanflow.emulator.geometry import Size, around_area
from wanflow.emulator.orders import Order
from wanflow.emulator.pictures import Picture

# A picture is made of exactly its size; beyond 25 million pixels that would take seconds.
_DRAWN_MOST_PX = 25_000_000
_RATIO_MOST = 8.0


def result_size(order: Order, pictures: tuple[Picture, ...]) -> Size:
    """Give the size of every picture of an order.

    Source:
        wan2.5 API reference, parameters.size: without a size the ratio is that of the last
        picture and the area about 1280*1280. A picture that was never seen counts as square.
    """
    if order.function is not None:
        return _drawable(_of_function(order, pictures[0].size))
    if order.size is not None:
        return order.size
    last = pictures[-1].size if pictures else None
    return around_area(
        order.area_px,
        last.ratio if last else 1.0,
        ratio_most=order.model.size_ratio_most or _RATIO_MOST,
    )


def _of_function(order: Order, base: Size | None) -> Size:
    base = base or around_area(order.area_px, 1.0)
    scales = order.scales
    if order.function == "super_resolution":
        across = down = scales["upscale_factor"]
    elif order.function == "expand":
        across = scales["left_scale"] + scales["right_scale"] - 1
        down = scales["top_scale"] + scales["bottom_scale"] - 1
    else:
        return base
    return _scaled(base, across, down)


def _scaled(size: Size, across: float, down: float) -> Size:
    return Size(
        width_px=max(round(size.width_px * across), 1),
        height_px=max(round(size.height_px * down), 1),
    )


def _drawable(size: Size) -> Size:
    if size.area_px <= _DRAWN_MOST_PX:
        return size
    scale = math.sqrt(_DRAWN_MOST_PX / size.area_px)
    return _scaled(size, scale, scale)
