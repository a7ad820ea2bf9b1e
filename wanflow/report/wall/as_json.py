"""The record of a campaign as JSON, and back without loss."""

from wanflow.model.campaign import CampaignRecord
from wanflow.report.json_text import read_back, written

_VERSION_KEY = "wanflow_campaign_report"


def campaign_json(record: CampaignRecord) -> str:
    """Write everything that the report of a campaign says as JSON, always as the same text.

    The form is that of `report_json`: fields in the order of the record's types, money in
    millionths of the currency, times in UTC, pictures by SHA-256 with the path relative to the
    run's folder.
    """
    return written(record, _VERSION_KEY)


def campaign_from_json(text: str) -> CampaignRecord:
    """Read back what `campaign_json` has written; lists within values come back as lists.

    Raises:
        UsageError: it is no report of a campaign, or that of another version; says where.
    """
    record = read_back(text, CampaignRecord, _VERSION_KEY)
    assert isinstance(record, CampaignRecord)  # noqa: S101 - for the type checker: it is what was asked
    return record


def is_of_campaign(text: str) -> bool:
    """Say whether a report is one of a campaign, by the first key of its text."""
    return text.lstrip("{ \r\n\t").startswith(f'"{_VERSION_KEY}"')
