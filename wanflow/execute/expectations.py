"""Whether a step's pictures are what the recipe expects of them."""

from collections.abc import Sequence
from fractions import Fraction

from wanflow.errors import StepError
from wanflow.model.recipe import Expect
from wanflow.model.values import Artifact

# Sides are whole pixels, and a model draws in steps of them: a ratio is met when a side is at most
# one pixel or one percent off it. `size: "16:9"` itself may become a size that far off.
_TOLERANCE_PX = 1
_TOLERANCE = Fraction(1, 100)


def check_expectations(expect: Expect | None, pictures: Sequence[Artifact]) -> None:
    """Hold pictures against `expect`.

    Raises:
        StepError: one of them does not fulfil it; the message names the picture and both values.
    """
    if expect is None:
        return
    for number, picture in enumerate(pictures, start=1):
        for wish, got in _unmet(expect, picture):
            raise StepError(
                "expectation-not-met",
                f"expected {wish} of picture {number}, it has {got}",
                hint="change `expect`, or what the step asks for; the picture is kept",
            )


def _unmet(expect: Expect, picture: Artifact) -> list[tuple[str, str]]:
    got = f"{picture.width_px}*{picture.height_px}"
    unmet: list[tuple[str, str]] = []
    if expect.ratio and not _has_ratio(picture, expect.ratio.width, expect.ratio.height):
        unmet.append((f"ratio {expect.ratio}", got))
    if expect.size and (expect.size.width_px, expect.size.height_px) != (
        picture.width_px,
        picture.height_px,
    ):
        unmet.append((f"size {expect.size}", got))
    if expect.min_width_px and picture.width_px < expect.min_width_px:
        unmet.append((f"a width of at least {expect.min_width_px} px", f"{picture.width_px} px"))
    if expect.min_height_px and picture.height_px < expect.min_height_px:
        unmet.append((f"a height of at least {expect.min_height_px} px", f"{picture.height_px} px"))
    return unmet


def _has_ratio(picture: Artifact, width: int, height: int) -> bool:
    ratio = Fraction(width, height)
    off_width = abs(picture.width_px - picture.height_px * ratio)
    off_height = abs(picture.height_px - picture.width_px / ratio)
    near = off_width <= picture.width_px * _TOLERANCE
    return near or min(off_width, off_height) <= _TOLERANCE_PX
