"""Outcomes as JSON and back, exactly: what is read equals what was written."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wanflow.errors import WorkspaceError
from wanflow.model.measure import Measure
from wanflow.model.run import Done, Failed, Outcome, Reused, Skipped
from wanflow.model.values import Artifact, JobKey, JsonValue, Note, Receipt, Sha256


def to_json(value: JsonValue) -> str:
    """Write a JSON value as one line of ASCII with sorted keys: equal values are equal text.

    Raises:
        ValueError: a number is not finite; JSON has no word for it.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_plain
    )


def from_json(text: str) -> JsonValue:
    """Read what `to_json` wrote.

    Raises:
        WorkspaceError: it is no JSON, so something else has written to the journal.
    """
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        raise _unreadable(str(error)) from error
    return value


def encode_outcome(outcome: Outcome) -> str:
    """Write an outcome as JSON with its kind under `kind`."""
    return to_json(_described(outcome))


def decode_outcome(text: str) -> Outcome:
    """Read what `encode_outcome` wrote.

    Raises:
        WorkspaceError: it is no outcome that this version knows.
    """
    value: Any = from_json(text)
    try:
        return _outcome(value)
    except (KeyError, TypeError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def _described(outcome: Outcome) -> dict[str, JsonValue]:
    match outcome:
        case Done():
            return {
                "kind": "done",
                "pictures": [_artifact_json(one) for one in outcome.pictures],
                "notes": [_note_json(one) for one in outcome.notes],
                "seconds": outcome.seconds,
                **_bought_json(outcome),
                "checks": [_measure_json(one) for one in outcome.checks],
            }
        case Reused():
            return {
                "kind": "reused",
                "pictures": [_artifact_json(one) for one in outcome.pictures],
                "run": outcome.run,
                "notes": [_note_json(one) for one in outcome.notes],
                **_bought_json(outcome),
                "checks": [_measure_json(one) for one in outcome.checks],
            }
        case Failed():
            return {
                "kind": "failed",
                "code": outcome.code,
                "message": outcome.message,
                "hint": outcome.hint,
                "pictures": [_artifact_json(one) for one in outcome.pictures],
                "seconds": outcome.seconds,
                "again": outcome.again,
                **_bought_json(outcome),
                "checks": [_measure_json(one) for one in outcome.checks],
            }
        case Skipped():
            return {"kind": "skipped", "because": outcome.because, "reason": outcome.reason}


def _outcome(value: Any) -> Outcome:  # noqa: ANN401 - text from a file; each field is looked up
    match value["kind"]:
        case "done":
            return Done(
                pictures=_artifacts(value["pictures"]),
                notes=_notes(value["notes"]),
                seconds=value["seconds"],
                **_bought(value),
                checks=_measures(value),
            )
        case "reused":
            return Reused(
                pictures=_artifacts(value["pictures"]),
                run=value["run"],
                notes=_notes(value["notes"]),
                **_bought(value),
                checks=_measures(value),
            )
        case "failed":
            return Failed(
                code=value["code"],
                message=value["message"],
                hint=value["hint"],
                pictures=_artifacts(value["pictures"]),
                seconds=value["seconds"],
                again=value.get("again", "fails"),
                **_bought(value),
                checks=_measures(value),
            )
        case "skipped":
            because = value["because"]
            return Skipped(
                because=None if because is None else JobKey(because), reason=value["reason"]
            )
        case other:
            raise _unreadable(f"there is no outcome {other!r}")


def _bought_json(outcome: Done | Reused | Failed) -> dict[str, JsonValue]:
    """Write what only a paid edit has; an edit of this machine is written without it."""
    written: dict[str, JsonValue] = {}
    if outcome.missing:
        written["missing"] = list(outcome.missing)
    if outcome.receipt is not None:
        written["receipt"] = {
            "task_id": outcome.receipt.task_id,
            "request_id": outcome.receipt.request_id,
            "actual_prompts": list(outcome.receipt.actual_prompts),
        }
    return written


def _bought(value: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    receipt = value.get("receipt")
    return {
        "missing": tuple(value.get("missing", ())),
        "receipt": receipt
        and Receipt(
            task_id=receipt["task_id"],
            request_id=receipt["request_id"],
            actual_prompts=tuple(receipt["actual_prompts"]),
        ),
    }


def _artifact_json(artifact: Artifact) -> JsonValue:
    return {
        "sha256": artifact.sha256,
        "media_type": artifact.media_type,
        "width_px": artifact.width_px,
        "height_px": artifact.height_px,
        "size_bytes": artifact.size_bytes,
    }


def _artifacts(values: Sequence[Mapping[str, Any]]) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(
            sha256=Sha256(one["sha256"]),
            media_type=one["media_type"],
            width_px=one["width_px"],
            height_px=one["height_px"],
            size_bytes=one["size_bytes"],
        )
        for one in values
    )


def _note_json(note: Note) -> JsonValue:
    return {"code": note.code, "text": note.text}


def _notes(values: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(Note(code=one["code"], text=one["text"]) for one in values)


def _measure_json(measure: Measure) -> JsonValue:
    return {
        "picture": measure.picture,
        "check": measure.check,
        "value": measure.value,
        "unit": measure.unit,
        "against": measure.against,
        "first": measure.first,
        "note": measure.note,
    }


def _measures(outcome: Mapping[str, Any]) -> tuple[Measure, ...]:
    """Read what was measured; a journal from before there were checks says nothing of it."""
    return tuple(
        Measure(
            picture=one["picture"],
            check=one["check"],
            value=one["value"],
            unit=one["unit"],
            against=one["against"],
            first=one["first"],
            note=one["note"],
        )
        for one in outcome.get("checks", ())
    )


def _as_plain(value: object) -> object:
    # Frozen models hold read-only mappings and other sequences, which json does not know.
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _unreadable(why: str) -> WorkspaceError:
    return WorkspaceError(
        f"the journal holds an entry that cannot be read ({why})",
        hint="it was written by a newer wanflow, or damaged: pip install --upgrade wanflow",
    )
