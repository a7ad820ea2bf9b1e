"""A piece of material cut out of a picture, and laid over a larger place without seams."""

import cv2
import numpy as np

from wanflow.model.values import JsonValue, Size
from wanflow.providers.local.areas import region
from wanflow.providers.local.light import Lab, from_lab, lab
from wanflow.providers.local.pixels import Mask, Pixels, resampled, size_of
from wanflow.providers.local.subject import subject_mask

# A piece of material has this share of its picture's shorter side; the place that it covers is
# thought of as large as that picture, so that threads and hairs keep their scale.
_PIECE = 0.34
_WORK_PX = 256
# Beside lightness, colour counts so much when a piece is asked how even it is.
_EVEN = (1.0, 1.6, 1.6)
_SMALLEST_PX = 4
# What is laid side by side are parts of the piece, this share of its shorter side.
_PART = 0.6
_SEED = 61_803


def swatch(picture: Pixels, wish: JsonValue = None) -> Pixels:
    """Cut a piece of material out: a wished box, else the most even piece of the subject.

    Even is a piece whose parts look alike, so that neither an eye nor an edge is repeated all over
    a thing. Where nothing stands out, or the subject is too thin, it is one of the whole picture.

    Raises:
        StepError: the network cannot be used here.
    """
    if wish is not None:
        return np.ascontiguousarray(picture[region(wish, size_of(picture)).part])
    height, width = picture.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    small = np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )
    side = max(1, round(min(small.shape[:2]) * _PIECE))
    uneven = _unevenness(small, side)
    mask = subject_mask(small)
    if mask is not None:
        covered = _windows(mask, side) > 0.97
        uneven = np.where(covered, uneven, np.inf) if covered.any() else uneven
    top, left = np.unravel_index(int(uneven.argmin()), uneven.shape)
    rows, columns = (slice(round(at / scale), round((at + side) / scale)) for at in (top, left))
    return np.ascontiguousarray(picture[rows, columns])


def laid(piece: Pixels, place: Mask) -> Pixels:
    """Cover a place with a material of which there is one piece.

    Overlapping parts of the piece, each from another corner of it, fade into each other. Fading
    makes a grain dull; dividing by the root of the squared weights gives it back (Heitz and
    Neyret, 2018). The parts are chosen by chance with one seed.

    Returns:
        A picture as large as the mask, all of it covered.
    """
    height, width = place.shape
    rows, columns = np.flatnonzero(place.max(axis=1) > 0.5), np.flatnonzero(place.max(axis=0) > 0.5)
    reach = max(int(np.ptp(found)) + 1 if found.size else 1 for found in (rows, columns))
    values = lab(_scaled(_levelled(piece), max(_SMALLEST_PX, round(reach * _PIECE))))
    mean = values.reshape(-1, 3).mean(axis=0)
    part = max(2, round(min(values.shape[:2]) * _PART))
    step = max(1, part // 2)
    window = np.outer(*[np.hanning(part + 2)[1:-1]] * 2).astype(np.float32)[..., None]
    sheet = np.zeros((height + 2 * part, width + 2 * part, 3), dtype=np.float32)
    squares = np.zeros((*sheet.shape[:2], 1), dtype=np.float32)
    chance = np.random.default_rng(_SEED)
    for top in range(0, height + part, step):
        for left in range(0, width + part, step):
            row, column = (int(chance.integers(0, side - part + 1)) for side in values.shape[:2])
            taken = values[row : row + part, column : column + part]
            if chance.random() < 0.5:
                taken = taken[:, ::-1]
            at = (slice(top, top + part), slice(left, left + part))
            sheet[at] += (taken - mean) * window
            squares[at] += window**2
    whole = (mean + sheet / np.sqrt(np.maximum(squares, 1e-6)))[part:-part, part:-part]
    return from_lab(np.asarray(whole, dtype=np.float32))


def _scaled(piece: Pixels, shorter_px: int) -> Pixels:
    scale = shorter_px / min(piece.shape[:2])
    width, height = round(piece.shape[1] * scale), round(piece.shape[0] * scale)
    return resampled(piece, Size(width_px=max(2, width), height_px=max(2, height)))


def relief(material: Pixels, spread: float) -> tuple[Lab, Mask]:
    """Part a material into its colours and the light and dark of its grain (mean 0)."""
    values = lab(material)
    even = cv2.GaussianBlur(values[..., 0], (0, 0), spread, borderType=cv2.BORDER_REFLECT)
    return values, np.asarray(values[..., 0] - even, dtype=np.float32)


def _levelled(piece: Pixels) -> Pixels:
    """Take the light off a piece: one side brighter than the other would show as tiles."""
    values = lab(piece)
    spread = max(1.0, max(piece.shape[:2]) / 4)
    for plane in range(3):
        even = cv2.GaussianBlur(values[..., plane], (0, 0), spread, borderType=cv2.BORDER_REFLECT)
        values[..., plane] += (even.mean() - even) * 0.7
    return from_lab(values)


def _unevenness(small: Pixels, side: int) -> Mask:
    """Say for each square of a side how much its parts differ, in colour and in how rough they are.

    Entry (top, left) is the square that begins there.
    """
    values = lab(small)
    spread = max(1.0, side / 8)
    rough = np.abs(values[..., 0] - cv2.GaussianBlur(values[..., 0], (0, 0), spread))
    total = np.zeros(_windows(rough, side).shape, dtype=np.float32)
    planes = [values[..., k] * np.float32(_EVEN[k]) for k in range(3)] + [rough * 2]
    for plane in planes:
        coarse = np.asarray(cv2.GaussianBlur(plane, (0, 0), spread), dtype=np.float32)
        total += _windows(coarse * coarse, side) - np.square(_windows(coarse, side))
    return total


def _windows(plane: Mask, side: int) -> Mask:
    """Give the mean of every square of a side that lies within."""
    mean = cv2.boxFilter(plane, cv2.CV_32F, (side, side), anchor=(0, 0))
    return np.asarray(mean[: mean.shape[0] - side + 1, : mean.shape[1] - side + 1])
