"""What each error code of the service means for us, as one table.

Codes are matched, never messages: those change from week to week. A code that is not in the table
is looked up without its last part (`AccessDenied.Unpurchased`, then `AccessDenied`), then by
the HTTP status alone.

Source: Model Studio, pages error-code and rate-limit, with recorded answers; read 2026-11-23.
"""

from dataclasses import dataclass
from typing import Literal

# What a refusal of a submission means. `stop`: the account cannot go on. `final`: this request
# will be refused again. `pace`: later, all of us slower. `again`: later, the same request.
# `unsure`: nothing can be concluded.
Kind = Literal["stop", "final", "pace", "again", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code. `repeat` says that a task which failed with it deserves one more, free, attempt."""

    kind: Kind
    words: str
    hint: str = ""
    repeat: bool = False


_MODERATED = Meaning(
    kind="final",
    words="the service's content check refuses the prompt or a picture",
    hint="change the prompt or the picture; it was not billed",
)
_OUR_CHECK = "wanflow's own check missed it: please report it with the recipe"
_PARAMETER = Meaning(
    kind="final", words="the service refuses a parameter", hint=f"see its message; {_OUR_CHECK}"
)
_PICTURE = Meaning(
    kind="final",
    words="the service cannot use an input picture",
    hint=f"save it as JPEG or PNG within the model's limits; {_OUR_CHECK}",
)
_FETCH = Meaning(
    kind="again",
    words="the service could not fetch an input picture from its address",
    hint="check that the address is public and quick, or give the picture as a file",
    repeat=True,
)
_SERVICE = Meaning(
    kind="unsure",
    words="the service had an internal error",
    hint="run the same command again later",
    repeat=True,
)
_ARREARS = Meaning(
    kind="stop",
    words="the account is in arrears",
    hint="settle the bill in the Alibaba Cloud console, then run the same command again",
)
_QUOTA = Meaning(
    kind="stop",
    words="the account's quota for this model is used up",
    hint="buy or enable more in the console of Model Studio, then run the same command again",
)
_NO_RIGHT = Meaning(
    kind="stop",
    words="this key may not use the model or workspace",
    hint="enable the model for the workspace in the console of Model Studio",
)
_KEY = Meaning(
    kind="stop",
    words="the service refuses the API key",
    hint="check DASHSCOPE_API_KEY; a key is good in one region only, see --region",
)
_SLOWER = Meaning(
    kind="pace",
    words="the service asks for fewer requests",
    hint="run the same command again in a few minutes",
    repeat=True,
)

CODES: dict[str, Meaning] = {
    "DataInspectionFailed": _MODERATED,
    "IPInfringementSuspect": Meaning(
        kind="final",
        words="the service suspects that the picture infringes a copyright",
        hint="use another picture or prompt; it was not billed",
    ),
    "InvalidParameter": _PARAMETER,
    "InvalidParameter.DataInspection": _FETCH,
    "BadRequest": _PARAMETER,
    "BadRequest.InputDownloadFailed": _FETCH,
    "BadRequest.UnsupportedFileFormat": _PICTURE,
    "BadRequest.TooLarge": _PICTURE,
    "InvalidURL": _PICTURE,
    "InvalidURL.ConnectionRefused": _FETCH,
    "InvalidURL.Timeout": _FETCH,
    "InvalidImage": _PICTURE,
    "InvalidImageFormat": _PICTURE,
    "InvalidImageResolution": _PICTURE,
    "InvalidFile": _PICTURE,
    "UnsupportedOperation": Meaning(
        kind="final", words="the service does not do this in this state"
    ),
    "ModelNotFound": Meaning(
        kind="final",
        words="the service does not have this model here",
        hint="see `wanflow models` for the regions of each model",
    ),
    "WorkSpaceNotFound": _NO_RIGHT,
    "InvalidApiKey": _KEY,
    "AccessDenied": _NO_RIGHT,
    "Model.AccessDenied": _NO_RIGHT,
    "Workspace.AccessDenied": _NO_RIGHT,
    "App.AccessDenied": _NO_RIGHT,
    "Arrearage": _ARREARS,
    "PrepaidBillOverdue": _ARREARS,
    "PostpaidBillOverdue": _ARREARS,
    "CommodityNotPurchased": _QUOTA,
    "AllocationQuota": _QUOTA,
    "Throttling": _SLOWER,
    "Throttling.AllocationQuota": _QUOTA,
    "LimitRequests": _SLOWER,
    "InternalError": _SERVICE,
    "SystemError": _SERVICE,
    "ModelServiceFailed": _SERVICE,
    "ModelServingError": _SERVICE,
    "ModelUnavailable": _SERVICE,
    "RequestTimeOut": _SERVICE,
}

_STATUSES: dict[int, Meaning] = {
    401: _KEY,
    403: _NO_RIGHT,
    408: _SERVICE,
    413: _PICTURE,
    415: _PICTURE,
    429: _SLOWER,
}
_REFUSED = Meaning(kind="final", words="the service refuses the request")
_NOTHING = Meaning(kind="unsure", words="the service did not answer as documented")


def meaning_of_refusal(status: int, code: str) -> Meaning:
    """Say what an answer with an HTTP status other than 2xx means for a submission.

    A 5xx is `unsure` whatever its code says: the request may have been accepted before.
    """
    if status >= 500 or status < 400:
        return _SERVICE if status >= 500 else _NOTHING
    found = _by_code(code)
    if found is None or found.kind == "unsure":
        return _STATUSES.get(status, _REFUSED)
    if status in {401, 403} and found.kind != "stop":
        return _STATUSES[status]
    return found


def meaning_of_failure(code: str) -> Meaning:
    """Say what the code of a failed task means; nothing of it was billed."""
    return _by_code(code) or _REFUSED


def _by_code(code: str) -> Meaning | None:
    while code:
        if code in CODES:
            return CODES[code]
        code = code.rpartition(".")[0]
    return None
