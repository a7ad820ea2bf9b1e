"""What the builtin algorithms take and give: pictures opened when needed, and files."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from wanflow.errors import StepError
from wanflow.imaging.decode import open_picture
from wanflow.imaging.pixels import in_srgb, straight, upright
from wanflow.imaging.probe import probe, upright_size
from wanflow.imaging.source import MOST_BYTES
from wanflow.model.values import Note, Size
from wanflow.plan.geometry import MOST_PIXELS

Color = tuple[int, int, int, int]

_NAMED: dict[str, Color] = {
    "white": (255, 255, 255, 255),
    "black": (0, 0, 0, 255),
    "gray": (128, 128, 128, 255),
    "transparent": (0, 0, 0, 0),
}
# The longest side that a format can hold.
_LONGEST_PX = {"JPEG": 65_535, "WEBP": 16_383, "PNG": MOST_PIXELS}
_SUFFIXES = {"JPEG": ".jpg", "WEBP": ".webp", "PNG": ".png"}


class Picture:
    """A picture on disk as it is seen: turned upright, in sRGB, RGB or RGBA."""

    def __init__(self, path: Path) -> None:
        """Read what the picture is, and decode nothing yet.

        Raises:
            ImageError: as `probe`.
        """
        found = probe(path)
        self.name = path.name
        self.size = upright_size(found)
        self.frames = found.frames
        self._path = path
        self._orientation = found.exif_orientation

    def opened(self) -> Image.Image:
        """Decode it.

        Raises:
            ImageError: as `open_picture`.
        """
        image = open_picture(self._path, most_pixels=MOST_PIXELS)
        return in_srgb(upright(straight(image), self._orientation))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A picture that an algorithm made, and how it is written."""

    image: Image.Image
    form: str = "PNG"
    quality: int = 90
    notes: tuple[Note, ...] = field(default_factory=tuple)


def refuse_too_large(size: Size) -> None:
    """Refuse to make a picture of more pixels than this machine makes.

    Raises:
        StepError: `result-too-large`.
    """
    if size.width_px * size.height_px > MOST_PIXELS:
        raise StepError(
            "result-too-large",
            f"the picture would be {size} pixels; at most {MOST_PIXELS // 10**6} million are made",
            hint="make the pictures smaller first, with `use: resize`",
        )


def color(value: object) -> Color:
    """Read a colour: `#rrggbb`, or one of the few names; white if there is none."""
    text = str(value or "white")
    if text.startswith("#"):
        red, green, blue = bytes.fromhex(text[1:])
        return red, green, blue, 255
    return _NAMED[text]


def saved(made: Made, folder: Path) -> str:
    """Write a picture without any metadata and give the file's name; equal pixels, equal bytes.

    Raises:
        StepError: `result-too-large`: the format cannot hold it, or the file would not be read
            again.
    """
    longest = max(made.image.size)
    if longest > _LONGEST_PX[made.form]:
        raise StepError(
            "result-too-large",
            f"a side is {longest} pixels long; {made.form} holds {_LONGEST_PX[made.form]} at most",
            hint="write it as PNG, or make it smaller first",
        )
    name = f"1{_SUFFIXES[made.form]}"
    if made.form == "PNG":
        made.image.save(folder / name, format="PNG", compress_level=6)
    elif made.form == "JPEG":
        made.image.save(folder / name, format="JPEG", quality=made.quality)
    else:
        made.image.save(folder / name, format="WEBP", quality=made.quality, method=4)
    length = (folder / name).stat().st_size
    if length > MOST_BYTES:
        (folder / name).unlink()
        raise StepError(
            "result-too-large",
            f"the picture has {length} bytes as {made.form}; at most {MOST_BYTES} are kept",
            hint="make it smaller, with `use: resize`",
        )
    return name
