from pathlib import Path

import pytest

from tests.providers.dashscope.counter import job, open_counter


@pytest.mark.anyio
async def test_an_edit_comes_home_and_is_paid_once(tmp_path: Path) -> None:
    counter = open_counter(tmp_path)

    made = await counter.edit(job(n=2))

    print(made)
    assert len(made.files) == 2
    assert counter.bought == 1
    assert made.billed_images == 2
