"""What a recipe expects of a picture is met or named with both values."""

from dataclasses import replace

import pytest

from tests.strategies import artifact
from wanflow.errors import StepError
from wanflow.execute.expectations import check_expectations, check_measures
from wanflow.model.measure import Check, Measure, Unit
from wanflow.model.recipe import Expect, Ratio
from wanflow.model.values import Size


@pytest.mark.parametrize(
    "expect",
    [
        None,
        Expect(),
        Expect(ratio=Ratio(width=4, height=3)),
        Expect(size=Size(width_px=640, height_px=480)),
        Expect(min_width_px=640, min_height_px=480),
    ],
)
def test_a_picture_that_fulfils_it_passes(expect: Expect | None) -> None:
    check_expectations(expect, [artifact()])


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        (
            Expect(ratio=Ratio(width=16, height=9)),
            "expected ratio 16:9 of picture 1, it has 640*480",
        ),
        (
            Expect(size=Size(width_px=640, height_px=640)),
            "expected size 640*640 of picture 1, it has 640*480",
        ),
        (
            Expect(size=Size(width_px=480, height_px=480)),
            "expected size 480*480 of picture 1, it has 640*480",
        ),
        (
            Expect(min_width_px=641),
            "expected a width of at least 641 px of picture 1, it has 640 px",
        ),
        (
            Expect(min_height_px=481),
            "expected a height of at least 481 px of picture 1, it has 480 px",
        ),
    ],
)
def test_a_picture_that_does_not_is_refused(expect: Expect, message: str) -> None:
    with pytest.raises(StepError, match=message.replace("*", r"\*")):
        check_expectations(expect, [artifact()])


def test_a_ratio_may_be_off_by_a_pixel() -> None:
    nearly = artifact(width_px=1366, height_px=768)

    check_expectations(Expect(ratio=Ratio(width=16, height=9)), [nearly])


def test_the_second_picture_is_looked_at_too() -> None:
    pictures = [artifact(), artifact("b", width_px=10)]

    with pytest.raises(StepError, match="picture 2"):
        check_expectations(Expect(min_width_px=640), pictures)


def measure(check: Check, value: float | None, unit: Unit = "%", **more: object) -> Measure:
    base = Measure(picture=1, check=check, value=value, unit=unit)
    return replace(base, **more)  # type: ignore[arg-type] # fields by name, for tests


@pytest.mark.parametrize(
    ("expect", "good", "bad", "message"),
    [
        (
            Expect(shift_px=2),
            measure("shift", 2.0, "px"),
            measure("shift", 8.1, "px"),
            "expected a shift of at most 2 px of picture 1, it has 8.1 px",
        ),
        (
            Expect(zoom_percent=1),
            measure("zoom", -1.0),
            measure("zoom", -2.5),
            "expected a zoom of at most 1 % of picture 1, it has -2.5 %",
        ),
        (
            Expect(kept_percent=95),
            measure("kept", 95.0),
            measure("kept", 51.6),
            "expected at least 95 % kept of picture 1, it has 51.6 %",
        ),
        (
            Expect(changed_percent=5),
            measure("changed", 5.0),
            measure("changed", 0.0),
            "expected at least 5 % changed of picture 1, it has 0 %",
        ),
        (
            Expect(border_percent=95),
            measure("border", 100.0),
            measure("border", 40.0),
            "expected a border at least 95 % white of picture 1, it has 40 %",
        ),
        (
            Expect(text="none"),
            measure("text", 0, ""),
            measure("text", 3, ""),
            "expected no text of picture 1, it has 3 lines of it",
        ),
        (
            Expect(text="some"),
            measure("text", 1, ""),
            measure("text", 0, ""),
            "expected some text of picture 1, it has 0 lines of it",
        ),
        (
            Expect(count=3),
            measure("count", 3, ""),
            measure("count", 2, ""),
            "expected a count of 3 of picture 1, it has 2",
        ),
    ],
)
def test_a_measure_fulfils_a_wish_or_does_not(
    expect: Expect, good: Measure, bad: Measure, message: str
) -> None:
    check_measures(expect, [1], [good])

    with pytest.raises(StepError) as refused:
        check_measures(expect, [1], [bad])

    assert str(refused.value) == message
    assert refused.value.code == "expectation-not-met"


def test_what_could_not_be_measured_is_not_fulfilled() -> None:
    lost = measure("shift", None, "px", note="it shares nothing")

    with pytest.raises(StepError, match="none that could be measured: it shares nothing"):
        check_measures(Expect(shift_px=2), [1], [lost])
    with pytest.raises(StepError, match="it was not measured"):
        check_measures(Expect(shift_px=2), [1], [])


def test_drift_from_the_first_picture_is_told_and_not_judged() -> None:
    near, far = measure("shift", 1.0, "px"), measure("shift", 30.0, "px", first=True)

    check_measures(Expect(shift_px=2), [1], [near, far])


def test_without_an_expectation_any_measure_will_do() -> None:
    check_measures(None, [1], [measure("shift", 99.0, "px")])


def test_each_picture_is_held_against_its_own_measures() -> None:
    near, far = measure("shift", 1.0, "px"), measure("shift", 30.0, "px", picture=2)

    with pytest.raises(StepError, match="picture 2, it has 30 px"):
        check_measures(Expect(shift_px=2), [1, 2], [near, far])
