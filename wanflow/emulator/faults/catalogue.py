"""The names of all faults, where and when each happens, and what it is in one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["submit", "poll", "list", "cancel", "policy", "upload", "download", "quotas"]
# instead: the request is not looked at. after: it was served, and the answer is spoilt.
# task: decided when a task is accepted.
# rows: while the task list is put together.
Moment = Literal["instead", "after", "task", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that can go wrong.

    `places` is where it happens when a rule names no place; a `movable` one may be put at
    any place of the API by the rule.
    """

    name: str
    moment: Moment
    places: tuple[Place, ...]
    meaning: str
    movable: bool = False


def _all(
    moment: Moment, places: tuple[Place, ...], meanings: dict[str, str], *, movable: bool = False
) -> Iterable[Fault]:
    return (
        Fault(name=name, moment=moment, places=places, meaning=meaning, movable=movable)
        for name, meaning in meanings.items()
    )


_API: tuple[Place, ...] = ("submit", "poll", "list", "cancel", "policy", "quotas")
_SUBMIT: tuple[Place, ...] = ("submit",)
_DOWNLOAD: tuple[Place, ...] = ("download",)

_REFUSED = {
    "http-429": "429 Throttling.RateQuota",
    "429-burst": "429 Throttling.BurstRate",
    "429-retry-after": "429 with Retry-After: 5, which the service is not known to send",
    "allocation-quota": "429 Throttling.AllocationQuota, the free quota is gone",
    "http-500": "500 InternalError, nothing accepted",
    "http-503": "503 ModelUnavailable, nothing accepted",
    "http-504": "504 RequestTimeOut, nothing accepted",
    "html-502": "502 with an HTML page from a gateway, nothing accepted",
    "arrears": "400 Arrearage, the account owes money",
    "unpurchased": "403 AccessDenied.Unpurchased, the model is not enabled",
    "moderation-refused": "400 DataInspectionFailed at once",
    "invalid-parameter": "400 InvalidParameter for a request that is right",
    "echo-key": "400 whose message repeats the API key",
    "redirect": "307 to another path of this host",
    "drop": "the connection is closed before an answer, nothing accepted",
    "reset": "the connection is reset before an answer, nothing accepted",
    "hang": "no answer ever, nothing accepted",
}
_STORM = {"429-storm": "429 Throttling.RateQuota to submissions, queries and lists"}
_REVOKED = {"key-revoked": "401 InvalidApiKey to everything that wants a key"}
_SPOILT = {
    "drop-after-accept": "accepted, then the connection is closed without an answer",
    "reset-after-accept": "accepted, then the connection is reset without an answer",
    "hang-after-accept": "accepted, and no answer ever",
    "http-500-after-accept": "accepted, answered with 500 InternalError",
    "html-502-after-accept": "accepted, answered with 502 and an HTML page",
    "slow-loris": "accepted, the answer comes one byte a second",
    "truncated-body": "accepted, the answer ends before its Content-Length",
    "endless-body": "accepted, the answer goes on with spaces, 32 MiB of them",
    "gzip-bomb": "accepted, the answer is 64 MiB of spaces in gzip, asked for or not",
    "bad-json": "accepted, the answer is cut JSON of the right length",
    "empty-body": "accepted, 200 with nothing in it",
    "html-200": "accepted, 200 with an HTML page",
    "wrong-type": "accepted, every value in `output` is of another type",
    "no-id": "accepted, the answer has no task id",
    "hostile-id": "accepted, the task id is a path with control characters",
    "text-plain": "accepted, good JSON called text/plain: no fault for a tolerant client",
    "skewed-date": "the Date header is three days behind",
    "skewed-date-ahead": "the Date header is seven hours ahead",
}
_OF_A_TASK = {
    "partial": "one of several pictures fails, the rest is billed",
    "failed-internal": "the task ends FAILED with InternalError, unbilled",
    "failed-timeout": "the task ends FAILED with InternalError.Timeout, unbilled",
    "moderation": "the task ends FAILED with DataInspectionFailed, unbilled",
    "hostile-text": "FAILED with escapes, markup, bidi marks and a formula in the message",
    "canceled": "the task ends CANCELED by somebody else, unbilled",
    "stuck-running": "RUNNING until the service gives up after three hours",
    "slow": "the task runs ten times as long",
    "unknown-status": "RUNNING is shown as REVIEWING, which no page documents",
    "suspended": "RUNNING is shown as SUSPENDED, which only the SDK knows",
    "lower-case-status": "every status is shown in lower case",
    "unknown": "UNKNOWN from the start, while the task runs and is billed",
    "unknown-once": "the first query shows UNKNOWN, the later ones the truth",
    "no-results": "SUCCEEDED and billed, without `results`",
    "no-url": "SUCCEEDED and billed, results without `url`",
    "result-other-host": "result URLs at a host that is not the service's",
    "result-private": "result URLs at a cloud's metadata address",
    "result-file-url": "result URLs with the scheme file:",
}
_OF_A_DOWNLOAD = {
    "expired-result": "403 AccessDenied as for an expired signature",
    "download-404": "404 NoSuchKey",
    "download-500": "500 InternalError of the object store",
    "download-drop": "the connection is closed before an answer",
    "download-redirect-private": "302 to a cloud's metadata address",
    "download-redirect-file": "302 to a file: address",
    "download-redirect-loop": "302 to itself",
}
_OF_A_PICTURE = {
    "download-cut": "the connection is closed after half of the declared length",
    "download-chunked-cut": "half of the picture in chunks, then the connection is closed",
    "download-slow": "one byte a second",
    "download-empty": "200 with nothing in it",
    "download-html": "200 with an HTML page",
    "download-206": "206 with the first half",
    "download-bad-crc": "a PNG with a wrong check sum",
    "download-no-iend": "a PNG without its end, in its right length",
    "download-jpeg": "the picture as a JPEG",
    "download-octet-stream": "the picture as application/octet-stream: no fault",
    "download-huge": "5 GB declared; 72 MiB come, then the connection is closed",
}
_OF_A_LIST = {
    "list-shift": "pages overlap, as when tasks arrive between two pages",
    "list-empty": "the list shows nothing",
}

CATALOGUE: dict[str, Fault] = {
    fault.name: fault
    for family in (
        _all("instead", _SUBMIT, _REFUSED, movable=True),
        _all("instead", ("submit", "poll", "list"), _STORM),
        _all("instead", _API, _REVOKED, movable=True),
        _all("instead", ("list",), {"list-down": "503 to every list request"}),
        _all("instead", ("upload",), {"upload-refused": "403 Policy expired to an upload"}),
        _all("after", _SUBMIT, _SPOILT, movable=True),
        _all("rows", ("list",), _OF_A_LIST),
        _all("task", _SUBMIT, _OF_A_TASK),
        _all("instead", _DOWNLOAD, _OF_A_DOWNLOAD),
        _all("after", _DOWNLOAD, _OF_A_PICTURE),
    )
    for fault in family
}
