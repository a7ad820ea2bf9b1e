"""What an answer to a paid request means. One of five, and nothing in between."""

from dataclasses import dataclass

from wanflow.providers.dashscope.codes import Meaning, meaning_of_refusal
from wanflow.providers.dashscope.transport import NotSentError, Reply, WireError
from wanflow.providers.dashscope.wire.answers import (
    Accepted,
    BadAnswerError,
    Refusal,
    Report,
    read_accepted,
    read_refusal,
    read_report,
)

_RETRY_AFTER_MOST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Accepted, as a task."""

    accepted: Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Accepted and done, without a task."""

    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Certainly not accepted: it may be sent again.

    `throttled`: everything has to go slower. `refused` is what to say if it does not get better.
    """

    reason: str
    throttled: bool = False
    wait_s: float | None = None
    refused: "Refused | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """It may have been accepted: it must not be sent again before that is known."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Certainly not accepted, for a reason that stays. `stop`: for all other requests as well."""

    refusal: Refusal
    meaning: Meaning
    stop: bool


Verdict = Taken | Answered | NotTaken | Ambiguous | Refused


def judge(reply: Reply, *, tasks: bool) -> Verdict:
    """Judge an answer.

    Args:
        reply: a complete answer.
        tasks: whether the endpoint answers with a task, or with pictures.
    """
    if 200 <= reply.status < 300:
        return _judge_success(reply, tasks=tasks)
    refusal = read_refusal(reply.body)
    meaning = meaning_of_refusal(reply.status, refusal.code)
    name = refusal.code or f"HTTP {reply.status}"
    match meaning.kind:
        case "unsure":
            return Ambiguous(reason=name)
        case "pace":
            return NotTaken(reason=name, throttled=True, wait_s=retry_after_s(reply))
        case "again":
            return NotTaken(
                reason=name, refused=Refused(refusal=refusal, meaning=meaning, stop=False)
            )
        case "stop" | "final":
            return Refused(refusal=refusal, meaning=meaning, stop=meaning.kind == "stop")


def judge_error(error: WireError) -> Verdict:
    """Judge an exchange that gave no answer."""
    if isinstance(error, NotSentError):
        return NotTaken(reason=str(error))
    return Ambiguous(reason=str(error))


def retry_after_s(reply: Reply) -> float | None:
    """Read how long the service wants to be left alone; dates are not understood."""
    text = reply.headers.get("retry-after", "").strip()
    try:
        wait_s = float(text)
    except ValueError:
        return None
    return wait_s if 0 <= wait_s <= _RETRY_AFTER_MOST_S else None


def _judge_success(reply: Reply, *, tasks: bool) -> Verdict:
    try:
        if tasks:
            return Taken(accepted=read_accepted(reply.body))
        report = read_report(reply.body, tasks=False)
    except BadAnswerError as error:
        return Ambiguous(reason=f"HTTP {reply.status} with {error}")
    if not any(picture.url for picture in report.pictures):
        return Ambiguous(reason=f"HTTP {reply.status} without pictures")
    return Answered(report=report)
