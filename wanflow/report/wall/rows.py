"""One row of a campaign as a page shows it: its final picture, its words, its numbers."""

from dataclasses import dataclass

from wanflow.model.campaign import RowRecord
from wanflow.model.measure import Measure
from wanflow.model.run import PictureRecord, StepRecord
from wanflow.report.view_steps import FALLEN

# Measures that tell of something out of the ordinary by being there at all.
_ODD = frozenset({"flat", "identical"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """What a row is judged by: the step whose pictures are chosen from, and the one that stands.

    `at` is the place of the step in the row, from 0; `picture` is one of its pictures.
    """

    at: int
    step: StepRecord
    picture: PictureRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What rows are sorted by. `drift_px` and `kept_percent` are None where nothing was measured.

    `drift_px` is the largest shift of any picture of the row, `kept_percent` the smallest share.
    """

    cost_micro: int
    seconds: float
    drift_px: float | None
    kept_percent: float | None
    odd: bool


def final_of(row: RowRecord) -> Final | None:
    """Find the picture that a row is judged by.

    It is the first named result that was made; of a row that is not at its end, the picture that
    goes on from the last step that made any.
    """
    places = {step.key: at for at, step in enumerate(row.steps)}
    for output in row.outputs:
        at = places.get(output.step)
        if at is not None and output.artifact is not None:
            picture = _numbered(row.steps[at], output.index)
            if picture is not None:
                return Final(at=at, step=row.steps[at], picture=picture)
    for at in range(len(row.steps) - 1, -1, -1):
        step = row.steps[at]
        if step.pictures:
            picture = _numbered(step, step.picked) or step.pictures[0]
            return Final(at=at, step=step, picture=picture)
    return None


def fallen_of(row: RowRecord) -> StepRecord | None:
    """Give the step at which a row failed, stopped, or waits for a decision about money."""
    return next((step for step in row.steps if step.state in FALLEN), None)


def prompt_of(row: RowRecord) -> StepRecord | None:
    """Give the step whose words stand for the row: that of its final picture, else the last."""
    final = final_of(row)
    if final is not None and final.step.prompt:
        return final.step
    return next((step for step in reversed(row.steps) if step.prompt), None)


def figures_of(row: RowRecord) -> Figures:
    """Sum up the numbers of a row over its steps."""
    measures = [one for step in row.steps for one in step.checks]
    shifts = [abs(one.value) for one in measures if one.check == "shift" and one.value is not None]
    kept = [one.value for one in measures if one.check == "kept" and one.value is not None]
    return Figures(
        cost_micro=sum(step.cost_micro for step in row.steps),
        seconds=sum(step.seconds for step in row.steps),
        drift_px=max(shifts, default=None),
        kept_percent=min(kept, default=None),
        odd=any(is_odd(one) for one in measures),
    )


def is_odd(measure: Measure) -> bool:
    """Say whether a measure tells of something that a person should look at."""
    off = measure.check == "size" and bool(measure.note)
    return measure.value is None or measure.check in _ODD or off


def _numbered(step: StepRecord, index: int) -> PictureRecord | None:
    return next((picture for picture in step.pictures if picture.index == index), None)
