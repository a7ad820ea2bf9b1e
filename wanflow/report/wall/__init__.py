"""The report of a campaign: as a page to look at and decide in, as JSON, and as Markdown."""

from wanflow.report.wall.as_json import campaign_from_json, campaign_json
from wanflow.report.wall.as_markdown import campaign_markdown
from wanflow.report.wall.live import LivePage
from wanflow.report.wall.page import campaign_html

__all__ = [
    "LivePage",
    "campaign_from_json",
    "campaign_html",
    "campaign_json",
    "campaign_markdown",
]
