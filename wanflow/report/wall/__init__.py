"""The report of a campaign: as a page to look at and decide in, as JSON, and as Markdown."""

from wanflow.report.wall.page import campaign_html

__all__ = ["campaign_html"]
