"""A run as one HTML file that opens anywhere: no network, no server, readable without script."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from wanflow.imaging.thumbnail import thumbnail as make_thumbnail
from wanflow.model.run import RunRecord
from wanflow.report.heat import heats
from wanflow.report.page_data import page_data
from wanflow.report.policy import policy
from wanflow.report.review import REVIEW, shared
from wanflow.report.thumbnails import Thumbnail, shown
from wanflow.report.tight import tight_script, tight_style
from wanflow.report.view import PageView, page_view, uses
from wanflow.report.visible import visible
from wanflow.report.words import WORDS, Text, filled

# The room for a chain on a sheet of A4 or Letter with its usual margins.
_PAPER_PX = 640
_STYLES = ("paper", "chain", "compare", "steps", "review")
_SCRIPTS = (
    *("dom", "language", "theme", "zoom", "compare", "words", "light", "keys"),
    *("review", "run_review", "run"),
)


def report_html(record: RunRecord, *, folder: Path, thumbnail: Thumbnail = make_thumbnail) -> str:
    """Write the report of a run as one HTML page.

    Up to 15 pictures the page stays below 3 MiB. It loads nothing: pictures are copies within it,
    with links to the originals beside it. A picture whose file is missing says so.

    Args:
        record: the run; nothing else is looked up but the files of its pictures.
        folder: the run's folder, in which the page is to lie and in which `picture.file` lies.
        thumbnail: makes the small copies.
    """
    maps = heats(record, folder)
    page = page_view(record, shown(uses(record), folder, thumbnail), maps)
    style = page_style() + _places(page)
    script = page_script()
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            record=record,
            page=page,
            style=Markup(style),  # noqa: S704 - our own file, and numbers
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style=style, script=script),
            data=page_data(record, page, maps),
            review=REVIEW,
            language=page.language,
        )
    )


@cache
def asset(name: str) -> str:
    """Read a file of the page that comes with the package."""
    return (files("wanflow.report") / "page" / name).read_text(encoding="utf-8")


@cache
def page_style() -> str:
    """Join the styles of the page of a run, in the order in which they build on each other."""
    return tight_style("\n".join(shared(f"{name}.css") for name in _STYLES))


@cache
def page_script() -> str:
    """Join the scripts of the page of a run into one that leaves no name behind."""
    parts = "\n".join(shared(f"{name}.js") for name in _SCRIPTS)
    return tight_script(f'"use strict";\n(() => {{\n{parts}}})();\n')


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
