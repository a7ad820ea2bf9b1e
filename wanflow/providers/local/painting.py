"""Pictures as somebody would paint them: watercolour on paper, oil on canvas."""

import cv2
import numpy as np

from wanflow.providers.local.light import Lab, from_lab, lab
from wanflow.providers.local.paper import grain
from wanflow.providers.local.pixels import Mask, Pixels

_EIGHTHS = 8


def watercolour(picture: Pixels) -> Pixels:
    """Paint in washes: flat fields with wavering borders, where pigment gathers, on rough paper."""
    size = max(picture.shape[:2])
    wavered = _wavered(picture, reach=size / 420)
    flat = _sectored(lab(wavered), radius=max(2, round(size / 150)))
    flat = _sectored(flat, radius=max(1, round(size / 260)))
    light = flat[..., 0] / 100
    border = np.hypot(
        cv2.Sobel(light, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(light, cv2.CV_32F, 0, 1, ksize=3)
    )
    gathered = np.clip(cv2.GaussianBlur(border, (0, 0), max(0.8, size / 700)) * 0.3, 0, 0.11)
    pool = grain(light.shape, 26) * 0.035 + grain(light.shape, 7, kind=1) * 0.02
    rough = grain(light.shape, 0.9, kind=2) * 0.02
    # Paper shines through: shadows are never black, highlights are bare.
    washed = 0.27 + 0.73 * light + 0.14 * light * (1 - light)
    washed = 1 - (1 - washed) * (1 + pool * 2.2 + gathered * 1.7) + rough * (0.4 + light)
    flat[..., 0] = np.clip(washed, 0.05, 1) * 100
    flat[..., 1:] *= (1.12 * (1 + pool) * (1 - 0.35 * np.clip(light - 0.75, 0, 1)))[..., None]
    return from_lab(flat)


def oil(picture: Pixels) -> Pixels:
    """Paint in thick strokes that follow the shapes, with light on the ridges of the paint."""
    size = max(picture.shape[:2])
    coarse = _sectored(lab(picture), radius=max(2, round(size / 120)))
    stroked = _sectored(coarse, radius=max(1, round(size / 240)))
    light = np.asarray(stroked[..., 0] / 100, dtype=np.float32)
    ridges = _combed(light, size)
    stroked[..., 0] = np.clip((light * 1.04 - 0.02) * 100 + ridges * 4.2, 0, 100)
    stroked[..., 1:] *= 1.22
    return from_lab(stroked)


def _sectored(values: Lab, radius: int) -> Lab:
    """Smooth without blurring edges: each pixel takes the mean of the calmest sectors around it.

    The eight sectors weigh by the fourth power of how calm they are (a Kuwahara filter with soft
    sectors).
    """
    total = np.zeros_like(values)
    weight = np.zeros(values.shape[:2], dtype=np.float32)
    squares = values[..., 0] ** 2
    for sector in _sectors(radius):
        mean = cv2.filter2D(values, -1, sector, borderType=cv2.BORDER_REFLECT)
        square = cv2.filter2D(squares, -1, sector, borderType=cv2.BORDER_REFLECT)
        unrest = np.sqrt(np.clip(square - mean[..., 0] ** 2, 0, None))
        calm = (1 / (1 + unrest)) ** 4
        total += mean * calm[..., None]
        weight += calm
    return np.asarray(total / weight[..., None], dtype=np.float32)


def _sectors(radius: int) -> tuple[Mask, ...]:
    reach = np.arange(-radius, radius + 1, dtype=np.float32)
    across, down = np.meshgrid(reach, reach)
    distance = np.hypot(across, down)
    angle = np.arctan2(down, across)
    found = []
    for number in range(_EIGHTHS):
        towards = number * 2 * np.pi / _EIGHTHS
        off = np.abs(np.angle(np.exp(1j * (angle - towards))))
        kernel = np.where((off <= np.pi / _EIGHTHS * 1.15) & (distance <= radius + 0.5), 1.0, 0.0)
        kernel[radius, radius] = 1.0
        kernel *= np.exp(-(distance**2) / (2 * (radius / 1.6) ** 2))
        found.append((kernel / kernel.sum()).astype(np.float32))
    return tuple(found)


def _combed(light: Mask, size: int) -> Mask:
    """Comb noise along the shapes, as bristles do, and give the light on its ridges, -1 to 1."""
    smooth = cv2.GaussianBlur(light, (0, 0), max(1.0, size / 130))
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
    spread = max(1.0, size / 90)
    xx, yy, xy = (
        cv2.GaussianBlur(part, (0, 0), spread) for part in (across**2, down**2, across * down)
    )
    along = 0.5 * np.arctan2(2 * xy, xx - yy + 1e-9) + np.pi / 2
    bristles = grain(light.shape, 0.9, kind=5)
    step_x, step_y = np.cos(along).astype(np.float32), np.sin(along).astype(np.float32)
    height, width = light.shape
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    total = np.zeros_like(bristles)
    pace = max(1.0, size / 640)
    for number in range(-5, 6):
        total += cv2.remap(
            bristles,
            columns + step_x * np.float32(number * pace),
            rows + step_y * np.float32(number * pace),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
    total /= max(1e-6, float(total.std()))
    lit = cv2.Sobel(total, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(total, cv2.CV_32F, 0, 1, ksize=3)
    return np.asarray(np.tanh(lit * np.float32(pace) * 0.45), dtype=np.float32)


def _wavered(picture: Pixels, reach: float) -> Pixels:
    """Let every border tremble a little, as a brush does."""
    height, width = picture.shape[:2]
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    across = grain((height, width), 6, kind=3) * np.float32(reach)
    down = grain((height, width), 6, kind=4) * np.float32(reach)
    moved = cv2.remap(
        picture, columns + across, rows + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(moved, dtype=np.uint8)
