"""The photographs of this repository, seen through a frame that can be moved and zoomed."""

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[2] / "recipes" / "pictures"
NAMES = ("astronaut", "chelsea", "coffee", "rocket")
SIDE_PX = 1280
_SPARE_PX = 1600

Pixels = NDArray[np.uint8]


@cache
def _large(name: str) -> Image.Image:
    image = Image.open(FOLDER / f"{name}.jpg").convert("RGB")
    scale = _SPARE_PX / min(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def view(name: str, *, right: float = 0, down: float = 0, zoom: float = 1) -> Image.Image:
    """Show the middle of a photograph, its content moved and zoomed about the middle."""
    large = _large(name)
    half = SIDE_PX / zoom / 2
    x, y = large.width / 2 - right / zoom, large.height / 2 - down / zoom
    box = (x - half, y - half, x + half, y + half)
    return large.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, box=box)


def repacked(image: Image.Image, quality: int = 70) -> Image.Image:
    """Pack a picture as JPEG, and unpack it."""
    out = BytesIO()
    image.save(out, format="JPEG", quality=quality)
    return Image.open(BytesIO(out.getvalue())).convert("RGB")


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image)


def boxed(image: Image.Image, *boxes: tuple[int, int, int, int], label: bool = True) -> Image.Image:
    """Draw red boxes on a picture, with a filled label above each."""
    drawn = image.copy()
    pen = ImageDraw.Draw(drawn)
    for left, top, right, bottom in boxes:
        pen.rectangle((left, top, right, bottom), outline="red", width=5)
        if label:
            pen.rectangle((left, top - 30, left + 90, top), fill="red")
    return drawn
