"""`add_text`: a title and a subtitle, exactly as written."""

from collections.abc import Iterator, Mapping, Sequence

from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.fonts import checked
from wanflow.providers.local.pixels import Painted, Task, size_of
from wanflow.providers.local.typeset import Placed, Run, arranged, colour, drawn
from wanflow.providers.local.unread import unread

# Height of the letters as a fraction of the picture's shorter side.
_SIZES = {"s": 0.05, "m": 0.075, "l": 0.11, "xl": 0.16}
_SUBTITLE = 0.48


def add_text(task: Task) -> Painted:
    """Write a text, and a smaller one below it, at one of nine places.

    Raises:
        StepError: the font lacks a character, or the picture has no room for the text.
    """
    picture = task.pictures[-1]
    size = size_of(picture)
    side = min(size.width_px, size.height_px)
    letters = side * _SIZES[_word(task.arguments, "size", "l")]
    ink = colour(_word(task.arguments, "color", "white"))
    runs = [
        Run(text=checked(_word(task.arguments, "text", "")), size_px=round(letters), colour=ink)
    ]
    subtitle = task.arguments.get("subtitle")
    if isinstance(subtitle, Mapping):
        own = _word(subtitle, "color", "")
        runs.append(
            Run(
                text=checked(_word(subtitle, "text", "")),
                size_px=round(max(letters * _SUBTITLE, side * 0.035)),
                colour=colour(own) if own else ink,
            )
        )
    lines = arranged(runs, size, _word(task.arguments, "anchor", "bottom"))
    notes = [*_smaller(runs, lines)]
    font = task.arguments.get("font")
    if isinstance(font, str):
        notes.insert(0, unread("font", font, "its one font, Noto Sans SC"))
    return Painted(pictures=(drawn(picture, lines),), notes=tuple(notes))


def _smaller(runs: Sequence[Run], lines: Sequence[Placed]) -> Iterator[Note]:
    """Say that a text was set smaller than asked for, which wrapping it could not avoid."""
    asked_px, set_px = runs[0].size_px, lines[0].size_px
    if set_px < asked_px:
        text = f"the text is set in letters of {set_px} pixels, not {asked_px}, so that it fits"
        yield Note(code="made_smaller", text=text)


def _word(values: Mapping[str, JsonValue], name: str, default: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else default
