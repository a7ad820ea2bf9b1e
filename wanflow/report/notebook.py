"""A run in a notebook: its state and results in a few lines, with a link to the report."""

from pathlib import Path
from urllib.parse import quote

from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.run import PictureRecord, RunRecord
from wanflow.report.html_page import environment
from wanflow.report.thumbnails import Thumbnail, shown
from wanflow.report.view import is_local, page_language, run_facts
from wanflow.report.view_steps import FALLEN
from wanflow.report.words import STATES, WORDS, duration

_AT_MOST = 8


def run_repr_html(record: RunRecord, folder: Path, *, thumbnail: Thumbnail = make_thumbnail) -> str:
    """Write what a notebook shows of a run: a piece of HTML, without script.

    Args:
        record: the run.
        folder: the run's folder, with the pictures and `report.html`.
        thumbnail: makes the small copies.
    """
    language = 1 if page_language(record) == "zh" else 0
    pictures = _results(record)
    copies = shown(pictures, folder, thumbnail)
    pictures_text, cost = run_facts(record)
    return (
        environment()
        .get_template("notebook.html.j2")
        .render(
            record=record,
            state=STATES[record.state][language],
            facts=(duration(record.seconds)[language], pictures_text[language], cost[language]),
            notice=WORDS["rendered_locally"][language] if is_local(record) else "",
            failed=[step for step in record.steps if step.state in FALLEN],
            pictures=[(picture, copies[picture.artifact.sha256]) for picture in pictures],
            report=_link(folder / "report.html"),
            at=language,
        )
    )


def _link(file: Path) -> str:
    # Relative where that can be: a notebook served over HTTP does not open links to the disk.
    absolute = file.resolve()
    if absolute.is_relative_to(Path.cwd()):
        return quote(absolute.relative_to(Path.cwd()).as_posix())
    return absolute.as_uri()


def _results(record: RunRecord) -> tuple[PictureRecord, ...]:
    # The named results, or what the last step has made that made anything.
    by_place = {(p.step, p.index): p for step in record.steps for p in step.pictures}
    named = [by_place.get((output.step, output.index)) for output in record.outputs]
    found = [picture for picture in named if picture is not None]
    last = next((step.pictures for step in reversed(record.steps) if step.pictures), ())
    return tuple(found or last)[:_AT_MOST]
