"""Whether a picture is within what a model takes, as far as its size and its form tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from wanflow.model.card import ImageLimits
from wanflow.model.plan import FileImage, SourceImage, UrlImage
from wanflow.model.values import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One limit that a picture breaks; `mendable` where `fit: auto` brings it within."""

    code: str
    message: str
    mendable: bool


def fitted_size(size: Size | None, limits: ImageLimits | None) -> Size | None:
    """Say which size a picture has after `fit: auto`, if it can be brought within limits at all."""
    if size is None or limits is None:
        return size
    shortest, longest = sorted((size.width_px, size.height_px))
    low, high = limits.side_min_px, limits.side_max_px
    scale = Fraction(1)
    if shortest < low:
        scale = Fraction(low, shortest)
    elif longest > high:
        scale = Fraction(high, longest)
    return Size(
        width_px=min(max(round(size.width_px * scale), low), high),
        height_px=min(max(round(size.height_px * scale), low), high),
    )


def breaks(image: SourceImage, size: Size | None, limits: ImageLimits) -> Iterator[Break]:
    """Hold a picture against the limits of a model, without opening it.

    Args:
        image: of a step.
        size: of the picture before anything is mended, None where it is not known.
        limits: of the model.
    """
    if isinstance(image, UrlImage):
        return
    if isinstance(image, FileImage):
        if image.artifact.media_type not in limits.media_types:
            kind = image.artifact.media_type.removeprefix("image/").upper()
            message = f"takes no {kind}: {image.name} is saved in another format"
            yield Break(code="image-format", message=message, mendable=True)
        if image.artifact.size_bytes > limits.max_bytes:
            message = f"takes {limits.max_bytes / 1e6:g} MB at most: {image.name} is packed again"
            yield Break(code="image-too-many-bytes", message=message, mendable=True)
    if size is not None:
        yield from _of_size(image.name, size, limits)


def _of_size(name: str, size: Size, limits: ImageLimits) -> Iterator[Break]:
    shortest, longest = sorted((size.width_px, size.height_px))
    low, high = limits.side_min_px, limits.side_max_px
    if shortest < low or longest > high:
        fits = longest * low <= shortest * high
        words = "is scaled" if fits else "cannot be scaled to fit"
        message = f"takes {low} to {high} pixels a side: {name} ({size}) {words}"
        code = "image-too-small" if shortest < low else "image-too-large"
        yield Break(code=code if fits else "image-too-narrow", message=message, mendable=fits)
    ratio = size.width_px / size.height_px
    if not (limits.ratio_min or 0) <= ratio <= (limits.ratio_max or ratio):
        message = f"does not take the ratio of {name} ({size})"
        yield Break(code="image-ratio", message=message, mendable=False)
