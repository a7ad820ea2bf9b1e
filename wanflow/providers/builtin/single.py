"""Algorithms on one picture. What comes out has the size that `plan.geometry` says."""

from collections.abc import Mapping, Sequence

from PIL import Image

from wanflow.imaging.pixels import flattened
from wanflow.model.values import JsonValue, Note, Size
from wanflow.plan.geometry import cropped, extended, resized
from wanflow.providers.builtin.pictures import Made, Picture, color, refuse_too_large

_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow counts against the clock
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
_MIRRORS = {
    "horizontal": Image.Transpose.FLIP_LEFT_RIGHT,
    "vertical": Image.Transpose.FLIP_TOP_BOTTOM,
}
_STRETCH_TOLERANCE = 0.01
_STRETCHED = Note(code="stretched", text="the ratio was changed, so everything in it is distorted")
_NO_NEW_DETAIL = Note(code="no_new_detail", text="it was enlarged, which adds no detail")
_FLATTENED = Note(code="flattened", text="what is transparent was laid on white")


def crop(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Keep a part, its pixels unchanged."""
    picture = pictures[0]
    box = cropped(picture.size, arguments)
    right, bottom = box.left_px + box.size.width_px, box.top_px + box.size.height_px
    return Made(image=picture.opened().crop((box.left_px, box.top_px, right, bottom)))


def resize(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Resample with Lanczos."""
    picture = pictures[0]
    size = resized(picture.size, arguments)
    refuse_too_large(size)
    image = picture.opened()
    if size != picture.size:
        image = image.resize((size.width_px, size.height_px), Image.Resampling.LANCZOS)
    return Made(image=image, notes=_resize_notes(picture.size, size, arguments))


def pad(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Put the picture on a larger canvas of one colour, its pixels unchanged."""
    picture = pictures[0]
    canvas = extended(picture.size, arguments)
    refuse_too_large(canvas.size)
    image, ground = picture.opened(), color(arguments.get("color"))
    mode = "RGBA" if image.mode == "RGBA" or ground[3] < 255 else "RGB"
    whole = Image.new(mode, (canvas.size.width_px, canvas.size.height_px), ground[: len(mode)])
    whole.paste(image.convert(mode), (canvas.left_px, canvas.top_px))
    return Made(image=whole)


def rotate(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Turn by quarters clockwise, then mirror; its pixels unchanged."""
    image = pictures[0].opened()
    degrees, flip = arguments.get("degrees"), arguments.get("flip")
    if isinstance(degrees, int | float):
        image = image.transpose(_TURNS[int(degrees)])
    if isinstance(flip, str):
        image = image.transpose(_MIRRORS[flip])
    return Made(image=image)


def convert(pictures: Sequence[Picture], arguments: Mapping[str, JsonValue]) -> Made:
    """Write in another format, or without colour."""
    image = pictures[0].opened()
    form, quality = str(arguments.get("format", "png")).upper(), arguments.get("quality", 90)
    notes: tuple[Note, ...] = ()
    if form == "JPEG" and image.mode == "RGBA":
        image, notes = flattened(image), (_FLATTENED,)
    if arguments.get("grayscale"):
        image = image.convert("LA" if image.mode == "RGBA" else "L")
    quality = int(quality) if isinstance(quality, int | float) else 90
    return Made(image=image, form=form, quality=quality, notes=notes)


def _resize_notes(
    before: Size, after: Size, arguments: Mapping[str, JsonValue]
) -> tuple[Note, ...]:
    notes = []
    wide, high = after.width_px / before.width_px, after.height_px / before.height_px
    if {"width", "height"} <= arguments.keys() and abs(wide / high - 1) > _STRETCH_TOLERANCE:
        notes.append(_STRETCHED)
    if max(wide, high) > 1:
        notes.append(_NO_NEW_DETAIL)
    return tuple(notes)
