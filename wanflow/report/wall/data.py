"""What the script of a campaign's page knows of every row, packed small."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final as Constant

from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.model.measure import Measure
from wanflow.model.run import PictureRecord, StepRecord
from wanflow.model.values import JsonValue
from wanflow.report.marked import Piece, marked_prompt, marked_template
from wanflow.report.thumbnails import href
from wanflow.report.view_steps import value_text
from wanflow.report.visible import escaped_json, visible
from wanflow.report.wall.head import problem_code
from wanflow.report.wall.rows import figures_of, final_of, is_odd
from wanflow.report.wall.thumbs import Lack

Why = Callable[[PictureRecord], Lack | None]

# Of a fingerprint so much is shown where thousands of rows share a page.
_SHORT: Constant = 16


def packed(value: JsonValue) -> str:
    """Write a value as JSON, deflated (RFC 1951) and in base64.

    Nothing in it can end the element that it stands in, whatever the value is made of.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    packer = zlib.compressobj(level=9, wbits=-15)
    return base64.b64encode(packer.compress(escaped_json(text).encode()) + packer.flush()).decode(
        "ascii"
    )


def rows_data(record: CampaignRecord, why: Why, *, small: bool) -> Iterator[dict[str, JsonValue]]:
    """Give what a page knows of each row, in the order of the record.

    Every text is fit to be shown as it is. What is empty is left out.

    Args:
        record: the campaign.
        why: says why a picture cannot be shown, None if it can.
        small: leave out what only a page of few rows has room for.
    """
    for row in record.rows:
        yield _Row(row, why, record, small=small).data()


def variables(record: CampaignRecord) -> list[JsonValue]:
    """List the names that rows differ by, those of the matrix first."""
    return [visible(name) for name in (*record.matrix, *record.columns)]


class _Row:
    """One row on its way into the page: its pictures stand once and are referred to by place."""

    def __init__(self, row: RowRecord, why: Why, record: CampaignRecord, *, small: bool) -> None:
        self._row = row
        self._why = why
        self._columns = record.columns
        self._matrix = record.matrix
        self._small = small
        self._pictures: list[JsonValue] = []
        self._places: dict[tuple[str, str | None], int] = {}

    def data(self) -> dict[str, JsonValue]:
        row, figures, final = self._row, figures_of(self._row), final_of(self._row)
        given = [row.combination.get(name) for name in self._matrix]
        given += [row.values.get(name) for name in self._columns]
        inputs = [self._place(picture) for picture in row.input_pictures]
        steps: list[JsonValue] = [self._step(step) for step in row.steps]
        key = visible(row.key)
        return _without_empty({
            "key": key,
            "raw": row.key if key != row.key else None,
            "number": row.number,
            "state": row.state,
            "problem": _seen(problem_code(row)),
            "given": [None if value is None else _seen(value_text(value)) for value in given],
            "given_inputs": _texts(self._own_inputs()),
            "final": None if final is None else [final.at, self._place(final.picture)],
            "cost": figures.cost_micro,
            "seconds": round(figures.seconds, 2),
            "drift": figures.drift_px,
            "kept": figures.kept_percent,
            "odd": figures.odd,
            "inputs": inputs,
            "steps": steps,
            "pictures": self._pictures,
        })  # fmt: skip

    def _own_inputs(self) -> Mapping[str, JsonValue]:
        # What the row or the matrix says itself need not be said twice.
        said = {**self._row.values, **self._row.combination}
        return {name: value for name, value in self._row.inputs.items() if said.get(name) != value}

    def _place(self, picture: PictureRecord) -> int:
        key = (picture.artifact.sha256, picture.file)
        if key not in self._places:
            self._places[key] = len(self._pictures)
            self._pictures.append(self._picture(picture))
        return self._places[key]

    def _picture(self, picture: PictureRecord) -> JsonValue:
        artifact = picture.artifact
        lack = self._why(picture)
        return _without_empty({
            "sha256": artifact.sha256,
            "file": href(picture.file) if picture.file is not None else None,
            "lack": lack,
            "name": visible(picture.name) if picture.step is None else "",
            "step": visible(picture.step) if picture.step is not None else "",
            "index": picture.index,
            "width": artifact.width_px,
            "height": artifact.height_px,
            "bytes": artifact.size_bytes,
        })  # fmt: skip

    def _step(self, step: StepRecord) -> JsonValue:
        parameters = dict(step.parameters)
        negative = parameters.pop("negative_prompt", None)
        fingerprint = step.fingerprint or ""
        if self._small and fingerprint:
            fingerprint = f"{fingerprint[:_SHORT]}…"
        rewritten = [p for p in step.actual_prompts if p and p != step.prompt]
        template = step.template if step.template != step.prompt else ""
        return _without_empty({
            "key": visible(step.key),
            "operation": visible(step.operation),
            "state": step.state,
            "why": [step.decision.reason, visible(step.decision.detail)],
            "model": _seen(step.model),
            "language": step.language,
            "prompt": _pieces(marked_prompt(step.template, step.prompt)),
            "template": [] if self._small else _pieces(marked_template(template)),
            "negative": _seen(negative) if isinstance(negative, str) else "",
            "rewritten": [visible(prompt) for prompt in rewritten],
            "arguments": _texts(step.arguments),
            "parameters": _texts(parameters),
            "images": [self._place(picture) for picture in step.images],
            "made": [self._place(picture) for picture in step.pictures],
            "picked": step.picked,
            "notes": [visible(note.text) for note in step.notes],
            "mended": [visible(f"{image.name}: {note.text}")
                       for image in step.images for note in image.mended],
            "code": _seen(step.error_code),
            "error": _seen(step.error),
            "hint": _seen(step.hint),
            "started": _seen(step.started_at),
            "seconds": round(step.seconds, 2),
            "cost": step.cost_micro,
            "billed": step.billed_images,
            "risk": step.at_risk_images,
            "task": _seen(step.task_id),
            "request": None if self._small else _seen(step.request_id),
            "from": _seen(step.reused_from),
            "fingerprint": fingerprint,
            "checks": [_check(measure) for measure in step.checks],
        })  # fmt: skip


def _check(measure: Measure) -> JsonValue:
    return _without_empty({
        "picture": measure.picture,
        "check": measure.check,
        "value": measure.value,
        "unit": measure.unit,
        "against": visible(measure.against) if measure.first else "",
        "note": visible(measure.note),
        "odd": is_odd(measure),
    })  # fmt: skip


def _pieces(pieces: Sequence[Piece]) -> list[JsonValue]:
    """Write marked text as plain and value in turns, plain first."""
    turns: list[JsonValue] = []
    for piece in pieces:
        if piece.value != (len(turns) % 2 == 1):
            turns.append("")
        turns.append(visible(piece.text))
    return turns


def _texts(values: Mapping[str, JsonValue]) -> list[JsonValue]:
    return [[visible(name), visible(value_text(value))] for name, value in values.items()]


def _seen(text: str | None) -> str | None:
    return visible(text) if text else None


def _without_empty(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        name: value for name, value in values.items()
        if value or (value == 0 and name in {"drift", "kept", "value"} and value is not None)
    }  # fmt: skip
