"""The rows of a campaign as they stand in the page without script."""

from collections.abc import Iterator
from dataclasses import dataclass

from wanflow.model.campaign import CampaignRecord, RowRecord, RowState
from wanflow.report.thumbnails import href
from wanflow.report.wall.rows import Final, fallen_of, final_of, prompt_of
from wanflow.report.wall.thumbs import Thumbs
from wanflow.report.wall.words import ROW_STATES, WALL
from wanflow.report.words import WORDS, Text, filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The final picture of a row: `source` is a data URI or a link, or None where `lack` says why.

    `link` leads to the original.
    """

    source: str | None
    lack: Text
    link: str | None
    alt: Text
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One row; `at` is its place from 0. `words` and `trouble` are empty where there is no room."""

    at: int
    key: str
    state: RowState
    said: Text
    image: Image | None
    words: str
    language: str
    trouble: str


def tiles(record: CampaignRecord, thumbs: Thumbs, *, words: bool) -> Iterator[Tile]:
    """Give the rows of a campaign one after the other.

    Args:
        record: the campaign.
        thumbs: its small copies, made; with words they stand in the page, else beside it.
        words: whether there is room for prompts and messages.
    """
    for at, row in enumerate(record.rows):
        final, speaking, fallen = final_of(row), prompt_of(row), fallen_of(row)
        trouble = (fallen.error or fallen.error_code or "") if fallen else ""
        yield Tile(
            at=at,
            key=row.key,
            state=row.state,
            said=ROW_STATES[row.state],
            image=_image(row, final, thumbs, inline=words) if final else None,
            words=speaking.prompt if speaking and words else "",
            language=speaking.language if speaking else "en",
            trouble=trouble if words else "",
        )


def _image(row: RowRecord, final: Final, thumbs: Thumbs, *, inline: bool) -> Image:
    picture = final.picture
    sha256 = picture.artifact.sha256
    why = thumbs.why(picture)
    source = None
    if why is None:
        source = thumbs.inline(picture) if inline else thumbs.link(sha256)
    return Image(
        source=source,
        lack=filled(WORDS[why or "no_picture"], file=picture.file or ""),
        link=href(picture.file) if picture.file else None,
        alt=filled(
            WALL["alt"],
            key=row.key,
            step=final.step.key,
            at=picture.index or 1,
            count=len(final.step.pictures),
            operation=final.step.operation,
        ),
        width_px=picture.artifact.width_px,
        height_px=picture.artifact.height_px,
    )
