"""The language in which a campaign speaks."""

from wanflow.model.campaign import CampaignRecord
from wanflow.report.wall.rows import prompt_of

# So many rows with words are enough to tell.
_ENOUGH = 40


def language_of(record: CampaignRecord) -> str:
    """Say in which language a campaign speaks: by most of its first prompts, else its words."""
    chinese = spoken = 0
    for row in record.rows:
        step = prompt_of(row)
        if step is not None:
            spoken += 1
            chinese += step.language == "zh"
        if spoken == _ENOUGH:
            break
    if chinese * 2 != spoken:
        return "zh" if chinese * 2 > spoken else "en"
    return "zh" if any("\u4e00" <= one <= "\u9fff" for one in record.description) else "en"
