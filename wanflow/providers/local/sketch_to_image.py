"""`sketch_to_image`: the colours of a picture laid under the lines of a sketch, as a wash."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.errors import StepError
from wanflow.model.values import Note
from wanflow.providers.local.light import coded, from_hues, hues, linear
from wanflow.providers.local.paper import grain
from wanflow.providers.local.pixels import Mask, Painted, Pixels, Task, resampled, size_of
from wanflow.providers.local.unread import unread

SKETCH_TINTED = Note(
    code="tint_only",
    text="the local engine laid colours under the sketch; it made no picture of it",
)
_WORK_PX = 640
# Darker than the paper by this share is a line.
_LINE = 0.16
# Gaps in an outline up to twice this share of the longer side are closed.
_GAP = 0.008
_WASH = 0.86
# A picture is reduced to so many colours; a field has one of them by this share, the rest is what
# the picture has at its place. Fields below so small a share of the sketch take what is there.
_COLOURS, _FLAT, _SMALL_FIELD = 7, 0.6, 0.002
# How much further, in Oklab, a colour may be that no neighbour has.
_APART = 30.0
# Colours as near as this are one colour.
_SAME = 6.0


def sketch_to_image(task: Task) -> Painted:
    """Tint a sketch field by field, each in the colour that the palette picture has at its place.

    Raises:
        StepError: there is no palette picture: to make a picture of a sketch takes a model.
    """
    sketch = task.pictures[-1]
    if len(task.pictures) == 1:
        raise StepError(
            "needs-a-model",
            "the local engine makes no picture of a sketch: it can only tint one in the colours of"
            " another picture",
            hint="give two images, a palette first, or run it with --provider dashscope",
        )
    notes = [SKETCH_TINTED]
    for name in ("subject", "style", "palette"):
        words = task.arguments.get(name)
        if words is not None:
            notes.append(unread(name, str(words), "the lines and the palette picture"))
    return Painted(pictures=(_tinted(sketch, task.pictures[0]),), notes=tuple(notes))


def _tinted(sketch: Pixels, palette: Pixels) -> Pixels:
    light = _drawn(sketch)
    fields = _fields(light)
    colours = _washed(resampled(palette, size_of(sketch)), fields)
    pool = 1 + 0.02 * grain(light.shape, 18)
    wash = 1 - (1 - linear(colours)) * (_WASH * np.clip(pool, 0, 2))[..., None]
    return coded(np.asarray(wash * light[..., None], dtype=np.float32))


def _drawn(sketch: Pixels) -> Mask:
    """Give how much of the paper's light each place sends back: 1 on bare paper."""
    light = linear(sketch).mean(axis=2)
    paper = max(1e-3, float(np.percentile(light, 95)))
    return np.asarray(np.clip(light / paper, 0, 1), dtype=np.float32)


def _fields(light: Mask) -> NDArray[np.int32]:
    """Number the fields that lines close in, from 1; a line belongs to a field beside it."""
    height, width = light.shape
    scale = min(1.0, _WORK_PX / max(height, width))
    sides = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(light, sides, interpolation=cv2.INTER_AREA)
    open_ = (small > 1 - _LINE).astype(np.uint8)
    free = cv2.distanceTransform(np.pad(open_, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    seeds = (free > max(1.0, max(sides) * _GAP)).astype(np.uint8)
    _, numbered = cv2.connectedComponents(seeds, connectivity=4)
    markers = np.asarray(numbered, dtype=np.int32)
    relief = np.repeat(np.rint((1 - small) * 255).astype(np.uint8)[..., None], 3, axis=2)
    if min(sides) > 2 and markers.any():  # below it has no inside to flood
        cv2.watershed(np.ascontiguousarray(relief), markers)
    markers = _spread(markers)
    return np.asarray(
        cv2.resize(markers.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST),
        dtype=np.int32,
    )


def _spread(markers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give the borders between fields, which the flooding leaves open, to the nearest field."""
    missing = (markers < 1).astype(np.uint8)
    if missing.all():
        return np.ones_like(markers)
    _, nearest = cv2.distanceTransformWithLabels(
        missing, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    owner[nearest[missing == 0]] = markers[missing == 0]
    return np.asarray(owner[nearest], dtype=np.int32)


def _washed(colours: Pixels, fields: NDArray[np.int32]) -> Pixels:
    """Give each field one colour of the palette, with something of what varies at its place."""
    size = max(fields.shape)
    values = hues(colours)
    flat = fields.ravel()
    areas = np.bincount(flat)
    sums = [np.bincount(flat, weights=values[..., k].ravel()) for k in range(3)]
    means = np.stack(sums, axis=-1) / np.maximum(areas, 1)[:, None]
    chosen = _chosen(means, areas, _neighbours(fields), _few(colours))
    soft = cv2.GaussianBlur(values, (0, 0), max(1.0, size / 40))
    washed = np.asarray(chosen[fields] * _FLAT + soft * (1 - _FLAT), dtype=np.float32)
    edge = cv2.GaussianBlur(washed, (0, 0), max(0.6, size / 500))
    # A wash is thin: it is lighter than the thing, since the paper shines through.
    edge[..., 0] = 30 + 0.72 * edge[..., 0]
    return from_hues(np.asarray(edge, dtype=np.float32))


def _few(colours: Pixels) -> NDArray[np.float64]:
    """Name the few colours that a picture mostly has, as rows of `hues`."""
    small = np.asarray(cv2.resize(colours, (64, 64), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    dots = hues(small).reshape(-1, 3)
    cv2.setRNGSeed(0)
    ends = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 30, 0.1)
    start = np.zeros((len(dots), 1), dtype=np.int32)
    _, _, centres = cv2.kmeans(dots, _COLOURS, start, ends, 3, cv2.KMEANS_PP_CENTERS)
    kept: list[NDArray[np.float64]] = []
    for centre in centres.astype(np.float64):
        if all(np.linalg.norm(centre - other) > _SAME for other in kept):
            kept.append(centre)
    return np.stack(kept)


def _chosen(
    means: NDArray[np.float64],
    areas: NDArray[np.int64],
    beside: Mapping[int, frozenset[int]],
    few: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Choose for each field the nearest colour that no larger neighbour has, if it is large.

    Returns:
        A colour for each number of a field.
    """
    chosen = means.copy()
    taken: dict[int, int] = {}
    least = areas.sum() * _SMALL_FIELD
    for field in sorted(np.flatnonzero(areas >= least), key=lambda number: -areas[number]):
        far = np.linalg.norm(few - means[field], axis=1)
        used = {taken[other] for other in beside.get(int(field), frozenset()) if other in taken}
        far[list(used)] += _APART
        taken[int(field)] = int(far.argmin())
        chosen[field] = few[taken[int(field)]]
    return chosen


def _neighbours(fields: NDArray[np.int32]) -> Mapping[int, frozenset[int]]:
    """Say which fields touch which, side by side or one above the other."""
    pairs: set[tuple[int, int]] = set()
    for one, other in ((fields[:, :-1], fields[:, 1:]), (fields[:-1], fields[1:])):
        differs = one != other
        found = np.unique(np.stack([one[differs], other[differs]], axis=1), axis=0)
        pairs.update((int(a), int(b)) for a, b in found)
    touching: dict[int, set[int]] = {}
    for a, b in pairs:
        touching.setdefault(a, set()).add(b)
        touching.setdefault(b, set()).add(a)
    return {field: frozenset(others) for field, others in touching.items()}
