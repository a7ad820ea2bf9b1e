"""What a person reads when a campaign has ended."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from wanflow.model.campaign import CampaignRecord, RowState
from wanflow.model.run import RunState
from wanflow.report.amounts import counted, duration, money
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_COLOURS: Mapping[RunState, Colour] = {"done": "green", "failed": "red"}
_ORDER: tuple[RowState, ...] = (
    "done", "reused", "failed", "unfinished", "undecided", "waiting", "not-started",
)  # fmt: skip
_SHOWN_PROBLEMS = 5
_SHOWN_CHARS = 160


def campaign_summary(record: CampaignRecord, report_path: str, *, color: bool = False) -> str:
    """Say how the rows ended, what failed and how often, what it cost, and what to type next.

    Args:
        record: of the campaign that has ended.
        report_path: of the report, as the reader can open it.
        color: paint it.
    """
    ink = Ink(color)
    title = safe_text(f"{record.campaign} {record.campaign_version}".rstrip())
    states = ", ".join(f"{record.states[s]:,} {s}" for s in _ORDER if record.states.get(s))
    lines = [ink(title, "bold"), f"{counted(sum(record.states.values()), 'row')}: {states}"]
    pictures: Counter[str] = Counter()
    problems: dict[str, tuple[int, str]] = {}
    for row in record.rows:
        for step in row.steps:
            pictures[step.state] += len(step.pictures)
            if step.error_code:
                count, sample = problems.get(step.error_code, (0, ""))
                sample = sample or f"{row.key} {step.key}: {step.error}"
                problems[step.error_code] = (count + 1, sample)
    lines += _problems(problems, ink)
    folder = PurePath(report_path).parent
    if pictures["done"] or pictures["reused"]:
        lines.append(f"{ink('results', 'dim')} {safe_text(str(folder / 'outputs'), None)}")
    lines.append(f"{ink('report', 'dim')}  {safe_text(report_path, None)}")
    lines.append(_total(record, pictures, ink))
    if record.states.get("undecided"):
        command = safe_text(record.command, None)
        lines.append(f"next: {command} --adopt ID, --resubmit-ambiguous or --skip")
    elif record.state != "done":
        lines.append(f"next, to go on: {safe_text(record.command, None)}")
    return "\n".join(lines)


def _problems(problems: Mapping[str, tuple[int, str]], ink: Ink) -> Iterator[str]:
    often = sorted(problems.items(), key=lambda item: -item[1][0])
    for code, (count, sample) in often[:_SHOWN_PROBLEMS]:
        yield f"{ink(f'{count:,} x', 'red')} {safe_text(code)}: {safe_text(sample, _SHOWN_CHARS)}"
    if len(often) > _SHOWN_PROBLEMS:
        yield f"and {counted(len(often) - _SHOWN_PROBLEMS, 'other problem')}"


def _total(record: CampaignRecord, pictures: Mapping[str, int], ink: Ink) -> str:
    parts = [
        f"{counted(pictures['done'], 'picture')} made",
        f"{pictures['reused']:,} reused" if pictures["reused"] else "",
        f"{counted(record.billed_images, 'picture')} billed" if record.billed_images else "",
        money(record.cost_micro, record.currency) if record.cost_micro else "",
        f"perhaps {record.at_risk_images:,} more billed" if record.at_risk_images else "",
    ]
    state = ink(record.state, _COLOURS.get(record.state, "yellow"))
    return f"{state} in {duration(record.seconds)}: {', '.join(filter(None, parts))}"
