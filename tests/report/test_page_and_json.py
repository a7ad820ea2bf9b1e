"""The page of a run and its report.json say the same, and neither says less."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from tests.report.sample_runs import branching_run, chinese_run, failed_run
from wanflow.model.run import RunRecord
from wanflow.model.values import Note, Sha256
from wanflow.report.html_page import report_html
from wanflow.report.json_text import record_from_json, report_json
from wanflow.report.words import CHECKS, REASONS, STATES, duration, moment, money

# A size as planned takes no place in the page, and how a share was measured is for machines.
_UNTOLD = {("/steps/*/checks/*/check", "size"), ("/steps/*/checks/*/note", "mean 2.0")}
# Said in other words, or a part of what is said: the sentence in the page is held by other tests.
_OTHERWISE = {
    "/wanflow_report",
    "/currency",
    "/ended_at",
    "/steps/*/language",
    "/steps/*/decision/action",
    "/steps/*/picked",
    "/steps/*/checks/*/picture",
    "/steps/*/checks/*/first",
    "/steps/*/checks/*/unit",
    "/steps/*/notes/*/code",
    "/outputs/*/remarks/*/code",
    "/outputs/*/index",
}
_OTHERWISE_ENDS = ("/media_type", "/mended/*/code", "/index", "/width_px", "/height_px")
# What the page says of some pictures by a name of its own: "evening 1/3" for evening-1.
_NAMES = re.compile(r"/(pictures|images)/\*/name$")


class Seen(HTMLParser):
    """The text of a page, as it stands without script, and the addresses of its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.links: set[str] = set()
        self._raw = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._raw = tag in {"script", "style"}
        given = dict(attrs)
        self.links.add(given.get("href") or "")
        self.links.add(given.get("datetime") or "")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser calls it
        self._raw = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._raw else data


def _leaves(value: object, at: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{at}/{key}")
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, f"{at}/*")
    else:
        yield at, value


def _said(at: str, value: object, currency: str) -> tuple[str, ...]:  # noqa: PLR0911 - one a kind
    """Give the forms of which one must stand in the page."""
    if at.endswith("cost_micro"):
        return (money(int(str(value)), currency),)
    if at.endswith("/seconds"):
        return (duration(float(str(value))).en,)
    if at.endswith("/state"):
        return (STATES[str(value)].en,)
    if at.endswith("/reason"):
        return (REASONS[str(value)].en,)
    if at.endswith("/check"):
        return (CHECKS[str(value)].en,)
    if at.endswith("/checks/*/value"):
        return (f"{value:g}",)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (f"{value:,}", str(value), json.dumps(value))
    if at.endswith("started_at"):
        return (moment(str(value)),)
    return (str(value), json.dumps(value, ensure_ascii=False))


def _unsaid(record: RunRecord, folder: Path) -> list[str]:
    page = Seen(report_html(record, folder=folder))
    text = re.sub(r"\s+", " ", page.text)
    missing = []
    for at, value in _leaves(json.loads(report_json(record))):
        known = at in _OTHERWISE or at.endswith(_OTHERWISE_ENDS) or _NAMES.search(at)
        if known or (at, value) in _UNTOLD or value in (None, "", [], {}, 0, 0.0):
            continue
        forms = [re.sub(r"\s+", " ", form) for form in _said(at, value, record.currency)]
        if not any(form in text or form in page.links for form in forms):
            missing.append(f"{at}: {value}")
    return missing


def test_the_page_is_made_of_what_is_in_the_json_and_of_nothing_else(tmp_path: Path) -> None:
    for made in (branching_run, failed_run, chinese_run):
        record = made(tmp_path)

        again = record_from_json(report_json(record))

        assert report_html(again, folder=tmp_path) == report_html(record, folder=tmp_path)


def test_everything_in_the_json_stands_in_the_page(tmp_path: Path) -> None:
    record = branching_run(tmp_path)
    evening, boxed, wide = record.steps
    bought = replace(
        evening,
        task_id="task-7c1e",
        request_id="request-9d2f",
        billed_images=3,
        actual_prompts=("The temple in the evening, told at length.", None, None),
        source_type="compositeWithTrainedAlgorithmicMedia",
    )
    poster, proof = record.outputs
    assert poster.artifact is not None
    labelled = replace(
        poster,
        written=replace(poster.artifact, sha256=Sha256("e" * 64), size_bytes=1_234_567),
        remarks=(Note(code="no-producer", text="no producer is set, so the label names none"),),
    )
    record = replace(
        record,
        steps=(bought, boxed, wide),
        outputs=(labelled, proof),
        service="http://127.0.0.1:9/api/v1",
        region="beijing",
        billed_images=3,
    )

    assert _unsaid(record, tmp_path) == []


def test_everything_of_a_failed_run_stands_in_the_page(tmp_path: Path) -> None:
    assert _unsaid(failed_run(tmp_path), tmp_path) == []
