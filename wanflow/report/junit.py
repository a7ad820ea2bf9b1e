"""A run as JUnit XML: a test suite whose cases are the steps, for machines that know that form."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from wanflow.model.campaign import CampaignRecord
from wanflow.model.run import RunRecord, StepRecord
from wanflow.report.visible import visible

# What a build server is to take for a failure, and what for an error beside the pictures.
_FAILED = frozenset({"failed"})
_ERRORS = frozenset({"unfinished", "undecided"})
_SKIPPED = frozenset({"skipped", "waiting", "running"})


def report_junit(record: RunRecord | CampaignRecord) -> str:
    """Write a run as JUnit XML; of a campaign every step of every row is a case.

    A step that failed is a failure with the service's words or the expectation that was not met, a
    step that goes on or waits for a decision is an error, one that was not begun is skipped. The
    form is that of https://github.com/testmoapp/junitxml, which build servers read.
    """
    cases = _steps(record)
    states = [step.state for _, step in cases]
    head = _attributes(
        name=f"{record.recipe} {record.recipe_version}",
        tests=len(states),
        failures=sum(state in _FAILED for state in states),
        errors=sum(state in _ERRORS for state in states),
        skipped=sum(state in _SKIPPED for state in states),
        time=f"{record.seconds:.3f}",
        timestamp=record.started_at.removesuffix("Z"),
        id=record.run,
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", f"  <testsuite{head}>"]
    for name, step in cases:
        lines += _case(record, name, step)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _steps(record: RunRecord | CampaignRecord) -> list[tuple[str, StepRecord]]:
    if isinstance(record, RunRecord):
        return [(step.key, step) for step in record.steps]
    return [(f"{row.key}/{step.key}", step) for row in record.rows for step in row.steps]


def _case(record: RunRecord | CampaignRecord, name: str, step: StepRecord) -> Iterator[str]:
    head = _attributes(classname=record.recipe, name=name, time=f"{step.seconds:.3f}")
    inner = [*_ending(step), *_output(step)]
    if not inner:
        yield f"    <testcase{head}/>"
        return
    yield f"    <testcase{head}>"
    yield from inner
    yield "    </testcase>"


def _ending(step: StepRecord) -> Iterator[str]:
    words = "\n".join(filter(None, (step.error, step.hint)))
    kind = step.error_code or step.state
    if step.state in _SKIPPED:
        yield f"      <skipped{_attributes(message=step.decision.reason.replace('-', ' '))}/>"
    elif step.state in _FAILED | _ERRORS:
        tag = "failure" if step.state in _FAILED else "error"
        head = _attributes(type=kind, message=step.error or step.state)
        yield f"      <{tag}{head}>{escape(_fit(words))}</{tag}>"


def _output(step: StepRecord) -> Iterator[str]:
    files = [picture.file for picture in step.pictures if picture.file]
    if files:
        # A form that several servers show as files of the case: one a line.
        lines = "\n".join(f"[[ATTACHMENT|{file}]]" for file in files)
        yield f"      <system-out>{escape(_fit(lines))}</system-out>"


def _attributes(**values: str | int) -> str:
    return "".join(f" {name}={quoteattr(_fit(str(value)))}" for name, value in values.items())


def _fit(text: str) -> str:
    """Keep to the characters that XML 1.0 has; what it has not is shown by its code point."""
    return visible(text).replace("\ufffe", "[U+FFFE]").replace("\uffff", "[U+FFFF]")
