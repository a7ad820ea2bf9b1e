"""The original put back where an edit should not have changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from PIL import Image, ImageChops, ImageFilter, ImageStat

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.builtin.pictures import Made, Picture, refuse_too_large

# A place is believed from here on; chance likenesses of unlike pictures stay below.
_ALIKE = 0.55
# Where the widths differ by no more, the original is laid on as it is and not drawn anew.
_SAME_SIZE = 0.02
_SMALLEST_PX = 16
_MARKED = 128
_SKEW = 0.02


def paste_back(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Find the original in the edited picture, and lay it on there.

    Where the original is found at its own size its pixels come back bit for bit, but for the soft
    seam; else it is drawn at the size at which it stands there. What cannot be found with
    certainty is left as it is, with a note.
    """
    original, edited = pictures
    refuse_too_large(edited.size)
    whole, part = edited.opened().convert("RGB"), original.opened().convert("RGB")
    box = _found(part, whole)
    if box is None:
        text = "the original was not found in the edited picture: nothing was pasted"
        return Made(image=whole, notes=(Note(code="not-pasted", text=text),))
    left, top, width, height = box
    if (width, height) != part.size:
        part = part.resize((width, height), Image.Resampling.LANCZOS)
    seam = _seam(box, whole.size, _fraction(arguments.get("feather")))
    whole.paste(part, (left, top), seam)
    text = f"the original stands at {left},{top} in {width}*{height} pixels"
    return Made(image=whole, notes=(Note(code="pasted", text=text),))


def paste_around(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Take what is white in the mask from the edited picture and all else from the original.

    Raises:
        StepError: mask or edited picture have another shape than the original.
    """
    original, mask, edited = pictures
    refuse_too_large(original.size)
    whole = original.opened().convert("RGB")
    for other, what in ((mask, "mask"), (edited, "edited picture")):
        skew = (other.size.width_px * whole.height) / (other.size.height_px * whole.width)
        if abs(skew - 1) > _SKEW:
            raise StepError(
                "mask-shape",
                f"the {what} is {other.size} pixels and the original {original.size}: they are not"
                " of the same shape",
                hint="give the pictures of one edit, in the order original, mask, edited",
            )
    inside = mask.opened().convert("L").resize(whole.size, Image.Resampling.BILINEAR)
    inside = inside.point([255 if level >= _MARKED else 0 for level in range(256)])
    new = edited.opened().convert("RGB")
    if new.size != whole.size:
        new = new.resize(whole.size, Image.Resampling.LANCZOS)
    radius = round(_fraction(arguments.get("feather")) * min(whole.size))
    if radius:
        # Blurred, the edge of the mask is at half: twice that less one is full a seam further in,
        # and nothing at all outside.
        blurred = inside.filter(ImageFilter.GaussianBlur(radius / 2))
        soft = blurred.point([max(0, 2 * level - 255) for level in range(256)])
        inside = ImageChops.darker(soft, inside)
    return Made(image=Image.composite(new, whole, inside))


def _found(part: Image.Image, whole: Image.Image) -> tuple[int, int, int, int] | None:
    """Find left, top, width and height of a picture within another, in its pixels."""
    if find_spec("numpy") is None:
        raise StepError(
            "checks-not-installed",
            "where the original stands cannot be found without numpy",
            hint="install it with: python -m pip install 'wanflow[local]'",
        )
    from wanflow.checks.placing import placed  # noqa: PLC0415 # numpy is loaded for this alone
    from wanflow.checks.sampling import from_bytes  # noqa: PLC0415 # the same

    if min(*part.size, *whole.size) < _SMALLEST_PX:
        return None
    seen = [
        from_bytes(image.tobytes(), width_px=image.width, height_px=image.height)
        for image in (part, whole)
    ]
    place = placed(seen[0], seen[1])
    if place is None or place.likeness < _ALIKE:
        return None
    width = place.width * whole.width
    # Only a step or two from its own size it most likely stands there at its own size.
    near = abs(width / part.width - 1) <= _SAME_SIZE
    begin = _Box(
        x=(place.left + place.width / 2) * whole.width,
        y=(place.top + place.height / 2) * whole.height,
        width=part.width if near else round(width),
    )
    best = _settled(begin, part.convert("L"), whole.convert("L"), turns=not near)
    return best.corners(part)


@dataclass(frozen=True, slots=True)
class _Box:
    """A place for a picture: its middle and its width, in pixels of the whole."""

    x: float
    y: float
    width: int

    def corners(self, part: Image.Image) -> tuple[int, int, int, int]:
        """Give left, top, width and height in whole pixels."""
        height = round(part.height * self.width / part.width)
        return round(self.x - self.width / 2), round(self.y - height / 2), self.width, height


def _settled(box: _Box, part: Image.Image, whole: Image.Image, *, turns: bool) -> _Box:
    """Move a place by ever smaller steps to where the two differ least.

    With `turns` its size is tried, too.
    """
    cost = _apart(box, part, whole)
    for step in (4, 2, 1):
        moving = True
        while moving:
            moving = False
            moves = [(dx, dy, 0) for dx in (-step, 0, step) for dy in (-step, 0, step)]
            moves += [(0, 0, -step), (0, 0, step)] if turns else []
            for dx, dy, wider in moves:
                tried = _Box(box.x + dx, box.y + dy, box.width + wider)
                price = _apart(tried, part, whole)
                if price < cost:
                    box, cost, moving = tried, price, True
    return box


def _apart(box: _Box, part: Image.Image, whole: Image.Image) -> float:
    """Say by how much the two differ on average where they lie on each other."""
    left, top, width, height = box.corners(part)
    if width < _SMALLEST_PX or height < _SMALLEST_PX:
        return float("inf")
    drawn = part if (width, height) == part.size else part.resize((width, height))
    seen = whole.crop((left, top, left + width, top + height))
    return ImageStat.Stat(ImageChops.difference(drawn, seen)).mean[0]


def _seam(box: tuple[int, int, int, int], size: tuple[int, int], feather: float) -> Image.Image:
    """Make the mask of what is laid on: soft where it meets something new, hard at the border."""
    left, top, width, height = box
    wide = max(1, round(feather * min(width, height))) if feather else 0
    across = _ramp(width, wide, at_start=left > 0, at_end=left + width < size[0])
    down = _ramp(height, wide, at_start=top > 0, at_end=top + height < size[1])
    rows = Image.frombytes("L", (width, 1), across).resize((width, height))
    columns = Image.frombytes("L", (1, height), down).resize((width, height))
    return ImageChops.darker(rows, columns)


def _ramp(length: int, wide: int, *, at_start: bool, at_end: bool) -> bytes:
    levels = bytearray([255]) * length
    for step in range(min(wide, length // 2)):
        level = round(255 * (step + 1) / (wide + 1))
        if at_start:
            levels[step] = level
        if at_end:
            levels[length - 1 - step] = level
    return bytes(levels)


def _fraction(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
