"""Whether a step's pictures are what the recipe expects of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from wanflow.errors import StepError
from wanflow.model.measure import Check, Measure
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


def check_measures(
    expect: Expect | None, numbers: Iterable[int], checks: Sequence[Measure]
) -> None:
    """Hold what was measured on pictures against `expect`.

    Args:
        expect: what the recipe expects.
        numbers: of the pictures, from 1.
        checks: what was measured on them. Drift from the first picture of a chain is not judged.

    Raises:
        StepError: a measure does not fulfil it, or could not be taken.
    """
    if expect is None:
        return
    for number in numbers:
        on_it = {one.check: one for one in checks if one.picture == number and not one.first}
        for wish, got in _unmet_measures(expect, on_it):
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


def _unmet_measures(expect: Expect, checks: Mapping[Check, Measure]) -> Iterator[tuple[str, str]]:
    for name, wish, holds in _wishes(expect):
        found = checks.get(name)
        if found is None or found.value is None:
            why = found.note if found is not None else "it was not measured"
            yield wish, f"none that could be measured: {why}"
        elif not holds(found.value):
            yield wish, _said(found)


def _wishes(expect: Expect) -> Iterator[tuple[Check, str, Callable[[float], bool]]]:
    """Say in words what is expected of each measure, and how to tell."""
    if (shift := expect.shift_px) is not None:
        yield "shift", f"a shift of at most {shift:g} px", lambda value: value <= shift
    if (zoom := expect.zoom_percent) is not None:
        yield "zoom", f"a zoom of at most {zoom:g} %", lambda value: abs(value) <= zoom
    if (kept := expect.kept_percent) is not None:
        yield "kept", f"at least {kept:g} % kept", lambda value: value >= kept
    if (changed := expect.changed_percent) is not None:
        yield "changed", f"at least {changed:g} % changed", lambda value: value >= changed
    if (border := expect.border_percent) is not None:
        yield "border", f"a border at least {border:g} % white", lambda value: value >= border
    if expect.text == "none":
        yield "text", "no text", lambda value: value == 0
    if expect.text == "some":
        yield "text", "some text", lambda value: value > 0
    if (count := expect.count) is not None:
        yield "count", f"a count of {count}", lambda value: value == count


def _said(found: Measure) -> str:
    value = f"{found.value:g} {found.unit}".rstrip()
    lines = {"text": f"{value} lines of it", "count": value}
    return lines.get(found.check, value)


def _has_ratio(picture: Artifact, width: int, height: int) -> bool:
    ratio = Fraction(width, height)
    off_width = abs(picture.width_px - picture.height_px * ratio)
    off_height = abs(picture.height_px - picture.width_px / ratio)
    near = off_width <= picture.width_px * _TOLERANCE
    return near or min(off_width, off_height) <= _TOLERANCE_PX
