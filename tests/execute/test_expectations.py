"""What a recipe expects of a picture is met or named with both values."""

import pytest

from tests.strategies import artifact
from wanflow.errors import StepError
from wanflow.execute.expectations import check_expectations
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
