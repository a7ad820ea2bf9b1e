"""Reports opened in a real browser, from disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, BrowserContext, Page

from wanflow.imaging.thumbnail import thumbnail
from wanflow.model.run import RunRecord
from wanflow.report.html_page import report_html

_SMALL: dict[tuple[bytes, int, int | None], bytes] = {}


class Opens(Protocol):
    """Opens the report of a run; at the end nothing was said, asked for or thrown."""

    def __call__(self, record: RunRecord, *, files: bool = False, **options: object) -> Page:
        """Open it, in a window of 1280 pixels that speaks English if nothing else is asked.

        Args:
            record: the run.
            files: whether the test itself makes the page show files beside it.
            options: of the browser's context.
        """
        ...


@contextmanager
def opening(browser: Browser, folder: Path) -> Iterator[Opens]:
    """Give what opens reports in a folder; see `Opens`."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(record: RunRecord, *, files: bool = False, **options: object) -> Page:
        file = folder / "report.html"
        file.write_text(report_html(record, folder=folder, thumbnail=_kept), encoding="utf-8")
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type] # told by name
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        page.on("request", lambda asked: heard.extend(_leaving(asked.url, file, files=files)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def _leaving(url: str, file: Path, *, files: bool) -> list[str]:
    beside = files and url.startswith(file.parent.as_uri() + "/")
    if url.startswith("data:") or url.split("#", maxsplit=1)[0] == file.as_uri() or beside:
        return []
    return [f"request: {url[:200]}"]


def _kept(path: Path, *, longest_px: int, max_bytes: int | None = None) -> bytes:
    # The same pictures are in every run here: each is made small once.
    asked = (path.read_bytes(), longest_px, max_bytes)
    if asked not in _SMALL:
        _SMALL[asked] = thumbnail(path, longest_px=longest_px, max_bytes=max_bytes)
    return _SMALL[asked]
