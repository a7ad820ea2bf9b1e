"""The page of a run in Firefox, opened from disk."""

import shutil
from pathlib import Path

import pytest

from tests.report.firefox import firefox
from tests.report.sample_runs import branching_run
from wanflow.report.html_page import report_html

_PRESS = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
_LOOK = f"""
const refused = [];
document.addEventListener('securitypolicyviolation', told => refused.push(told.blockedURI));
const stage = document.querySelector('.stage');
const labels = () => ['.choose-before', '.choose-after']
    .map(name => stage.querySelector(name).selectedOptions[0].textContent);
for (const key of ['e', 'd', '+']) {_PRESS};
const image = stage.querySelector('.pane-after img');
for (let tries = 0; tries < 100 && image.src.startsWith('data:'); tries += 1)
    await new Promise(done => setTimeout(done, 50));
return {{
    refused,
    pair: labels(),
    file: image.getAttribute('src'),
    wide: image.naturalWidth,
    clip: getComputedStyle(stage.querySelector('.pane-after')).clipPath,
    paper: getComputedStyle(document.body).backgroundColor,
}};
"""


@pytest.mark.skipif(
    not (shutil.which("firefox-esr") or shutil.which("firefox")), reason="Firefox is not here"
)
def test_r03_the_page_works_in_firefox_from_disk(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(report_html(branching_run(tmp_path), folder=tmp_path), encoding="utf-8")

    with firefox(tmp_path) as browser:
        browser.command("WebDriver:Navigate", {"url": page.as_uri()})
        seen = browser.evaluate(_LOOK)

    assert seen == {
        "refused": [],
        "pair": ["◧ evening 3/3 (640 × 427)", "◨ evening 2/3 (640 × 427)"],
        "file": "./images/evening-2.png",
        "wide": 640,
        "clip": "inset(0px 0px 0px 50%)",
        "paper": "rgb(246, 245, 242)",
    }
