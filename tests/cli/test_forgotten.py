from datetime import UTC, datetime, timedelta

import pytest

from wanflow.cli.forgotten import age_s
from wanflow.model.values import RunId


def test_the_name_of_a_run_tells_its_age() -> None:
    begun = datetime.now(UTC) - timedelta(hours=2)

    age = age_s(RunId(f"cat-{begun:%Y%m%d-%H%M%S}-03ab"))

    assert age is not None
    assert 7199 <= age < 7300


@pytest.mark.parametrize("name", ["cat", "cat-3", "cat-20261399-101010-03ab", ""])
def test_another_name_tells_no_age(name: str) -> None:
    assert age_s(RunId(name)) is None
