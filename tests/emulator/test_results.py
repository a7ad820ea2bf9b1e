"""Result pictures: their size, their bytes, their addresses."""

from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.desk import (
    ASYNC,
    MULTIMODAL,
    OUTSIDE,
    SYNTHESIS,
    Desk,
    data_uri,
    desk,
    messages,
    opened,
)
from wanflow.emulator.geometry import Size, around_area, read_size

pytestmark = pytest.mark.anyio


async def pictures(
    at: Desk, *images: str, prompt: str = "edit", **parameters: object
) -> list[bytes]:
    task = await at.submit(*images, prompt=prompt, **parameters)
    await anyio.sleep(2)
    answers = [await at.http.get(url) for url in await at.urls(task)]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content for answer in answers]


@pytest.mark.parametrize(
    ("images", "size", "expected"),
    [
        ([OUTSIDE], "1344*576", (1344, 576)),
        ([OUTSIDE], "801*799", (801, 799)),
        ([OUTSIDE], None, (1280, 1280)),
        ([data_uri(400, 600)], None, (1040, 1568)),
        ([data_uri(400, 600), data_uri(800, 400)], None, (1792, 912)),
        ([data_uri(5000, 384)], None, (2560, 640)),
    ],
)
async def test_a_result_has_the_size_asked_for_or_the_ratio_of_the_last_picture(
    images: list[str], size: str | None, expected: tuple[int, int]
) -> None:
    async with desk() as at:
        made = await pictures(at, *images, n=1, size=size, prompt="把图1放到图2")

    assert [opened(content) for content in made] == [("PNG", expected)]


async def test_the_same_request_with_a_seed_gives_the_same_bytes() -> None:
    async with desk() as at:
        first = await pictures(at, data_uri(400, 600), n=3, seed=11, watermark=True)
        again = await pictures(at, data_uri(400, 600), n=3, seed=11, watermark=True)
        plain = await pictures(at, data_uri(400, 600), n=3, seed=11)

    assert first == again
    assert len(set(first)) == 3
    assert first != plain


async def test_picture_i_has_the_seed_plus_i() -> None:
    async with desk() as at:
        await at.submit(n=3, seed=100)
        task = next(iter(at.emulator.service.book.of_account("main")))

    assert [sketch.seed for sketch in task.sketches] == [100, 101, 102]


async def test_a_result_is_a_signed_address_of_the_emulator() -> None:
    async with desk() as at:
        task = await at.submit(n=1)
        await anyio.sleep(2)
        url = (await at.urls(task))[0]
        good = await at.http.get(url)
        forged = await at.http.get(url.replace("Expires=", "Expires=9"))
        bare = await at.http.get(url.partition("?")[0])

    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("http", "emulator")
    assert parts.path.rpartition("/")[2].endswith(".png")
    assert set(parse_qs(parts.query)) == {"Expires", "OSSAccessKeyId", "Signature"}
    assert good.headers["content-type"] == "image/png"
    assert int(good.headers["content-length"]) == len(good.content)
    assert [answer.status_code for answer in (forged, bare)] == [403, 403]


@pytest.mark.parametrize(
    ("function", "parameters", "expected"),
    [
        ("colorization", {}, (600, 800)),
        ("super_resolution", {"upscale_factor": 2}, (1200, 1600)),
        ("expand", {"left_scale": 1.5, "right_scale": 2, "top_scale": 1.25}, (1500, 1000)),
    ],
)
async def test_the_older_editor_keeps_or_scales_the_size(
    function: str, parameters: dict[str, float], expected: tuple[int, int]
) -> None:
    given_input = {"function": function, "prompt": "x", "base_image_url": data_uri(600, 800)}
    body = {"model": "wanx2.1-imageedit", "input": given_input, "parameters": parameters}

    async with desk() as at:
        answer = await at.post(SYNTHESIS, body, ASYNC)
        await anyio.sleep(2)
        urls = await at.urls(answer.json()["output"]["task_id"])
        made = [opened((await at.http.get(url)).content) for url in urls]

    assert made == [("PNG", expected)]


async def test_a_picture_that_would_be_gigantic_stays_drawable() -> None:
    given_input = {"function": "super_resolution", "prompt": "x"}
    body = {
        "model": "wanx2.1-imageedit",
        "input": {**given_input, "base_image_url": data_uri(4096, 4096, mode="L")},
        "parameters": {"upscale_factor": 4},
    }

    async with desk() as at:
        await at.post(SYNTHESIS, body, ASYNC)
        task = next(iter(at.emulator.service.book.of_account("main")))

    assert task.sketches[0].size == Size(width_px=5000, height_px=5000)


@pytest.mark.parametrize(
    ("model", "size", "expected"),
    [
        ("wan2.6-image", None, "1280*1280"),
        ("wan2.6-image", "2K", "2048*2048"),
        ("wan2.6-image", "1001*1001", "1008*1008"),
        ("wan2.7-image", "1K", "1024*1024"),
        ("wan2.7-image-pro", None, "2048*2048"),
    ],
)
async def test_named_sizes_and_rounding_of_the_newer_editors(
    model: str, size: str | None, expected: str
) -> None:
    async with desk(latency="fixed:0") as at:
        answer = await at.post(MULTIMODAL, messages(model, OUTSIDE, n=1, size=size))

    assert answer.json()["usage"]["size"] == expected


@settings(deadline=None)
@given(
    width=st.integers(1, 20_000),
    height=st.integers(1, 20_000),
    area=st.sampled_from([1_048_576, 1_638_400, 4_194_304]),
)
def test_a_free_size_fills_its_area_in_steps_of_sixteen(width: int, height: int, area: int) -> None:
    size = around_area(area, width / height)

    assert size.width_px % 16 == size.height_px % 16 == 0
    assert 0.25 <= size.ratio <= 4
    assert 0.93 * area <= size.area_px <= area


@settings(deadline=None)
@given(st.text(alphabet="0123456789*x 　", max_size=12))
def test_a_size_is_two_numbers_and_a_star_or_nothing(text: str) -> None:
    size = read_size(text)

    assert size is None or str(size) == text
