"""`extract`: things lifted out of a picture and laid out on an empty ground."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note, Size
from wanflow.providers.local.arrangement import Manner, Spot, spots
from wanflow.providers.local.cutout import Cutout, cut_off_sides, fitted, lifted
from wanflow.providers.local.instances import instances_of
from wanflow.providers.local.pixels import (
    NO_NEW_DETAIL,
    Mask,
    Painted,
    Pixels,
    Task,
    distinct,
    size_of,
)
from wanflow.providers.local.sharpening import crisp
from wanflow.providers.local.targets import KNOWN, kind_of, not_found, took_subject
from wanflow.providers.local.typeset import Colour, colour


def extract(task: Task) -> Painted:
    """Lay the wished things out on a ground of one colour, in the picture's or the wished size.

    The engine lifts what it can find: faces, lines of text (with the ground they stand on) and
    the main subject, each piece of it on its own. One thing that it does not know by name is
    taken for the main subject, and a note says so.

    Raises:
        StepError: more than one thing is asked for that the engine does not know, or none of the
            things is in the picture.
    """
    picture = task.pictures[-1]
    masks, notes = _found(picture, task.arguments.get("items", "all"))
    things = [thing for mask in masks if (thing := lifted(picture, mask))]
    sheet = task.size or size_of(picture)
    places = spots(
        [_size(thing) for thing in things],
        sheet,
        cast("Manner", task.arguments.get("arrange", "flat_lay")),
    )
    ends = sorted(frozenset[str]().union(*(cut_off_sides(mask) for mask in masks)))
    notes.extend(_cut_off(side) for side in ends)
    if any(
        place.size.height_px > _size(one).height_px
        for one, place in zip(things, places, strict=True)
    ):
        notes.append(NO_NEW_DETAIL)
    ground = colour(str(task.arguments.get("background", "white")))
    return Painted(pictures=(_laid(things, places, sheet, ground),), notes=distinct(notes))


def _found(picture: Pixels, items: JsonValue) -> tuple[list[Mask], list[Note]]:
    if not isinstance(items, Sequence) or isinstance(items, str):
        masks = list(instances_of(picture, "subject"))
        if not masks:
            raise _nothing("main subject")
        return masks, [_AS_A_WHOLE]
    names = [str(item) for item in items]
    unknown = [name for name in names if kind_of(name) is None]
    if len(unknown) > 1 or (unknown and any(kind_of(name) == "subject" for name in names)):
        raise StepError(
            "cannot-find",
            f"the local engine cannot tell {' and '.join(unknown)} from other things: it knows"
            f" {KNOWN}, and takes one other name for the main subject",
            hint="ask for one thing a step, or run it with --provider dashscope",
        )
    masks, notes = [], []
    for name in names:
        found = instances_of(picture, kind_of(name) or "subject")
        masks.extend(found)
        if not found:
            notes.append(not_found(name))
        elif name in unknown:
            notes.append(took_subject(name))
    if not masks:
        raise _nothing(" or ".join(names))
    return masks, notes


def _laid(things: Sequence[Cutout], places: Sequence[Spot], size: Size, ground: Colour) -> Pixels:
    sheet = np.full((size.height_px, size.width_px, 3), ground, dtype=np.uint8)
    for thing, place in zip(things, places, strict=True):
        shown = fitted(thing, place.size)
        by = place.size.height_px / thing.mask.shape[0]
        part = (
            slice(place.top_px, place.top_px + place.size.height_px),
            slice(place.left_px, place.left_px + place.size.width_px),
        )
        share = shown.mask[..., None]
        mixed = sheet[part] * (1 - share) + crisp(shown.pixels, by) * share
        sheet[part] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return sheet


def _size(thing: Cutout) -> Size:
    return Size(width_px=thing.mask.shape[1], height_px=thing.mask.shape[0])


def _nothing(what: str) -> StepError:
    return StepError(
        "not-found",
        f"the local engine found no {what} to lift out",
        hint="use a picture in which one thing stands out",
    )


def _cut_off(side: str) -> Note:
    return Note(
        code=f"cut_off: {side}",
        text=f"its picture cuts it off at the {side}; the local engine does not complete it",
    )


_AS_A_WHOLE = Note(
    code="lifted_whole",
    text="the local engine lifts the main subject as a whole and does not part it into items",
)
