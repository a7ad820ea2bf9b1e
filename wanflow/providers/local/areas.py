"""Rectangles in a picture, in pixels, and the parts of a picture that have names."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanflow.model.values import JsonValue, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in pixels; right and bottom are the first column and row outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def part(self) -> tuple[slice, slice]:
        """What selects it from an array: `pixels[box.part]`."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, by_px: int, within: Size) -> "Box":
        """Push every side outwards, as far as the picture goes."""
        return Box(
            left=max(0, self.left - by_px),
            top=max(0, self.top - by_px),
            right=min(within.width_px, self.right + by_px),
            bottom=min(within.height_px, self.bottom + by_px),
        )

    def holds_centre_of(self, other: "Box") -> bool:
        """Tell whether the middle of another box lies in this one."""
        across = (other.left + other.right) / 2
        down = (other.top + other.bottom) / 2
        return self.left <= across <= self.right and self.top <= down <= self.bottom


def around(inside: NDArray[np.bool_]) -> Box | None:
    """Give the smallest box that holds every True of a (height, width) array."""
    rows = np.flatnonzero(inside.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(inside.any(axis=0))
    return Box(
        left=int(columns[0]), top=int(rows[0]), right=int(columns[-1]) + 1, bottom=int(rows[-1]) + 1
    )


def region(wish: JsonValue, size: Size) -> Box:
    """Turn a part's name, such as `bottom-right`, or a box in fractions into pixels.

    A named part is a little over a third of each side that it names; `top` is as wide as the
    picture. None is the whole picture. The result holds at least one pixel.
    """
    if isinstance(wish, Mapping):
        x, y, width, height = (_number(wish.get(key)) for key in ("x", "y", "width", "height"))
        return _box(size, across=(x, x + width), down=(y, y + height))
    words = wish.split("-") if isinstance(wish, str) else []
    across = down = (0.0, 1.0)
    for word in words:
        across = _ACROSS.get(word, across)
        down = _DOWN.get(word, down)
    return _box(size, across=across, down=down)


_ACROSS = {"left": (0.0, 0.4), "center": (0.2, 0.8), "right": (0.6, 1.0)}
_DOWN = {"top": (0.0, 0.4), "center": (0.2, 0.8), "bottom": (0.6, 1.0)}


def _box(size: Size, *, across: tuple[float, float], down: tuple[float, float]) -> Box:
    left = min(int(across[0] * size.width_px), size.width_px - 1)
    top = min(int(down[0] * size.height_px), size.height_px - 1)
    return Box(
        left=left,
        top=top,
        right=min(size.width_px, max(left + 1, round(across[1] * size.width_px))),
        bottom=min(size.height_px, max(top + 1, round(down[1] * size.height_px))),
    )


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
