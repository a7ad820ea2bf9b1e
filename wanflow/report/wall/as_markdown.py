"""A campaign as Markdown for a pull request: what was made, what went wrong, what it cost."""

from collections.abc import Iterable
from itertools import islice

from wanflow.model.campaign import CampaignRecord, RowRecord
from wanflow.report.markdown_text import code, escaped, fenced, table
from wanflow.report.thumbnails import href
from wanflow.report.wall.head import FINISHED, TROUBLED, Head, head_of
from wanflow.report.wall.language import language_of
from wanflow.report.wall.rows import fallen_of, final_of
from wanflow.report.wall.words import ROW_STATES, WALL
from wanflow.report.words import STATES, WORDS, Text, filled, money

# A description of a pull request may have 65,536 characters, so only so many rows are told of.
_MOST_TROUBLED = 50
_MOST_PICTURES = 24
_ACROSS = 4


def campaign_markdown(record: CampaignRecord) -> str:
    """Write the report of a campaign as Markdown (GitHub's), in the language of its prompts.

    It says how many rows are in which state, what they cost, what went wrong with samples, every
    troubled row up to 50, and shows the first 24 final pictures by links relative to the run's
    folder. Nothing that comes from a row, a file name or the service can become markup.
    """
    at = 1 if language_of(record) == "zh" else 0
    head = head_of(record)
    name = f"{escaped(record.campaign)} {escaped(record.campaign_version)}"
    parts = [f"# {name}: {STATES[record.state][at]}"]
    if record.description:
        parts.append(escaped(record.description))
    if record.provider.partition("@")[0] in {"local", "builtin"}:
        parts.append(f"> {WORDS['rendered_locally'][at]}")
    parts += [_states(head, at), _facts(head, at)]
    if head.problems:
        parts += [f"## {WALL['problems'][at]}", _problems(head, at), _troubled(record, at)]
    if record.command:
        label = WORDS["run_again" if record.state == "done" else "goes_on_with"]
        parts += [label[at], fenced(record.command, "sh")]
    pictures = _pictures(record, at)
    if pictures:
        parts += [f"## {WORDS['results'][at]}", pictures]
    parts.append(filled(WORDS["written_by"], version=escaped(record.wanflow_version))[at])
    return "\n\n".join(parts) + "\n"


def _states(head: Head, at: int) -> str:
    names = [text[at] for _, text, _ in head.states]
    counts = [f"{count:,}" for _, _, count in head.states]
    whole = f"**{WALL['all_rows'][at]}**"
    return table([*names, whole], [[*counts, f"**{head.total:,}**"]])


def _facts(head: Head, at: int) -> str:
    values = [code(fact.value[at]) if fact.code else escaped(fact.value[at]) for fact in head.facts]
    return table([fact.name[at] for fact in head.facts], [values])


def _problems(head: Head, at: int) -> str:
    lines = []
    for problem in head.problems:
        rows = filled(WALL["problem_row" if problem.rows == 1 else "problem_rows"],
                      count=f"{problem.rows:,}")  # fmt: skip
        sample = filled(WALL["sample"], key=escaped(problem.sample_key))
        said = escaped(problem.message) if problem.message else WALL["no_message"][at]
        lines.append(
            f"- **{rows[at]}** {code(problem.code)}, {problem.cost[at]}: {said} ({sample[at]})"
        )
    return "\n".join(lines)


def _troubled(record: CampaignRecord, at: int) -> str:
    troubled = (row for row in record.rows if row.state in TROUBLED)
    shown = list(islice(troubled, _MOST_TROUBLED + 1))
    lines = [_trouble(row, record.currency, at) for row in shown[:_MOST_TROUBLED]]
    head = [WALL["rows"][at], "", WORDS["steps"][at], "", WORDS["cost"][at]]
    rest = sum(record.states.get(state, 0) for state in TROUBLED) - _MOST_TROUBLED
    told = table(head, lines)
    if len(shown) > _MOST_TROUBLED:
        told += "\n\n" + filled(WALL["more_in_cell"], count=f"{rest:,}")[at]
    return told


def _trouble(row: RowRecord, currency: str, at: int) -> tuple[str, ...]:
    step = fallen_of(row)
    cost = sum(one.cost_micro for one in row.steps)
    return (
        escaped(row.key),
        ROW_STATES[row.state][at],
        escaped(step.key) if step else "",
        escaped(step.error or "") if step else "",
        money(cost, currency) if cost else "",
    )


def _pictures(record: CampaignRecord, at: int) -> str:
    """Show final pictures in a table, some a line, each under its key."""
    found: Iterable[tuple[RowRecord, str]] = (
        (row, link)
        for row in record.rows
        if row.state in FINISHED
        for link in [_link(row)]
        if link is not None
    )
    shown = list(islice(found, _MOST_PICTURES))
    if not shown:
        return ""
    cells = [f"![{escaped(row.key)}]({link})<br>{escaped(row.key)}" for row, link in shown]
    cells += [""] * (-len(cells) % _ACROSS)
    lines = [cells[start : start + _ACROSS] for start in range(0, len(cells), _ACROSS)]
    said: Text = filled(WALL["showing"], shown=len(shown),
                        total=sum(record.states.get(state, 0) for state in FINISHED))  # fmt: skip
    return table([""] * _ACROSS, lines) + f"\n\n{said[at]}"


def _link(row: RowRecord) -> str | None:
    final = final_of(row)
    return href(final.picture.file) if final and final.picture.file else None
