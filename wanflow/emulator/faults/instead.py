"""Faults that take the place of an answer: the request is not looked at."""

from starlette.responses import Response

from wanflow.emulator.faults.catalogue import Fault
from wanflow.emulator.faults.script import Ending, Script, Scripted
from wanflow.emulator.refusals import Refusal, refusal, verdict
from wanflow.emulator.service import Service
from wanflow.emulator.wire import Answer, Incoming, refusal_answer, store_answer, to_response

GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502</body></html>"

_CODES = {
    "http-429": "Throttling.RateQuota",
    "429-storm": "Throttling.RateQuota",
    "429-burst": "Throttling.BurstRate",
    "429-retry-after": "Throttling.RateQuota",
    "allocation-quota": "Throttling.AllocationQuota",
    "http-500": "InternalError",
    "http-503": "ModelUnavailable",
    "http-504": "RequestTimeOut",
    "list-down": "ModelServingError",
    "key-revoked": "InvalidApiKey",
    "arrears": "Arrearage",
    "unpurchased": "AccessDenied.Unpurchased",
    "moderation-refused": "DataInspectionFailed",
    "invalid-parameter": "InvalidParameter",
}
_EXTRA_HEADERS = {"429-retry-after": (("retry-after", "5"),)}
_ENDINGS: dict[str, Ending] = {
    "drop": "close",
    "reset": "reset",
    "hang": "hang",
    "download-drop": "close",
}
_REDIRECTS = {
    "redirect": (307, "{origin}/elsewhere"),
    "download-redirect-loop": (302, "{url}"),
    "download-redirect-private": (302, "http://169.254.169.254/latest/meta-data/"),
    "download-redirect-file": (302, "file:///etc/passwd"),
}
_STORE = {
    "expired-result": (403, "AccessDenied", "Request has expired."),
    "download-404": (404, "NoSuchKey", "The specified key does not exist."),
    "download-500": (500, "InternalError", "Please contact the server administrator."),
    "upload-refused": (403, "AccessDenied", "Invalid according to Policy: Policy expired."),
}


def instead(service: Service, fault: Fault, incoming: Incoming) -> Response:
    """Answer a request with a fault and nothing else."""
    name = fault.name
    if name in _ENDINGS:
        return Scripted(Script(ending=_ENDINGS[name]), service.connection_lost)
    if name in _STORE:
        status, code, message = _STORE[name]
        said = store_answer(incoming, status=status, code=code, message=message)
        return to_response(said, incoming)
    if name in _REDIRECTS:
        status, location = _REDIRECTS[name]
        here = {"origin": incoming.origin, "url": str(incoming.request.url)}
        return Response(status_code=status, headers={"location": location.format(**here)})
    if name == "html-502":
        return to_response(Answer(status=502, body=GATEWAY_PAGE, media_type="text/html"), incoming)
    answer = refusal_answer(_refusal(name, incoming), incoming)
    extra = _EXTRA_HEADERS.get(name, ())
    return to_response(
        Answer(status=answer.status, body=answer.body, headers=answer.headers + extra), incoming
    )


def _refusal(name: str, incoming: Incoming) -> Refusal:
    if name == "echo-key":
        message = f"Invalid header: Authorization: {incoming.header('authorization')}"
        return Refusal(verdict("InvalidParameter", message))
    return refusal(_CODES[name])
