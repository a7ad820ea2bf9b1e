"""What a person reads when a run has ended."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from wanflow.model.run import RunRecord, RunState, StepRecord, StepState
from wanflow.report.amounts import counted, duration, money
from wanflow.report.columns import padded, width_of, wrapped
from wanflow.report.decisions import in_words
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_COLUMNS = 80
_STATE_COLUMNS = 7
_MARKS: Mapping[StepState, tuple[str, Colour]] = {
    "waiting": ("·", "dim"),
    "running": ("·", "dim"),
    "done": ("✓", "green"),
    "reused": ("=", "green"),
    "failed": ("✗", "red"),
    "unfinished": ("!", "yellow"),
    "undecided": ("?", "yellow"),
    "skipped": ("-", "dim"),
}
_FALLEN: tuple[StepState, ...] = ("failed", "unfinished", "undecided")
_COLOURS: Mapping[RunState, Colour] = {"done": "green", "failed": "red"}
# What the next command does, for every end that is not 0.
_NEXT: Mapping[RunState, str] = {
    "running": "to go on",
    "failed": "to go on when that is mended",
    "interrupted": "to go on",
    "unfinished": "to go on",
}


def summary_text(record: RunRecord, report_path: str, *, color: bool = False) -> str:
    """Say what a run made, where it lies, how long it took, what failed, and what to type next.

    Args:
        record: of the run that has ended.
        report_path: of the report, as the reader can open it.
        color: paint it.
    """
    ink = Ink(color)
    version = f" {record.recipe_version}" if record.recipe_version else ""
    lines = [ink(safe_text(record.recipe + version), "bold"), *_steps(record.steps, ink)]
    for output in record.outputs:
        if output.file is not None:
            file = PurePath(report_path).parent / output.file
            lines.append(_fact("result", f"{output.name}: {file}", ink))
            lines += [_fact("note", remark.text, ink) for remark in output.remarks]
    if record.provider.partition("@")[0] == "local":
        lines.append(_fact("made", f"on this machine by {record.provider}, without a model", ink))
    lines.append(_fact("report", report_path, ink))
    lines.append(_total(record, ink))
    if any(step.state == "undecided" for step in record.steps):
        command = safe_text(record.command, None)
        lines.append(f"next: {command} --adopt ID, --resubmit-ambiguous or --skip")
    elif record.state in _NEXT:
        lines.append(f"next, {_NEXT[record.state]}: {safe_text(record.command, None)}")
    return "\n".join(lines)


def _total(record: RunRecord, ink: Ink) -> str:
    state = ink(record.state, _COLOURS.get(record.state, "yellow"))
    made = sum(len(step.pictures) for step in record.steps if step.state == "done")
    reused = sum(len(step.pictures) for step in record.steps if step.state == "reused")
    states = [step.state for step in record.steps]
    parts = [
        f"{counted(made, 'picture')} made",
        f"{reused:,} reused" if reused else "",
        *(
            f"{counted(states.count(state), 'step')} {state}"
            for state in _FALLEN
            if state in states
        ),
        f"{counted(record.billed_images, 'picture')} billed" if record.billed_images else "",
        money(record.cost_micro, record.currency) if record.cost_micro else "",
        f"perhaps {record.at_risk_images:,} more billed" if record.at_risk_images else "",
    ]
    return f"{state} in {duration(record.seconds)}: {', '.join(filter(None, parts))}"


def _steps(steps: Sequence[StepRecord], ink: Ink) -> Iterator[str]:
    states = max((len(step.state) for step in steps), default=0)
    states = max(states, _STATE_COLUMNS)
    name = max((width_of(safe_text(step.key)) for step in steps), default=0)
    for step in steps:
        mark, colour = _MARKS[step.state]
        text = f"{step.state:<{states}}  {safe_text(step.operation)}{_outcome(step)}"
        yield f"{ink(mark, colour)} {padded(safe_text(step.key), name)}  {text}"
        if step.state in _FALLEN:
            yield from _failure(step, ink)


def _outcome(step: StepRecord) -> str:
    if step.state == "done":
        return f", {counted(len(step.pictures), 'picture')}, {duration(step.seconds)}"
    if step.state == "reused":
        source = f" of {safe_text(step.reused_from)}" if step.reused_from else ""
        return f", {counted(len(step.pictures), 'picture')}{source}"
    if step.state == "skipped":
        why = safe_text(step.error) if step.error else in_words(step.decision).partition(": ")[2]
        return f": {why}"
    return f", {duration(step.seconds)}" if step.seconds else ""


def _failure(step: StepRecord, ink: Ink) -> Iterator[str]:
    code = f"{safe_text(step.error_code)}: " if step.error_code else ""
    for line in wrapped(code + safe_text(step.error or ""), _COLUMNS - 4):
        yield f"    {line}"
    if step.hint:
        yield f"    {ink('hint', 'cyan')}: {safe_text(step.hint)}"


def _fact(label: str, text: str, ink: Ink) -> str:
    return f"{ink(f'{label:<6}', 'dim')}  {safe_text(text, None)}"
