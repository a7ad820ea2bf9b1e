"""How much alike two pictures look, whatever their files are made of."""

from dataclasses import dataclass
from pathlib import Path

# Both pictures are averaged down to so many fields a side; what is finer than a field, such as
# the noise of a JPEG, does not count.
_FIELDS = 48
# In percent of the whole range of a channel: what nobody sees when looking at one after the other.
_MEAN_ALIKE = 1.0
_WORST_ALIKE = 6.0
# One pixel of rounding when a picture is made small is not another shape.
_SAME_SHAPE = 0.012
_LONGEST_PX = 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How far two pictures are apart, in percent of the whole range from black to white.

    `mean` is over all fields of both, `worst` that of the field that differs most.
    """

    mean_percent: float
    worst_percent: float

    @property
    def alike(self) -> bool:
        """Whether somebody who looks at one after the other takes them for the same."""
        return self.mean_percent <= _MEAN_ALIKE and self.worst_percent <= _WORST_ALIKE


def likeness(one: Path, other: Path) -> Likeness | None:
    """Compare two pictures by eye, so to say: upright, in sRGB, on white, small.

    Returns:
        None for pictures of another shape: there are no fields to compare.

    Raises:
        ImageError: one of them cannot be read.
    """
    from PIL import Image, ImageChops  # noqa: PLC0415 Pillow loads when it is needed

    from wanflow.imaging.shrink import shown  # noqa: PLC0415 the same

    small = []
    shapes = []
    for path in (one, other):
        rows, width, height = shown(path, longest_px=_LONGEST_PX)
        seen = Image.frombytes("RGB", (width, height), rows)
        small.append(seen.resize((_FIELDS, _FIELDS), Image.Resampling.BOX))
        shapes.append(width / height)
    if abs(shapes[0] / shapes[1] - 1) > _SAME_SHAPE:
        return None
    apart = ImageChops.difference(small[0], small[1]).tobytes()
    return Likeness(mean_percent=sum(apart) / len(apart) / 2.55, worst_percent=max(apart) / 2.55)
