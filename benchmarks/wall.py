"""How fast the page of a campaign is: to write, to open, to filter; and how large.

    python benchmarks/wall.py [--rows 500]

Makes a campaign of rows with four pictures each, no two alike, from the photographs of the
repository, in a folder that is removed at the end. Writes its page three times (nothing made yet,
nothing new, one new picture) and opens it from disk in headless Chromium. Prints one line a figure,
with the aim beside it where there is one.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.report.campaign_runs import Shop, campaign
from wanflow.model.campaign import CampaignRecord
from wanflow.report.wall import campaign_html

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
READY = "document.querySelector('#bar') && !document.querySelector('#bar').hidden"
# From the key to the frame in which the rows that fit are laid out.
TYPED = """async (text) => {
    const search = document.getElementById('search');
    const begun = performance.now();
    search.value = text;
    search.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.body.getBoundingClientRect();
    return performance.now() - begun;
}"""
SHOWN = "document.getElementById('shown').textContent"


def told(what: str, value: float, unit: str, aim: str = "") -> None:
    """Print one figure."""
    print(f"{what:<44} {value:8.2f} {unit:<4} {aim}")


def timed(work: Callable[[], str]) -> tuple[float, str]:
    """Do some work and say how many seconds it took."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def written(folder: Path, record: CampaignRecord, rows: int) -> Path:
    """Write the page three times; print how long each takes and how large it is."""
    aim = "aim: 1 s" if rows <= 500 else ""
    first, _ = timed(lambda: campaign_html(record, folder))
    told("write, every small copy to be made", first, "s")
    again, text = timed(lambda: campaign_html(record, folder))
    told("write again, nothing new", again, "s", aim)
    next(iter(sorted((folder / "report" / "thumbs").iterdir()))).unlink()
    one, _ = timed(lambda: campaign_html(record, folder))
    told("write again, one new picture", one, "s", aim)
    size = len(text.encode())
    told("the page", size / 2**20, "MiB", "aim: 6 MiB" if rows <= 500 else "")
    told("  for 1,000 rows", size / 2**20 / rows * 1000, "MiB",
         "aim: 0.6 MiB" if rows > 500 else "")  # fmt: skip
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file


def opened(browser: Browser, file: Path) -> None:
    """Open the page twice, cold and warm, and filter it; print the times."""
    with closing(browser.new_context(viewport={"width": 1280, "height": 900})) as context:
        for name in ("cold", "warm"):
            page = context.new_page()
            page.goto(file.as_uri())
            page.wait_for_function(READY)
            page.wait_for_timeout(300)
            told(f"first paint, {name}", page.evaluate(PAINTED) / 1000, "s", "aim: 0.5 s")
            told(f"load, {name}", page.evaluate(LOADED) / 1000, "s", "aim: 1.5 s")
            if name == "warm":
                filtered(page)
            page.close()


def filtered(page: Page) -> None:
    """Type into the search field; print the slowest of some words in each view."""
    for view in ("Wall", "Rows", "Matrix"):
        page.get_by_role("radio", name=view).check()
        took = {text: page.evaluate(TYPED, text) for text in ("a", "coffee", "snow", "zzz", "")}
        worst = max(took, key=lambda text: took[text])
        told(f"filter, {view.lower()}, slowest of {len(took)} ('{worst}')", took[worst], "ms",
             "aim: 100 ms")  # fmt: skip


def main() -> None:
    """Make a campaign, write its page, open it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=500, help="rows of the campaign")
    rows = parser.parse_args().rows
    folder = Path(tempfile.mkdtemp(prefix="wall-"))
    try:
        record = campaign(folder, Shop(rows=rows, distinct=rows * 4))
        kept = tuple(record.rows)
        file = written(folder, replace(record, rows=kept), rows)
        executable = shutil.which("chromium")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
            )
            opened(browser, file)
            browser.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
