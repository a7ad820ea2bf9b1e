"""Why a job runs, is reused or is skipped, in words."""

from collections.abc import Mapping

from wanflow.model.plan import Decision, Reason
from wanflow.report.safe import safe_text

_WORDS: Mapping[Reason, str] = {
    "recorded": "made before by the same request",
    "first-time": "first time",
    "prompt-changed": "prompt changed",
    "arguments-changed": "arguments changed",
    "parameters-changed": "parameters changed",
    "model-changed": "model changed",
    "provider-changed": "provider changed",
    "operation-changed": "operation changed",
    "images-changed": "images changed",
    "upstream-changed": "an earlier step changed",
    "topped-up": "the pictures that were not made",
    "take-changed": "another take is wished for",
    "unfinished": "the last try did not end",
    "objects-missing": "its pictures are gone or damaged",
    "not-selected": "not selected",
    "when-false": "its condition is false",
    "upstream-skipped": "an earlier step is skipped",
}


def in_words(decision: Decision) -> str:
    """Say what happens and why: `run: prompt changed: 'red' to 'blue'`."""
    parts = [decision.action, _WORDS[decision.reason]]
    if decision.detail:
        parts.append(safe_text(decision.detail))
    return ": ".join(parts)
