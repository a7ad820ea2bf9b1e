"""The acceptance list of the protocol, item by item, over loopback.

Item 12, every recorded request, is `test_recorded_requests`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.conftest import opened
from tests.conformance.served import Served, served

MODEL = "wan2.5-i2i-preview"
AIGC = "/services/aigc"
I2I = f"{AIGC}/image2image/image-synthesis"
KEY = {"Authorization": "Bearer sk-acceptance"}
ASYNC = {"X-DashScope-Async": "enable"}
OUTSIDE = "https://example.com/a.png"


def client(emulator: Served) -> httpx.Client:
    return httpx.Client(base_url=emulator.base_url, headers=KEY, trust_env=False, timeout=10)


@pytest.fixture
def http(quick: Served) -> Iterator[httpx.Client]:
    with client(quick) as opened_client:
        yield opened_client


def body(prompt: str = "edit", **parameters: object) -> dict[str, Any]:
    given = {"prompt": prompt, "images": [OUTSIDE]}
    return {"model": MODEL, "input": given, "parameters": parameters}


def submit(http: httpx.Client, **parameters: object) -> str:
    answer = http.post(I2I, json=body("edit", **parameters), headers=ASYNC)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["output"]["task_id"])


def output(http: httpx.Client, task_id: str) -> dict[str, Any]:
    return dict(http.get(f"/tasks/{task_id}").json()["output"])


def test_1_slashes_query_keys_and_both_ways_to_cancel(http: httpx.Client) -> None:
    task = submit(http, n=1)

    answers = [
        http.get(f"/tasks/{task}"),
        http.get(f"/tasks/{task}/"),
        http.get(f"/tasks/{task}/", params={"size": "1280*1280", "n": "2", "seed": "1"}),
        http.get("/tasks"),
        http.get("/tasks/"),
    ]
    cancels = [
        http.request(method, f"/tasks/{task}/cancel{slash}")
        for method in ("GET", "POST")
        for slash in ("", "/")
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["code"] for answer in cancels} == {"UnsupportedOperation"}


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
@pytest.mark.parametrize("escaped", [False, True])
def test_2_utf_8_escapes_and_charset(
    http: httpx.Client, content_type: str, *, escaped: bool
) -> None:
    content = json.dumps(body("把图1放到图2", n=1), ensure_ascii=escaped).encode()

    answer = http.post(I2I, content=content, headers={**ASYNC, "Content-Type": content_type})

    task = answer.json()["output"]["task_id"]
    assert output(http, task)["results"][0]["orig_prompt"] == "把图1放到图2"


@pytest.mark.parametrize(
    ("path", "model", "headers"),
    [
        ("image2image/image-synthesis", MODEL, {}),
        ("text2image/image-synthesis", MODEL, {}),
        ("image-generation/generation", "wan2.6-image", {}),
        ("multimodal-generation/generation", "wan2.6-image", ASYNC),
    ],
)
def test_3_the_asynchronous_header_must_fit_the_path(
    http: httpx.Client, path: str, model: str, headers: dict[str, str]
) -> None:
    answer = http.post(f"{AIGC}/{path}", json={**body(), "model": model}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
    assert ("asynchronous" in answer.json()["message"]) is bool(headers)


def test_4_the_editor_is_not_at_text2image(http: httpx.Client) -> None:
    answer = http.post(f"{AIGC}/text2image/image-synthesis", json=body(), headers=ASYNC)

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    assert answer.json()["message"] == "url error, please check url!"


@pytest.mark.parametrize("authorization", ["", "sk-acceptance", "Bearer", "Basic abc"])
def test_5_without_a_key_it_is_401_in_json(http: httpx.Client, authorization: str) -> None:
    answer = http.get("/tasks", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"code", "message", "request_id"}
    assert answer.json()["code"] == "InvalidApiKey"


def test_6_four_results_with_a_rewritten_prompt_are_the_default(http: httpx.Client) -> None:
    answer = http.get(f"/tasks/{submit(http)}").json()

    assert len(answer["output"]["results"]) == answer["usage"]["image_count"] == 4
    assert all("actual_prompt" in result for result in answer["output"]["results"])


def test_7_every_state_is_reached_and_forgotten(tmp_path: Path) -> None:
    options = ("--latency", "fixed:0.6", "--limits", "query=none,running=1")
    keep = ("--expire-after", "0.2")
    with served(tmp_path / "l.jsonl", *options, *keep) as emulator, client(emulator) as http:
        task, waiting = submit(http), submit(http)
        canceled = http.post(f"/tasks/{waiting}/cancel")
        seen = [output(http, task)["task_status"]]
        while seen[-1] != "UNKNOWN":
            seen.append(output(http, task)["task_status"])

    assert canceled.status_code == 200
    # A busy machine may look too late for a state, but never sees them in another order.
    order = ["PENDING", "RUNNING", "SUCCEEDED", "UNKNOWN"]
    assert seen == sorted(seen, key=order.index)


def test_8_five_tasks_run_and_what_comes_too_fast_is_throttled(tmp_path: Path) -> None:
    options = ("--latency", "fixed:600", "--limits", "submit=none,query=none")
    message = {"role": "user", "content": [{"image": OUTSIDE}, {"text": "edit"}]}
    call = {"model": "qwen-image-edit-max", "input": {"messages": [message]}}

    with served(tmp_path / "l.jsonl", *options) as emulator, client(emulator) as http:
        tasks = [submit(http) for _ in range(7)]
        states: list[str] = []
        while states.count("RUNNING") < 5:
            states = [output(http, task)["task_status"] for task in tasks]
    with served(tmp_path / "m.jsonl", "--latency", "fixed:0") as emulator, client(emulator) as http:
        url = f"{AIGC}/multimodal-generation/generation"
        answers = [http.post(url, json=call) for _ in range(3)]  # two a minute are allowed

    assert states == ["RUNNING"] * 5 + ["PENDING"] * 2
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "Throttling.RateQuota"


def test_9_results_are_png_files_of_the_size_asked_for(http: httpx.Client, quick: Served) -> None:
    results = output(http, submit(http, n=2, size="1200*800"))["results"]

    answers = [httpx.get(result["url"], trust_env=False) for result in results]

    for answer in answers:
        assert str(answer.url).startswith(quick.origin + "/")
        assert answer.url.path.rpartition("/")[2].endswith(".png")
        assert answer.headers["content-type"] == "image/png"
        assert opened(answer.content) == ("PNG", (1200, 800))


def test_10_an_upload_needs_the_resolve_header_and_the_same_model(
    http: httpx.Client, picture: Path
) -> None:
    query = {"action": "getPolicy", "model": MODEL}
    data = http.get("/uploads", params=query).json()["data"]
    fields = {
        "OSSAccessKeyId": data["oss_access_key_id"],
        "Signature": data["signature"],
        "policy": data["policy"],
        "key": f"{data['upload_dir']}/图 一.png",
        "success_action_status": "200",
    }
    files = {"file": ("图 一.png", picture.read_bytes())}
    uploaded = httpx.post(data["upload_host"], data=fields, files=files, trust_env=False)
    given = {"prompt": "edit", "images": [f"oss://{fields['key']}"]}
    other = {"function": "colorization", "prompt": "x", "base_image_url": f"oss://{fields['key']}"}
    resolve = {**ASYNC, "X-DashScope-OssResourceResolve": "enable"}

    statuses = [
        http.post(I2I, json=request, headers=headers).status_code
        for request, headers in (
            ({"model": MODEL, "input": given}, resolve),
            ({"model": MODEL, "input": given}, ASYNC),
            ({"model": "wanx2.1-imageedit", "input": other}, resolve),
        )
    ]

    assert (uploaded.status_code, uploaded.content) == (200, b"")
    assert statuses == [200, 400, 400]


def test_11_faults_come_by_name(tmp_path: Path) -> None:
    submissions = "http-429#1,http-500#2,http-503#3,http-504#4,html-502#5,moderation-refused#6"
    tasks = "drop-after-accept#1,partial#2,failed-internal#3,slow#4"
    options = ("--latency", "fixed:0", "--limits", "none", "--faults", f"{submissions},{tasks}")

    with served(tmp_path / "l.jsonl", *options) as emulator, client(emulator) as http:
        refused = [http.post(I2I, json=body(), headers=ASYNC).status_code for _ in range(6)]
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(I2I, json=body(), headers=ASYNC)
        partial, failed = output(http, submit(http)), output(http, submit(http))

    assert refused == [429, 500, 503, 504, 502, 400]
    assert partial["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 3, "FAILED": 1}
    assert (failed["task_status"], failed["code"]) == ("FAILED", "InternalError")
