"""What is different as one HTML file that opens anywhere, without script."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from wanflow.errors import ImageError
from wanflow.imaging.thumbnail import thumbnail
from wanflow.model.difference import Change, Comparison, Part, PicturePair, Side, Verdict
from wanflow.model.run import PictureRecord
from wanflow.report.diff.text import label_of
from wanflow.report.diff.words import Piece, word_difference
from wanflow.report.html_page import asset, environment, page_style
from wanflow.report.policy import policy
from wanflow.report.thumbnails import href
from wanflow.report.words import Text

_ALL_BYTES = 4_000_000
_MOST_BYTES = 120 * 1024
_LEAST_BYTES = 8 * 1024
_LONGEST_PX = 960
_WORDS: Mapping[str, Text] = {
    "title": Text("What is different", "有何不同"),
    "before": Text("before", "之前"),
    "after": Text("after", "之后"),
    "nothing": Text("Nothing is different.", "没有任何不同。"),
    "changes": Text("What was asked for", "要求的变化"),
    "pictures": Text("Pictures", "图片"),
    "added": Text("added", "新增"),
    "removed": Text("removed", "移除"),
    "none": Text("there is none on this side", "这一侧没有"),
    "gone": Text("the file is missing or cannot be read", "文件缺失或无法读取"),
    "apart": Text("{said}, by {percent} % on average", "{said},平均相差 {percent} %"),
    "same": Text("{n} with the same bytes", "{n} 张字节完全相同"),
}
_VERDICTS: Mapping[Verdict, Text] = {
    "same": Text("the same bytes", "字节相同"),
    "alike": Text("looks alike", "看起来一样"),
    "differs": Text("differs", "有差别"),
    "unknown": Text("other bytes, not comparable", "字节不同,无法比较"),
    "only-a": Text("only before", "仅之前有"),
    "only-b": Text("only after", "仅之后有"),
}
_PARTS: Mapping[Part, Text] = {
    "recipe": Text("recipe", "配方"),
    "input": Text("input", "输入"),
    "step": Text("step", "步骤"),
    "output": Text("output", "输出"),
}


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    fields: tuple[_Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    caption: str
    alt: str
    data: Markup | None = None
    width: int = 0
    height: int = 0
    lacks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    label: str
    verdict: Verdict
    said: str
    sides: tuple[_Seen, ...]


def difference_page(comparison: Comparison, *, language: str = "en") -> str:
    """Write the page: changed words marked, changed pictures beside each other.

    Args:
        comparison: what is different.
        language: of the page's own words, `en` or `zh`.
    """
    said = {key: text.zh if language == "zh" else text.en for key, text in _WORDS.items()}
    told = [pair for pair in comparison.pictures if pair.verdict != "same"]
    share = min(_MOST_BYTES, max(_LEAST_BYTES, _ALL_BYTES // max(1, 2 * len(told))))
    same = len(comparison.pictures) - len(told)
    style = page_style() + asset("diff.css")
    return (
        environment()
        .get_template("diff.html.j2")
        .render(
            comparison=comparison,
            w=said,
            language=language,
            parts=tuple(_parts(comparison.changes, said, language)),
            pairs=[_pair(pair, comparison, said, language, share) for pair in told],
            same=said["same"].format(n=same) if same else "",
            style=Markup(style),  # noqa: S704 - our own files
            policy=policy(style=style, script=""),
        )
    )


def _parts(changes: tuple[Change, ...], said: Mapping[str, str], language: str) -> Iterator[_Part]:
    for (part, name), group in groupby(changes, key=lambda change: (change.part, change.name)):
        word = _PARTS[part].zh if language == "zh" else _PARTS[part].en
        yield _Part(f"{word} {name}".rstrip(), tuple(_field(change, said) for change in group))


def _field(change: Change, said: Mapping[str, str]) -> _Field:
    if change.field is None:
        added = change.before is None
        gist = change.after if added else change.before
        return _Field(
            said["added" if added else "removed"],
            (Piece("added" if added else "removed", gist or change.name),),
        )
    return _Field(change.field, word_difference(change.before or "", change.after or ""))


def _pair(
    pair: PicturePair, comparison: Comparison, said: Mapping[str, str], language: str, share: int
) -> _Pair:
    text = _VERDICTS[pair.verdict]
    verdict = text.zh if language == "zh" else text.en
    if pair.percent is not None:
        verdict = said["apart"].format(said=verdict, percent=f"{pair.percent:.1f}")
    label = label_of(pair)
    sides = (
        _seen(pair.before, comparison.before, f"{label}, {said['before']}", said, share),
        _seen(pair.after, comparison.after, f"{label}, {said['after']}", said, share),
    )
    return _Pair(label=label, verdict=pair.verdict, said=verdict, sides=sides)


def _seen(
    picture: PictureRecord | None, side: Side, alt: str, said: Mapping[str, str], share: int
) -> _Seen:
    if picture is None:
        return _Seen(caption=alt, alt=alt, lacks=said["none"])
    caption = f"{alt} · {picture.size} · {picture.artifact.sha256[:12]}"
    small = _small(picture, side.folder, share)
    if small is None:
        return _Seen(caption=caption, alt=alt, lacks=said["gone"])
    return _Seen(
        caption=caption,
        alt=alt,
        data=Markup("data:image/webp;base64,") + base64.b64encode(small).decode("ascii"),
        width=picture.size.width_px,
        height=picture.size.height_px,
    )


def _small(picture: PictureRecord, folder: Path | None, share: int) -> bytes | None:
    if folder is None or picture.file is None or href(picture.file) is None:
        return None
    try:
        return thumbnail(folder / picture.file, longest_px=_LONGEST_PX, max_bytes=share)
    except ImageError:
        return None
