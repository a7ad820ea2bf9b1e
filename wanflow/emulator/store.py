"""The object store: upload certificates, uploaded files, result pictures."""

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from wanflow.emulator.clock import BEIJING
from wanflow.emulator.drawing import Sketch
from wanflow.emulator.models import find_model
from wanflow.emulator.refusals import Refusal, refusal
from wanflow.emulator.service import Certificate, Service, Stored
from wanflow.emulator.tasks import Task

# Source: a recorded certificate and the temporary-file page.
CERTIFICATE_S = 300
STORED_S = 48 * 3600.0
ACCESS_KEY_ID = "LTAI5tEmulator"
_RECORDED_MOST_MB = 1024
_SIZE_MOST_BYTES = 1_073_741_824

_RESULT = re.compile(r"/results/[0-9]{8}/([0-9a-f-]{36})-([0-9]{1,3})\.png", re.ASCII)


class StoreRefusal(Exception):  # noqa: N818 - it is an answer, not an error
    """The object store says no, in its own codes."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def certificate(
    service: Service, account: str, model: str, *, origin: str, now_s: float
) -> dict[str, Any]:
    """Make an upload certificate: the `data` of an answer to getPolicy."""
    day = datetime.fromtimestamp(now_s, BEIJING).strftime("%Y-%m-%d")
    folder = service.mint.uuid().replace("-", "")
    upload_dir = f"dashscope-instant/{folder}/{day}/{service.mint.uuid()}"
    expires_s = now_s + CERTIFICATE_S
    service.certificates[upload_dir] = Certificate(
        account=account, model=model, expires_s=expires_s
    )
    policy = _policy(upload_dir, expires_s)
    found = find_model(model)
    return {
        "policy": policy,
        "signature": service.mint.sign(policy),
        "upload_dir": upload_dir,
        "upload_host": f"{origin}/oss-upload",
        "expire_in_seconds": CERTIFICATE_S,
        "max_file_size_mb": found.bytes_most // 1_048_576 if found else _RECORDED_MOST_MB,
        "capacity_limit_mb": 999_999_999,
        "oss_access_key_id": ACCESS_KEY_ID,
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }


def _policy(upload_dir: str, expires_s: float) -> str:
    expiration = datetime.fromtimestamp(expires_s, UTC)
    conditions = [
        ["content-length-range", 0, _SIZE_MOST_BYTES],
        ["starts-with", "$key", upload_dir],
        {"bucket": "dashscope-file-mgr"},
        {"x-oss-object-acl": "private"},
        {"x-oss-forbid-overwrite": "true"},
    ]
    content = {"expiration": f"{expiration:%Y-%m-%dT%H:%M:%S.000Z}", "conditions": conditions}
    return base64.b64encode(json.dumps(content).encode()).decode("ascii")


def store_upload(service: Service, parts: Mapping[str, bytes], now_s: float) -> None:
    """Take a file over from a multipart form.

    Raises:
        StoreRefusal: the certificate is not ours, expired, or for another folder.
    """
    fields = {name: value.decode("utf-8", "replace") for name, value in parts.items()}
    policy, key = fields.get("policy", ""), fields.get("key", "")
    if fields.get("OSSAccessKeyId") != ACCESS_KEY_ID:
        message = "The OSS Access Key Id you provided does not exist in our records."
        raise StoreRefusal(403, "InvalidAccessKeyId", message)
    if not service.mint.signed(policy, fields.get("Signature", "")):
        message = "The request signature we calculated does not match the signature you provided."
        raise StoreRefusal(403, "SignatureDoesNotMatch", message)
    right = service.certificates.get(key.rpartition("/")[0])
    if right is None:
        raise StoreRefusal(403, "AccessDenied", "Invalid according to Policy: Policy Condition.")
    if right.expires_s <= now_s:
        message = "Invalid according to Policy: Policy expired."
        raise StoreRefusal(403, "AccessDenied", message)
    if key in service.stored:
        raise StoreRefusal(409, "FileAlreadyExists", "The object you specified already exists.")
    content = parts.get("file")
    if content is None:
        raise StoreRefusal(400, "InvalidArgument", "The form holds no file.")
    _forget_old(service, now_s)
    try:
        look = service.viewer.look(content)
    except Refusal as said:
        service.stored[key] = _stored(right, now_s, said)
    else:
        service.stored[key] = _stored(right, now_s, look)


def _stored(right: Certificate, now_s: float, content: Any) -> Stored:  # noqa: ANN401 # whatever was uploaded
    return Stored(account=right.account, model=right.model, stored_s=now_s, content=content)


def _forget_old(service: Service, now_s: float) -> None:
    for key, stored in list(service.stored.items()):
        if stored.stored_s + STORED_S > now_s:
            break
        del service.stored[key]
    for folder, right in list(service.certificates.items()):
        if right.expires_s + STORED_S > now_s:
            break
        del service.certificates[folder]


def result_url(service: Service, task: Task, at: int, origin: str) -> str:
    """Give the signed URL of a result, `at` counting from 0."""
    ended_s = task.ended_s or 0.0
    day = datetime.fromtimestamp(ended_s, BEIJING).strftime("%Y%m%d")
    path = f"/results/{day}/{task.id}-{at}.png"
    expires = math.ceil(ended_s + service.settings.expire_after_s)
    signature = quote(service.mint.sign(f"{path}?{expires}"), safe="")
    return f"{origin}{path}?Expires={expires}&OSSAccessKeyId={ACCESS_KEY_ID}&Signature={signature}"


def find_result(service: Service, url: str, now_s: float) -> Sketch | None:
    """Find the picture behind a URL; None if it is no result URL of ours.

    Raises:
        StoreRefusal: it is one, but expired or gone.
    """
    parts = urlsplit(url)
    found = _RESULT.fullmatch(parts.path)
    given = parse_qs(parts.query)
    expires, signature = given.get("Expires", [""])[0], given.get("Signature", [""])[0]
    if found is None or not service.mint.signed(f"{parts.path}?{expires}", signature):
        return None
    if now_s >= int(expires):
        raise StoreRefusal(403, "AccessDenied", "Request has expired.")
    task, at = service.book.find(found[1]), int(found[2])
    if task is None or task.state != "SUCCEEDED" or at not in task.good:
        raise StoreRefusal(404, "NoSuchKey", "The specified key does not exist.")
    return task.sketches[at]


def stored_file(service: Service, reference: str, *, model: str, account: str) -> Stored | None:
    """Find an uploaded file by its `oss://` name; None if there is none.

    Raises:
        Refusal: it was uploaded for another model or by another account.
    """
    stored = service.stored.get(reference.removeprefix("oss://"))
    if stored is None:
        return None
    if stored.account != account or stored.model != model:
        message = "The file was uploaded for another model or by another account."
        raise refusal("BadRequest.InputDownloadFailed", message)
    return stored
