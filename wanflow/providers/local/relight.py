"""`relight`: light from a direction, warm or cool, reckoned in linear light."""

import math
from collections.abc import Mapping

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.aim import Aim, aimed, whole
from wanflow.providers.local.light import Linear, brightness, coded, linear
from wanflow.providers.local.pixels import Mask, Painted, Pixels, Task
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.unread import unread

# Where the light comes from, seen from the picture: to the right, down, and towards the viewer.
_FROM: Mapping[str, tuple[float, float, float]] = {
    "left": (-0.80, -0.22, 0.56),
    "right": (0.80, -0.22, 0.56),
    "top": (0.0, -0.82, 0.57),
}
# At full amount the lit side gets so many times twice the light, the far side as much less.
_STOPS = 2.8
# By how many stops the warmest light raises red, green and blue.
_WARMTH = np.array([0.42, 0.02, -0.62], dtype=np.float32)
_RELIEF, _GRAIN = 0.75, 0.22
_WORK_PX = 640
# Widths of the cushions that a subject is thought of as, as parts of the picture's longer side.
_BULGES = (7, 14, 28)


def relight(task: Task) -> Painted:
    """Light a picture anew; shapes and places stay.

    The words under `light` are not read: direction, warmth and amount say everything.

    Raises:
        StepError: neither direction nor warmth is given, or what is to be lit is not there.
    """
    picture = task.pictures[-1]
    given = task.arguments
    direction, warmth, words = given.get("direction"), given.get("warmth"), given.get("light")
    if direction is None and warmth is None:
        raise _only_words(str(words))
    on = given.get("on")
    aim = Aim(mask=whole(picture)) if on is None else aimed(picture, str(on))
    notes: list[Note] = list(aim.notes)
    if words is not None:
        notes.append(unread("light", str(words), "direction, warmth and amount"))
    amount = _number(given.get("amount"), 0.5)
    stops = np.zeros(picture.shape[:2], dtype=np.float32)
    if isinstance(direction, str):
        stops = _shape(picture, direction)
    lit = np.clip(0.62 + 0.45 * stops, 0.2, 1) if direction is not None else np.ones_like(stops)
    warm = lit[..., None] * (_WARMTH * _number(warmth, 0.0))
    change = (stops[..., None] * _STOPS + warm * 2) * (aim.mask[..., None] * amount)
    return Painted(pictures=(coded(_exposed(linear(picture), change)),), notes=tuple(notes))


def _exposed(light: Linear, stops: Linear) -> Linear:
    """Give each pixel more or less light; what is bright already nears white and never passes it.

    More light follows 1-(1-x)^gain, which begins as a plain multiplication and ends at 1.
    """
    gain = np.exp2(stops)
    more = 1 - (1 - light) ** np.maximum(gain, 1)
    return np.asarray(np.where(gain > 1, more, light * gain), dtype=np.float32)


def _shape(picture: Pixels, direction: str) -> Mask:
    """Say how much more light each pixel gets, from -1 (less) to 1 (more)."""
    height, width = picture.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    sides = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(picture, sides, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    mask = subject_mask(small)
    if mask is None:
        mask = np.zeros(small.shape[:2], dtype=np.float32)
    if direction in _FROM:
        shape = _from_a_side(small, mask, _FROM[direction])
    else:
        shape = _from_behind(mask) if direction == "back" else _from_the_front(mask)
    full = cv2.resize(shape, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full, -1, 1), dtype=np.float32)


def _from_a_side(small: Pixels, mask: Mask, towards: tuple[float, float, float]) -> Mask:
    across, down = _places(mask)
    falls = -(across * towards[0] + down * towards[1]) / math.hypot(towards[0], towards[1])
    ramp = -np.sin(np.clip(falls, -1, 1) * (math.pi / 2)) * 0.75
    size = max(mask.shape)
    bulk = _inflated(mask)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), size / 50), dtype=np.float32)
    tone = np.sqrt(brightness(linear(small)))
    fine = cv2.GaussianBlur(tone, (0, 0), size / 220) - cv2.GaussianBlur(tone, (0, 0), size / 40)
    shade = _facing(bulk * size * 0.24, towards) * _RELIEF * soft
    grain = _facing(fine * size * 0.05, towards) * _GRAIN
    return np.asarray(ramp * (1 - 0.3 * soft) + shade + grain, dtype=np.float32)


def _from_behind(mask: Mask) -> Mask:
    """Brighten what is behind the subject and a rim around it; its front falls into shade."""
    if not mask.any():
        across, down = _places(mask)
        return np.asarray(0.8 - 1.1 * np.hypot(across * 0.8, down + 0.6), dtype=np.float32)
    size = max(mask.shape)
    depth = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    rim = np.exp(-((depth / (size / 75)) ** 2)) * mask
    halo = cv2.GaussianBlur(mask, (0, 0), size / 9) * 1.1
    inside = 1.25 * rim - 0.55
    return np.asarray(inside * mask + (halo - 0.15) * (1 - mask), dtype=np.float32)


def _from_the_front(mask: Mask) -> Mask:
    """Light the subject as a lamp beside the camera does; the corners stay dark."""
    across, down = _places(mask)
    if mask.any():
        rows, columns = np.nonzero(mask > 0.5)
        height, width = mask.shape
        across = across - np.float32(columns.mean() / width * 2 - 1)
        down = down - np.float32(rows.mean() / height * 2 - 1)
    pool = 0.65 - 0.85 * np.hypot(across, down)
    return np.asarray(pool + 0.25 * mask, dtype=np.float32)


def _places(mask: Mask) -> tuple[Mask, Mask]:
    """Give for each pixel where it stands: -1 left to 1 right, and -1 top to 1 bottom."""
    height, width = mask.shape
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    whole_ = np.zeros(mask.shape, dtype=np.float32)
    return whole_ + across, whole_ + down


def _inflated(mask: Mask) -> Mask:
    """Think of the subject as a cushion: 0 far outside, 1 deep inside, and no crease anywhere."""
    sheet = np.zeros(mask.shape, dtype=np.float64)
    for part in _BULGES:
        spread = max(mask.shape) / part
        sheet += cv2.GaussianBlur(mask, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(sheet / len(_BULGES), dtype=np.float32)


def _facing(height: Mask, towards: tuple[float, float, float]) -> Mask:
    """Say how far each place of a relief turns to the light: 0 is flat, up to 1 and down to -1."""
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    towards_light = (-slope_x * towards[0] - slope_y * towards[1] + towards[2]) / length
    return np.asarray(np.clip((towards_light - towards[2]) / 0.45, -1, 1), dtype=np.float32)


def _only_words(words: str) -> StepError:
    return StepError(
        "needs-a-model",
        f"the local engine cannot make light from words ('{words}')",
        hint="give `direction` or `warmth`, or run it with --provider dashscope",
    )


def _number(value: JsonValue, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
