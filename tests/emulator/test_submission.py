"""What is accepted, what is refused, and in which order it is looked at."""

from typing import Any

import pytest

from tests.emulator.desk import (
    ASYNC,
    GENERATION,
    KEY,
    MULTIMODAL,
    OUTSIDE,
    SYNTHESIS,
    TEXT,
    WAN25,
    desk,
    messages,
)

pytestmark = pytest.mark.anyio

GOOD: dict[str, Any] = {"model": WAN25, "input": {"prompt": "edit", "images": [OUTSIDE]}}


async def test_an_accepted_task_has_an_id_and_is_pending() -> None:
    async with desk() as at:
        answer = await at.post(SYNTHESIS, GOOD, ASYNC)

    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"] == body["request_id"]
    assert set(body) == {"output", "request_id"}
    assert set(body["output"]) == {"task_id", "task_status"}
    assert body["output"]["task_status"] == "PENDING"


@pytest.mark.parametrize("path", [SYNTHESIS, SYNTHESIS + "/", SYNTHESIS + "?a=b"])
@pytest.mark.parametrize("name", ["X-DashScope-Async", "x-dashscope-async", "X-DASHSCOPE-ASYNC"])
async def test_slashes_and_the_case_of_headers_do_not_matter(path: str, name: str) -> None:
    async with desk() as at:
        answer = await at.post(path, GOOD, {name: "enable"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "No API-key provided."),
        ("sk-test", "Invalid API-key provided."),
        ("Bearer", "Invalid API-key provided."),
        ("Basic c2s=", "Invalid API-key provided."),
        ("Bearer not-a-key", "Invalid API-key provided."),
    ],
)
async def test_without_a_good_key_everything_is_401(
    authorization: str | None, message: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    async with desk() as at:
        answers = [
            await at.http.post(SYNTHESIS, content=b"not json", headers=headers),
            await at.http.get("/api/v1/tasks", headers=headers),
            await at.http.get("/api/v1/tasks/x", headers=headers),
            await at.http.post("/api/v1/tasks/x/cancel", headers=headers),
            await at.http.get("/api/v1/uploads", headers=headers),
            await at.http.get("/api/v1/quotas", headers=headers),
        ]

    for answer in answers:
        body = answer.json()
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/json"
        assert set(body) == {"code", "message", "request_id"}
        assert (body["code"], body["message"]) == ("InvalidApiKey", message)


async def test_only_the_named_keys_are_good_and_accounts_do_not_see_each_other() -> None:
    async with desk(keys="sk-a,sk-b,other:sk-c") as at:
        answer = await at.http.post(
            SYNTHESIS, json=GOOD, headers={**ASYNC, "Authorization": "Bearer sk-a"}
        )
        path = f"/api/v1/tasks/{answer.json()['output']['task_id']}"
        seen = [
            (await at.http.get(path, headers={"Authorization": f"Bearer {key}"})).json()
            for key in ("sk-a", "sk-b", "sk-c", "sk-d")
        ]

    assert [body["output"]["task_status"] for body in seen[:3]] == ["PENDING", "PENDING", "UNKNOWN"]
    assert seen[3]["code"] == "InvalidApiKey"


async def test_a_workspace_must_exist() -> None:
    async with desk(workspaces="llm-1") as at:
        statuses = [
            (await at.post(SYNTHESIS, GOOD, {**ASYNC, "X-DashScope-WorkSpace": name})).status_code
            for name in ("llm-1", "llm-2", "../etc")
        ]

        assert [entry.workspace for entry in at.emulator.ledger.accepted] == ["llm-1"]
    assert statuses == [200, 404, 404]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"model": "wan2.5-i2i-preview", // a comment\n "input": {}}', "BadRequest.IllegalInput"),
        (b"", "BadRequest.IllegalInput"),
        (b"[]", "BadRequest.IllegalInput"),
        (b"\xff\xfe", "BadRequest.IllegalInput"),
        (b'{"model": "\\ud800"}', "BadRequest.IllegalInput"),
        (b"[" * 100_000, "BadRequest.IllegalInput"),
        (b"{}", "BadRequest.EmptyModel"),
        (b'{"model": ""}', "BadRequest.EmptyModel"),
        (b'{"model": "wan2.5-i2i-preview"}', "BadRequest.EmptyInput"),
        (b'{"model": "wan2.5-i2i-preview", "input": "x"}', "InvalidParameter"),
    ],
)
async def test_a_body_that_is_no_request_is_a_400(content: bytes, code: str) -> None:
    async with desk() as at:
        answer = await at.http.post(SYNTHESIS, content=content, headers={**KEY, **ASYNC})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_body_beyond_64_mib_is_too_large() -> None:
    async with desk() as at:
        content = b" " * (64 * 1024 * 1024 + 1)
        answer = await at.http.post(SYNTHESIS, content=content, headers={**KEY, **ASYNC})

    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest.TooLarge")


@pytest.mark.parametrize(
    ("path", "model", "headers", "expected"),
    [
        (SYNTHESIS, WAN25, {}, (403, "AccessDenied")),
        (TEXT, "wan2.5-t2i-preview", {}, (403, "AccessDenied")),
        (GENERATION, "wan2.6-image", {}, (403, "AccessDenied")),
        (MULTIMODAL, "wan2.6-image", ASYNC, (403, "AccessDenied")),
        (MULTIMODAL, "qwen-image-edit", ASYNC, (403, "AccessDenied")),
        (TEXT, WAN25, ASYNC, (400, "InvalidParameter")),
        (TEXT, "wan2.5-t2i-preview", ASYNC, (403, "AccessDenied.Unpurchased")),
        (TEXT, "wan9", ASYNC, (404, "ModelNotFound")),
        (SYNTHESIS, "wan2.5-t2i-preview", ASYNC, (400, "InvalidParameter")),
        (SYNTHESIS, "qwen-image-edit", ASYNC, (400, "InvalidParameter")),
        (GENERATION, "qwen-image-edit", ASYNC, (400, "InvalidParameter")),
        (MULTIMODAL, WAN25, {}, (400, "InvalidParameter")),
        (SYNTHESIS, "wan9", ASYNC, (404, "ModelNotFound")),
        (SYNTHESIS, ["wan9"], ASYNC, (404, "ModelNotFound")),
    ],
)
async def test_model_path_and_header_must_go_together(
    path: str, model: object, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    async with desk() as at:
        answer = await at.post(path, {"model": model, "input": {}}, headers)

    assert (answer.status_code, answer.json()["code"]) == expected


async def test_the_wrong_path_is_told_in_the_services_words() -> None:
    async with desk() as at:
        answer = await at.post(TEXT, GOOD, ASYNC)

    assert answer.json()["message"] == "url error, please check url!"


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        ({"prompt": None}, {}),
        ({"prompt": ""}, {}),
        ({"prompt": 5}, {}),
        ({"images": None}, {}),
        ({"images": []}, {}),
        ({"images": [OUTSIDE] * 4}, {}),
        ({"images": OUTSIDE}, {}),
        ({"images": [""]}, {}),
        ({"images": [7]}, {}),
        ({"negative_prompt": 1}, {}),
        ({}, {"n": 0}),
        ({}, {"n": 5}),
        ({}, {"n": "2"}),
        ({}, {"n": True}),
        ({}, {"n": 1.0}),
        ({}, {"size": "1280x1280"}),
        ({}, {"size": "700*700"}),
        ({}, {"size": "1281*1280"}),
        ({}, {"size": "400*1601"}),
        ({}, {"size": 5}),
        ({}, {"size": "1K"}),
        ({}, {"seed": -1}),
        ({}, {"seed": 2147483648}),
        ({}, {"seed": "many"}),
        ({}, {"seed": 1.5}),
        ({}, {"prompt_extend": "true"}),
        ({}, {"watermark": 1}),
    ],
)
async def test_a_value_outside_its_range_is_refused(
    given: dict[str, object], parameters: dict[str, object]
) -> None:
    body = {**GOOD, "input": {**GOOD["input"], **given}, "parameters": parameters}

    async with desk() as at:
        answer = await at.post(SYNTHESIS, body, ASYNC)

        assert at.emulator.ledger.accepted == []
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "parameters",
    [
        {"size": "1344*576"},
        {"size": "768*768"},
        {"size": "2560*640"},
        {"seed": 0},
        {"seed": "12345"},
        {"seed": 2147483647, "n": 1},
        {"is_async": True, "foo": "bar"},
        {"n": None, "size": None, "seed": None},
    ],
)
async def test_what_the_documents_allow_is_accepted(parameters: dict[str, Any]) -> None:
    async with desk() as at:
        answer = await at.offer(**parameters)

    assert answer.status_code == 200


async def test_the_format_of_parameters_is_checked_before_the_rate_is_spent() -> None:
    async with desk(limits="submit=1") as at:
        wrong_model = await at.post(SYNTHESIS, {"model": "wan9"}, ASYNC)
        first = await at.offer(n=9)
        second = await at.offer(n=9)

    assert wrong_model.status_code == 404
    assert first.json()["code"] == "InvalidParameter"
    assert second.json()["code"] == "Throttling.RateQuota"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing", (404, "NotFound")),
        ("GET", "/", (404, "NotFound")),
        ("GET", SYNTHESIS, (405, "MethodNotAllowed")),
        ("DELETE", "/api/v1/tasks/x", (405, "MethodNotAllowed")),
    ],
)
async def test_what_is_not_there_is_said_in_the_services_form(
    method: str, path: str, expected: tuple[int, str]
) -> None:
    async with desk() as at:
        answer = await at.http.request(method, path, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        {"n": 5},
        {"size": "3K"},
        {"size": "4K"},
        {"enable_interleave": True},
        {"bbox_list": [[[1, 2, 3]]]},
        {"bbox_list": [[], []]},
        {"bbox_list": [[[1, 2, 3, 4]] * 3]},
    ],
)
async def test_newer_editors_check_their_own_parameters(parameters: dict[str, Any]) -> None:
    async with desk() as at:
        answer = await at.post(MULTIMODAL, messages("wan2.7-image-pro", OUTSIDE, **parameters))

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "user", "content": []}, {"role": "user", "content": []}]},
        {"messages": [{"role": "system", "content": [{"text": "x"}]}]},
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"image": OUTSIDE}]}]},
        {"messages": [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}]},
        {"messages": [{"role": "user", "content": [{"text": "a"}]}]},
    ],
)
async def test_a_message_must_hold_one_text_and_its_images(given: dict[str, object]) -> None:
    async with desk() as at:
        answer = await at.post(MULTIMODAL, {"model": "qwen-image-edit", "input": given})

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_the_plain_qwen_editor_makes_one_picture_only() -> None:
    async with desk() as at:
        answer = await at.post(MULTIMODAL, messages("qwen-image-edit", OUTSIDE, n=2))

    assert answer.json()["message"] == "num_images_per_prompt must be 1"


async def test_a_dated_snapshot_is_its_model() -> None:
    name = "qwen-image-edit-plus-2025-10-30"

    async with desk() as at:
        answer = await at.post(MULTIMODAL, messages(name, OUTSIDE))

        assert at.emulator.ledger.accepted[0].model == name
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("given", "parameters", "status"),
    [
        ({}, {}, 200),
        ({"function": "expand"}, {"top_scale": 1.5}, 200),
        ({"function": "expand"}, {"top_scale": 2.5}, 400),
        ({"function": "super_resolution"}, {"upscale_factor": 4}, 200),
        ({"function": "super_resolution"}, {"upscale_factor": 5}, 400),
        ({"function": "stylization_all"}, {"strength": 1.1}, 400),
        ({"function": "doodle"}, {"is_sketch": "yes"}, 400),
        ({"function": "doodle"}, {"is_sketch": True}, 200),
        ({"function": "remove_watermaker"}, {}, 400),
        ({"function": None}, {}, 400),
        ({"base_image_url": None}, {}, 400),
        ({"base_image_url": "https://example.com/图.png"}, {}, 400),
        ({"function": "description_edit_with_mask"}, {}, 400),
        ({"function": "description_edit_with_mask", "mask_image_url": OUTSIDE}, {}, 200),
    ],
)
async def test_the_older_editor_checks_its_functions(
    given: dict[str, object], parameters: dict[str, object], status: int
) -> None:
    body = {
        "model": "wanx2.1-imageedit",
        "input": {
            "function": "description_edit",
            "prompt": "edit",
            "base_image_url": OUTSIDE,
            **given,
        },
        "parameters": parameters,
    }

    async with desk() as at:
        answer = await at.post(SYNTHESIS, body, ASYNC)

    assert answer.status_code == status
