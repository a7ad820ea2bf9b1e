"""What was measured stands in the page and in Markdown, as numbers with their units."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

from tests.report.sample_runs import branching_run, chinese_run
from wanflow.model.measure import Check, Measure
from wanflow.model.run import RunRecord
from wanflow.report.html_page import report_html
from wanflow.report.markdown_text import report_markdown
from wanflow.report.view_checks import checked_views
from wanflow.report.words import CHECKS


def shown(run: RunRecord, folder: Path) -> list[str]:
    """Give the words of each item of the list of measures."""
    page = report_html(run, folder=folder)
    (found,) = re.findall(r'<ul class="checks"[^>]*>(.*?)</ul>', page, flags=re.DOTALL)
    items = re.findall(r"<li[^>]*>(.*?)</li>", found)
    return [re.sub("<[^>]+>", "", item) for item in items]


def test_a_page_shows_every_number(tmp_path: Path) -> None:
    assert shown(branching_run(tmp_path), tmp_path) == [
        "shift 8 px",
        "zoom -2.1 %",
        "kept 97.4 %",
        "text not measured finding text needs OpenCV",
        "shift since temple 9.5 px",
    ]


def test_markdown_says_it_in_a_line(tmp_path: Path) -> None:
    text = report_markdown(branching_run(tmp_path))

    assert "Measured: shift 8 px, zoom -2.1 %, kept 97.4 %, text not measured (finding" in text


def test_a_chinese_page_names_measures_in_chinese(tmp_path: Path) -> None:
    run = chinese_run(tmp_path)
    shift = Measure(picture=1, check="shift", value=8.0, unit="px", against="寺院", first=True)
    evening, boxed, wide = run.steps
    run = replace(run, steps=(evening, boxed, replace(wide, checks=(shift,))))

    assert shown(run, tmp_path) == ["相对 寺院 的位移 8 px"]
    assert "测量: 相对 寺院 的位移 8 px" in report_markdown(run)


def test_several_pictures_are_told_apart(tmp_path: Path) -> None:
    evening = branching_run(tmp_path).steps[0]
    kept = [Measure(picture=at, check="kept", value=90.0 + at, unit="%") for at in (2, 1)]

    views = checked_views(replace(evening, checks=tuple(kept)))

    assert [view.picture and view.picture.en for view in views] == ["picture 1", "picture 2"]
    assert [view.checks[0].value.en for view in views] == ["91 %", "92 %"]


def test_a_size_as_planned_takes_no_place(tmp_path: Path) -> None:
    wide = branching_run(tmp_path).steps[2]
    planned = Measure(picture=1, check="size", value=0.0, unit="%")
    off = replace(planned, value=1.6, note="1300*720 instead of 1280*720")

    assert checked_views(replace(wide, checks=(planned,))) == ()
    (view,) = checked_views(replace(wide, checks=(off,)))
    assert view.checks[0].odd
    assert view.checks[0].note == "1300*720 instead of 1280*720"


def test_every_measure_has_its_words() -> None:
    assert CHECKS.keys() == set(get_args(Check))
