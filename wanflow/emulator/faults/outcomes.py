"""Faults of a task: how it ends, and what queries show of it."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wanflow.emulator.refusals import verdict
from wanflow.emulator.tasks import GIVEN_UP_AFTER_S, Fate

Output = dict[str, Any]

_HOSTILE = (
    '\x1b[2J\x1b]0;owned\x07=HYPERLINK("http://evil.invalid") <script>alert(1)</script> '
    "\u202egnp.exe\u2066 {{ 7*7 }}\r\nSet-Cookie: a=b"
)


def twisted(fate: Fate, fault: str, *, pictures: int, rng: random.Random) -> Fate:
    """Change how a task of so many pictures will end.

    `partial` does nothing to a task of one picture: what is wholly lost has failed.
    """
    if fault == "partial" and pictures == 1:
        return fate
    marked = replace(fate, twist=fault)
    if fault == "partial":
        return replace(marked, lost={rng.randrange(pictures): verdict("InternalError.Timeout")})
    if fault in _FAILURES:
        return replace(marked, failure=verdict(*_FAILURES[fault]))
    duration_s = _DURATIONS[fault](fate.duration_s) if fault in _DURATIONS else fate.duration_s
    return replace(marked, duration_s=duration_s, canceled=fault == "canceled")


_DURATIONS: dict[str, Callable[[float], float]] = {
    "slow": lambda usual_s: usual_s * 10,
    "stuck-running": lambda _usual_s: GIVEN_UP_AFTER_S + 1,
}
_FAILURES: dict[str, tuple[str, str | None]] = {
    "failed-internal": ("InternalError", None),
    "failed-timeout": ("InternalError.Timeout", None),
    "moderation": ("DataInspectionFailed", "Output data may contain inappropriate content."),
    "hostile-text": ("InternalError.Algo", _HOSTILE),
}


def shown(fault: str | None, output: Output, *, first_time: bool) -> Output:
    """Change what a query shows of a task; `output` is the truth."""
    change = _SHOWN.get(fault or "")
    if fault == "unknown-once" and not first_time:
        return output
    return change(output) if change else output


def _unknown(output: Output) -> Output:
    return {"task_id": output["task_id"], "task_status": "UNKNOWN"}


def _running_as(status: str) -> Callable[[Output], Output]:
    def change(output: Output) -> Output:
        running = output["task_status"] == "RUNNING"
        return {**output, "task_status": status} if running else output

    return change


def _lower_case(output: Output) -> Output:
    return {**output, "task_status": output["task_status"].lower()}


def _no_results(output: Output) -> Output:
    return {name: value for name, value in output.items() if name not in {"results", "choices"}}


def _with_urls(change: Callable[[str], str | None]) -> Callable[[Output], Output]:
    """Change every URL of an answer; None takes it out."""

    def entry(given: Output) -> Output:
        name = next((name for name in ("url", "image") if name in given), None)
        if name is None:
            return given
        url = change(given[name])
        rest = {key: value for key, value in given.items() if key != name}
        return rest if url is None else {**rest, name: url}

    def whole(output: Output) -> Output:
        if "results" in output:
            return {**output, "results": [entry(given) for given in output["results"]]}
        if "choices" not in output:
            return output
        message = output["choices"][0]["message"]
        content = [entry(given) for given in message["content"]]
        choice = {**output["choices"][0], "message": {**message, "content": content}}
        return {**output, "choices": [choice]}

    return whole


_SHOWN: dict[str, Callable[[Output], Output]] = {
    "unknown": _unknown,
    "unknown-once": _unknown,
    "unknown-status": _running_as("REVIEWING"),
    "suspended": _running_as("SUSPENDED"),
    "lower-case-status": _lower_case,
    "no-results": _no_results,
    "no-url": _with_urls(lambda _url: None),
    "result-other-host": _with_urls(lambda _url: "https://pictures.invalid/0.png"),
    "result-private": _with_urls(lambda _url: "http://169.254.169.254/latest/meta-data/0.png"),
    "result-file-url": _with_urls(lambda _url: "file:///etc/passwd"),
}
