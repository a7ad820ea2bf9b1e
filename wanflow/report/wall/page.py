"""A campaign as one HTML file: the wall of its pictures, filters, and a place to decide."""

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.campaign import CampaignRecord
from wanflow.model.run import PictureRecord
from wanflow.model.values import JsonValue
from wanflow.report.policy import policy
from wanflow.report.thumbnails import Thumbnail
from wanflow.report.wall.assets import environment, script, style
from wanflow.report.wall.data import packed, rows_data, variables
from wanflow.report.wall.head import head_of, progress_of
from wanflow.report.wall.language import language_of
from wanflow.report.wall.rows import final_of
from wanflow.report.wall.thumbs import MOST_INLINE_ROWS, Thumbs, grade
from wanflow.report.wall.tiles import tiles
from wanflow.report.wall.words import ROW_STATES, WALL
from wanflow.report.words import CHECKS, REASONS, STATES, WORDS


def campaign_html(
    record: CampaignRecord, folder: Path, *, thumbnail: Thumbnail = make_thumbnail
) -> str:
    """Write the report of a campaign as one HTML page.

    Up to 500 rows the page holds a small copy of each row's final picture and stays below 6 MiB;
    with more rows the copies are files beside it and the page holds data alone. All other pictures
    are links relative to the run's folder. Small copies are kept in `report/thumbs/` of the run's
    folder and found again by the digest of the picture, so that writing the page once more takes
    time for new pictures only.

    Args:
        record: the campaign; its rows are read several times.
        folder: the campaign's run folder, in which the page is to lie.
        thumbnail: makes the small copies.
    """
    head = head_of(record)
    small = head.total > MOST_INLINE_ROWS
    thumbs = Thumbs(folder, grade(head.total), thumbnail=thumbnail)
    thumbs.make(_pictures(record, finals_only=small))
    language = language_of(record)
    rows: list[JsonValue] = list(rows_data(record, thumbs.why, small=small))
    css, js = style(), script()
    return (
        environment()
        .get_template("wall.html.j2")
        .render(
            record=record,
            head=head,
            tiles=tiles(record, thumbs, words=not small),
            small=small,
            progress=progress_of(record),
            state=STATES[record.state],
            local=record.provider.partition("@")[0] in {"local", "builtin"},
            style=Markup(css),  # noqa: S704 - our own files
            script=Markup(js),  # noqa: S704 - our own files
            policy=policy(style=css, script=js),
            data=packed(_shared(record, thumbs, rows, language=language)),
            language=language,
            wall=WALL,
        )
    )


def _pictures(record: CampaignRecord, *, finals_only: bool) -> Iterator[PictureRecord]:
    for row in record.rows:
        final = final_of(row)
        if final is not None:
            yield final.picture
        # What people bring is often far larger than what is shown, and the same for many rows.
        if not finals_only:
            yield from row.input_pictures
            yield from (image for step in row.steps for image in step.images if image.step is None)


def _shared(
    record: CampaignRecord, thumbs: Thumbs, rows: list[JsonValue], *, language: str
) -> JsonValue:
    """Give everything that the script knows, words included."""
    words: dict[str, JsonValue] = {key: list(text) for key, text in {**WORDS, **WALL}.items()}
    return {
        "run": record.run,
        "language": language,
        "currency": record.currency,
        "variables": variables(record),
        "of_matrix": len(record.matrix),
        "thumb": thumbs.pattern,
        "inputs_small": len(rows) <= MOST_INLINE_ROWS,
        "words": words,
        "states": {key: list(text) for key, text in {**STATES, **ROW_STATES}.items()},
        "reasons": {key: list(text) for key, text in REASONS.items()},
        "checks": {key: list(text) for key, text in CHECKS.items()},
        "rows": rows,
    }
