"""What was measured on a step's pictures, as a page shows it: numbers, not verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wanflow.model.measure import Measure
from wanflow.model.run import StepRecord
from wanflow.report.words import CHECKS, WORDS, Text, filled

# Told of every picture: only worth a place where the note says that something is off.
_QUIET = frozenset({"size"})
# What a map of what changed shows where it comes from.
MAPPED = frozenset({"shift", "zoom", "kept", "changed"})
# Their notes say how the number came about, which is for machines and the curious.
_WITHOUT_NOTE = frozenset({"kept", "changed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One measure: its name, its number with the unit, and what else there is to say."""

    name: Text
    value: Text
    note: str = ""
    odd: bool = False
    mapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedView:
    """What was measured on one picture; `picture` is None where the step made only one.

    `id` names the picture within the page, if a map of what changed was made of it.
    """

    picture: Text | None
    checks: tuple[CheckView, ...]
    id: str | None = None
    number: int = 1


def checked_views(
    step: StepRecord, ids: Mapping[int, str] = MappingProxyType({})
) -> tuple[CheckedView, ...]:
    """Take out of a step what was measured on each of its pictures.

    Args:
        step: the step.
        ids: names within the page of those of its pictures that have a map of what changed.
    """
    numbers = sorted({one.picture for one in step.checks})
    views = []
    for number in numbers:
        measures = [one for one in step.checks if one.picture == number]
        checks = tuple(_view(one) for one in measures if one.check not in _QUIET or one.note)
        label = filled(WORDS["checked_picture"], at=number) if len(step.pictures) > 1 else None
        if checks:
            views.append(
                CheckedView(picture=label, checks=checks, id=ids.get(number), number=number)
            )
    return tuple(views)


def _view(measure: Measure) -> CheckView:
    name = CHECKS[measure.check]
    if measure.first:
        name = filled(WORDS["since"], name=name, picture=measure.against)
    odd = measure.value is None or measure.check in {"size", "flat", "identical"}
    told = measure.value is None or measure.check not in _WITHOUT_NOTE
    return CheckView(
        name=name,
        value=_value(measure),
        note=measure.note if told else "",
        odd=odd,
        mapped=measure.check in MAPPED and not measure.first and measure.value is not None,
    )


def _value(measure: Measure) -> Text:
    if measure.value is None:
        return WORDS["not_measured"]
    said = f"{measure.value:g} {measure.unit}".rstrip()
    return Text(said, said)
