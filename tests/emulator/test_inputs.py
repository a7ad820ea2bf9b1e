"""Input pictures: how they may be named, and what is wrong with them."""

from base64 import b64decode
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.desk import (
    ASYNC,
    KEY,
    MULTIMODAL,
    OUTSIDE,
    SYNTHESIS,
    WAN25,
    Desk,
    data_uri,
    desk,
    messages,
)
from wanflow.emulator.pictures import Viewer
from wanflow.emulator.refusals import Refusal

pytestmark = pytest.mark.anyio

GOOD = data_uri(400, 600)
RESOLVE = {**ASYNC, "X-DashScope-OssResourceResolve": "enable"}


async def outcome(at: Desk, *images: str) -> tuple[str, str | None]:
    task = await at.submit(*images, n=1)
    await anyio.sleep(2)
    output = (await at.query(task))["output"]
    return output["task_status"], output.get("code")


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (GOOD, None),
        (data_uri(384, 384, kind="JPEG"), None),
        (data_uri(384, 384, kind="BMP"), None),
        (data_uri(384, 384, kind="WEBP"), None),
        (data_uri(384, 384, mode="RGBA", kind="WEBP"), None),
        (data_uri(384, 384, mode="RGBA"), "InvalidImage.FileFormat"),
        (data_uri(384, 384, mode="LA"), "InvalidImage.FileFormat"),
        (data_uri(384, 384, kind="GIF"), "InvalidImage.FileFormat"),
        (data_uri(384, 384, kind="TIFF"), "InvalidImage.FileFormat"),
        (data_uri(383, 384), "InvalidImageResolution"),
        (data_uri(384, 5001), "InvalidImageResolution"),
        (data_uri(10_001, 10_001, mode="1"), "InvalidImageResolution"),
        (GOOD[:200], "InvalidFile.Openerror"),
        (GOOD[:-80], "InvalidFile.Openerror"),
        ("data:image/png;base64,@@@@", "InvalidFile.Openerror"),
        ("data:image/png;base64,aGVsbG8=", "InvalidImage.FileFormat"),
        ("http://emulator/nothing.png", "BadRequest.InputDownloadFailed"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_picture_that_cannot_be_used_fails_the_task_unbilled(
    image: str, code: str | None
) -> None:
    async with desk() as at:
        status, said = await outcome(at, GOOD, image)

        assert bool(at.emulator.ledger.billed) is (code is None)
    assert (status, said) == ("FAILED" if code else "SUCCEEDED", code)


async def test_a_picture_beyond_ten_megabytes_is_too_large() -> None:
    async with desk() as at:
        _, code = await outcome(at, data_uri(2000, 2000, kind="BMP"))

    assert code == "InvalidFile.Size"


async def test_the_disputed_ratio_is_checked_only_on_demand() -> None:
    long = data_uri(384, 1600)

    async with desk() as strict, desk(check_images="ratio") as ratio:
        codes = [(await outcome(at, long))[1] for at in (strict, ratio)]

    assert codes == [None, "InvalidFile.AspectRatio"]


async def test_without_checks_any_picture_will_do() -> None:
    async with desk(check_images="off") as at:
        status, _ = await outcome(at, data_uri(20, 20, mode="RGBA"))

    assert status == "SUCCEEDED"


async def test_a_documented_ratio_is_always_checked() -> None:
    async with desk(latency="fixed:0") as at:
        body = messages("wan2.7-image", data_uri(240, 2000))
        answer = await at.post(MULTIMODAL, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidFile.AspectRatio")


async def test_bad_pictures_can_be_refused_at_the_submission() -> None:
    async with desk(refuse_images_at="submission") as at:
        answer = await at.offer(data_uri(20, 20))

        assert at.emulator.ledger.accepted == []
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidImageResolution")


async def test_outside_addresses_can_be_refused() -> None:
    async with desk(outside_urls="refuse") as at:
        seen = await outcome(at, OUTSIDE)

    assert seen == ("FAILED", "InvalidURL.ConnectionRefused")


@pytest.mark.parametrize(
    "reference",
    [
        "a.png",
        "file:///a.png",
        "ftp://a/b.png",
        "data:text/plain;base64,aGk=",
        "data:,",
        "//a",
        "http://[",
        "https://",
    ],
)
async def test_a_reference_of_an_unknown_kind_is_refused_at_once(reference: str) -> None:
    async with desk() as at:
        answer = await at.offer(reference)

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidURL")


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF"]),
    cut=st.integers(0, 400),
    spoil=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6),
)
def test_any_bytes_are_looked_at_or_refused(
    kind: str, cut: int, spoil: list[tuple[int, int]]
) -> None:
    content = bytearray(b64decode(data_uri(20, 20, kind=kind).partition(",")[2]))[: cut + 20]
    for at, value in spoil:
        content[at % len(content)] = value
    code = ""

    try:
        size = Viewer().look(bytes(content)).size
    except Refusal as said:
        size, code = None, said.verdict.code

    assert size is not None or code.startswith("Invalid")


async def test_a_result_is_an_input_until_it_expires() -> None:
    async with desk(expire_after="100") as at:
        first = await at.submit(n=1, size="1344*576")
        await anyio.sleep(2)
        url = (await at.urls(first))[0]
        fresh = await outcome(at, url)
        made = at.emulator.service.book.of_account("main")
        sizes = {str(task.sketches[0].size) for task in made}
        await anyio.sleep(100)
        old = await outcome(at, url)

    assert fresh == ("SUCCEEDED", None)
    assert sizes == {"1344*576", "1952*832"}
    assert old == ("FAILED", "BadRequest.InputDownloadFailed")


async def test_a_mask_must_be_as_large_as_its_picture() -> None:
    def body(mask: str) -> dict[str, Any]:
        return {
            "model": "wanx2.1-imageedit",
            "input": {
                "function": "description_edit_with_mask",
                "prompt": "edit",
                "base_image_url": data_uri(600, 600),
                "mask_image_url": mask,
            },
        }

    async with desk(refuse_images_at="submission", limits="none") as at:
        answers = [
            await at.post(SYNTHESIS, body(mask), ASYNC)
            for mask in (data_uri(600, 600, mode="L"), data_uri(600, 601), OUTSIDE)
        ]

    assert [answer.status_code for answer in answers] == [200, 400, 200]


async def upload(at: Desk, name: str, content: bytes, **changes: str) -> tuple[int, str]:
    """Upload as the SDK does; give the status and the `oss://` name."""
    data = (await at.get("/uploads", action="getPolicy", model=WAN25)).json()["data"]
    fields = {
        "OSSAccessKeyId": data["oss_access_key_id"],
        "Signature": data["signature"],
        "policy": data["policy"],
        "key": f"{data['upload_dir']}/{name}",
        "x-oss-object-acl": data["x_oss_object_acl"],
        "x-oss-forbid-overwrite": data["x_oss_forbid_overwrite"],
        "success_action_status": "200",
        "x-oss-content-type": "image/png",
        **changes,
    }
    if "late" in fields:
        await anyio.sleep(float(fields.pop("late")))
    answer = await at.http.post(data["upload_host"], data=fields, files={"file": (name, content)})
    return answer.status_code, f"oss://{fields['key']}"


def png(width_px: int = 400, height_px: int = 600) -> bytes:
    return b64decode(data_uri(width_px, height_px).partition(",")[2])


async def test_an_uploaded_file_is_an_input_for_the_same_model() -> None:
    async with desk() as at:
        status, name = await upload(at, "图 三.png", png())
        body = {"model": WAN25, "input": {"prompt": "edit", "images": [name]}}
        plain = await at.post(SYNTHESIS, body, ASYNC)
        resolved = await at.post(SYNTHESIS, body, RESOLVE)
        other = await at.post(
            SYNTHESIS,
            {
                "model": "wanx2.1-imageedit",
                "input": {"function": "colorization", "prompt": "x", "base_image_url": name},
            },
            RESOLVE,
        )
        await anyio.sleep(2)
        done = await at.query(resolved.json()["output"]["task_id"])

    assert status == 200
    assert (plain.status_code, plain.json()["code"]) == (400, "InvalidURL")
    assert (other.status_code, other.json()["code"]) == (400, "BadRequest.InputDownloadFailed")
    assert done["output"]["task_status"] == "SUCCEEDED"


async def test_another_account_cannot_use_an_upload() -> None:
    async with desk(keys="sk-test,other:sk-other") as at:
        _, name = await upload(at, "a.png", png())
        body = {"model": WAN25, "input": {"prompt": "edit", "images": [name]}}
        headers = {**RESOLVE, "Authorization": "Bearer sk-other"}
        answer = await at.post(SYNTHESIS, body, headers)

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["missing", "text", "old"])
async def test_an_upload_that_is_no_picture_or_gone_fails_the_task(name: str) -> None:
    async with desk() as at:
        _, reference = await upload(at, "a.png", b"text" if name == "text" else png())
        if name == "missing":
            reference += "x"
        if name == "old":
            await anyio.sleep(48 * 3600)
            await upload(at, "b.png", png())
        body = {"model": WAN25, "input": {"prompt": "edit", "images": [reference]}}
        task = (await at.post(SYNTHESIS, body, RESOLVE)).json()["output"]["task_id"]
        await anyio.sleep(2)
        output = (await at.query(task))["output"]

    expected = "InvalidImage.FileFormat" if name == "text" else "BadRequest.InputDownloadFailed"
    assert (output["task_status"], output["code"]) == ("FAILED", expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"late": "300"},
        {"Signature": "sig="},
        {"policy": "e30="},
        {"OSSAccessKeyId": "somebody"},
        {"key": "elsewhere/a.png"},
    ],
)
async def test_an_upload_without_a_good_certificate_is_refused_in_xml(
    changes: dict[str, str],
) -> None:
    async with desk() as at:
        status, _ = await upload(at, "a.png", png(), **changes)

    assert status == 403


async def test_an_upload_is_never_overwritten() -> None:
    async with desk() as at:
        _, name = await upload(at, "a.png", png())
        folder = name.removeprefix("oss://")
        certificate = at.emulator.service.certificates[folder.rpartition("/")[0]]
        status, _ = await upload(at, "a.png", png(), key=folder)

    assert certificate.model == WAN25
    assert status == 409


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"", "text/plain"), (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x")],
)
async def test_what_is_no_form_is_refused(content: bytes, content_type: str) -> None:
    async with desk() as at:
        answer = await at.http.post(
            "/oss-upload", content=content, headers={"content-type": content_type}
        )

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/xml"


async def test_a_form_without_a_file_is_refused() -> None:
    async with desk() as at:
        data = (await at.get("/uploads", action="getPolicy", model=WAN25)).json()["data"]
        fields = {
            "OSSAccessKeyId": data["oss_access_key_id"],
            "Signature": data["signature"],
            "policy": data["policy"],
            "key": f"{data['upload_dir']}/a.png",
        }
        files = {name: (None, value) for name, value in fields.items()}
        answer = await at.http.post("/oss-upload", files=files)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"action": "getPolicy", "model": WAN25}, 200),
        ({"action": "getPolicy"}, 400),
        ({"model": WAN25}, 400),
        ({"action": "getPolicy", "model": "wan9"}, 404),
    ],
)
async def test_a_certificate_is_for_a_model_that_exists(query: dict[str, str], status: int) -> None:
    async with desk() as at:
        answer = await at.get("/uploads/", **query)

    assert answer.status_code == status


async def test_certificates_have_a_limit_of_their_own() -> None:
    async with desk(limits="policy=2") as at:
        statuses = [
            (await at.get("/uploads", action="getPolicy", model=WAN25)).status_code
            for _ in range(3)
        ]

    assert statuses == [200, 200, 429]


async def test_json_goes_compressed_to_whoever_asks() -> None:
    async with desk() as at:
        packed = await at.http.get(
            "/api/v1/tasks", headers={**KEY, "Accept-Encoding": "gzip, deflate"}
        )
        plain = await at.http.get("/api/v1/tasks", headers={**KEY, "Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json()["total"] == plain.json()["total"] == 0
