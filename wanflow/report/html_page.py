"""A run as one HTML file that opens anywhere: no network, no server, readable without script."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.run import RunRecord
from wanflow.model.values import JsonValue
from wanflow.report.policy import policy
from wanflow.report.review import REVIEW, run_review, shared
from wanflow.report.thumbnails import Thumbnail, shown
from wanflow.report.view import PageView, page_view, uses
from wanflow.report.visible import escaped_json, visible
from wanflow.report.words import WORDS, Text, filled

# The room for a chain on a sheet of A4 or Letter with its usual margins.
_PAPER_PX = 640
# What the script says by itself, in the language that is chosen at that moment.
_SCRIPT_WORDS = ("slider_value", "copied", "other_shape", "copy", "steps")
_REVIEW_SCRIPTS = ("dom.js", "review.js", "run_review.js")


def report_html(record: RunRecord, *, folder: Path, thumbnail: Thumbnail = make_thumbnail) -> str:
    """Write the report of a run as one HTML page.

    Up to 15 pictures the page stays below 3 MiB. It loads nothing: pictures are copies within it,
    with links to the originals beside it. A picture whose file is missing says so.

    Args:
        record: the run; nothing else is looked up but the files of its pictures.
        folder: the run's folder, in which the page is to lie and in which `picture.file` lies.
        thumbnail: makes the small copies.
    """
    page = page_view(record, shown(uses(record), folder, thumbnail))
    style = _tight(asset("report.css") + shared("review.css")) + _places(page)
    script = asset("report.js") + "".join(map(shared, _REVIEW_SCRIPTS))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            record=record,
            page=page,
            style=Markup(style),  # noqa: S704 - our own file, and numbers
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style=style, script=script),
            data=_data(page, run_review(record)),
            review=REVIEW,
            language=page.language,
        )
    )


@cache
def asset(name: str) -> str:
    """Read a file of the page that comes with the package."""
    return (files("wanflow.report") / "page" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Make the engine for our own templates: everything is escaped, and nothing hides."""
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    environment.globals |= {
        "words": WORDS,
        "filled": filled,
        "said": _said,
        "attributes": _attributes,
    }
    return environment


def _seen(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _said(text: Text, language: str) -> Markup:
    en, zh = visible(text.en), visible(text.zh)
    now = zh if language == "zh" else en
    if en == zh:
        return Markup("{}").format(now)
    return Markup('<span data-en="{}" data-zh="{}">{}</span>').format(en, zh, now)


def _attributes(language: str, **texts: Text) -> Markup:
    # Attributes in both languages: `aria_label=...` gives aria-label and what it may change to.
    parts = []
    for key, text in texts.items():
        name = key.replace("_", "-")
        en, zh = visible(text.en), visible(text.zh)
        parts.append(
            Markup('{0}="{1}" data-{0}-en="{2}" data-{0}-zh="{3}"').format(
                Markup(name),  # noqa: S704 - a keyword of our own templates
                zh if language == "zh" else en,
                en,
                zh,
            )
        )
    names = " ".join(key.replace("_", "-") for key in texts)
    return Markup(" ").join([*parts, Markup('data-said="{}"').format(names)])


def _tight(style: str) -> str:
    """Leave out the spaces of a style that only people need."""
    return re.sub(r"\s*([{};])\s*", r"\1", style).replace(";}", "}")


def _places(page: PageView) -> str:
    # Where the nodes of the chain stand is style, and styles are allowed by hash only.
    chain = page.chain

    def rules(wide: bool) -> list[str]:  # noqa: FBT001 - private
        layout = chain.wide if wide else chain.narrow
        said = [f".nodes{{width:{layout.width_px}px;height:{layout.height_px}px}}"]
        said += [
            f"#{key}{{left:{box.x_px}px;top:{box.y_px}px;"
            f"width:{box.width_px}px;height:{box.height_px}px}}"
            for key, box in layout.places
        ]
        return said

    narrow = "".join(rules(wide=False))
    on_paper = min(1.0, _PAPER_PX / max(chain.wide.width_px, 1))
    return (
        "".join(rules(wide=True))
        + f"@media screen and (max-width:719px){{{narrow}}}"
        + f"@media print{{.nodes{{zoom:{on_paper:.3f}}}}}\n"
    )


def _data(page: PageView, review: JsonValue) -> Markup:
    views = [*page.input_pictures, *(view for step in page.steps for view in step.pictures)]
    pictures = [
        {
            "id": view.id,
            "en": visible(view.label.en),
            "zh": visible(view.label.zh),
            "size": view.size,
            "width": view.width_px,
            "height": view.height_px,
        }
        for view in views
        if view.home and view.shown.large
    ]
    words: Mapping[str, Mapping[str, str]] = {
        key: {"en": text.en, "zh": text.zh}
        for key, text in {**{key: WORDS[key] for key in _SCRIPT_WORDS}, **REVIEW}.items()
    }
    data = {"pictures": pictures, "words": words, "review": review}
    text = escaped_json(json.dumps(data, ensure_ascii=False))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element
