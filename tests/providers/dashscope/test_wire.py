import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.providers.dashscope.carrying import Form, look_at
from wanflow.providers.dashscope.key import ApiKey
from wanflow.providers.dashscope.regions import Service, service_at
from wanflow.providers.dashscope.settings import Deadlines
from wanflow.providers.dashscope.transport import Links
from wanflow.providers.dashscope.wire.answers import (
    BadAnswerError,
    read_accepted,
    read_page,
    read_policy,
    read_refusal,
    read_report,
)
from wanflow.providers.dashscope.wire.bodies import FAMILIES, Order, family_named, submission
from wanflow.providers.dashscope.wire.encoding import InlinePicture, PictureChangedError, encode
from wanflow.providers.dashscope.wire.requests import (
    Request,
    cancel_task,
    get_policy,
    get_quotas,
    list_tasks,
    query_task,
)

VECTORS = Path(__file__).parents[2] / "conformance" / "vectors"
ORIGIN = "http://127.0.0.1:18080"
SERVICE = service_at(base_url=f"{ORIGIN}/api/v1")
# The connection's business, or the SDK's own: the service does not look at them.
_OTHERS = frozenset(
    {
        "host", "user-agent", "accept-encoding", "accept", "connection", "content-length", "date",
        "x-dashscope-sdk-client", "x-dashscope-sdk-session-id",
    }
)  # fmt: skip
# Documented nowhere: one leaks out of the SDK, the other belongs to its chat models.
_LEAKED = frozenset({"is_async", "result_format"})


class Sent(httpx.AsyncBaseTransport):
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[httpx.Request, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request, await request.aread()))
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))


async def sent_by(request: Request, service: Service = SERVICE) -> tuple[httpx.Request, bytes]:
    transport = Sent()
    links = Links(service, ApiKey("sk-canary-123"), deadlines=Deadlines(), transport=transport)
    await links.ask(request)
    await links.aclose()
    return transport.requests[0]


def recorded(vector: str, at: int = 0) -> Mapping[str, Any]:
    text = (VECTORS / f"{vector}.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["exchanges"][at]["request"])


def essentials(headers: list[tuple[str, str]]) -> dict[str, str]:
    named = {name.lower(): text for name, text in headers if name.lower() not in _OTHERS}
    return {**named, "authorization": "Bearer sk-***"} if "authorization" in named else named


async def agree(request: Request, vector: str, at: int = 0, service: Service = SERVICE) -> None:
    mine, body = await sent_by(request, service)
    theirs = recorded(vector, at)
    parsed = json.loads(body) if body else None
    expected = theirs["body"]["json"] if theirs["body"] else None
    if expected is not None and "parameters" in expected:
        parameters = expected["parameters"].items()
        kept = {name: value for name, value in parameters if name not in _LEAKED}
        expected = {**expected, "parameters": kept}

    assert mine.method == theirs["method"]
    assert mine.url.path == theirs["path"]
    assert [list(pair) for pair in mine.url.params.multi_items()] == theirs["query"]
    assert essentials(mine.headers.multi_items()) == essentials(
        [(name, text) for name, text in theirs["headers"]]
    )
    assert parsed == expected
    if body:
        assert mine.headers["content-length"] == str(len(body))


def order(model: str = "wan2.5-i2i-preview", **changes: Any) -> Order:  # noqa: ANN401 - any field
    given_ = {"prompt": "edit", "images": ("https://example.com/a.png",), "parameters": {}}
    return Order(model=model, **{**given_, **changes})


IMAGES = FAMILIES["image2image"]
FUNCTION = family_named("image2image", has_function=True)

FULL = order(
    prompt="把图1放到图2",
    images=("https://example.com/a.png", "https://example.com/b.png"),
    negative_prompt="blurry",
    parameters={
        "size": "1280*1280",
        "n": 2,
        "seed": 12345,
        "prompt_extend": True,
        "watermark": False,
    },
)
EXPAND = order(
    "wanx2.1-imageedit",
    prompt=recorded("imageedit_expand")["body"]["json"]["input"]["prompt"],
    function="expand",
    parameters=recorded("imageedit_expand")["body"]["json"]["parameters"],
)
MASK = order(
    "wanx2.1-imageedit",
    prompt=recorded("imageedit_mask")["body"]["json"]["input"]["prompt"],
    images=tuple(
        recorded("imageedit_mask")["body"]["json"]["input"][name]
        for name in ("base_image_url", "mask_image_url")
    ),
    function="description_edit_with_mask",
    parameters=recorded("imageedit_mask")["body"]["json"]["parameters"],
)
QWEN = order(
    "qwen-image-edit-plus",
    negative_prompt=" ",
    parameters={"size": "1024*1024", "watermark": False, "prompt_extend": True, "n": 2},
)
WAN26 = order("wan2.6-image", parameters={"n": 1, "size": "1280*1280"})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("request_", "vector"),
    [
        (submission(IMAGES, FULL), "call_two_urls_all_params"),
        (submission(IMAGES, order(images=("oss://dir/x.png",))), "oss_url_passthrough"),
        (submission(FUNCTION, EXPAND), "imageedit_expand"),
        (submission(FUNCTION, MASK), "imageedit_mask"),
        (submission(FAMILIES["multimodal-generation"], QWEN), "qwen_edit_call"),
        (submission(FAMILIES["image-generation"], WAN26), "wan26_async_call"),
        (query_task("0385dc79-5ff8-4d82-bcb6-000000000001"), "fetch_succeeded"),
        (cancel_task("0385dc79-5ff8-4d82-bcb6-000000000001"), "cancel_ok"),
        (list_tasks(page=1, page_size=10), "list_default"),
        (
            list_tasks(
                page=2,
                page_size=50,
                since_s=1763827200,
                until_s=1763913599,
                filters={
                    "model_name": "wan2.5-i2i-preview",
                    "api_key_id": "1234",
                    "region": "cn-beijing",
                    "status": "SUCCEEDED",
                },
            ),
            "list_all_filters",
        ),
        (get_policy("wan2.5-i2i-preview"), "local_file_one"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_requests_equal_those_of_the_official_sdk(request_: Request, vector: str) -> None:
    await agree(request_, vector)


@pytest.mark.anyio
async def test_a_workspace_is_named_as_the_sdk_does() -> None:
    workspace = dict(recorded("async_call_workspace")["headers"])["X-DashScope-WorkSpace"]
    service = service_at(base_url=f"{ORIGIN}/api/v1", workspace=workspace)

    images = tuple(recorded("async_call_workspace")["body"]["json"]["input"]["images"])

    await agree(submission(IMAGES, order(images=images)), "async_call_workspace", service=service)


@pytest.mark.anyio
async def test_a_picture_inside_the_request_reads_as_the_sdks(tmp_path: Path) -> None:
    uri = recorded("call_base64")["body"]["json"]["input"]["images"][0]
    head, _, coded = uri.partition(",")
    assert head == "data:image/png;base64"
    content = base64.b64decode(coded)
    file = tmp_path / "a.png"
    file.write_bytes(content)
    picture = InlinePicture(
        path=file, media_type="image/png", size_bytes=len(content), sha256="0" * 64
    )

    await agree(submission(IMAGES, order(images=(picture,))), "call_base64")


@pytest.mark.anyio
async def test_an_upload_has_the_fields_of_the_sdk_in_their_order(tmp_path: Path) -> None:
    theirs = recorded("local_file_one", 1)["body"]["multipart"]
    text = (VECTORS / "local_file_one.json").read_text(encoding="utf-8")
    policy = json.loads(text)["exchanges"][0]["response"]["body"]
    file = tmp_path / "one.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 1043)
    key = theirs[3]["value"]
    form = Form(picture=look_at(file), policy=read_policy(json.dumps(policy).encode()), key=key)

    body = b"".join([piece async for piece in form.stream()])

    assert form.headers()["Content-Length"] == str(len(body))
    assert "Authorization" not in form.headers()
    names = [part.split('"')[1] for part in body.decode("latin-1").split("form-data; ")[1:]]
    assert names == [part["name"] for part in theirs]
    for part in theirs[:-1]:
        assert f'name="{part["name"]}"\r\n\r\n{part["value"]}\r\n'.encode() in body
    assert f'name="file"; filename="{theirs[-1]["filename"]}"\r\n\r\n'.encode() in body


def test_quotas_are_asked_for_a_model() -> None:
    assert ("model", "m") in get_quotas("m").query


def test_a_family_that_is_not_the_services_is_no_family() -> None:
    with pytest.raises(KeyError):
        family_named("openai-images", has_function=False)


@given(sizes=st.lists(st.integers(1, 700_000), min_size=1, max_size=3))
@settings(deadline=None, max_examples=15)
def test_streamed_base64_is_what_base64_of_the_whole_would_be(
    sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    pictures = []
    for at, size in enumerate(sizes):
        file = folder / f"{at}.png"
        file.write_bytes(bytes((at + step) % 256 for step in range(size)))
        picture = InlinePicture(
            path=file, media_type="image/png", size_bytes=size, sha256=f"{at:064}"
        )
        pictures.append(picture)
    body = encode({"a": pictures, "prompt": "图 \ud800 \x00"})

    async def read() -> list[bytes]:
        return [piece async for piece in body.stream()]

    pieces = anyio.run(read)

    assert sum(len(piece) for piece in pieces) == body.length_bytes
    assert max(len(piece) for piece in pieces) <= 300_000
    for picture, uri in zip(pictures, json.loads(b"".join(pieces))["a"], strict=True):
        coded = base64.b64encode(picture.path.read_bytes()).decode()
        assert uri == f"data:image/png;base64,{coded}"


@pytest.mark.anyio
@pytest.mark.parametrize("size_bytes", [10, 12])
async def test_a_picture_that_changed_does_not_complete_its_body(
    tmp_path: Path, size_bytes: int
) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"x" * 11)
    picture = InlinePicture(
        path=file, media_type="image/png", size_bytes=size_bytes, sha256="0" * 64
    )

    with pytest.raises(PictureChangedError):
        _ = [piece async for piece in encode([picture]).stream()]


@pytest.mark.anyio
async def test_a_picture_that_is_gone_does_not_complete_its_body(tmp_path: Path) -> None:
    picture = InlinePicture(
        path=tmp_path / "none.png", media_type="image/png", size_bytes=1, sha256="0" * 64
    )

    with pytest.raises(PictureChangedError):
        _ = [piece async for piece in encode([picture]).stream()]


def test_only_pictures_stand_for_texts() -> None:
    with pytest.raises(TypeError):
        encode({"a": {1, 2}})  # type: ignore[dict-item]  # that is the point


@pytest.mark.parametrize(
    "read", [read_accepted, read_report, read_page, read_policy], ids=lambda read: read.__name__
)
@given(body=st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["output", "task_status", "results", "choices", "message", "content", "image", "data",
             "total", "usage", "url", "task_id", "gmt_create", "submit_time", "upload_host"]
        ), inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_no_answer_breaks_the_reader(read: Any, body: bytes) -> None:  # noqa: ANN401 - any of them
    try:
        read(body)
    except BadAnswerError as error:
        assert str(error)  # noqa: PT017 - both ends are good, any other exception is not
    assert len(read_refusal(body).message) <= 300


def test_a_partly_failed_task_keeps_its_order() -> None:
    text = (VECTORS / "fetch_partial.json").read_text(encoding="utf-8")
    body = json.loads(text)["exchanges"][0]["response"]["body"]

    report = read_report(json.dumps(body).encode())

    assert report.state == "SUCCEEDED"
    assert len(report.pictures) == report.total
    assert sum(1 for picture in report.pictures if picture.url) == report.billed_images
    assert any(picture.code and not picture.url for picture in report.pictures)


def test_a_task_says_how_long_it_took() -> None:
    text = (VECTORS / "fetch_succeeded.json").read_text(encoding="utf-8")
    body = json.loads(text)["exchanges"][0]["response"]["body"]

    report = read_report(json.dumps(body).encode())

    assert report.seconds == pytest.approx(53.582)
    swapped = {**body["output"], "end_time": "2020-01-01 00:00:00.000"}
    assert read_report(json.dumps({"output": swapped}).encode()).seconds is None


def test_pictures_come_in_one_choice_or_in_several() -> None:
    def choice(*parts: dict[str, str]) -> dict[str, Any]:
        return {"finish_reason": "stop", "message": {"role": "assistant", "content": [*parts]}}

    image = [{"type": "image", "image": f"https://a.example/{at}.png"} for at in range(3)]
    together = {"output": {"choices": [choice(*image)], "finished": True}}
    apart = {
        "output": {
            "choices": [choice({"type": "text", "text": "x"}, image[0]), *map(choice, image[1:])]
        },
        "usage": {"image_count": 3},
    }

    reports = [read_report(json.dumps(said).encode(), tasks=False) for said in (together, apart)]

    urls = [one["image"] for one in image]
    assert [[picture.url for picture in report.pictures] for report in reports] == [urls, urls]
    assert [report.billed_images for report in reports] == [None, 3]
    assert {report.state for report in reports} == {"SUCCEEDED"}
