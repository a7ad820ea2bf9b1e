"""How the service says no: codes, HTTP statuses and texts.

Source: the official error-code page and recorded answers. The spelling "occured" is the
service's own.
"""

from dataclasses import dataclass

_TEXTS: dict[str, tuple[int, str]] = {
    "AccessDenied": (403, "current user api does not support synchronous calls."),
    "AccessDenied.Unpurchased": (403, "Access to model denied, it is not enabled here."),
    "Arrearage": (400, "Access denied, please make sure your account is in good standing."),
    "BadRequest.EmptyInput": (400, "Required input is missing from the request."),
    "BadRequest.EmptyModel": (400, 'Required parameter "model" is missing from the request.'),
    "BadRequest.IllegalInput": (400, "The input must be in JSON format."),
    "BadRequest.InputDownloadFailed": (400, "Failed to download the input file."),
    "BadRequest.TooLarge": (400, "Payload Too Large"),
    "DataInspectionFailed": (400, "Input or output data may contain inappropriate content."),
    "InternalError": (
        500,
        "An internal error has occured, please try again later or contact service support.",
    ),
    "InternalError.Timeout": (
        500,
        "An internal timeout error has occured during execution, please try again later.",
    ),
    "InvalidApiKey": (401, "Invalid API-key provided."),
    "InvalidFile.AspectRatio": (400, "The aspect ratio of the input image is not supported."),
    "InvalidFile.Openerror": (400, "The input image cannot be opened."),
    "InvalidFile.Size": (400, "The input image is too large."),
    "InvalidImage.FileFormat": (400, "The format of the input image is not supported."),
    "InvalidImageResolution": (400, "The resolution of the input image is not supported."),
    "InvalidParameter": (400, "Required parameter(s) missing or invalid, please check."),
    "InvalidURL": (400, "The image URL is invalid."),
    "InvalidURL.ConnectionRefused": (400, "The connection to the image URL was refused."),
    "ModelNotFound": (404, "Model can not be found."),
    "ModelServingError": (503, "Too many requests. Your requests are being throttled."),
    "ModelUnavailable": (503, "Model is unavailable, please try again later."),
    "NotFound": (404, "Not found."),
    "RequestTimeOut": (504, "Request timed out, please try again later."),
    "MethodNotAllowed": (405, "Method not allowed."),
    "Throttling": (429, "Requests throttling triggered."),
    "Throttling.AllocationQuota": (429, "Free allocated quota exceeded."),
    "Throttling.BurstRate": (429, "Request rate increased too quickly, please slow down."),
    "Throttling.RateQuota": (429, "Requests rate limit exceeded, please try again later."),
    "UnsupportedOperation": (
        400,
        "Failed to cancel the task, please confirm if the task is in PENDING status.",
    ),
    "WorkSpaceNotFound": (404, "Workspace can not be found."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a request, a task or one picture came to nothing, in the service's words."""

    code: str
    message: str


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """A request that is answered with 4xx or 5xx and `{code, message, request_id}`."""

    def __init__(self, verdict: Verdict, *, status: int | None = None) -> None:
        super().__init__(f"{verdict.code}: {verdict.message}")
        self.verdict = verdict
        self.status = status or _TEXTS[verdict.code][0]


def verdict(code: str, message: str | None = None) -> Verdict:
    """Give a verdict with the service's usual text, or with the one given."""
    return Verdict(code=code, message=message or _TEXTS[code][1])


def refusal(code: str, message: str | None = None) -> Refusal:
    """Give the refusal for a code, to be raised."""
    return Refusal(verdict(code, message))
