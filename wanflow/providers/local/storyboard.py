"""`storyboard`: a sheet of panels, laid out and captioned, with the same picture in each."""

import math
from dataclasses import dataclass

import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.areas import Box
from wanflow.providers.local.fonts import checked
from wanflow.providers.local.pixels import (
    Painted,
    Pixels,
    Task,
    resampled,
    resampling_notes,
    size_of,
)
from wanflow.providers.local.typeset import Run, arranged, drawn

SAME_IN_EVERY_PANEL = Note(
    code="same_picture",
    text="the local engine draws no new scenes: every panel shows the same picture with its words,"
    " as a layout for a model to fill",
)
_WHITE, _INK = 255, (34, 34, 34)
# Of the sheet's shorter side, of a panel's height, and of the room for the words.
_GUTTER, _CAPTION, _LETTERS = 0.018, 0.16, 0.42
_SMALLEST_PX = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Columns and rows of equal panels, with gutters between and around them."""

    columns: int
    rows: int
    gutter_px: int
    size: Size

    def panel(self, number: int) -> Box:
        """Give the place of a panel, counted from 0 in reading order."""
        column, row = number % self.columns, number // self.columns
        across = (self.size.width_px - self.gutter_px) / self.columns
        down = (self.size.height_px - self.gutter_px) / self.rows
        return Box(
            left=round(self.gutter_px + column * across),
            top=round(self.gutter_px + row * down),
            right=round((column + 1) * across),
            bottom=round((row + 1) * down),
        )


def storyboard(task: Task) -> Painted:
    """Lay panels out on white, each with the picture and its own words under it.

    Raises:
        StepError: the font lacks a character of a caption, or the panels would be too small.
    """
    picture = task.pictures[-1]
    given = task.arguments.get("panels")
    captions = [checked(str(text)) for text in given] if isinstance(given, list | tuple) else []
    sheet = laid_out(len(captions), task.arguments.get("grid"), task.size or size_of(picture))
    first = sheet.panel(0)
    if min(first.width, first.height) < _SMALLEST_PX:
        raise StepError(
            "panels-too-small",
            f"each panel would be {max(0, first.width)}*{max(0, first.height)} pixels, too small"
            " for a picture with words",
            hint="give the step a larger `size`, or write fewer panels",
        )
    canvas = np.full((sheet.size.height_px, sheet.size.width_px, 3), _WHITE, dtype=np.uint8)
    for number, caption in enumerate(captions):
        box = sheet.panel(number)
        canvas[box.part] = _panel(picture, caption, box)
    resampled_to = resampling_notes(size_of(picture), _fitted(size_of(picture), first))
    return Painted(pictures=(canvas,), notes=(SAME_IN_EVERY_PANEL, *resampled_to))


def laid_out(count: int, wish: JsonValue, size: Size) -> Sheet:
    """Choose columns and rows: those asked for if they hold all panels, else the squarest."""
    columns, rows = _wished(wish)
    if columns * rows < count:
        columns = math.ceil(math.sqrt(count))
        rows = math.ceil(count / columns)
        if size.width_px < size.height_px:
            columns, rows = rows, columns
    gutter = max(2, round(min(size.width_px, size.height_px) * _GUTTER))
    return Sheet(columns=columns, rows=rows, gutter_px=gutter, size=size)


def _wished(wish: JsonValue) -> tuple[int, int]:
    if not isinstance(wish, str) or "x" not in wish:
        return 0, 0
    columns, _, rows = wish.partition("x")
    return int(columns), int(rows)


def _panel(picture: Pixels, caption: str, box: Box) -> Pixels:
    """Put the picture, as large as it fits, and the words beneath it into the middle."""
    panel = np.full((box.height, box.width, 3), _WHITE, dtype=np.uint8)
    fitted, words_px = _fitted(size_of(picture), box), _words_px(box)
    left = (box.width - fitted.width_px) // 2
    top = (box.height - words_px - fitted.height_px) // 2
    foot = top + fitted.height_px
    panel[top:foot, left : left + fitted.width_px] = resampled(picture, fitted)
    run = Run(text=caption, size_px=max(8, round(words_px * _LETTERS)), colour=_INK)
    below = panel[foot : foot + words_px]
    panel[foot : foot + words_px] = drawn(below, arranged([run], size_of(below), "center"))
    return panel


def _words_px(box: Box) -> int:
    return max(12, round(box.height * _CAPTION))


def _fitted(size: Size, box: Box) -> Size:
    """Scale a picture into a panel, above its words."""
    room_px = box.height - _words_px(box)
    scale = min(box.width / size.width_px, room_px / size.height_px)
    return Size(
        width_px=max(1, round(size.width_px * scale)),
        height_px=max(1, round(size.height_px * scale)),
    )
