"""`restage`: the subject of a picture on another ground, its pose and place kept."""

from collections.abc import Mapping

import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.areas import Box, around
from wanflow.providers.local.cutout import Cutout, cut_off_sides, lifted, scaled
from wanflow.providers.local.fuse import set_into
from wanflow.providers.local.pixels import Painted, Pixels, Task, distinct, shaped, size_of
from wanflow.providers.local.placing import Stand
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.typeset import colour

# What only a model can draw anew, and how a reader would call it.
_DRAWN = {
    "style": "another style",
    "pose": "another pose",
    "framing": "another framing",
    "roles": "roles of their own",
}
# Share of the width that several copies of the subject take together.
_TOGETHER = 0.94
# Share of its own part of the width that one of them takes.
_APART = 0.9


def restage(task: Task) -> Painted:
    """Cut the last picture's subject out, and set it on the first picture or on one colour.

    One subject stays where it stands; of several, all the same, each is as wide as there is room.

    Raises:
        StepError: a scene in words, a style, a pose, a framing or roles, which need a model; a
            colour and a picture both as ground; or no subject.
    """
    *grounds, picture = task.pictures
    _refuse(task.arguments, has_ground=bool(grounds))
    subject, box, notes = _lifted(picture)
    size = size_of(picture)
    if grounds:
        result, said = shaped(grounds[0], size)
        notes.extend(said)
    else:
        ink = colour(str(task.arguments.get("ground", "white")))
        result = np.full_like(picture, ink)
    wish = task.arguments.get("count")
    count = int(wish) if isinstance(wish, int | float) else 1
    if count == 1:
        place = Stand(left_px=box.left, top_px=box.top)
        result = set_into(result, subject, place, tone=bool(grounds))
    else:
        notes.append(_copies(count))
        result = _side_by_side(result, subject, count, tone=bool(grounds))
    return Painted(pictures=(result,), notes=distinct(notes))


def _refuse(arguments: Mapping[str, JsonValue], *, has_ground: bool) -> None:
    asked = [words for name, words in _DRAWN.items() if name in arguments]
    if "scene" in arguments and not has_ground:
        asked.insert(0, "a scene from words")
    if asked:
        raise StepError(
            "needs-a-model",
            f"{' and '.join(asked)} needs an image model: the local engine only sets the subject"
            " as it is on another ground",
            hint="give a picture of the background as the first image, or a colour as `ground`;"
            " or run it with --provider dashscope",
        )
    if has_ground and "ground" in arguments:
        raise StepError(
            "two-grounds",
            "the subject cannot stand on a background picture and on a colour at once",
            hint="remove `ground`, or the first image",
        )


def _lifted(picture: Pixels) -> tuple[Cutout, Box, list[Note]]:
    """Give the subject, the box it was lifted from, and what the reader should know of it."""
    mask = subject_mask(picture)
    subject = None if mask is None else lifted(picture, mask)
    box = None if mask is None else around(mask > 0.5)
    if mask is None or subject is None or box is None:
        raise StepError(
            "no-subject",
            "the local engine sees no main subject in the picture",
            hint="use a picture in which one thing stands out",
        )
    notes = [_cut_off(side) for side in sorted(cut_off_sides(mask))]
    return subject, box.grown(2, size_of(picture)), notes


def _side_by_side(ground: Pixels, subject: Cutout, count: int, *, tone: bool) -> Pixels:
    """Set copies in a row, near the lower edge, as high as they were or as there is room for."""
    height, width = ground.shape[:2]
    tall, wide = subject.mask.shape
    share = min(1.0, width * _TOGETHER / count * _APART / wide)
    copy = scaled(subject, max(1, round(tall * share)))
    foot = height if "bottom" in subject.ends else round(height * (1 + _TOGETHER) / 2)
    result = ground
    for number in range(count):
        middle = width * (1 - _TOGETHER) / 2 + width * _TOGETHER * (number + 0.5) / count
        place = Stand(
            left_px=round(middle - copy.mask.shape[1] / 2),
            top_px=max(0, foot - copy.mask.shape[0]),
        )
        result = set_into(result, copy, place, tone=tone)
    return result


def _copies(count: int) -> Note:
    return Note(
        code="identical_copies",
        text=f"the local engine set the same cutout {count} times: it draws no other pose",
    )


def _cut_off(side: str) -> Note:
    return Note(
        code=f"cut_off: {side}",
        text=f"its picture cuts the subject off at the {side}; the local engine does not complete"
        " it",
    )
