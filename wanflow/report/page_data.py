"""What the script of a run's page knows: pictures, what made them, maps, words."""

import json
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from wanflow.model.run import RunRecord
from wanflow.model.values import JsonValue, Sha256
from wanflow.report.heat import HeatView
from wanflow.report.review import REVIEW, run_review
from wanflow.report.view import PageView
from wanflow.report.view_pictures import PictureView
from wanflow.report.view_steps import Fact, StepView
from wanflow.report.visible import escaped_json, visible
from wanflow.report.words import WORDS, Text

# What the script says by itself, in the language that is chosen at that moment.
_WORDS = (
    *("slider_label", "slider_value", "brighter", "brighter_value", "difference_of", "other_shape"),
    *("slider", "side", "flip", "onion", "difference", "heat", "heat_told", "before", "after"),
    *("now_shown", "differs_in", "differs_not", "gone", "copied", "steps"),
)
# Facts that every step has of its own without that saying how it was made.
_OF_NO_MATTER = frozenset({"started", "took", "fingerprint", "task", "request", "reused_from"})


def page_data(record: RunRecord, page: PageView, heats: Mapping[Sha256, HeatView]) -> Markup:
    """Write as JSON what the script of a page knows; nothing in it can end its element."""
    views = [*((None, view) for view in page.input_pictures), *_made(page)]
    pictures = [(step, view) for step, view in views if view.home and view.shown.large is not None]
    words: Mapping[str, JsonValue] = {
        key: {"en": text.en, "zh": text.zh}
        for key, text in {**{key: WORDS[key] for key in _WORDS}, **REVIEW}.items()
    }
    data: Mapping[str, JsonValue] = {
        "pictures": [_picture(step, view) for step, view in pictures],
        "shared": {step.id: _shared(step) for step in page.steps if step.pictures},
        "heats": _heats([view for _, view in pictures], heats),
        "words": words,
        "review": run_review(record),
    }
    text = escaped_json(json.dumps(data, ensure_ascii=False))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def _made(page: PageView) -> Iterator[tuple[StepView, PictureView]]:
    return ((step, view) for step in page.steps for view in step.pictures)


def _picture(step: StepView | None, view: PictureView) -> JsonValue:
    facts = [_told(WORDS["size"], Text(view.size, view.size))]
    if view.seed is not None:
        facts.append(_told(WORDS["seed"], Text(str(view.seed), str(view.seed))))
    if step is not None:
        facts += _measured(step, view)
    return {
        "id": view.id,
        "name": _both(view.label),
        "said": _both(view.alt),
        "size": view.size,
        "width": view.width_px,
        "height": view.height_px,
        "file": visible(view.record.file or ""),
        "href": view.shown.href,
        "sha256": view.record.artifact.sha256,
        "step": step.id if step else None,
        "facts": facts,
    }


def _measured(step: StepView, view: PictureView) -> list[JsonValue]:
    several = len(step.checked) > 1
    return [
        _told(check.name, check.value)
        for one in step.checked
        if not several or one.number == (view.record.index or 1)
        for check in one.checks
    ]


def _shared(step: StepView) -> JsonValue:
    """Give what is the same for all pictures of a step and may differ between two steps."""
    of_no_matter = {WORDS[key] for key in _OF_NO_MATTER}
    lang = step.record.language
    given: list[tuple[Text, Text, bool]] = [
        (WORDS["prompt"], Text(step.record.prompt, step.record.prompt), True),
        (WORDS["negative"], _joined([piece.text for piece in step.negative]), True),
    ]
    facts: Sequence[Fact] = (*step.facts, *step.arguments, *step.parameters)
    if any(view.seed is not None for view in step.pictures):
        of_no_matter.add(Text("seed", "seed"))  # each picture tells its own
    given += [(one.name, one.value, False) for one in facts if one.name not in of_no_matter]
    return [_told(name, value, reads=reads) for name, value, reads in given if value[lang == "zh"]]


def _heats(views: Sequence[PictureView], heats: Mapping[Sha256, HeatView]) -> JsonValue:
    ids = {view.record.artifact.sha256: view.id for view in views}
    return [
        {
            "before": ids[heat.before],
            "after": ids[digest],
            "src": heat.src,
            "percent": f"{heat.percent:.1f}",
            "wide": heat.width_px,
            "tall": heat.height_px,
        }
        for digest, heat in heats.items()
        if digest in ids and heat.before in ids
    ]


def _joined(texts: Sequence[str]) -> Text:
    return Text("".join(texts), "".join(texts))


def _told(name: Text, value: Text, *, reads: bool = False) -> JsonValue:
    said = [_both(name), _both(value)]
    return [*said, True] if reads else said


def _both(text: Text) -> JsonValue:
    return [visible(text.en), visible(text.zh)]
