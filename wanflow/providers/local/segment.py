"""`segment`: every instance of what is named, covered with a colour of its own."""

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.instances import instances_of
from wanflow.providers.local.pixels import Mask, Painted, Pixels, Task
from wanflow.providers.local.targets import kind_of, not_found, took_subject
from wanflow.providers.local.typeset import Colour, colour, is_light

DEFAULT_ALPHA = 0.5
# Each next colour is turned by the golden angle on the wheel, so that neighbours differ most.
_GOLDEN = 0.381966
_FIRST_HUE = 0.01
_MOST_LISTED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One thing: which target it is of, where it is, and its colour."""

    target: str
    mask: Mask
    colour: Colour


def segment(task: Task) -> Painted:
    """Cover each instance that can be found, over the picture or on black.

    As with `detect`, one target alone that the engine does not know by name is taken to mean the
    main subject. A note for each target says in which colours its instances are, and how large.

    Raises:
        StepError: a colour is given for something that is no target.
    """
    picture = task.pictures[-1]
    wish = task.arguments.get("targets")
    targets = [str(name) for name in wish] if isinstance(wish, Sequence) else []
    colours = _given(task.arguments.get("colors"), targets)
    found: list[Instance] = []
    notes: list[Note] = []
    for name in targets:
        own, said = _found(picture, name, targets)
        inks = _inks(colours.get(name), len(found), len(own))
        new = [Instance(target=name, mask=m, colour=ink) for m, ink in zip(own, inks, strict=True)]
        notes.extend(said)
        notes.extend([_listed(name, new)] if new else [])
        found.extend(new)
    alpha = task.arguments.get("alpha")
    if task.arguments.get("ground") == "black":
        result = _flat(picture, found)
    else:
        share = float(alpha) if isinstance(alpha, int | float) else DEFAULT_ALPHA
        result = _covered(picture, found, share)
    return Painted(pictures=(result,), notes=tuple(notes))


def palette(number: int) -> Colour:
    """Give the n-th colour, from 0, for things that need to be told apart."""
    hue = (_FIRST_HUE + number * _GOLDEN) % 1
    dimmed = 1 - 0.22 * (number // 7 % 3)
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.85, dimmed)
    return round(red * 255), round(green * 255), round(blue * 255)


def _given(wish: JsonValue, targets: Sequence[str]) -> dict[str, Colour]:
    colours = wish if isinstance(wish, Mapping) else {}
    stray = [name for name in colours if name not in targets]
    if stray:
        raise StepError(
            "stray-color",
            f"`colors` names {' and '.join(stray)}, which is not among `targets`",
            hint=f"the targets are {', '.join(targets)}",
        )
    return {name: colour(str(value)) for name, value in colours.items()}


def _found(
    picture: Pixels, name: str, targets: Sequence[str]
) -> tuple[tuple[Mask, ...], list[Note]]:
    kind = kind_of(name)
    unknown = [target for target in targets if kind_of(target) is None]
    has_subject = any(kind_of(target) == "subject" for target in targets)
    stands_for_subject = unknown == [name] and not has_subject
    masks: tuple[Mask, ...] = ()
    if kind or stands_for_subject:
        masks = instances_of(picture, kind or "subject")
    if not masks:
        return (), [not_found(name)]
    return masks, [took_subject(name)] if stands_for_subject else []


def _inks(given: Colour | None, before: int, count: int) -> list[Colour]:
    """Give as many colours as there are instances: of the palette, or shades of a given one."""
    if given is None:
        return [palette(before + k) for k in range(count)]
    return [_shade(given, k) for k in range(count)]


def _shade(of: Colour, number: int) -> Colour:
    """Give the n-th shade, from 0: the colour itself, then ever darker, of a dark one lighter."""
    goal = 0 if is_light(of) else 255
    share = 0.8 * number / (number + 2)
    red, green, blue = (round(part + (goal - part) * share) for part in of)
    return red, green, blue


def _covered(picture: Pixels, found: Sequence[Instance], alpha: float) -> Pixels:
    """Lay the colours over the picture, each with its outline; where two meet, one shows."""
    result = picture.astype(np.float32)
    free = np.ones(picture.shape[:2], dtype=np.float32)
    for one in reversed(_largest_first(found)):
        share = (one.mask * free * np.float32(alpha))[..., None]
        result = result + (np.array(one.colour, dtype=np.float32) - picture) * share
        free = free * (1 - one.mask)
    line_px = max(1, round(min(picture.shape[:2]) / 250))
    for one in _largest_first(found):
        inside = (one.mask > 0.5).astype(np.uint8)
        outlines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(result, outlines, -1, one.colour, line_px)
    return np.asarray(np.clip(np.rint(result), 0, 255), dtype=np.uint8)


def _flat(picture: Pixels, found: Sequence[Instance]) -> Pixels:
    """Lay the colours on black with hard edges, smaller things on larger ones."""
    result = np.zeros_like(picture)
    for one in _largest_first(found):
        result[one.mask > 0.5] = one.colour
    return result


def _largest_first(found: Sequence[Instance]) -> list[Instance]:
    return sorted(found, key=lambda one: -float(one.mask.sum()))


def _listed(name: str, own: Sequence[Instance]) -> Note:
    parts = [
        f"#{one.colour[0]:02X}{one.colour[1]:02X}{one.colour[2]:02X}"
        f" ({100 * float(one.mask.mean()):.1f} % of the picture)"
        for one in own[:_MOST_LISTED]
    ]
    more = len(own) - len(parts)
    text = ", ".join(parts) + (f" and {more} more" if more else "")
    return Note(code=f"found: {name}", text=f"{len(own)} found: {text}")
