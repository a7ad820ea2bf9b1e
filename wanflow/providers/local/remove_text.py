"""`remove_text`: lettering found by a detector, and its place filled from the surroundings."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import Note
from wanflow.providers.local.areas import Box, region
from wanflow.providers.local.fill import filled
from wanflow.providers.local.lettering import Line, lines
from wanflow.providers.local.pixels import (
    INVENTED_BY_COPYING,
    Hole,
    Painted,
    Pixels,
    Task,
    size_of,
)

# The first pass takes the strokes of the letters only, which leaves most of the ground as it is;
# lines that are still found after it are taken whole, with a margin that grows.
_MARGINS = (0.1, 0.4)
# How far from its ground, in Lab, a pixel of a letter or its shadow is: the threshold's range.
_CONTRAST_MIN, _CONTRAST_MAX = 3.0, 24.0

_NO_LETTERING = Note(code="not_found: text", text="the local engine found no lettering to remove")
_BY_LETTERS = Note(
    code="lettering_only",
    text="the local engine removed all lettering there: it tells no watermark from other words, and"
    " does not see what has no letters",
)


def remove_text(task: Task) -> Painted:
    """Fill the places of all lines of letters whose middle lies in the region.

    What has no letters cannot be found. A box as region is filled as a whole for `what: logo`,
    and for `watermark` and `all` if no letters are in it. What the detector still finds in the
    region afterwards is filled again, twice with a wider margin and at last smoothly.

    Raises:
        StepError: a logo is to be removed, and there is no box that says where it is.
    """
    picture = task.pictures[-1]
    wish = task.arguments.get("region")
    area = region(wish, size_of(picture))
    what = task.arguments.get("what", "text")
    boxed = isinstance(wish, Mapping)
    if what == "logo" and not boxed:
        raise StepError(
            "needs-region",
            "the local engine cannot tell a logo from the rest of the picture",
            hint="write where it is, such as `region: {x: 0.8, y: 0.05, width: 0.15, height: 0.1}`,"
            " or use --provider dashscope",
        )
    found = _within(lines(picture), area)
    as_a_whole = boxed and (what == "logo" or (what != "text" and not found))
    if not found and not as_a_whole:
        return Painted(pictures=(picture,), notes=(_NO_LETTERING,))
    first = _strokes(picture, found)
    if as_a_whole:
        first[area.part] = True
    pictures = tuple(_cleaned(picture, first, area, seed) for seed in task.seeds)
    by_letters = what != "text" and not as_a_whole
    return Painted(
        pictures=pictures, notes=(INVENTED_BY_COPYING, *((_BY_LETTERS,) if by_letters else ()))
    )


def _cleaned(picture: Pixels, hole: Hole, area: Box, seed: int) -> Pixels:
    result = _filled_each(picture, hole, seed)
    for margin in _MARGINS:
        left_over = _within(lines(result), area)
        if not left_over:
            return result
        result = _filled_each(result, _marked(result, left_over, margin), seed)
    left_over = _within(lines(result), area)
    return _washed(result, _marked(result, left_over, _MARGINS[-1])) if left_over else result


def _filled_each(picture: Pixels, hole: Hole, seed: int) -> Pixels:
    """Fill hole by hole, none of them from another one, so that each is looked at closely."""
    count, pieces = cv2.connectedComponents(_joined(hole).astype(np.uint8))
    result = picture
    for piece in range(1, count):
        one = (pieces == piece) & hole
        result = filled(result, one, protected=hole & ~one, seed=seed)
    return result


def _joined(hole: Hole) -> Hole:
    reach = max(3, round(max(hole.shape) / 30))
    return cv2.dilate(hole.astype(np.uint8), np.ones((reach, reach), dtype=np.uint8)) > 0


def _within(found: Sequence[Line], area: Box) -> tuple[Line, ...]:
    return tuple(line for line in found if area.holds_centre_of(line.box))


def _marked(picture: Pixels, found: Sequence[Line], margin: float) -> Hole:
    """Mark lines with a margin, a fraction of a line's height, all around."""
    marked = np.zeros(picture.shape[:2], dtype=np.uint8)
    for line in found:
        centre, (width, height), angle = cv2.minAreaRect(line.corners)
        by = 2 * margin * min(width, height) + 4
        corners = cv2.boxPoints((centre, (width + by, height + by), angle))
        cv2.fillPoly(marked, [np.rint(corners).astype(np.int32)], 1)
    return marked > 0


def _strokes(picture: Pixels, found: Sequence[Line]) -> Hole:
    """Mark the strokes of lines of letters: what differs from the median around it."""
    strokes = np.zeros(picture.shape[:2], dtype=np.bool_)
    for line in found:
        height = max(4, round(min(cv2.minAreaRect(line.corners)[1])))
        part = line.box.grown(height, size_of(picture)).part
        lab = cv2.cvtColor(picture[part], cv2.COLOR_RGB2LAB)
        ground = cv2.medianBlur(lab, min(255, height * 2 + 1))
        far = np.linalg.norm(lab.astype(np.float32) - ground, axis=2)
        near = _marked(picture, (line,), 0.35)[part]
        # On an even ground the faintest shadow shows and must go; on fur or wood it does not.
        unrest = float(np.median(far[~near])) if not near.all() else _CONTRAST_MAX
        least = min(max(3 * unrest, _CONTRAST_MIN), _CONTRAST_MAX)
        differs = (far > least) & near
        reach = 2 * max(2, round(height * 0.1)) + 1
        round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        strokes[part] |= cv2.dilate(differs.astype(np.uint8), round_) > 0
    return strokes


def _washed(picture: Pixels, hole: Hole) -> Pixels:
    """Fill smoothly: no patch is copied, so nothing that looks like a letter can come in."""
    smooth = cv2.inpaint(picture, hole.astype(np.uint8) * 255, 9, cv2.INPAINT_TELEA)
    return np.where(hole[..., None], smooth, picture).astype(np.uint8)
