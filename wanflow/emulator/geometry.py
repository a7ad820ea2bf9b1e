"""Sizes: what may be asked for, and what comes when nothing is asked."""

import math
import re
from dataclasses import dataclass

_SIZE = re.compile(r"([1-9][0-9]{0,4})\*([1-9][0-9]{0,4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Width and height in pixels, each at least 1."""

    width_px: int
    height_px: int

    @property
    def area_px(self) -> int:
        """Number of pixels."""
        return self.width_px * self.height_px

    @property
    def ratio(self) -> float:
        """Width divided by height."""
        return self.width_px / self.height_px

    def __str__(self) -> str:
        return f"{self.width_px}*{self.height_px}"


def read_size(text: str) -> Size | None:
    """Read `W*H`, the service's spelling; None if it is something else."""
    found = _SIZE.fullmatch(text)
    return Size(width_px=int(found[1]), height_px=int(found[2])) if found else None


def to_step(size: Size, step_px: int) -> Size:
    """Round both sides to multiples of `step_px`, never below one step."""
    return Size(
        width_px=max(round(size.width_px / step_px), 1) * step_px,
        height_px=max(round(size.height_px / step_px), 1) * step_px,
    )


def around_area(area_px: int, ratio: float, *, step_px: int = 16, ratio_most: float = 4.0) -> Size:
    """Give the size of about `area_px` pixels with sides in steps, never above the area.

    Args:
        area_px: at least 16 steps square.
        ratio: width divided by height; brought within 1:`ratio_most` and `ratio_most`:1.
        step_px: both sides are multiples of it.
        ratio_most: the most extreme ratio that may come out.

    Source:
        The page says "area approximately 1280*1280" and nothing on rounding; sibling models
        document multiples of 16, so this is a choice.
    """
    within = min(max(ratio, 1 / ratio_most), ratio_most)
    exact = Size(
        width_px=max(round(math.sqrt(area_px * within)), 1),
        height_px=max(round(math.sqrt(area_px / within)), 1),
    )
    size = to_step(exact, step_px)
    while size.area_px > area_px or not 1 / ratio_most <= size.ratio <= ratio_most:
        size = _shorter(size, step_px)
    return size


def _shorter(size: Size, step_px: int) -> Size:
    if size.width_px >= size.height_px:
        return Size(width_px=size.width_px - step_px, height_px=size.height_px)
    return Size(width_px=size.width_px, height_px=size.height_px - step_px)
