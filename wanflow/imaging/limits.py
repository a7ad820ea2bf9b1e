"""Whether whoever gets a picture will take it, and if not, why."""

from collections.abc import Iterator
from dataclasses import dataclass

from wanflow.imaging.probe import FORMAT_NAMES, Probe, upright_size
from wanflow.model.card import ImageLimits

# What is decoded of pictures from outside, and of those that wanflow has made itself (grids).
MOST_PIXELS = 25_000_000
MOST_OWN_PIXELS = 40_000_000
# Which formats a mended picture can be written in, the first choice first.
WRITABLE = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One limit that a picture breaks; `mendable` without changing what it shows."""

    code: str
    text: str
    mendable: bool


def limit_findings(found: Probe, limits: ImageLimits) -> tuple[Finding, ...]:
    """Hold a picture against the limits of a model.

    Sides and ratio are those of the upright picture. A picture that moves is refused rather than
    cut down to its first frame, which need not be the one that is meant.

    Returns:
        What is wrong, each with a sentence that goes on after the picture's name; empty if the
        picture can be sent as it is.
    """
    return (*_size_findings(found, limits), *_form_findings(found, limits))


def _size_findings(found: Probe, limits: ImageLimits) -> Iterator[Finding]:
    size = upright_size(found)
    shortest, longest = sorted((size.width_px, size.height_px))
    low, high = limits.side_min_px, limits.side_max_px
    is_off = shortest < low or longest > high
    # Scaling keeps the ratio, so both sides fit only if the limits are as far apart.
    fits = longest * low <= shortest * high
    decodable = found.width_px * found.height_px <= MOST_PIXELS
    if is_off and not fits:
        text = f"is {size} pixels: no size of that ratio has both sides from {low} to {high} pixels"
        yield Finding(code="image-too-narrow", text=text, mendable=False)
    elif is_off and not decodable:
        text = f"is {size} pixels; over {MOST_PIXELS // 10**6} million cannot be scaled down here"
        yield Finding(code="image-too-many-pixels", text=text, mendable=False)
    elif shortest < low:
        text = f"is {size} pixels; each side must have at least {low}"
        yield Finding(code="image-too-small", text=text, mendable=True)
    elif longest > high:
        text = f"is {size} pixels; each side may have at most {high}"
        yield Finding(code="image-too-large", text=text, mendable=True)
    ratio = size.width_px / size.height_px
    if not (limits.ratio_min or 0) <= ratio <= (limits.ratio_max or ratio):
        text = f"is {size} pixels: its ratio {ratio:.3g} is not within {_ratios(limits)}"
        yield Finding(code="image-ratio", text=text, mendable=False)


def _form_findings(found: Probe, limits: ImageLimits) -> Iterator[Finding]:
    if found.media_type not in limits.media_types:
        taken = ", ".join(FORMAT_NAMES.get(kind, kind) for kind in limits.media_types)
        can = any(kind in WRITABLE for kind in limits.media_types)
        text = f"is a {FORMAT_NAMES[found.media_type]} picture; taken are {taken}"
        yield Finding(code="image-format", text=text, mendable=can)
    if found.frames > 1:
        text = f"moves: it has {found.frames} frames, and a single picture is needed"
        yield Finding(code="image-animated", text=text, mendable=False)
    if found.size_bytes > limits.max_bytes:
        text = f"has {found.size_bytes} bytes; at most {limits.max_bytes} are taken"
        yield Finding(code="image-too-many-bytes", text=text, mendable=True)
    if found.alpha and not limits.alpha:
        yield Finding(code="image-alpha", text="has an alpha channel", mendable=True)
    if found.exif_orientation != 1:
        text = f"lies on its side: EXIF orientation {found.exif_orientation} asks for a turn"
        yield Finding(code="image-turned", text=text, mendable=True)
    if found.mode == "cmyk":
        yield Finding(code="image-cmyk", text="has the colours of print (CMYK)", mendable=True)


def _ratios(limits: ImageLimits) -> str:
    low, high = limits.ratio_min, limits.ratio_max
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
